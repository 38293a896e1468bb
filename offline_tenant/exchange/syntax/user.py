"""Get-User and Set-User, as far as authentication policies need them."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import (
    ANY_IDENTITY,
    IDENTITY,
    SIZE,
    Parameter,
    Syntax,
    refused,
)
from offline_tenant.exchange.values import DATE_TIME, SWITCH, TEXT

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.User"

ROWS: Final = (
    Syntax(
        "Get-User",
        (
            ANY_IDENTITY,
            SIZE,
            *refused(TEXT, "Anr", "Filter", "OrganizationalUnit", "RecipientTypeDetails", "SortBy"),
            *refused(SWITCH, "PublicFolder", "IsVIP"),
        ),
        OUTPUT,
    ),
    Syntax(
        "Set-User",
        (
            IDENTITY,
            Parameter("AuthenticationPolicy"),
            Parameter("STSRefreshTokensValidFrom", DATE_TIME),
            *refused(
                TEXT,
                *("AssistantName", "BlockCloudCache", "City", "Company", "CountryOrRegion", "Department"),
                *(
                    "DisplayName",
                    "Fax",
                    "FirstName",
                    "Initials",
                    "LastName",
                    "Manager",
                    "MobilePhone",
                    "Name",
                ),
                *("Notes", "Office", "Phone", "PostalCode", "StateOrProvince", "StreetAddress", "Title"),
                *("RemotePowerShellEnabled", "VIP", "WebPage", "WindowsEmailAddress"),
            ),
            *refused(SWITCH, "Force", "PermanentlyClearPreviousMailboxInfo", "PublicFolder"),
        ),
        OUTPUT,
        "asked",
    ),
)
