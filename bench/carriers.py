"""Cmdlets over each carrier: ``python -m bench.carriers [CMDLETS [MAILBOXES]]``, 500 and 500 unless given.

One session, one cmdlet after the other, four reads for each write. ``python -m bench.carriers 50000`` shows that a
long session does not grow: the log of calls takes some megabytes in the beginning, and then nothing more.
"""

import json
import sys
import tempfile
from pathlib import Path

from bench import run
from offline_tenant import process
from tests.offline import carrier_load
from tests.offline.ways import WAYS

GROWTH: int = 32 * 1024 * 1024  # bytes; the full log of calls is the greater part of it


def main(cmdlets: int = 500, mailboxes: int = 500) -> int:
    """Run, print the figures as JSON, and give 1 if a process grew or a cmdlet was not counted."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder, carrier_load.tenant(Path(folder)) as home:
        outcomes = {carrier: carrier_load.run(home, carrier, cmdlets) for carrier in WAYS}
        for number in range(mailboxes):
            address = f"user{number}@contoso.com"
            process.control(home, "POST", "mailboxes", {"address": address, "name": f"User {number}"})
        for carrier, outcome in outcomes.items():
            figures[carrier] = {
                "cmdlets": outcome.cmdlets,
                "cmdlets/s": round(outcome.cmdlets / outcome.seconds, 1),
                "growth, MB": round(outcome.growth / 1e6, 1),
                "records/s of a listing": round(
                    mailboxes / carrier_load.listing(home, carrier, mailboxes), 1
                ),
            }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return int(any(one.growth > GROWTH or one.counted != cmdlets for one in outcomes.values()))


if __name__ == "__main__":
    sys.exit(run(main, __doc__))
