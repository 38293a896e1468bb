"""The commands of the stand-in besides the imported cmdlets: their parameters, as the module's reference has them."""

from collections.abc import Mapping
from typing import Final

from offline_tenant.exchange.syntax import Parameter, Syntax
from offline_tenant.exchange.values import BOOLEAN, NUMBER, SWITCH, TEXT, TEXTS, Type, one_of

ENVIRONMENT: Final = one_of(
    "Microsoft.Exchange.Management.RestApiClient.ExchangeEnvironment",
    *("O365China", "O365Default", "O365GermanyCloud", "O365USGovDoD", "O365USGovGCCHigh"),
)


def _refused(type_: Type, *names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, type_, emulated=False) for name in names)


CONNECT: Final = Syntax(
    "Connect-ExchangeOnline",
    (
        *_refused(TEXT, "ConnectionUri", "AzureADAuthorizationEndpointUri"),
        Parameter("ExchangeEnvironmentName", ENVIRONMENT, position=2),
        *_refused(TEXT, "PSSessionOption", "DelegatedOrganization", "Prefix"),
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
        *_refused(
            TEXT,
            "AppId",
            "Certificate",
            "CertificateFilePath",
            "CertificatePassword",
            "CertificateThumbprint",
        ),
        *_refused(TEXT, "Credential", "ManagedIdentityAccountId", "UserPrincipalName", "SigningCertificate"),
        *_refused(TEXT, "EXOModuleBasePath", "LogDirectoryPath", "LogLevel", "EnableErrorReporting"),
        *_refused(
            SWITCH, "Device", "InlineCredential", "ManagedIdentity", "UseMultithreading", "UseRPSSession"
        ),
    ),
)
DISCONNECT: Final = Syntax(
    "Disconnect-ExchangeOnline",
    (Parameter("ConnectionId", TEXTS), *_refused(TEXTS, "ModulePrefix")),
    confirms="always",
)
INFORMATION: Final = Syntax(
    "Get-ConnectionInformation",
    (Parameter("ConnectionId", TEXTS), *_refused(TEXTS, "ModulePrefix")),
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
