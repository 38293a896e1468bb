"""However much changes, a report stays within its platform's limit, is quick, and never looks whole when it is not."""

import itertools
import json
import re
import time
from dataclasses import replace
from typing import Any

import pytest
from markdown_it import MarkdownIt

from mailgrant.report.digest import parse
from mailgrant.report.formats import document, text
from mailgrant.report.formats.markdown import LIMITS, markdown
from mailgrant.report.live import Live, Missing, Named, Problem, Sort, Unseen
from mailgrant.report.report import Report, report
from tests.report.readings import PREVIEWS, recorded
from tests.report.test_injection import HOSTILE, made, preview

MARKER = re.compile(r"^<!-- mailgrant:preview-report (\{.*\}) -->$", re.MULTILINE)


def large(mailboxes: int, stack: str = "offline") -> Report:
    """The recorded change of one mailbox, with many."""
    return report([parse(written(mailboxes, stack), "large")])


def written(mailboxes: int, stack: str = "offline") -> str:
    recorded_ = json.loads((PREVIEWS / "mailbox-added.json").read_text().replace(":offline::", f":{stack}::"))
    for step in recorded_["steps"]:
        inputs = step.get("newState", {}).get("inputs", {})
        for name, value in (("access", "full-access"), ("protocols", {"smtp_auth": "on"})):
            if name in inputs:
                inputs[name] |= {f"mailbox-{number:05}@contoso.com": value for number in range(mailboxes)}
    return json.dumps(recorded_)


def markers(comment: str) -> list[dict[str, Any]]:
    return [json.loads(found) for found in MARKER.findall(comment)]


