"""Lines that a pipeline obeys, and its page for summaries."""

from pathlib import Path

import pytest

from mailgrant.forge.commands import Level, annotation
from mailgrant.forge.environment import ForgeName
from tests.forge.conftest import Job, report

HOSTILE = "50%25 of a;b]c:d,e\r\n::set-output name=x::y\n##vso[task.setvariable variable=x]y"


def test_nothing_in_a_message_ends_its_command_or_begins_another() -> None:
    github = annotation(ForgeName.GITHUB, Level.WARNING, HOSTILE)
    azure = annotation(ForgeName.AZURE_DEVOPS, Level.ERROR, HOSTILE)
    assert github == (
        "::warning title=mailgrant::50%2525 of a;b]c:d,e%0D%0A::set-output name=x::y%0A"
        "##vso[task.setvariable variable=x]y"
    )
    assert azure == (
        "##vso[task.logissue type=error]mailgrant: 50%AZP2525 of a;b]c:d,e%0D%0A::set-output name=x::y%0A"
        "##vso[task.setvariable variable=x]y"
    )


def test_a_summary_is_appended_to_the_step_s_page(on_github: Job, tmp_path: Path) -> None:
    page, summary = tmp_path / "page.md", tmp_path / "summary.md"
    page.write_text("before\n")
    summary.write_text("## mailgrant: é")
    done = on_github.comment(report(), "--summary", str(summary), GITHUB_STEP_SUMMARY=str(page))
    assert done.code == 0
    assert page.read_text() == "before\n## mailgrant: é\n"


@pytest.mark.parametrize("fits", [True, False])
def test_a_page_holds_one_mebibyte(on_github: Job, tmp_path: Path, fits: bool) -> None:  # noqa: FBT001
    page, summary = tmp_path / "page.md", tmp_path / "summary.md"
    page.write_text("before\n")
    summary.write_bytes(b"x" * ((1 << 20) - len("before\n") - (1 if fits else 0)))
    done = on_github.comment(report(), "--summary", str(summary), GITHUB_STEP_SUMMARY=str(page))
    assert (done.code, page.stat().st_size) == ((0, 1 << 20) if fits else (2, len("before\n")))
    assert fits or "--format github-summary" in done.error


def test_a_summary_that_cannot_be_shown(on_github: Job, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    assert "summary.md: cannot be read" in on_github.comment(report(), "--summary", str(summary)).error
    summary.write_text("x")
    assert "GITHUB_STEP_SUMMARY: is not set" in on_github.comment(report(), "--summary", str(summary)).error


def test_azure_pipelines_is_given_the_whole_path(on_azure: Job, tmp_path: Path) -> None:
    folder = tmp_path / "100% ]"
    folder.mkdir()
    (folder / "summary.md").write_text("x")
    done = on_azure.comment(report(), "--summary", str(folder / ".." / "100% ]" / "summary.md"))
    assert done.out.splitlines()[0] == f"##vso[task.uploadsummary]{tmp_path}/100%AZP25 ]/summary.md"
    assert done.code == 0
