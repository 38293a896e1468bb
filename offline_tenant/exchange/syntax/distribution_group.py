"""*-DistributionGroup and *-DistributionGroupMember."""

from typing import Final

from offline_tenant.exchange.syntax.parameters import (
    ANY_IDENTITY,
    IDENTITY,
    SIZE,
    Parameter,
    Syntax,
    refused,
)
from offline_tenant.exchange.values import BOOLEAN, SWITCH, TEXT, TEXTS, any_of, one_of

OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.DistributionGroup"
MEMBER_OUTPUT: Final = "Microsoft.Exchange.Data.Directory.Management.ReducedRecipient"
TYPES: Final = any_of(
    "Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails",
    *("MailUniversalDistributionGroup", "MailUniversalSecurityGroup"),
)
KIND: Final = one_of("Microsoft.Exchange.Management.RecipientTasks.GroupType", "Distribution", "Security")
# The administrators here need not be managers of a group, so the switch changes nothing.
BYPASS: Final = Parameter("BypassSecurityGroupManagerCheck", SWITCH)

ROWS: Final = (
    Syntax(
        "Get-DistributionGroup",
        (
            ANY_IDENTITY,
            SIZE,
            Parameter("Filter"),
            Parameter("RecipientTypeDetails", TYPES),
            *refused(TEXT, "Anr", "ManagedBy", "SortBy", "OrganizationalUnit"),
            *refused(SWITCH, "IncludeGrantSendOnBehalfToWithDisplayNames", "Migration"),
        ),
        OUTPUT,
    ),
    Syntax(
        "New-DistributionGroup",
        (
            Parameter("Name", mandatory=True, position=0),
            Parameter("Alias"),
            Parameter("DisplayName"),
            Parameter("PrimarySmtpAddress"),
            Parameter("Type", KIND),
            Parameter("Members", TEXTS),
            *refused(TEXTS, "ManagedBy", "ModeratedBy"),
            *refused(TEXT, "MemberDepartRestriction", "MemberJoinRestriction", "Notes", "OrganizationalUnit"),
            *refused(TEXT, "SendModerationNotifications", "Description"),
            *refused(BOOLEAN, "ModerationEnabled", "RequireSenderAuthenticationEnabled"),
            *refused(SWITCH, "HiddenGroupMembershipEnabled", "IgnoreNamingPolicy", "RoomList"),
            *refused(BOOLEAN, "BypassNestedModerationEnabled"),
        ),
        OUTPUT,
        "asked",
    ),
    Syntax("Remove-DistributionGroup", (IDENTITY, BYPASS), OUTPUT, "always"),
    Syntax(
        "Get-DistributionGroupMember",
        (
            IDENTITY,
            SIZE,
            *refused(TEXT, "SortBy"),
            *refused(SWITCH, "IncludeSoftDeletedObjects", "ReadFromDomainController"),
        ),
        MEMBER_OUTPUT,
    ),
    Syntax("Add-DistributionGroupMember", (IDENTITY, Parameter("Member"), BYPASS), OUTPUT, "asked"),
    Syntax("Remove-DistributionGroupMember", (IDENTITY, Parameter("Member"), BYPASS), OUTPUT, "always"),
)
