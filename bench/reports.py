"""A report on one change of many mailboxes: ``python -m bench.reports [MAILBOXES]``, 5,000 unless given.

For each platform: how much of its limit the report takes, how many changes can be read in it, and processor seconds.
"""

import json
import sys
import time

from bench import run
from mailgrant.report.digest import parse
from mailgrant.report.formats.markdown import LIMITS, is_whole, markdown
from mailgrant.report.report import report
from tests.report.test_limits import readable, written


def main(mailboxes: int = 5_000) -> int:
    """Run, print the figures as JSON, and give 1 if a report is longer than its platform takes."""
    source = written(mailboxes)
    begin = time.process_time()
    found = report([parse(source, "bench")])
    figures: dict[str, object] = {
        "mailboxes": mailboxes,
        "changes": len(found.changes),
        "preview, MB": round(len(source) / 1e6, 2),
        "read and judged, CPU s": round(time.process_time() - begin, 2),
    }
    longest = True
    for platform, limit in LIMITS.items():
        begin = time.process_time()
        text = markdown(found, limit)
        longest = longest and len(text.encode()) <= limit
        figures[platform] = {
            "of the limit, %": round(100 * len(text.encode()) / limit, 1),
            "can be read": readable(text),
            "whole": is_whole(text),
            "CPU s": round(time.process_time() - begin, 2),
        }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return int(not longest)


if __name__ == "__main__":
    sys.exit(run(main, __doc__))
