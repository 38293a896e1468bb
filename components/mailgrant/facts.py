"""Microsoft's facts as tables: ids, permissions, hosts, limits, each with its source.

Everything that needs such a fact walks these tables. Sources, read in November 2026:

- OAUTHDOC: learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
- EXOPS: learn.microsoft.com/powershell/module/exchangepowershell/connect-exchangeonline
- CLOUDS: learn.microsoft.com/entra/identity-platform/authentication-national-cloud, and CSS-Exchange's
  Get-CloudServiceEndpoint.ps1; hosts marked "unverified" were found in no Microsoft page
- GRAPH: learn.microsoft.com/graph/deployments
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

EXCHANGE_ONLINE_APP_ID: Final = (
    "00000002-0000-0ff1-ce00-000000000000"  # OAUTHDOC: "Office 365 Exchange Online"
)
GRAPH_APP_ID: Final = "00000003-0000-0000-c000-000000000000"  # Microsoft Graph


@dataclass(frozen=True)
class Protocol:
    """How an application reaches a mailbox over one mail protocol.

    Args:
        app_role: the application permission on Office 365 Exchange Online (OAUTHDOC). It is resolved by
            this value in the tenant, never by id.
        scope: the delegated permission, which both Microsoft Graph and Office 365 Exchange Online have (OAUTHDOC).
        tls: ``implicit``, or ``starttls`` on a connection that begins in clear.
        sasl: the SASL mechanism (OAUTHDOC).
    """

    app_role: str
    scope: str
    tls: str
    sasl: str = "XOAUTH2"


PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "imap": Protocol("IMAP.AccessAsApp", "IMAP.AccessAsUser.All", "implicit"),
    "pop": Protocol("POP.AccessAsApp", "POP.AccessAsUser.All", "implicit"),
    "smtp": Protocol("SMTP.SendAsApp", "SMTP.Send", "starttls"),
}


@dataclass(frozen=True)
class Host:
    """A mail server."""

    host: str
    port: int


@dataclass(frozen=True)
class Cloud:
    """One of Microsoft's clouds.

    Args:
        authority: where Entra signs in, without a slash at the end.
        scope: what a token for Exchange is asked for, for administration and for all mail protocols.
        exchange_environment: ``-ExchangeEnvironmentName`` of Connect-ExchangeOnline (EXOPS); None leaves it out.
        hosts: the mail server by protocol.
        exchange: the root of Exchange's own address, without a slash at the end; for the carrier ``rest``.
        graph: the root of Microsoft Graph, without a slash at the end (GRAPH).
    """

    authority: str
    scope: str
    exchange_environment: str | None
    hosts: Mapping[str, Host]
    exchange: str
    graph: str

    @property
    def graph_scope(self) -> str:
        """What a token for Microsoft Graph is asked for."""
        return f"{self.graph}/.default"

    def delegated_scope(self, permission: str) -> str:
        """A delegated permission as a client asks for it (OAUTHDOC; other clouds than the worldwide one: unverified)."""
        root = self.scope.removesuffix("/.default").replace("//outlook.office365.com", "//outlook.office.com")
        return f"{root}/{permission}"


def _cloud(authority: str, exchange: str, environment: str, smtp: str, graph: str) -> Cloud:
    hosts = {"imap": Host(exchange, 993), "pop": Host(exchange, 995), "smtp": Host(smtp, 587)}
    root = f"https://{exchange}"
    return Cloud(f"https://{authority}", f"{root}/.default", environment, hosts, root, f"https://{graph}")


CLOUDS: Final[Mapping[str, Cloud]] = {
    "global": _cloud(
        "login.microsoftonline.com",
        "outlook.office365.com",
        "O365Default",
        "smtp.office365.com",
        "graph.microsoft.com",
    ),
    # unverified: the mail hosts of GCC High and DoD
    "usgov-high": _cloud(
        "login.microsoftonline.us",
        "outlook.office365.us",
        "O365USGovGCCHigh",
        "smtp.office365.us",
        "graph.microsoft.us",
    ),
    "usgov-dod": _cloud(
        "login.microsoftonline.us",
        "outlook-dod.office365.us",
        "O365USGovDoD",
        "outlook-dod.office365.us",
        "dod-graph.microsoft.us",
    ),
    "china": _cloud(
        "login.partner.microsoftonline.cn",
        "partner.outlook.cn",
        "O365China",
        "smtp.partner.outlook.cn",
        "microsoftgraph.chinacloudapi.cn",
    ),
}

# What the azuread provider calls the clouds: azuread:environment
# (https://www.pulumi.com/registry/packages/azuread/installation-configuration/).
ENVIRONMENTS: Final[Mapping[str, str]] = {
    "global": "global",
    "public": "global",
    "usgovernment": "usgov-high",
    "usgovernmentl4": "usgov-high",
    "usgovernmentl5": "usgov-dod",
    "dod": "usgov-dod",
    "china": "china",
}
CUSTOM_CLOUD: Final = "custom"  # its hosts come from the file that MAILGRANT_CLOUD_FILE names
# Microsoft's message centre, MC1158911: RBAC for Applications over SMTP is there in the worldwide cloud only.
WITH_SMTP_SCOPE: Final = ("global", CUSTOM_CLOUD)

# The Exchange management role that the cmdlets of a noun need: Microsoft365DSC, settings.json of the resource of that
# noun; for the last two https://learn.microsoft.com/exchange/permissions-exo/application-rbac.
EXCHANGE_ROLES: Final[Mapping[str, str]] = {
    "ServicePrincipal": "Role Management",
    "MailboxPermission": "Mail Recipients",
    "RecipientPermission": "Mail Recipients",
    "CASMailbox": "Mail Recipients",
    "Mailbox": "Mail Recipients",
    "User": "Mail Recipients",
    "Recipient": "Mail Recipients",
    "DistributionGroup": "Distribution Groups",
    "TransportConfig": "Organization Transport Settings",
    "AuthenticationPolicy": "Organization Configuration",
    "OrganizationConfig": "Organization Configuration",
    "ManagementScope": "Role Management",
    "ManagementRoleAssignment": "Role Management",
}

# What a client may be given on a mailbox, in the words of the stack file.
RIGHTS: Final = ("full-access", "full-access+automapping", "send-as")

# What a delegated client asks for besides, so that nobody signs in again every hour (OAUTHDOC).
OFFLINE_ACCESS: Final = "offline_access"


@dataclass(frozen=True)
class PublishedClient:
    """A mail client that somebody publishes for every tenant.

    Args:
        client_id: its application id.
        title: what it is called.
        abused: whether its id is known to be used to harvest mailboxes, so that consent for everybody is a risk.
    """

    client_id: str
    title: str
    abused: bool


# Ids: mailnews/base/src/OAuth2Providers.sys.mjs in Thunderbird's source; the old one stands in published guides.
# Both are public clients: whoever gets somebody to sign in can use them.
PUBLISHED_CLIENTS: Final[Mapping[str, PublishedClient]] = {
    "thunderbird": PublishedClient(
        "9e5f94bc-e8a4-4e73-b8be-63364c29d753", "Mozilla Thunderbird", abused=True
    ),
    "thunderbird-old": PublishedClient(
        "08162f7c-0fd2-4200-a84a-f25a4db0b584", "Mozilla Thunderbird (before 2023)", abused=True
    ),
}
