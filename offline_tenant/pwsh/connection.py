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
from offline_tenant.pwsh.signin import Certificate
from offline_tenant.pwsh.site import Site

UNAUTHORIZED: Final = 401
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
        certificate: what to sign in with again; None where a token was given.
        expired: the tenant took the token no longer.
    """

    api: AdminApi
    number: int
    organization: str
    page_size: int
    cmdlets: frozenset[str]
    claims: Mapping[str, Any]
    certificate: Certificate | None = None
    expired: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def invoke(self, cmdlet: str, parameters: Mapping[str, Any], page: str | None) -> Reply:
        """Run a cmdlet, or fetch a further page of what it gave back.

        Raises:
            TransportError: there was no answer.
        """
        reply = self.api.invoke(cmdlet, parameters, page, self.page_size)
        if reply.status == UNAUTHORIZED and self.certificate:
            # The module has what it needs to sign in again; with a token that it was given it has not.
            token = _signed_in(self.certificate, self.api, self.organization)
            self.api.authorize(token)
            self.claims = _claims(token)
            reply = self.api.invoke(cmdlet, parameters, page, self.page_size)
        self.expired = reply.status == UNAUTHORIZED
        return reply

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
            "CertificateAuthentication": self.certificate is not None,
            "ModuleName": f"tmpEXO_{self.id[:8]}",
            "ModulePrefix": "",
            "Organization": self.organization,
            "DelegatedOrganization": "",
            "AppId": self.claims.get("appid"),
            "PageSize": self.page_size,
            "TenantID": self.claims.get("tid"),
            "TokenStatus": "Expired" if self._over(expires) else "Active",
            "ConnectionUsedForInbuiltCmdlets": True,
            "IsEopSession": False,
        }

    def _over(self, expires: datetime) -> bool:
        return self.expired or expires <= datetime.now(UTC)


def connect(site: Callable[[], Site], parameters: Mapping[str, Any], number: int) -> Connection:
    """Make a connection.

    Args:
        site: finds the tenant.
        parameters: of Connect-ExchangeOnline, bound.
        number: the connection's.

    Raises:
        PowerShellError: the tenant did not let us in, or is not there.
    """
    organization, certificate = parameters.get("Organization"), _certificate(parameters)
    if not organization:
        raise invalid("Organization is required for app-only authentication.", "OrganizationMissing")
    wanted = parameters.get("CommandName") or ["*"]
    api = AdminApi(site(), organization)
    try:
        token = parameters.get("AccessToken") or _signed_in(certificate, api, organization)
        api.authorize(token)
        _asked(api, "EXOBanner('AutogenSession')", {})
        listed = _asked(api, "EXOModuleFile", {"CommandName": ",".join(wanted)})
    except BaseException:
        api.close()
        raise
    size = parameters.get("PageSize") or PAGE_SIZE
    return Connection(
        api, number, organization, size, _chosen(listed, wanted), _claims(token), certificate=certificate
    )


def _certificate(parameters: Mapping[str, Any]) -> Certificate | None:
    """The certificate to sign in with; None where an access token was given instead."""
    if parameters.get("CertificateThumbprint"):
        raise invalid(
            "The parameter CertificateThumbprint is supported on Windows only. Use CertificateFilePath with "
            "CertificatePassword.",
            "CertificateThumbprintNotSupported",
        )
    app_id, path = parameters.get("AppId"), parameters.get("CertificateFilePath")
    if app_id and path:
        return Certificate(app_id, path, parameters.get("CertificatePassword"))
    if not parameters.get("AccessToken"):
        raise not_emulated("Connect-ExchangeOnline without -AccessToken, or -AppId and -CertificateFilePath")
    return None


def _signed_in(certificate: Certificate | None, api: AdminApi, organization: str) -> str:
    try:
        return certificate.token(api, organization) if certificate else ""
    except TransportError as error:
        raise _no_answer(error) from error


def _asked(api: AdminApi, resource: str, headers: Mapping[str, str]) -> Reply:
    try:
        reply = api.get(resource, headers)
    except TransportError as error:
        raise _no_answer(error) from error
    if reply.status != 200:  # noqa: PLR2004 - the one good status
        raise _not_let_in(reply)
    return reply


def _no_answer(error: TransportError) -> PowerShellError:
    return PowerShellError(
        f"An error occurred while sending the request. {error}",
        error_id="System.Net.Http.HttpRequestException",
        category="ConnectionError",
        exception="System.Net.Http.HttpRequestException",
    )


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
