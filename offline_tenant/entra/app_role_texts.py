"""What application permissions are called in front of people.

Texts of Microsoft: https://learn.microsoft.com/graph/permissions-reference ; for the protocols of Exchange
in words of ours where Microsoft's service principal repeats the name only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Text:
    """How a permission reads.

    Args:
        name: to an administrator.
        description: the sentence below it.
        own_name: to a person who consents for themselves; as ``name`` unless given.
    """

    name: str
    description: str
    own_name: str = ""


APPLICATION: Final[Mapping[str, Text]] = {
    "IMAP.AccessAsApp": Text(
        "Open mailboxes via IMAP without a signed-in user",
        "Allows the app to read and change mail over IMAP in every mailbox that its Exchange service principal was "
        "given access to.",
    ),
    "POP.AccessAsApp": Text(
        "Open mailboxes via POP without a signed-in user",
        "Allows the app to fetch and delete mail over POP in every mailbox that its Exchange service principal was "
        "given access to.",
    ),
    "SMTP.SendAsApp": Text(
        "Send mail via SMTP without a signed-in user",
        "Allows the app to send mail over SMTP AUTH from every mailbox that its Exchange service principal was given "
        "access to.",
    ),
    "Exchange.ManageAsApp": Text(
        "Manage Exchange As Application",
        "Allows the app to manage the organization's Exchange environment without any user interaction, as far as its "
        "roles go.",
    ),
    "full_access_as_app": Text(
        "Use Exchange Web Services with full access to all mailboxes",
        "Allows the app to have full access via Exchange Web Services to all mailboxes without a signed-in user.",
    ),
    "Application.Read.All": Text(
        "Read all applications",
        "Allows the app to read all applications and service principals without a signed-in user.",
    ),
    "Application.ReadWrite.All": Text(
        "Read and write all applications",
        "Allows the app to create, read, update and delete applications and service principals without a signed-in "
        "user. Does not allow management of consent grants.",
    ),
    "Application.ReadWrite.OwnedBy": Text(
        "Manage apps that this app creates or owns",
        "Allows the app to create other applications, and fully manage those applications (read, update, update "
        "application secrets and delete), without a signed-in user. It cannot update any apps that it is not an owner "
        "of.",
    ),
    "AppRoleAssignment.ReadWrite.All": Text(
        "Manage app permission grants and app role assignments",
        "Allows the app to manage permission grants for application permissions to any API (including Microsoft Graph) "
        "and application assignments for any app, without a signed-in user.",
    ),
    "DelegatedPermissionGrant.ReadWrite.All": Text(
        "Manage all delegated permission grants",
        "Allows the app to manage permission grants for delegated permissions exposed by any API (including Microsoft "
        "Graph), without a signed-in user.",
    ),
    "Directory.Read.All": Text(
        "Read directory data",
        "Allows the app to read data in your organization's directory, such as users, groups and apps, without a "
        "signed-in user.",
    ),
    "Directory.ReadWrite.All": Text(
        "Read and write directory data",
        "Allows the app to read and write data in your organization's directory, such as users, and groups, without a "
        "signed-in user. Does not allow user or group deletion.",
    ),
    "Mail.Read": Text(
        "Read mail in all mailboxes", "Allows the app to read mail in all mailboxes without a signed-in user."
    ),
    "Mail.ReadBasic": Text(
        "Read basic mail in all mailboxes",
        "Allows the app to read basic mail properties in all mailboxes without a signed-in user. Includes all "
        "properties except body, previewBody, attachments and any extended properties.",
    ),
    "Mail.ReadBasic.All": Text(
        "Read basic mail in all mailboxes",
        "Allows the app to read basic mail properties in all mailboxes without a signed-in user. Includes all "
        "properties except body, previewBody, attachments and any extended properties.",
    ),
    "Mail.ReadWrite": Text(
        "Read and write mail in all mailboxes",
        "Allows the app to create, read, update, and delete mail in all mailboxes without a signed-in user. Does not "
        "include permission to send mail.",
    ),
    "Mail.Send": Text(
        "Send mail as any user", "Allows the app to send mail as any user without a signed-in user."
    ),
    "MailboxFolder.Read.All": Text(
        "Read all the users' mailbox folders",
        "Allows the app to read all the users' mailbox folders, without signed-in user.",
    ),
    "MailboxFolder.ReadWrite.All": Text(
        "Read and write all the users' mailbox folders",
        "Allows the app to read and write all the users' mailbox folders, without signed-in user.",
    ),
    "MailboxSettings.Read": Text(
        "Read all user mailbox settings",
        "Allows the app to read user's mailbox settings without a signed-in user. Does not include permission to send "
        "mail.",
    ),
    "MailboxSettings.ReadWrite": Text(
        "Read and write all user mailbox settings",
        "Allows the app to create, read, update, and delete user's mailbox settings without a signed-in user. Does not "
        "include permission to send mail.",
    ),
    "Organization.Read.All": Text(
        "Read organization information",
        "Allows the app to read the organization and related resources, without a signed-in user. Related resources "
        "include things like subscribed skus and tenant branding information.",
    ),
    "Policy.Read.All": Text(
        "Read your organization's policies",
        "Allows the app to read all your organization's policies without a signed in user.",
    ),
    "Policy.ReadWrite.ApplicationConfiguration": Text(
        "Read and write your organization's application configuration policies",
        "Allows the app to read and write your organization's application configuration policies, without a signed-in "
        "user. This includes policies such as activityBasedTimeoutPolicy, claimsMappingPolicy, "
        "homeRealmDiscoveryPolicy, tokenIssuancePolicy and tokenLifetimePolicy.",
    ),
    "Policy.ReadWrite.Authorization": Text(
        "Read and write your organization's authorization policy",
        "Allows the app to read and write your organization's authorization policy without a signed in user. For "
        "example, authorization policies can control some of the permissions that the out-of-the-box user role has by "
        "default.",
    ),
    "Policy.ReadWrite.ConditionalAccess": Text(
        "Read and write your organization's conditional access policies",
        "Allows the app to read and write your organization's conditional access policies, without a signed-in user.",
    ),
    "Policy.ReadWrite.SecurityDefaults": Text(
        "Read and write your organization's security defaults policy",
        "Allows the app to read and write your organization's security defaults policy, without a signed-in user.",
    ),
    "RoleManagement.Read.Directory": Text(
        "Read all directory RBAC settings",
        "Allows the app to read the role-based access control (RBAC) settings for your company's directory, without a "
        "signed-in user. This includes reading directory role templates, directory roles and memberships.",
    ),
    "RoleManagement.ReadWrite.Directory": Text(
        "Read and write all directory RBAC settings",
        "Allows the app to read and manage the role-based access control (RBAC) settings for your company's directory, "
        "without a signed-in user. This includes instantiating directory roles and managing directory role membership, "
        "and reading directory role templates, directory roles and memberships.",
    ),
    "RoleManagement.ReadWrite.Exchange": Text(
        "Read and write Exchange Online RBAC configuration",
        "Allows the app to read and manage the role-based access control (RBAC) settings for your organization's "
        "Exchange Online service, without a signed-in user. This includes reading, creating, updating, and deleting "
        "Exchange management role definitions, role groups, role group membership, role assignments, management "
        "scopes, and role assignment policies.",
    ),
    "User.Read.All": Text(
        "Read all users' full profiles", "Allows the app to read user profiles without a signed in user."
    ),
    "User.ReadWrite.All": Text(
        "Read and write all users' full profiles",
        "Allows the app to read and update user profiles without a signed in user.",
    ),
}
