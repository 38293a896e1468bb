"""Everything that Pulumi would do, as text: made from the preview itself, so that it cannot say anything else."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mailgrant.report.preview import REPLACE, Step
from mailgrant.report.resources import inputs
from mailgrant.report.values import NOT_KNOWN, is_unknown

# At the begin of a line, where GitHub colours it.
SIGNS: Final[Mapping[str, str]] = {"create": "+", "delete": "-", "delete-replaced": "-", "import": "="}
MISSING: Final = object()


def listing(steps: Iterable[Step]) -> str:
    """One block a resource, one line a property that is set or changes."""
    return "\n".join(line for step in steps for line in _step(step))


def _step(step: Step) -> Iterator[str]:
    sign = SIGNS.get(step.op, "!")
    yield f"{sign} {step.op} {step.type} {step.name}"
    old, new = inputs(step.old), inputs(step.new)
    if step.op in {"create", "update"} or step.op in REPLACE:
        yield from _differences(old if step.op != "create" else {}, new, 1)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], depth: int) -> Iterator[str]:
    for name in dict.fromkeys([*old, *new]):
        was, will = old.get(name, MISSING), new.get(name, MISSING)
        if _shown(was) == _shown(will) or name.startswith("__"):
            continue
        if isinstance(was, Mapping) and isinstance(will, Mapping):
            yield f"  {'    ' * depth}{name}:"
            yield from _differences(was, will, depth + 1)
            continue
        yield from (f"- {'    ' * depth}{name}: {_value(was)}" for _ in [0] if was is not MISSING)
        yield from (f"+ {'    ' * depth}{name}: {_value(will)}" for _ in [0] if will is not MISSING)


def _value(value: Any) -> str:
    return json.dumps(_shown(value), ensure_ascii=False)


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _shown(one) for name, one in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return list(map(_shown, value))
    return NOT_KNOWN if is_unknown(value) else value
