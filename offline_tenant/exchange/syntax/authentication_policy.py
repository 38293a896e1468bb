"""*-AuthenticationPolicy. The switches that block modern authentication exist on premises only."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import ANY_IDENTITY, IDENTITY, Parameter, Syntax, refused
from offline_tenant.exchange.values import SWITCH, TEXT

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.AuthenticationPolicy"
PROTOCOLS: Final = tuple(
    f"AllowBasicAuth{name}"
    for name in (
        *("ActiveSync", "Autodiscover", "Imap", "Mapi", "OfflineAddressBook", "OutlookService", "Pop"),
        *("ReportingWebServices", "Rpc", "Smtp", "WebServices", "Powershell"),
    )
)
SWITCHES: Final = tuple(Parameter(name, SWITCH) for name in PROTOCOLS)
LACKING: Final = (
    *refused(SWITCH, "AllowLegacyExchangeTokens", "BlockLegacyExchangeTokens"),
    *refused(TEXT, "TenantId", "Organization"),
)

ROWS: Final = (
    Syntax(
        "New-AuthenticationPolicy",
        (Parameter("Name", mandatory=True, position=0), *SWITCHES, *LACKING),
        OUTPUT,
        "asked",
    ),
    Syntax("Get-AuthenticationPolicy", (ANY_IDENTITY, *LACKING), OUTPUT),
    Syntax("Set-AuthenticationPolicy", (IDENTITY, *SWITCHES, *LACKING), OUTPUT, "asked"),
    Syntax("Remove-AuthenticationPolicy", (IDENTITY, *LACKING), OUTPUT, "always"),
)
