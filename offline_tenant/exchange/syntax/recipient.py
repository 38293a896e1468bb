"""Get-Recipient, as far as it says what an address is."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import ANY_IDENTITY, SIZE, Parameter, Syntax, refused
from offline_tenant.exchange.values import BOOLEAN, SWITCH, TEXT, TEXTS

ROWS: Final = (
    Syntax(
        "Get-Recipient",
        (
            ANY_IDENTITY,
            SIZE,
            Parameter("IncludeSoftDeletedRecipients", SWITCH),
            *refused(
                TEXT, "Anr", "AuthenticationType", "BookmarkDisplayName", "Filter", "OrganizationalUnit"
            ),
            *refused(TEXT, "PropertySet", "RecipientPreviewFilter", "SortBy"),
            *refused(TEXTS, "Capabilities", "Properties", "RecipientType", "RecipientTypeDetails"),
            *refused(BOOLEAN, "IncludeBookmarkObject"),
            *refused(SWITCH, "IncludeManagerWithDisplayName"),
        ),
        "Microsoft.Exchange.Data.Directory.Management.ReducedRecipient",
    ),
)
