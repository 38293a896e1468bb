"""*-CASMailbox and *-CASMailboxPlan."""

from typing import Final

from offline_tenant.exchange.syntax.mailbox import RECIPIENT_TYPES
from offline_tenant.exchange.syntax.parameters import (
    ANY_IDENTITY,
    EXO_IDENTITIES,
    IDENTITY,
    SIZE,
    Parameter,
    Syntax,
    refused,
)
from offline_tenant.exchange.values import BOOLEAN, BOOLEAN_OR_NULL, SWITCH, TEXT, TEXTS, any_of

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.CASMailbox"
PLAN_OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.CASMailboxPlan"

# What both mailboxes and plans switch. Only IMAP and POP are served here; the others are kept and shown.
SWITCHES: Final = (
    *(Parameter(f"{name}Enabled", BOOLEAN) for name in ("ActiveSync", "ECP", "Imap", "MAPI", "OWA", "Pop")),
    Parameter("EwsEnabled", BOOLEAN_OR_NULL),
)
# Each needs ImapUseProtocolDefaults or PopUseProtocolDefaults to be false, which the mail servers here do not follow.
DETAILS: Final = (
    *refused(BOOLEAN, *(f"{name}UseProtocolDefaults" for name in ("Imap", "Pop"))),
    *refused(BOOLEAN, *(f"{name}SuppressReadReceipt" for name in ("Imap", "Pop"))),
    *refused(BOOLEAN, *(f"{name}EnableExactRFC822Size" for name in ("Imap", "Pop"))),
    *refused(BOOLEAN, *(f"{name}ForceICalForCalendarRetrievalOption" for name in ("Imap", "Pop"))),
    *refused(TEXT, *(f"{name}MessagesRetrievalMimeFormat" for name in ("Imap", "Pop"))),
)

ROWS: Final = (
    Syntax(
        "Get-CASMailbox",
        (
            ANY_IDENTITY,
            SIZE,
            Parameter("Filter"),
            Parameter("RecipientTypeDetails", RECIPIENT_TYPES),
            *refused(TEXT, "Anr", "SortBy", "Organization", "SendLogsTo"),
            *refused(SWITCH, "ActiveSyncDebugLogging", "GetImapProtocolLog", "GetPopProtocolLog"),
            *refused(SWITCH, "IgnoreDefaultScope", "ProtocolSettings", "ReadFromDomainController"),
            *refused(SWITCH, "RecalculateHasActiveSyncDevicePartnership"),
        ),
        OUTPUT,
    ),
    Syntax(
        "Get-EXOCasMailbox",
        (
            *EXO_IDENTITIES,
            SIZE,
            Parameter("Filter"),
            Parameter("RecipientTypeDetails", RECIPIENT_TYPES),
            Parameter("Properties", TEXTS),
            Parameter(
                "PropertySets",
                any_of("Microsoft.Exchange.Management.RestApiClient.CasMailboxSet", "All", "Minimum"),
            ),
            *refused(TEXT, "Anr", "OrganizationalUnit"),
            *refused(SWITCH, "ActiveSyncDebugLogging", "Async", "IgnoreDefaultScope", "ProtocolSettings"),
        ),
        OUTPUT,
    ),
    Syntax(
        "Set-CASMailbox",
        (
            IDENTITY,
            *SWITCHES,
            Parameter("SmtpClientAuthenticationDisabled", BOOLEAN_OR_NULL),
            *DETAILS,
            *refused(TEXT, "ActiveSyncMailboxPolicy", "OwaMailboxPolicy", "EwsApplicationAccessPolicy"),
            *refused(TEXT, "DisplayName", "EmailAddresses", "Name", "PrimarySmtpAddress"),
            *refused(BOOLEAN_OR_NULL, "EwsAllowEntourage", "EwsAllowMacOutlook", "EwsAllowOutlook"),
            *refused(BOOLEAN_OR_NULL, "OneWinNativeOutlookEnabled", "UniversalOutlookEnabled"),
            *refused(BOOLEAN_OR_NULL, "MacOutlookEnabled", "OutlookMobileEnabled"),
            *refused(BOOLEAN, "OWAforDevicesEnabled", "PublicFolderClientAccess", "ShowGalAsDefaultView"),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax(
        "Get-CASMailboxPlan",
        (ANY_IDENTITY, SIZE, *refused(TEXT, "Filter", "SortBy"), *refused(SWITCH, "IgnoreDefaultScope")),
        PLAN_OUTPUT,
    ),
    Syntax(
        "Set-CASMailboxPlan",
        (
            IDENTITY,
            *SWITCHES,
            *DETAILS,
            *refused(TEXT, "DisplayName", "OwaMailboxPolicy", "RemotePowerShell"),
        ),
        PLAN_OUTPUT,
        "asked",
    ),
)
