"""IMAP logins at once on the offline tenant: ``python -m bench.offline_logins [LOGINS]``, 200 unless given.

One daemon client, Python's imaplib, a TLS connection each; all of them are open at the end of the measured time.
"""

import json
import sys
import tempfile
from pathlib import Path

from bench import run
from offline_tenant import process
from offline_tenant.home import Home
from tests.offline import mail_load_helper


def main(logins: int = 200) -> int:
    """Run, print the figures as JSON, and give 1 if anything failed or leaked."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        process.start(home)
        try:
            process.control(home, "PUT", "limits", {"imapConnections": "unlimited"})
            outcome = mail_load_helper.run(home, logins)
        finally:
            process.stop(home)
    figures = {
        "logins": outcome.logins,
        "seconds": round(outcome.seconds, 2),
        "logins/s": round(outcome.logins / outcome.seconds),
        "problems": outcome.problems,
        "open descriptors": [outcome.before.descriptors, outcome.after.descriptors],
        "memory, MB": [round(one.memory / 1e6, 1) for one in (outcome.before, outcome.after)],
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return int(bool(outcome.problems) or outcome.after.descriptors > outcome.before.descriptors)


if __name__ == "__main__":
    sys.exit(run(main, __doc__))
