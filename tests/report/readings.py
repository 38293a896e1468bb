"""Writes the golden reports from the recorded previews, to be read before they are committed: ``python -m tests.report.readings``."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mailgrant.report import refresh
from mailgrant.report.digest import parse
from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.live import Live, Missing, Named, Problem, Sort, Unseen
from mailgrant.report.preview import Preview
from mailgrant.report.report import Report, report
from mailgrant.report.rights import ANY

HERE = Path(__file__).parent
PREVIEWS, GOLDEN = HERE / "previews", HERE / "golden"
DRIFTS, GOLDEN_DRIFTS = HERE / "drifts", GOLDEN / "drifts"
FAILED = "failed"
NAMES = sorted(path.stem for path in PREVIEWS.glob("*.json") if path.stem != FAILED)
BY_HAND = sorted(path.stem for path in DRIFTS.glob("*.jsonl"))


MOMENTS = {"rotation": datetime(2027, 3, 5, tzinfo=UTC)}  # of the previews; the others are of one day
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def preview_of(name: str) -> Preview:
    """A recorded preview."""
    return parse((PREVIEWS / f"{name}.json").read_text(), name)


def recorded(name: str) -> Report:
    """The report on a recorded preview, as it was on its day."""
    return report([preview_of(name)], now=MOMENTS.get(name, NOW))


def _written(found: Report) -> str:
    return markdown(found, LIMITS["markdown"])


def written(name: str) -> str:
    """As a comment on GitHub."""
    return _written(LIVE[name]() if name in LIVE else recorded(name))


def _named(sort: Sort, name: str, *rights: str) -> Named:
    return Named(
        sort, name, tuple((client, right) for client, _, right in (one.partition(" ") for one in rights))
    )


def with_live(name: str, live: Live) -> Report:
    """The report on a recorded preview, where the tenant was asked, too."""
    preview = preview_of(name)
    return report([preview], live={preview.place: live})


def _troubled() -> Report:
    mailboxes = [
        _named(Sort.MAILBOX, f"{name}@contoso.com", "invoice-poller full-access", f"{ANY} SMTP AUTH")
        for name in ("support", "billing", "finance", "rechnungen", "boss", "legal")
    ]
    support, billing, finance, invoices, boss, _ = mailboxes
    group = _named(Sort.GROUP, "senders@contoso.com", "newsletter send over SMTP")
    person = _named(Sort.PERSON, "gone@contoso.com", f"{ANY} block of passwords")
    return with_live(
        "mailbox-added",
        Live(
            (*mailboxes, group, person),
            (
                Missing(support, Problem.ABSENT),
                Missing(billing, Problem.SOFT_DELETED),
                Missing(finance, Problem.ANOTHER_KIND, "MailUniversalSecurityGroup"),
                Missing(invoices, Problem.SAME_MAILBOX, "invoices@contoso.com"),
                Missing(group, Problem.ANOTHER_KIND, "GroupMailbox"),
                Missing(person, Problem.ABSENT),
            ),
            ((boss, "ceo@contoso.com"),),
            drift=recorded("mailbox-removed").changes,
        ),
    )


def _blind() -> Report:
    names = (_named(Sort.MAILBOX, "support@contoso.com", "invoice-poller full-access"),)
    why = (
        "Exchange did not take the connection to contoso.onmicrosoft.com: Access denied.",
        "Is mailgrant:organization the tenant's first domain?",
    )
    return with_live("mailbox-added", Live(names, unseen=(Unseen(names, *why),), drift=None, blind=why))


def _well() -> Report:
    return with_live(
        "mailbox-added", Live((_named(Sort.MAILBOX, "support@contoso.com", "invoice-poller full-access"),))
    )


# Reports of which a recorded preview is only a part
LIVE: Final[Mapping[str, Callable[[], Report]]] = {
    "live": _troubled,
    "live-blind": _blind,
    "live-well": _well,
}


def drifted(name: str) -> Report:
    """The report on what somebody did by hand."""
    return report([refresh.parse((DRIFTS / f"{name}.jsonl").read_text(), name)])


if __name__ == "__main__":
    GOLDEN_DRIFTS.mkdir(parents=True, exist_ok=True)
    for name in (*NAMES, *LIVE):
        (GOLDEN / f"{name}.md").write_text(written(name))
    for name in BY_HAND:
        (GOLDEN_DRIFTS / f"{name}.md").write_text(markdown(drifted(name), LIMITS["markdown"]))
