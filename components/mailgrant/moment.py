"""The moment that credentials are computed for: this one, unless somebody asks what another will bring."""

import os
from datetime import UTC, datetime
from typing import Final

from mailgrant.errors import SetupError

NOW: Final = "MAILGRANT_NOW"
YEARS: Final = range(2024, 2100)  # in which it makes sense to compute credentials


def now() -> datetime:
    """This moment, or the one in the variable ``MAILGRANT_NOW``; in UTC, as is one without a zone.

    It is a variable and no key of the stack, so that it cannot be left behind in a file.

    Raises:
        SetupError: there is no such moment.
    """
    text = os.environ.get(NOW)
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SetupError(f"{NOW}: {text!r} is no moment; write it as 2027-01-31T12:00:00Z") from error
    if moment.year not in YEARS:
        raise SetupError(f"{NOW}: {text!r} is too far away; the year must be from {YEARS[0]} to {YEARS[-1]}")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
