"""Get-Mailbox, Get-EXOMailbox and Set-Mailbox."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import (
    ANY_IDENTITY,
    EXO_IDENTITIES,
    IDENTITY,
    SIZE,
    Parameter,
    Syntax,
    refused,
)
from offline_tenant.exchange.values import BOOLEAN, SWITCH, TEXT, TEXTS, any_of

RECIPIENT_TYPES: Final = any_of(
    "Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails",
    *("UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"),
)
CUSTOM_ATTRIBUTES: Final = tuple(f"CustomAttribute{number}" for number in range(1, 16))
OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.Mailbox"

ROWS: Final = (
    Syntax(
        "Get-Mailbox",
        (
            ANY_IDENTITY,
            SIZE,
            Parameter("RecipientTypeDetails", RECIPIENT_TYPES),
            Parameter("Filter"),
            Parameter("UseCustomRouting", SWITCH),
            *refused(TEXT, "Anr", "SortBy", "MailboxPlan", "Organization"),
            *refused(
                SWITCH,
                *("Archive", "GroupMailbox", "InactiveMailboxOnly", "IncludeInactiveMailbox", "Migration"),
                *(
                    "PublicFolder",
                    "SoftDeletedMailbox",
                    "SupervisoryReviewPolicy",
                    "IncludeEmailAddressDisplayNames",
                ),
            ),
        ),
        OUTPUT,
    ),
    Syntax(
        "Get-EXOMailbox",
        (
            *EXO_IDENTITIES,
            Parameter("Properties", TEXTS),
            Parameter(
                "PropertySets",
                any_of("Microsoft.Exchange.Management.RestApiClient.MailboxSet", "All", "Minimum"),
            ),
            SIZE,
            Parameter("RecipientTypeDetails", RECIPIENT_TYPES),
            Parameter("Filter"),
            *refused(TEXT, "Anr", "OrganizationalUnit"),
            *refused(
                SWITCH,
                *("Archive", "Async", "GroupMailbox", "InactiveMailboxOnly", "IncludeInactiveMailbox"),
                *("MailboxPlan", "Migration", "PublicFolder", "SoftDeletedMailbox"),
            ),
        ),
        OUTPUT,
    ),
    Syntax(
        "Set-Mailbox",
        (
            IDENTITY,
            Parameter("DisplayName"),
            Parameter("LitigationHoldEnabled", BOOLEAN),
            *(Parameter(name) for name in CUSTOM_ATTRIBUTES),
            *refused(TEXT, "Alias", "EmailAddresses", "ForwardingAddress", "ForwardingSmtpAddress"),
            *refused(TEXT, "GrantSendOnBehalfTo", "LitigationHoldDuration", "PrimarySmtpAddress", "Type"),
            *refused(BOOLEAN, "HiddenFromAddressListsEnabled", "DeliverToMailboxAndForward"),
        ),
        OUTPUT,
        "asked",
    ),
)
