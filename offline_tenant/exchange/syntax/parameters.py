"""What a row about a cmdlet is made of: its parameters, and those that all cmdlets have."""

from dataclasses import dataclass
from typing import Final

from offline_tenant.exchange.values import (
    NUMBER,
    RESULT_SIZE,
    SWITCH,
    TEXT,
    Type,
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


def refused(type_: Type, *names: str) -> tuple[Parameter, ...]:
    """Parameters that Microsoft has and the offline tenant refuses by name."""
    return tuple(Parameter(name, type_, emulated=False) for name in names)


IDENTITY: Final = Parameter("Identity", mandatory=True, position=0)
ANY_IDENTITY: Final = Parameter("Identity", position=0)
SIZE: Final = Parameter("ResultSize", RESULT_SIZE)
# The fast cmdlets of the module, Get-EXO*, have a parameter for each kind of name as well.
EXO_IDENTITIES: Final = (
    ANY_IDENTITY,
    *(Parameter(name) for name in ("ExternalDirectoryObjectId", "PrimarySmtpAddress", "UserPrincipalName")),
)
