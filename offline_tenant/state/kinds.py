"""Every kind of document that the tenant keeps, with the fields that it is looked up by.

A field that holds a list is indexed by each of its members. Look-ups ignore case, as Microsoft's do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    # this installation
    "settings": (),
    "tenants": ("domains",),
    # Entra (Microsoft Graph's own names and shapes)
    "organization": (),
    "applications": ("appId", "displayName", "identifierUris"),
    "servicePrincipals": ("appId", "displayName", "servicePrincipalNames"),
    "appRoleAssignments": ("principalId", "resourceId"),
    "oauth2PermissionGrants": ("clientId", "resourceId"),
    "directoryRoleAssignments": ("principalId",),
    "directoryRoles": (),  # those that somebody activated without giving them to anybody
    "users": ("userPrincipalName", "mail"),
    "secrets": ("applicationId",),  # hashes of client secrets, which Graph never shows again
    "certificates": ("applicationId",),  # the public halves that keyCredentials show only when asked
    "federatedIdentityCredentials": ("applicationId",),
    "issuers": (),  # key sets of identity providers outside
    "signingKeys": (),
    "userPasswords": (),  # hashes, by the user's id
    "redeemedCodes": (),  # authorization codes that were used, until they would have expired
    "deviceCodes": ("userCode",),  # of the installation: the tenant is known when somebody signs in
    "policies": (),
    "appManagementPolicies": ("displayName",),
    "conditionalAccessPolicies": ("displayName",),
    "deletedItems": ("kind",),  # applications and service principals that can still be restored
    "lagging": ("kind",),  # new objects that replicas do not show yet
    "propagating": ("name",),  # what Exchange's directory held before, as long as a server may still go by it
    # Exchange (PowerShell's names)
    "exchangeServicePrincipals": ("AppId", "ObjectId", "DisplayName", "Sid"),
    "mailboxes": (
        *(
            "EmailAddresses",
            "ExternalDirectoryObjectId",
            "Name",
            "Alias",
            "DisplayName",
            "UserPrincipalName",
            "Sid",
            "RecipientTypeDetails",
        ),
    ),
    "softDeletedMailboxes": (
        *("EmailAddresses", "ExternalDirectoryObjectId", "Name", "Alias", "DisplayName", "UserPrincipalName"),
    ),
    "mailboxPermissions": ("mailbox", "trustee"),
    "casMailboxPlans": (),
    "recipientPermissions": ("recipient", "trustee"),
    "distributionGroups": (
        *("EmailAddresses", "ExternalDirectoryObjectId", "Name", "Alias", "DisplayName", "Sid", "Members"),
        "RecipientTypeDetails",
    ),
    "exchangeDirectoryRoles": (),  # no documents, only lag: directory roles on their way to Exchange
    "exchangeOrganization": (),  # TransportConfig and OrganizationConfig, where they differ from the defaults
    "authenticationPolicies": ("Name",),
    "managementScopes": ("Name",),
    "managementRoleAssignments": ("Name", "RoleAssignee", "ObjectId", "CustomResourceScope"),
    # mail
    "submissions": (),  # how much a mailbox sent lately over SMTP
    "folders": ("mailbox",),
    "messages": ("folder",),
    "messageContents": (),  # apart, so that a list of messages does not read them all
}


@dataclass(frozen=True)
class Replicated:
    """A part of Exchange's directory whose changes reach the servers that go by it later.

    Args:
        kind: the documents that have it.
        fields: of them, what counts; empty is the whole document, and that there is one at all.
        only: the id of the one document that counts; None is all of them.
    """

    kind: str
    fields: tuple[str, ...] = ()
    only: str | None = None


# By the name that lag knows it by: the plural of the cmdlet's noun.
REPLICATED: Final[Mapping[str, Replicated]] = {
    "exchangeServicePrincipals": Replicated("exchangeServicePrincipals"),
    "mailboxPermissions": Replicated("mailboxPermissions"),
    "recipientPermissions": Replicated("recipientPermissions"),
    "managementRoleAssignments": Replicated("managementRoleAssignments"),
    "casMailboxes": Replicated(
        "mailboxes", ("ImapEnabled", "PopEnabled", "SmtpClientAuthenticationDisabled")
    ),
    "transportConfig": Replicated(
        "exchangeOrganization", ("SmtpClientAuthenticationDisabled",), only="TransportConfig"
    ),
}
LAGGING: Final = frozenset({*KINDS, *REPLICATED})  # what a delay can be told for
