"""Through which provider a resource is made: it decides about the tenant, and no property of the resource does.

The engine names one ``<its URN>::<its id>``, and those that nobody declares ``default`` with a version behind it:
github.com/pulumi/pulumi, pkg/resource/deploy/providers.
"""

import re
from typing import Final

from mailgrant.report.preview import State, Step, name_of

# One whose plugin is from elsewhere has its address behind the version.
DEFAULT: Final = re.compile(r"default(_\d+_\d+_\d+)?")


def explicit(state: State | None) -> str:
    """The name of the provider that a program made for it; empty if it has the default one."""
    name = name_of((state.provider if state else "").rpartition("::")[0])
    return "" if DEFAULT.fullmatch(name) else name


def is_exchanged(step: Step) -> bool:
    """Whether another provider than before works on it, though the resource itself may stay the same."""
    return bool(step.old and step.new) and explicit(step.old) != explicit(step.new)
