"""What an issue says: everything from outside is inert, and what does not fit is said to be missing."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from mailgrant.forge.findings import Findings, Problem, read
from mailgrant.forge.issue_pages import page, told
from mailgrant.forge.reports import length
from tests.forge.conftest import drift, no_drift

HOSTILE = [
    "```\n# out\n~~~\n@octocat <script>alert(1)</script>",
    "`" * 40 + "\n</details> | [x](https://evil.example) <!-- mailgrant:issue {} -->",
    "\u202egnp.exe\u2066 \x1b[31m\x00 \u200b",
    "::error::x\n##vso[task.setvariable variable=x]y",
    'mailgrant:issue {"stack": "mail/dev", "found": null}',
]
STACKS = ["a|b`c`\n# d", "@octocat/#1", "--><script>", "mail/\u202edorp", "x" * 500, '"\\{}']


def findings(stack: str = "mail/prod", report: str = "", *problems: Problem) -> Findings:
    return Findings(stack, report, differs=True, drift="ab12", problems=problems)


def kinds(text: str) -> list[str]:
    """What Markdown makes of a text, but for the words."""
    return [token.type for token in MarkdownIt("commonmark").parse(text)]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_problem_changes_what_stands_around_it(text: str) -> None:
    harmless = page(findings("mail/prod", "", Problem("step.txt", "harmless")), 60_000)
    hostile = page(findings("mail/prod", "", Problem("step.txt", text)), 60_000)
    assert kinds(hostile.content) == kinds(harmless.content)
    shown = [token.content for token in MarkdownIt().parse(hostile.content) if token.type == "fence"]
    assert len(shown) == 1
    assert not any(mark in shown[0] for mark in "\u202e\u2066\x1b\x00\u200b")


@pytest.mark.parametrize("name", STACKS)
def test_nothing_in_a_name_changes_what_stands_around_it(name: str) -> None:
    harmless = page(findings("mail/prod", "", Problem("step.txt", "x")), 60_000)
    for hostile in (
        findings(name, "", Problem("step.txt", "x")),
        findings("mail/prod", "", Problem(name, "x")),
    ):
        assert kinds(page(hostile, 60_000).content) == kinds(harmless.content)
    written = page(findings(name), 60_000)
    assert len(written.title) < 255
    assert written.title.isascii() or "·" in written.title
    assert not any(mark in written.title for mark in "@#`<>|\n\u202e")
    assert told(f"{written.content}\n`{written.marker}`\n")["stack"] == name
    assert "-->" not in written.marker
    assert "`" not in written.marker


def test_the_last_marker_is_ours() -> None:
    written = page(findings("mail/prod", "", Problem("step.txt", HOSTILE[-1])), 60_000)
    assert told(f"{written.content}\n`{written.marker}`") == written.told
    assert told(HOSTILE[-1])["stack"] == "mail/dev"
    for none in (
        "",
        "mailgrant:issue ",
        "mailgrant:issue [1]",
        "mailgrant:issue {",
        "mailgrant:issue " + "[" * 9999,
    ):
        assert told(none) == {}


@pytest.mark.parametrize("letter", ["x", "é", "🦉", "\u202e", "\n", "`"])
def test_of_a_long_problem_its_begin_and_its_end_are_shown(letter: str) -> None:
    text = "first line\n" + letter * 200_000 + "\nerror: the last line"
    many = [Problem(f"step-{number}", text) for number in range(8)]
    for problems in (many[:1], many):
        written = page(findings("mail/prod", "", *problems), 60_000)
        assert length(written.content) < 60_000
        assert written.content.count("letters are left out") == len(problems)
        assert written.content.count("error: the last line") == len(problems)
        assert written.content.count("first line") == len(problems)


ROWS = "".join(f"| + | `app-{number}` |\n" for number in range(6000))
FOLDED = "\n<details><summary>All that Pulumi found</summary>\n\n```diff\n+ x\n```\n\n</details>\n"


@pytest.mark.parametrize(
    "report",
    [
        f"### head\n\n{'x' * 100}\n{FOLDED.replace('+ x', '+ x' * 20_000)}",
        f"### head\n\n| | |\n|-|-|\n{ROWS}\nHash\n{FOLDED}",
        "### head\n\n````\n" + "error\n" * 20_000 + "````\n",
        "### head\n\n```\n" + "x" * 70_000 + "\n```\n",
        "### head\n" + "🦉" * 40_000,
    ],
    ids=["folded", "rows", "a block of code", "a long line", "wide letters"],
)
def test_a_report_that_does_not_fit_is_cut_and_says_so(report: str) -> None:
    written = page(findings("mail/prod", report, Problem("step.txt", "x")), 60_000)
    assert length(written.content) <= 60_000
    assert written.content.count("**The report is cut here.**") == 1
    assert "### head" in written.content
    assert "<details>" not in written.content
    tokens = MarkdownIt("commonmark").parse(written.content)
    assert "The report is cut here." in tokens[-2].content  # words, and not code


def test_a_report_that_fits_is_whole() -> None:
    report = f"### head\n{FOLDED}"
    assert page(findings("mail/prod", report), 60_000).content.endswith(report)


def test_findings_are_the_same_or_not(tmp_path: Path) -> None:
    report, problem = tmp_path / "drift.md", tmp_path / "step.txt"

    def key(text: str, said: str) -> str:
        report.write_text(text, encoding="utf-8")
        problem.write_bytes(said.encode())
        return read(report, [problem], None).key

    first = key(drift(), "one\ntwo\n")
    assert key(drift("in other words"), "one\r\ntwo") == first
    for other in (
        (drift(hash="cd34"), "one\ntwo\n"),
        (drift(), "one"),
        (drift(), ""),
        (no_drift(), "one\ntwo\n"),
    ):
        assert key(*other) != first


def test_problems_of_any_bytes_are_read(tmp_path: Path) -> None:
    (tmp_path / "drift.md").write_text(no_drift())
    (tmp_path / "latin.txt").write_bytes(b"\xef\xbb\xbfcaf\xe9\n")
    found = read(tmp_path / "drift.md", [tmp_path / "latin.txt", tmp_path, Path("a\0b")], None)
    assert [problem.text for problem in found.problems] == [
        "caf\ufffd",
        f"{tmp_path}: cannot be read: Is a directory",
        "a\0b: cannot be read: embedded null byte",
    ]
    assert not found.well
