"""What permissions are called in front of people, on consent pages and in Graph.

Texts of Microsoft: https://learn.microsoft.com/graph/permissions-reference ; for the protocols of Exchange
in words of ours where Microsoft's service principal repeats the name only.
"""

from collections.abc import Mapping
from typing import Final

from offline_tenant.entra.app_role_texts import APPLICATION, Text

DELEGATED: Final[Mapping[str, Text]] = {
    "IMAP.AccessAsUser.All": Text(
        "Read and write access to mailboxes via IMAP.",
        "Allows the app to have the same access to mailboxes as the signed-in user via IMAP protocol.",
        "Read and write access to your mail via IMAP.",
    ),
    "POP.AccessAsUser.All": Text(
        "Read and write access to mailboxes via POP.",
        "Allows the app to have the same access to mailboxes as the signed-in user via POP protocol.",
        "Read and write access to your mail via POP.",
    ),
    "SMTP.Send": Text(
        "Send emails from mailboxes using SMTP AUTH.",
        "Allows the app to be able to send emails from the user's mailbox using the SMTP AUTH client submission "
        "protocol.",
        "Access to sending emails from your mailbox.",
    ),
    "EWS.AccessAsUser.All": Text(
        "Access mailboxes as the signed-in user via Exchange Web Services",
        "Allows the app to have the same access to mailboxes as the signed-in user via Exchange Web Services.",
        "Access your mailboxes",
    ),
    "Exchange.Manage": Text(
        "Manage Exchange configuration",
        "Allows the app to manage the organization's Exchange environment as the signed-in user.",
    ),
    "Mail.Read": Text("Read user mail", "Allows the app to read email in user mailboxes.", "Read your mail"),
    "Mail.ReadWrite": Text(
        "Read and write access to user mail",
        "Allows the app to create, read, update, and delete email in user mailboxes. Does not include permission to "
        "send mail.",
        "Read and write access to your mail",
    ),
    "Mail.Send": Text(
        "Send mail as a user", "Allows the app to send mail as users in the organization.", "Send mail as you"
    ),
    "Mail.Read.Shared": Text(
        "Read user and shared mail",
        "Allows the app to read mail a user can access, including their own and shared mail.",
        "Read mail you can access",
    ),
    "Mail.ReadBasic": Text(
        "Read user basic mail",
        "Allows the app to read email in the signed-in user's mailbox except body, previewBody, attachments and any "
        "extended properties.",
    ),
    "Mail.ReadWrite.Shared": Text(
        "Read and write user and shared mail",
        "Allows the app to create, read, update, and delete mail a user has permission to access, including their own "
        "and shared mail. Does not include permission to send mail.",
        "Read and write mail you can access",
    ),
    "Mail.Send.Shared": Text(
        "Send mail on behalf of others",
        "Allows the app to send mail as the signed-in user, including sending on-behalf of others.",
        "Send mail on behalf of others or yourself",
    ),
    "MailboxFolder.Read": Text(
        "Read a user's mailbox folders",
        "Allows the app to read the user's mailbox folders, on behalf of the signed-in user.",
        "Read your mailbox folders",
    ),
    "MailboxFolder.ReadWrite": Text(
        "Read and write a user's mailbox folders",
        "Allows the app to read and write the user's mailbox folders, on behalf of the signed-in user.",
        "Read and write your mailbox folders",
    ),
    "MailboxSettings.Read": Text(
        "Read user mailbox settings",
        "Allows the app to read user's mailbox settings. Does not include permission to send mail.",
        "Read your mailbox settings",
    ),
    "MailboxSettings.ReadWrite": Text(
        "Read and write user mailbox settings",
        "Allows the app to create, read, update, and delete user's mailbox settings. Does not include permission to "
        "send mail.",
        "Read and write to your mailbox settings",
    ),
    "User.Read": Text(
        "Sign in and read user profile",
        "Allows users to sign-in to the app, and allows the app to read the profile of signed-in users.",
        "Sign you in and read your profile",
    ),
    "openid": Text(
        "Sign users in",
        "Allows users to sign in to the app with their work or school accounts and allows the app to see basic user "
        "profile information.",
        "Sign you in",
    ),
    "profile": Text(
        "View users' basic profile",
        "Allows the app to see your users' basic profile (e.g., name, picture, user name, email address).",
        "View your basic profile",
    ),
    "email": Text(
        "View users' email address",
        "Allows the app to read your users' primary email address.",
        "View your email address",
    ),
    "offline_access": Text(
        "Maintain access to data you have given it access to",
        "Allows the app to see and update the data you gave it access to, even when users are not currently using the "
        "app. This does not give the app any additional permissions.",
    ),
    "Directory.Read.All": Text(
        "Read directory data",
        "Allows the app to read data in your organization's directory, such as users, groups and apps.",
    ),
    "Directory.ReadWrite.All": Text(
        "Read and write directory data",
        "Allows the app to read and write data in your organization's directory, such as users, and groups. It does "
        "not allow the app to delete users or groups, or reset user passwords.",
    ),
    "Organization.Read.All": Text(
        "Read organization information",
        "Allows the app to read the organization and related resources, on behalf of the signed-in user. Related "
        "resources include things like subscribed skus and tenant branding information.",
    ),
    "RoleManagement.Read.Directory": Text(
        "Read directory RBAC settings",
        "Allows the app to read the role-based access control (RBAC) settings for your company's directory, on behalf "
        "of the signed-in user. This includes reading directory role templates, directory roles and memberships.",
    ),
    "RoleManagement.ReadWrite.Directory": Text(
        "Read and write directory RBAC settings",
        "Allows the app to read and manage the role-based access control (RBAC) settings for your company's directory, "
        "on behalf of the signed-in user. This includes instantiating directory roles and managing directory role "
        "membership, and reading directory role templates, directory roles and memberships.",
    ),
    "Application.Read.All": Text(
        "Read applications",
        "Allows the app to read applications and service principals on behalf of the signed-in user.",
    ),
    "Application.ReadWrite.All": Text(
        "Read and write all applications",
        "Allows the app to create, read, update and delete applications and service principals on behalf of the "
        "signed-in user.",
    ),
    "AppRoleAssignment.ReadWrite.All": Text(
        "Manage app permission grants and app role assignments",
        "Allows the app to manage permission grants for application permissions to any API, on behalf of the signed-in "
        "user.",
    ),
    "DelegatedPermissionGrant.ReadWrite.All": Text(
        "Manage all delegated permission grants",
        "Allows the app to manage permission grants for delegated permissions exposed by any API, on behalf of the "
        "signed-in user.",
    ),
    "User.Read.All": Text(
        "Read all users' full profiles",
        "Allows the app to read the full set of profile properties of other users in your organization.",
    ),
    "User.ReadWrite.All": Text(
        "Read and write all users' full profiles",
        "Allows the app to read and write the full set of profile properties of other users in your organization.",
    ),
}


def delegated(value: str) -> Text:
    """The text of a delegated permission; its bare name if nothing better is known."""
    return DELEGATED.get(value, Text(value, value))


def application(value: str) -> Text:
    """The text of an application permission; its bare name if nothing better is known."""
    return APPLICATION.get(value, Text(value, value))
