"""Reports on previews of the real engine, as people read them; ``python -m tests.report.readings`` writes them anew."""

import json
import random
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from mailgrant.report.difference import NOT_UNDERSTOOD
from mailgrant.report.digest import parse
from mailgrant.report.formats import document, text
from mailgrant.report.report import report
from tests.report.readings import GOLDEN, LIVE, MOMENTS, NAMES, NOW, PREVIEWS, preview_of, recorded, written

LONGEST_WORD = 36  # of an id
SCHEMA = Path(__file__).parent.parent.parent / "docs" / "schemas" / "preview-report.json"


@pytest.mark.parametrize("name", [*NAMES, *LIVE])
def test_the_comment_is_the_one_that_was_read_by_a_person(name: str) -> None:
    assert written(name) == (GOLDEN / f"{name}.md").read_text()


def test_every_golden_report_has_its_preview() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.md")) == sorted([*NAMES, *LIVE])


@pytest.mark.parametrize("name", NAMES)
def test_all_that_our_own_stacks_do_is_understood(name: str) -> None:
    strange = [change for change in recorded(name).changes if change.right == NOT_UNDERSTOOD]

    assert bool(strange) == (name == "a-program-of-ones-own")


@pytest.mark.parametrize("name", NAMES)
def test_the_hash_and_the_rows_do_not_depend_on_the_order_of_steps(name: str) -> None:
    preview = json.loads((PREVIEWS / f"{name}.json").read_text())
    if name != "drift":  # where the order tells what was found from what is planned
        random.Random(name).shuffle(preview["steps"])  # noqa: S311 - no secret

    shuffled = report([parse(json.dumps(preview), name)], now=MOMENTS.get(name, NOW))
    assert shuffled.stacks == recorded(name).stacks


@pytest.mark.parametrize("page", sorted(GOLDEN.rglob("*.md")), ids=lambda page: page.stem)
def test_a_reader_sees_lists_and_tables_as_they_are_meant(page: Path) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text())

    # A line that begins with + would begin a list within the list.
    assert {token.level for token in tokens if token.type == "bullet_list_open"} <= {0}
    # Words that cannot be broken take their width from the column that says why it matters.
    rows = {number for number, line in enumerate(page.read_text().splitlines()) if line.startswith("|")}
    cells = [token for token in tokens if token.type == "inline" and token.map and token.map[0] in rows]
    parts = [part for cell in cells for part in cell.children or [] if part.type in {"text", "code_inline"}]
    assert max((len(word) for part in parts for word in part.content.split()), default=0) <= LONGEST_WORD


@pytest.mark.parametrize("name", NAMES)
def test_all_formats_tell_the_same(name: str) -> None:
    found = recorded(name)

    told = document.document(found)
    document.ReportDocument.model_validate(told, strict=True)
    assert (told["verdict"], told["hash"]) == (found.verdict, found.hash)
    assert len(told["changes"]) == len(found.changes)
    for plain in (written(name), text.plain(found, 200)):
        assert str(found.hash) in plain
        assert f"{found.verdict}, stack" in plain


def test_what_the_tenant_says_changes_nothing_of_the_reviewed_change() -> None:
    plain = document.document(recorded("mailbox-added"))

    for name, make in LIVE.items():
        found = make()
        told = document.document(found)
        document.ReportDocument.model_validate(told, strict=True)
        live = told["stacks"][0]["live"]
        assert (told["verdict"], told["hash"]) == (plain["verdict"], plain["hash"])
        # All formats tell it, each in the same words.
        marked, shown = written(name).replace("`", ""), " ".join(text.plain(found, 4_000).split())
        for missing in live["missing"]:
            assert f"- {missing['name']} (" in marked
            assert f" {missing['name']} (" in shown
        for unseen in live["unseen"]:
            assert unseen["reason"] in marked
            assert unseen["reason"] in shown


def test_the_published_schema_is_that_of_the_json() -> None:
    assert json.loads(SCHEMA.read_text()) == document.schema()


def test_several_stacks_are_one_report_with_the_widest_verdict() -> None:
    one, other = recorded("mailbox-removed").stacks[0], recorded("mailbox-added").stacks[0]

    preview = (
        (PREVIEWS / "mailbox-added.json").read_text().replace("urn:pulumi:offline::", "urn:pulumi:prod::")
    )
    both = report([parse((PREVIEWS / "mailbox-removed.json").read_text(), "one"), parse(preview, "other")])

    assert [stack.place for stack in both.stacks] == ["mailgrant/offline", "mailgrant/prod"]
    assert both.verdict == "broadening"
    assert len(both.changes) == len(one.changes) + len(other.changes)
    assert both.hash not in {one.hash, other.hash, both.stacks[1].hash}


def test_what_a_consumer_holds_is_not_rotated_away() -> None:
    """A secret that has ended may go; one that is still in use may not, without somebody having seen it."""
    assert recorded("rotation").verdict == "neutral"
    assert report([preview_of("rotation")], now=NOW).verdict == "narrowing"
