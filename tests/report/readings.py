"""Writes the golden reports from the recorded previews, to be read before they are committed: ``python -m tests.report.readings``."""

from pathlib import Path

from mailgrant.report import refresh
from mailgrant.report.digest import parse
from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.report import Report, report

HERE = Path(__file__).parent
PREVIEWS, GOLDEN = HERE / "previews", HERE / "golden"
DRIFTS, GOLDEN_DRIFTS = HERE / "drifts", GOLDEN / "drifts"
FAILED = "failed"
NAMES = sorted(path.stem for path in PREVIEWS.glob("*.json") if path.stem != FAILED)
BY_HAND = sorted(path.stem for path in DRIFTS.glob("*.jsonl"))


def recorded(*names: str) -> Report:
    """The report on recorded previews."""
    return report([parse((PREVIEWS / f"{name}.json").read_text(), name) for name in names])


def written(name: str) -> str:
    """As a comment on GitHub."""
    return markdown(recorded(name), LIMITS["markdown"])


def drifted(name: str) -> Report:
    """The report on what somebody did by hand."""
    return report([refresh.parse((DRIFTS / f"{name}.jsonl").read_text(), name)])


if __name__ == "__main__":
    GOLDEN_DRIFTS.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (GOLDEN / f"{name}.md").write_text(written(name))
    for name in BY_HAND:
        (GOLDEN_DRIFTS / f"{name}.md").write_text(markdown(drifted(name), LIMITS["markdown"]))
