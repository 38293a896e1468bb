"""Get-Mailbox and Get-EXOMailbox."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import ANY_IDENTITY, SIZE, Parameter, Syntax, refused
from offline_tenant.exchange.values import SWITCH, TEXT, TEXTS, any_of

RECIPIENT_TYPES: Final = any_of(
    "Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails",
    *("UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"),
)
OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.Mailbox"

ROWS: Final = (
    Syntax(
        "Get-Mailbox",
        (
            ANY_IDENTITY,
            SIZE,
            Parameter("RecipientTypeDetails", RECIPIENT_TYPES),
            Parameter("UseCustomRouting", SWITCH),
            *refused(TEXT, "Anr", "Filter", "SortBy", "MailboxPlan", "Organization"),
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
            ANY_IDENTITY,
            Parameter("ExternalDirectoryObjectId"),
            Parameter("PrimarySmtpAddress"),
            Parameter("UserPrincipalName"),
            Parameter("Properties", TEXTS),
            Parameter(
                "PropertySets",
                any_of("Microsoft.Exchange.Management.RestApiClient.MailboxSet", "All", "Minimum"),
            ),
            SIZE,
            Parameter("RecipientTypeDetails", RECIPIENT_TYPES),
            *refused(TEXT, "Anr", "Filter", "OrganizationalUnit"),
            *refused(
                SWITCH,
                *("Archive", "Async", "GroupMailbox", "InactiveMailboxOnly", "IncludeInactiveMailbox"),
                *("MailboxPlan", "Migration", "PublicFolder", "SoftDeletedMailbox"),
            ),
        ),
        OUTPUT,
    ),
)
