"""Load on the offline tenant: ``python -m bench.offline_load [CLIENTS [REQUESTS]]``, 8 and 2,000 unless given.

Each client keeps one TLS connection and mixes reads (60 %) and writes over Graph, Exchange and sign-in. The end state
is compared with what was acknowledged, the process's descriptors and memory with those before.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from bench import run
from offline_tenant import process
from offline_tenant.home import Home
from tests.offline import load_helper


def main(clients: int = 8, requests: int = 2_000) -> int:
    """Run, print the figures as JSON, and give 1 if anything was lost, leaked or failed."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        process.start(home)
        try:
            outcome = load_helper.run(home, clients, requests)
        finally:
            began = time.monotonic()
            process.stop(home)
    figures = {
        "clients": clients,
        "requests": outcome.requests,
        "seconds": round(outcome.seconds, 1),
        "requests/s": round(outcome.requests / outcome.seconds),
        "statuses": outcome.statuses,
        "lost updates": outcome.lost,
        "open descriptors": [outcome.before.descriptors, outcome.after.descriptors],
        "memory, MB": [round(one.memory / 1e6, 1) for one in (outcome.before, outcome.after)],
        "seconds to stop": round(time.monotonic() - began, 2),
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    failed = any(status >= 500 for status in outcome.statuses)  # noqa: PLR2004 - HTTP's own number
    leaked = outcome.after.descriptors > outcome.before.descriptors
    return int(bool(outcome.lost) or failed or leaked)


if __name__ == "__main__":
    sys.exit(run(main, __doc__))
