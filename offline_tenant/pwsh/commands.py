"""The commands of the stand-in besides the imported cmdlets: their parameters, as the module's reference has them."""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.exchange.syntax.parameters import Parameter, Syntax, refused
from offline_tenant.exchange.values import (
    BOOLEAN,
    NUMBER,
    SWITCH,
    TEXT,
    TEXTS,
    NotConvertibleError,
    Type,
    one_of,
)
from offline_tenant.pwsh.plain import Secret

ENVIRONMENT: Final = one_of(
    "Microsoft.Exchange.Management.RestApiClient.ExchangeEnvironment",
    *("O365China", "O365Default", "O365GermanyCloud", "O365USGovDoD", "O365USGovGCCHigh"),
)


def _secure(value: Any) -> str:
    if isinstance(value, Secret):
        return value
    raise NotConvertibleError(
        'Cannot convert the value of type "System.String" to type "System.Security.SecureString".'
    )


SECURE: Final = Type("System.Security.SecureString", _secure)
CONNECT: Final = Syntax(
    "Connect-ExchangeOnline",
    (
        *refused(TEXT, "ConnectionUri", "AzureADAuthorizationEndpointUri"),
        Parameter("ExchangeEnvironmentName", ENVIRONMENT, position=2),
        *refused(TEXT, "PSSessionOption", "DelegatedOrganization", "Prefix"),
        Parameter("CommandName", TEXTS, position=6),
        Parameter("FormatTypeName", TEXTS, position=7),
        Parameter("AccessToken"),
        Parameter("Organization"),
        Parameter("PageSize", NUMBER),
        Parameter("ShowBanner", SWITCH),
        Parameter("ShowProgress", BOOLEAN),
        Parameter("SkipLoadingFormatData", SWITCH),
        Parameter("SkipLoadingCmdletHelp", SWITCH),
        Parameter("LoadCmdletHelp", SWITCH),
        Parameter("DisableWAM", SWITCH),
        Parameter("TrackPerformance", BOOLEAN),
        Parameter("AppId"),
        Parameter("CertificateFilePath"),
        Parameter("CertificatePassword", SECURE),
        Parameter("CertificateThumbprint"),
        *refused(TEXT, "Certificate"),
        *refused(TEXT, "Credential", "ManagedIdentityAccountId", "UserPrincipalName", "SigningCertificate"),
        *refused(TEXT, "EXOModuleBasePath", "LogDirectoryPath", "LogLevel", "EnableErrorReporting"),
        *refused(
            SWITCH, "Device", "InlineCredential", "ManagedIdentity", "UseMultithreading", "UseRPSSession"
        ),
    ),
)
DISCONNECT: Final = Syntax(
    "Disconnect-ExchangeOnline",
    (Parameter("ConnectionId", TEXTS), *refused(TEXTS, "ModulePrefix")),
    confirms="always",
)
INFORMATION: Final = Syntax(
    "Get-ConnectionInformation",
    (Parameter("ConnectionId", TEXTS), *refused(TEXTS, "ModulePrefix")),
    "Microsoft.Exchange.Management.RestApiClient.ConnectionInformation",
)
IMPORT_MODULE: Final = Syntax(
    "Import-Module",
    (
        Parameter("Name", TEXTS, mandatory=True, position=0),
        *(Parameter(name) for name in ("MinimumVersion", "RequiredVersion", "MaximumVersion")),
        *(Parameter(name, SWITCH) for name in ("Force", "PassThru", "DisableNameChecking", "Global")),
    ),
)
GET_MODULE: Final = Syntax(
    "Get-Module",
    (Parameter("Name", TEXTS, position=0), *(Parameter(name, SWITCH) for name in ("ListAvailable", "All"))),
    "System.Management.Automation.PSModuleInfo",
)
BUILT_IN: Final[Mapping[str, Syntax]] = {
    row.name.casefold(): row for row in (CONNECT, DISCONNECT, INFORMATION, IMPORT_MODULE, GET_MODULE)
}