def readable(comment: str) -> int:
    """How many changes somebody can read there: rows of one, and lines of lists for all that the list is of."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(comment)
    rows = [line for line in comment.splitlines() if re.match(r"\| [+−~] \|", line)]
    found = sum(" of them, listed below |" not in row for row in rows)
    for before, block in itertools.pairwise(tokens):
        if block.type == "fence" and block.info == "":
            found += len(block.content.splitlines()) * (before.content.count("; ") + 1)
    return found


@pytest.mark.parametrize("platform", LIMITS)
@pytest.mark.parametrize("mailboxes", [1, 100, 250, 300, 1_000, 5_000])
def test_a_report_of_many_mailboxes_stays_within_the_limit(platform: str, mailboxes: int) -> None:
    found = large(mailboxes)

    comment = markdown(found, LIMITS[platform])

    assert len(comment.encode()) <= LIMITS[platform]
    [marker] = markers(comment)
    assert marker["complete"] == (readable(comment) == len(found.changes))
    assert marker["complete"] != ("**This report is cut and is no approval.**" in comment)
    assert marker["hash"] == found.hash
    # What matters most is there in any case.
    assert f"2 → {mailboxes + 3:,} mailboxes" in comment


@pytest.mark.parametrize("platform", LIMITS)
def test_as_many_names_that_are_not_there_stay_within_it_too(platform: str) -> None:
    names = tuple(
        Named(Sort.MAILBOX, f"mailbox-{number:05}@contoso.com", (("invoice-poller", "full-access"),))
        for number in range(5_000)
    )
    missing = tuple(Missing(one, Problem.ABSENT) for one in names[:2_500])
    live = Live(names, missing, unseen=(Unseen(names[2_500:], "Exchange said nothing"),))
    preview = parse(written(5_000), "large")

    comment = markdown(report([preview], live={preview.place: live}), LIMITS[platform])

    assert len(comment.encode()) <= LIMITS[platform]
    assert (
        "5,000 names that this change brings: 2,500 not there, or not as wanted, 2,500 not known" in comment
    )
    assert "and 2,488 more, told by --format json" in comment
    assert markers(comment)[0]["hash"] == large(5_000).hash


def test_what_is_missing_is_counted() -> None:
    found = large(5_000)

    comment = markdown(found, LIMITS["markdown"])

    missing = len(found.changes) - readable(comment)
    assert f"{missing:,} of {len(found.changes):,} changes cannot be read here" in comment
    told = [
        int(number.replace(",", ""))
        for number in re.findall(r"^- ([\d,]+) of .* \([+−~]\)$", comment, re.MULTILINE)
    ]
    assert sum(told) == missing


def test_as_many_as_a_tenant_may_have_can_be_read_and_approved_in_a_summary() -> None:
    """Where rows have no room, what differs in its mailbox alone is one row, with a list."""
    comment = markdown(large(5_000), LIMITS["github-summary"])

    assert markers(comment)[0]["complete"]
    assert "| + | `invoice-poller` | `full-access` | 5,000 of them, listed below |" in comment
    assert readable(comment) == 10_002


def test_the_same_names_have_one_list_whatever_changes_there() -> None:
    full, also = recorded("mailbox-added").changes
    changes = tuple(
        replace(change, object=f"mailbox-{number:05}@contoso.com")
        for change in (full, also)
        for number in range(1_000)
    )
    stack = replace(recorded("mailbox-added").stacks[0], changes=changes, steps=())

    comment = markdown(Report((stack,)), LIMITS["markdown"])

    heading = "+ <code>invoice&#45;poller</code>, <code>full&#45;access&#43;automapping</code>; ~ any application, <code>SMTP AUTH</code>: 1,000"
    assert f"<details><summary>{heading}</summary>" in comment
    assert comment.count("mailbox-00999@contoso.com") == 1
    assert readable(comment) == 2_000


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_list_has_a_line_for_each_name_whatever_it_holds(number: int) -> None:
    change = recorded("mailbox-added").changes[0]
    changes = tuple(replace(change, object=f"{HOSTILE[number]}{index}") for index in range(1_000))
    stack = replace(recorded("mailbox-added").stacks[0], changes=changes, steps=())

    comment = markdown(Report((stack,)), LIMITS["markdown"])

    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(comment)
    listed = [len(token.content.splitlines()) for token in tokens if token.type == "fence"]
    missing = re.findall(r"([\d,]+) of 1,000 changes cannot be read here", comment)
    assert sum(listed) + sum(int(one.replace(",", "")) for one in missing) == 1_000
    assert markers(comment)[0]["complete"] == (listed == [1_000])


def test_pulumis_own_part_is_cut_without_making_the_report_less() -> None:
    comment = markdown(large(200), LIMITS["markdown"])

    assert markers(comment)[0]["complete"]
    assert "(cut: pulumi preview --diff shows it all)" in comment


def test_small_stacks_leave_their_room_to_large_ones() -> None:
    several = [parse(written(count, f"stack-{count}"), "one") for count in (1, 3_000, 2)]

    comment = markdown(report(several), LIMITS["markdown"])

    assert len(comment.encode()) <= LIMITS["markdown"]
    assert [marker["complete"] for marker in markers(comment)] == [True, False, True]
    assert len(comment.encode()) > LIMITS["markdown"] * 0.95


@pytest.mark.parametrize("limit", [0, 500, 1_000, 2_000, 4_000])
def test_the_narrowest_limit_gives_a_report_that_is_no_approval(limit: int) -> None:
    comment = markdown(recorded("new-stack"), limit)

    assert not markers(comment)[0]["complete"]
    assert len(comment.encode()) <= max(limit, 700)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_letters_that_need_much_room_do_not_break_the_limit(number: int) -> None:
    wide = HOSTILE[number] * 40
    found = made(mailbox=wide, client=wide, type=wide, said=wide * 50, subject=wide, uri=wide)

    for limit in (3_000, 10_000, 65_535):
        assert len(markdown(found, limit).encode()) <= limit


def test_five_thousand_mailboxes_are_no_wait() -> None:
    source = written(5_000)
    begin = time.process_time()
    found = report([parse(source, "large")])
    markdown(found, LIMITS["markdown"])
    json.dumps(document.document(found))

    assert time.process_time() - begin < 3  # 0.6 s on a machine that does nothing else


def test_work_grows_as_the_mailboxes_do() -> None:
    def seconds(mailboxes: int) -> float:
        source = written(mailboxes)
        begin = time.process_time()
        markdown(report([parse(source, "large")]), LIMITS["markdown"])
        return time.process_time() - begin

    seconds(100)  # imports, and whatever else is done once
    assert min(seconds(8_000) for _ in range(3)) < 16 * min(seconds(1_000) for _ in range(3))


def test_a_terminal_shows_all_of_it() -> None:
    assert text.plain(large(500), 200).count("mailbox-") == 2 * 500 + min(12, 501)


def test_made_previews_are_whole() -> None:
    assert parse(preview(), "the preview").stack == "dev"
