"""What a certificate that a stack makes is made of: checked, and read."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

INPUTS: Final = ("subject", "not_before", "not_after", "key_size")
SIZES: Final = (2048, 3072, 4096)
LONGEST_SUBJECT: Final = 64  # letters of a common name (RFC 5280, appendix A.1: ub-common-name)
FIRST_YEAR: Final = 1950  # that a certificate can tell (RFC 5280, 4.1.2.5.1)
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def problems(inputs: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the inputs, by place; nothing if all is well."""
    starts, ends = _moment(inputs.get("not_before")), _moment(inputs.get("not_after"))
    found = {
        "subject": _subject(inputs.get("subject")),
        "not_before": "" if starts else "not a moment in UTC from 1950 on; write it as 2026-11-01T00:00:00Z",
        "not_after": "" if ends else "not a moment in UTC from 1950 on; write it as 2026-11-01T00:00:00Z",
        "key_size": _size(inputs.get("key_size")),
    }
    if starts and ends and ends <= starts:
        found["not_after"] = "must be after not_before"
    return {place: problem for place, problem in found.items() if problem}


def moment(text: str) -> datetime:
    """A moment in UTC, written as ``2026-11-01T00:00:00Z``.

    Raises:
        ValueError: it is written in another way, or is none.
    """
    if not MOMENT.fullmatch(text):
        raise ValueError("not a moment in UTC")
    return datetime.fromisoformat(text).astimezone(UTC)


def _moment(value: Any) -> datetime | None:
    try:
        found = moment(value)
    except (TypeError, ValueError):
        return None
    return found if found.year >= FIRST_YEAR else None


def _subject(value: Any) -> str:
    fits = isinstance(value, str) and 1 <= len(value) <= LONGEST_SUBJECT and value.isprintable()
    return "" if fits else f"not a common name; use up to {LONGEST_SUBJECT} printable letters"


def _size(value: Any) -> str:
    fits = not isinstance(value, bool) and value in SIZES
    return "" if fits else f"not a size of RSA keys; use {', '.join(map(str, SIZES[:-1]))} or {SIZES[-1]}"
