"""Connect-ExchangeOnline with an access token, and the connection that comes of it."""

import json
import uuid
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from psrpcore.types import PSDateTime

from offline_tenant.pwsh.admin_api import AdminApi, Reply, TransportError
from offline_tenant.pwsh.errors import PowerShellError, invalid, not_emulated
from offline_tenant.pwsh.site import Site

PAGE_SIZE: Final = 1000  # records, the largest


@dataclass
class Connection:
    """One connection of one runspace.

    Args:
        api: what it talks to.
        number: counts the connections of the runspace from 1.
        organization: as it was given.
        page_size: records a request.
        cmdlets: the imported ones, in small letters.
        claims: of the token, not verified: the tenant does that.
    """

    api: AdminApi
    number: int
    organization: str
    page_size: int
    cmdlets: frozenset[str]
    claims: Mapping[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def invoke(self, cmdlet: str, parameters: Mapping[str, Any], page: str | None) -> Reply:
        """Run a cmdlet, or fetch a further page of what it gave back.

        Raises:
            TransportError: there was no answer.
        """
        return self.api.invoke(cmdlet, parameters, page, self.page_size)

    def information(self) -> dict[str, Any]:
        """The properties that Get-ConnectionInformation shows."""
        expires = datetime.fromtimestamp(self.claims.get("exp", 0), UTC)
        return {
            "ConnectionId": self.id,
            "State": "Connected",
            "Id": self.number,
            "Name": f"ExchangeOnline_{self.number}",
            "UserPrincipalName": None,
            "ConnectionUri": "https://outlook.office365.com",
            "AzureAdAuthorizationEndpointUri": "https://login.microsoftonline.com/organizations",
            "TokenExpiryTimeUTC": PSDateTime(expires),
            "CertificateAuthentication": False,
            "ModuleName": f"tmpEXO_{self.id[:8]}",
            "ModulePrefix": "",
            "Organization": self.organization,
            "DelegatedOrganization": "",
            "AppId": self.claims.get("appid"),
            "PageSize": self.page_size,
            "TenantID": self.claims.get("tid"),
            "TokenStatus": "Active",
            "ConnectionUsedForInbuiltCmdlets": True,
            "IsEopSession": False,
        }


def connect(site: Callable[[], Site], parameters: Mapping[str, Any], number: int) -> Connection:
    """Make a connection.

    Args:
        site: finds the tenant.
        parameters: of Connect-ExchangeOnline, bound.
        number: the connection's.

    Raises:
        PowerShellError: the tenant did not let us in, or is not there.
    """
    token, organization = parameters.get("AccessToken"), parameters.get("Organization")
    if not token:
        raise not_emulated("Connect-ExchangeOnline without -AccessToken")
    if not organization:
        raise invalid("Organization is required when an app-only AccessToken is used.", "OrganizationMissing")
    wanted = parameters.get("CommandName") or ["*"]
    api = AdminApi(site(), organization, token)
    try:
        _asked(api, "EXOBanner('AutogenSession')", {})
        listed = _asked(api, "EXOModuleFile", {"CommandName": ",".join(wanted)})
    except BaseException:
        api.close()
        raise
    cmdlets = _chosen(listed, wanted)
    return Connection(
        api, number, organization, parameters.get("PageSize") or PAGE_SIZE, cmdlets, _claims(token)
    )


def _asked(api: AdminApi, resource: str, headers: Mapping[str, str]) -> Reply:
    try:
        reply = api.get(resource, headers)
    except TransportError as error:
        raise PowerShellError(
            f"An error occurred while sending the request. {error}",
            error_id="System.Net.Http.HttpRequestException",
            category="ConnectionError",
            exception="System.Net.Http.HttpRequestException",
        ) from error
    if reply.status != 200:  # noqa: PLR2004 - the one good status
        raise _not_let_in(reply)
    return reply


def _not_let_in(reply: Reply) -> PowerShellError:
    said = reply.body.get("error", {}).get("message")
    return PowerShellError(
        said or f"Response status code does not indicate success: {reply.status}.",
        error_id="UnauthorizedAccess" if reply.status in {401, 403} else "ConnectFailed",
        category="PermissionDenied" if reply.status in {401, 403} else "ConnectionError",
        exception="System.UnauthorizedAccessException" if reply.status in {401, 403} else "System.Exception",
    )


def _chosen(reply: Reply, wanted: list[str]) -> frozenset[str]:
    exported = reply.body["value"][0]["exportedCmdlets"].casefold().split(",")
    patterns = [pattern.casefold() for pattern in wanted]
    return frozenset(name for name in exported if any(fnmatchcase(name, pattern) for pattern in patterns))


def _claims(token: str) -> dict[str, Any]:
    try:
        part = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
