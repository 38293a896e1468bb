"""What all formats for people say of a stack's guardrails."""

from typing import Final

from mailgrant.guardrails.findings import Finding
from mailgrant.guardrails.in_force import Loosened
from mailgrant.report.declared import Declared
from mailgrant.report.formats.wording import Line, Name, Section, capped

LOOSENED: Final = "Guardrails are loosened"
LOOSER: Final = "Guardrails are looser than where a stack says nothing"
CHANGED: Final = "Guardrails change, and none is loosened"
HELD: Final = "the next report is held against those of this update"


def sections(said: Declared) -> list[Section]:
    """What they find, and what the change does to them; for above everything else."""
    return [
        *capped("Guardrails", list(map(_found, said.findings)), "told by --format json"),
        *capped(*_guardrails(said), "in the stack's file"),
    ]


def _found(finding: Finding) -> Line:
    return (
        f"{finding.severity}: ",
        Name(finding.place),
        ": ",
        Name(finding.reason),
        " → ",
        Name(finding.remedy),
        f" (guardrail {finding.rule})",
    )


def _guardrails(said: Declared) -> tuple[str, list[Line]]:
    if said.changed and not said.loosened:
        return CHANGED, [(HELD,)]
    return LOOSENED if said.compared else LOOSER, list(map(_loosened, said.loosened))


def _loosened(one: Loosened) -> Line:
    where: Line = (", ", Name(one.where)) if one.where else ()
    return (Name(one.rule), *where, ": ", Name(one.before), " → ", Name(one.after))
