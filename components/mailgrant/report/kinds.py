"""Every type of resource that mailgrant understands: which rights it gives, and which of its properties give none.

A property that stands in neither list is not understood, and so is a type that stands nowhere: both are reported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mailgrant.report import entra, exchange
from mailgrant.report.preview import STACK
from mailgrant.report.resources import Resource
from mailgrant.report.rights import ANY, Breadth, Reach, Right, Topic
from mailgrant.report.values import text

Rights = Callable[[Resource, Resource], Iterator[Right]]


@dataclass(frozen=True)
class Kind:
    """One type of resource.

    Args:
        title: what people call one.
        rights: what it gives, from the side in question and the other one.
        decisive: properties that the function reads.
        harmless: properties that give nobody a right; ``web.homepageUrl`` is one of a block.
        renews: whether its replacement is another thing, even where it looks alike: another secret, application, id.
    """

    title: str
    rights: Rights
    decisive: frozenset[str]
    harmless: frozenset[str]
    renews: bool = False


def _nothing(_resource: Resource, _other: Resource) -> Iterator[Right]:
    yield from ()


def _kind(title: str, rights: Rights, decisive: str, harmless: str = "", *, renews: bool = False) -> Kind:
    return Kind(title, rights, frozenset(decisive.split()), frozenset(harmless.split()), renews)


PLACES: Final[Mapping[str, str]] = {
    "tenantId": "works in the tenant",
    "environment": "works in the cloud",
    "metadataHost": "asks for the cloud's addresses at",
}


def _tenant(resource: Resource, _other: Resource) -> Iterator[Right]:
    """A provider of its own: which tenant everything is done in."""
    for name, right in PLACES.items():
        if value := text(resource.get(name)):
            given = "everything of this provider is done there"
            breadth = Breadth(0, 1)
            yield Right(ANY, right, value, given, Reach.TENANT, Topic.SIGN_IN, key=name, breadth=breadth)


AZUREAD: Final = "azuread:index/"
APPLICATION: Final = f"{AZUREAD}application:Application"
EXCHANGE: Final = "pulumi-python:dynamic/exchange:"
KEY_PAIR: Final = "pulumi-python:dynamic/credentials:ClientCertificate"
PASSWORD: Final = f"{AZUREAD}applicationPassword:ApplicationPassword"
CERTIFICATE: Final = f"{AZUREAD}applicationCertificate:ApplicationCertificate"
_SIGN_IN: Final = (
    "adoPipelineServiceConnectionId clientCertificate clientCertificatePassword clientCertificatePath clientId "
    "clientIdFilePath clientSecret clientSecretFilePath disableTerraformPartnerId msiEndpoint oidcRequestToken "
    "oidcRequestUrl oidcToken oidcTokenFilePath partnerId useAksWorkloadIdentity useCli useMsi useOidc"
)
_PACKAGE: Final = "version"  # pluginDownloadURL is whose code it is
_SHOWN: Final = "description displayName notes tags"  # what people see of it
_APPLICATION_DECISIVE: Final = (
    "requiredResourceAccesses web web.redirectUris singlePageApplication singlePageApplication.redirectUris publicClient "
    "publicClient.redirectUris fallbackPublicClientEnabled signInAudience owners"
)
_APPLICATION_HARMLESS: Final = (
    f"{_SHOWN} featureTags logoImage marketingUrl preventDuplicateNames privacyStatementUrl serviceManagementReference "
    "supportUrl termsOfServiceUrl web.homepageUrl web.logoutUrl"
)

KINDS: Final[Mapping[str, Kind]] = {
    STACK: _kind("the stack", _nothing, ""),
    "pulumi:providers:azuread": _kind("provider", _tenant, " ".join(PLACES), f"{_PACKAGE} {_SIGN_IN}"),
    "pulumi:providers:pulumi-python": _kind("provider", _nothing, "", _PACKAGE),
    f"{EXCHANGE}ServicePrincipal": _kind(
        "record in Exchange", exchange.service_principal, "app_id object_id", "display_name sid", renews=True
    ),
    f"{EXCHANGE}MailboxAccess": _kind(
        "mailbox permissions", exchange.mailbox_access, "access principal", "app_id"
    ),
    f"{EXCHANGE}SmtpApplicationScope": _kind(
        "sending scope", exchange.application_scope, "group filter principal app_id"
    ),
    f"{EXCHANGE}MailboxProtocols": _kind(
        "switches of mailboxes", exchange.mailbox_protocols, "protocols", "found unread"
    ),
    f"{EXCHANGE}TransportSettings": _kind(
        "SMTP AUTH of the organization", exchange.transport_settings, "smtp_auth", "found unread"
    ),
    f"{EXCHANGE}AuthenticationPolicy": _kind(
        "block of passwords", exchange.authentication_policy, "users default", "name found unread"
    ),
    f"{EXCHANGE}SettingsSnapshot": _kind("note of what was found", _nothing, "", "kind switches"),
    KEY_PAIR: _kind("key pair", _nothing, "", "subject not_before not_after key_size", renews=True),
    APPLICATION: _kind(
        "application", entra.application, _APPLICATION_DECISIVE, _APPLICATION_HARMLESS, renews=True
    ),
    f"{AZUREAD}servicePrincipal:ServicePrincipal": _kind(
        "enterprise application",
        entra.service_principal,
        "clientId accountEnabled appRoleAssignmentRequired owners",
        f"{_SHOWN} featureTags features loginUrl notificationEmailAddresses useExisting alternativeNames",
        renews=True,
    ),
    PASSWORD: _kind(
        "client secret",
        entra.password,
        "applicationId endDate",
        "displayName startDate rotateWhenChanged",
        renews=True,
    ),
    CERTIFICATE: _kind(
        "certificate",
        entra.certificate,
        "applicationId endDate value",
        "encoding startDate type",
        renews=True,
    ),
    f"{AZUREAD}applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential": _kind(
        "federated credential",
        entra.federated,
        "applicationId audiences issuer subject",
        "description displayName",
    ),
    f"{AZUREAD}applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential": _kind(
        "flexible federated credential",
        entra.federated,
        "applicationId audience issuer claimsMatchingExpression",
        "description displayName",
    ),
    f"{AZUREAD}appRoleAssignment:AppRoleAssignment": _kind(
        "application permission", entra.app_role_assignment, "appRoleId principalObjectId resourceObjectId"
    ),
    f"{AZUREAD}servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant": _kind(
        "consent",
        entra.delegated_permission_grant,
        "claimValues servicePrincipalObjectId resourceServicePrincipalObjectId userObjectId",
    ),
    f"{AZUREAD}directoryRole:DirectoryRole": _kind(
        "directory role", entra.directory_role, "displayName templateId"
    ),
    f"{AZUREAD}directoryRoleAssignment:DirectoryRoleAssignment": _kind(
        "directory role of an application",
        entra.directory_role_assignment,
        "roleId principalObjectId directoryScopeId appScopeId",
    ),
}


def title(type_: str) -> str:
    """What people call a resource of this type; the type itself if nobody knows."""
    return KINDS[type_].title if type_ in KINDS else type_


def beyond(kind: Kind, paths: Iterable[str]) -> list[str]:
    """The paths among these that are not understood."""
    known = kind.decisive | kind.harmless
    return sorted(path for path in paths if path not in known)
