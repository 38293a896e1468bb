"""The parameters of every cmdlet, one row each, from the pages under "ExchangePowerShell" in Microsoft's reference.

The endpoint binds with this table, and so does the PowerShell stand-in, which must start quickly:
nothing here may import the state or the web side.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from offline_tenant.exchange.values import (
    BOOLEAN,
    NUMBER,
    RESULT_SIZE,
    SWITCH,
    TEXT,
    TEXTS,
    Type,
    any_of,
    one_of,
)


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Args:
        name: without the dash.
        type: what values become.
        mandatory: the cmdlet does not run without it.
        position: where it stands when it is given without its name.
        aliases: further names.
        emulated: False where Microsoft has it and the offline tenant refuses it.
    """

    name: str
    type: Type = TEXT
    mandatory: bool = False
    position: int | None = None
    aliases: tuple[str, ...] = ()
    emulated: bool = True


@dataclass(frozen=True)
class Syntax:
    """One cmdlet as the parameter binder sees it.

    Args:
        name: verb and noun.
        parameters: its own; the common ones stand in ``COMMON``.
        output: the .NET type of what it returns.
        confirms: ``never`` has no -Confirm, ``asked`` prompts with -Confirm, ``always`` unless -Confirm:$false.
    """

    name: str
    parameters: tuple[Parameter, ...]
    output: str = "System.Object"
    confirms: str = "never"

    @property
    def all_parameters(self) -> tuple[Parameter, ...]:
        """Its own, -Confirm and -WhatIf where it has them, and the common ones."""
        return (*self.parameters, *(() if self.confirms == "never" else SHOULD_PROCESS), *COMMON)


MAILBOX_RIGHTS: Final = (
    *("FullAccess", "ExternalAccount", "DeleteItem", "ReadPermission", "ChangePermission", "ChangeOwner"),
)
RIGHTS: Final = any_of("Microsoft.Exchange.Management.RecipientTasks.MailboxRights", *MAILBOX_RIGHTS)
REMOVABLE_RIGHTS: Final = any_of(
    "Microsoft.Exchange.Management.RecipientTasks.MailboxRights", *MAILBOX_RIGHTS, "SendAs"
)
INHERITANCE: Final = one_of(
    "System.DirectoryServices.ActiveDirectorySecurityInheritance",
    *("None", "All", "Descendents", "SelfAndChildren", "Children"),
)
RECIPIENT_TYPES: Final = any_of(
    "Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails",
    *("UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"),
)
ACTION: Final = one_of(
    "System.Management.Automation.ActionPreference",
    *("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend", "Break"),
)

# The common parameters of PowerShell 7; only the two actions mean something here.
COMMON: Final = (
    *(
        Parameter(name, ACTION)
        for name in ("ErrorAction", "WarningAction", "InformationAction", "ProgressAction")
    ),
    *(Parameter(name, SWITCH) for name in ("Verbose", "Debug")),
    *(Parameter(name) for name in ("ErrorVariable", "WarningVariable", "InformationVariable")),
    *(Parameter(name) for name in ("OutVariable", "PipelineVariable")),
    Parameter("OutBuffer", NUMBER),
)
SHOULD_PROCESS: Final = (
    Parameter("Confirm", SWITCH, aliases=("cf",)),
    Parameter("WhatIf", SWITCH, aliases=("wi",)),
)


def _refused(type_: Type, *names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, type_, emulated=False) for name in names)


IDENTITY: Final = Parameter("Identity", mandatory=True, position=0)
ANY_IDENTITY: Final = Parameter("Identity", position=0)
SIZE: Final = Parameter("ResultSize", RESULT_SIZE)

SERVICE_PRINCIPAL: Final = "Microsoft.Exchange.Data.Directory.Management.ServicePrincipal"
PERMISSION: Final = "Microsoft.Exchange.Management.RecipientTasks.MailboxAcePresentationObject"
MAILBOX: Final = "Microsoft.Exchange.Data.Directory.Management.Mailbox"

ROWS: Final = (
    Syntax(
        "New-ServicePrincipal",
        (
            Parameter("AppId", mandatory=True),
            Parameter("ObjectId", mandatory=True, aliases=("ServiceId",)),
            Parameter("DisplayName"),
            *_refused(TEXT, "Organization"),
        ),
        SERVICE_PRINCIPAL,
        "asked",
    ),
    Syntax(
        "Get-ServicePrincipal",
        (ANY_IDENTITY, *_refused(TEXT, "Organization")),
        SERVICE_PRINCIPAL,
    ),
    Syntax(
        "Set-ServicePrincipal",
        (
            IDENTITY,
            Parameter("DisplayName"),
            *_refused(BOOLEAN, "OverrideEnforceExoAppRbacPermissions"),
        ),
        SERVICE_PRINCIPAL,
        "asked",
    ),
    Syntax("Remove-ServicePrincipal", (IDENTITY,), SERVICE_PRINCIPAL, "always"),
    Syntax(
        "Add-MailboxPermission",
        (
            IDENTITY,
            Parameter("User", mandatory=True),
            Parameter("AccessRights", RIGHTS, mandatory=True),
            Parameter("InheritanceType", INHERITANCE),
            Parameter("AutoMapping", BOOLEAN),
            Parameter("Deny", SWITCH),
            *_refused(TEXT, "Owner"),
            *_refused(SWITCH, "GroupMailbox", "IgnoreDefaultScope"),
        ),
        PERMISSION,
        "asked",
    ),
    Syntax(
        "Get-MailboxPermission",
        (
            IDENTITY,
            Parameter("User"),
            SIZE,
            Parameter("IncludeUnresolvedPermissions", SWITCH),
            Parameter("UseCustomRouting", SWITCH),
            *_refused(
                SWITCH,
                *("Owner", "SoftDeletedMailbox", "GroupMailbox", "IncludeSoftDeletedUserPermissions"),
            ),
        ),
        PERMISSION,
    ),
    Syntax(
        "Remove-MailboxPermission",
        (
            IDENTITY,
            Parameter("User", mandatory=True),
            Parameter("AccessRights", REMOVABLE_RIGHTS, mandatory=True),
            Parameter("InheritanceType", INHERITANCE),
            Parameter("Deny", SWITCH),
            Parameter("BypassMasterAccountSid", SWITCH),
            *_refused(
                SWITCH,
                *(
                    "GroupMailbox",
                    "IgnoreDefaultScope",
                    "SoftDeletedMailbox",
                    "ClearAutoMapping",
                    "ResetDefault",
                ),
            ),
        ),
        PERMISSION,
        "always",
    ),
    Syntax(
        "Get-Mailbox",
        (
            ANY_IDENTITY,
            SIZE,
            Parameter("RecipientTypeDetails", RECIPIENT_TYPES),
            Parameter("UseCustomRouting", SWITCH),
            *_refused(TEXT, "Anr", "Filter", "SortBy", "MailboxPlan", "Organization"),
            *_refused(
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
        MAILBOX,
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
            *_refused(TEXT, "Anr", "Filter", "OrganizationalUnit"),
            *_refused(
                SWITCH,
                *("Archive", "Async", "GroupMailbox", "InactiveMailboxOnly", "IncludeInactiveMailbox"),
                *("MailboxPlan", "Migration", "PublicFolder", "SoftDeletedMailbox"),
            ),
        ),
        MAILBOX,
    ),
)

SYNTAX: Final[Mapping[str, Syntax]] = {row.name.casefold(): row for row in ROWS}
