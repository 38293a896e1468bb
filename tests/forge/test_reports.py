"""What ``mailgrant preview-report`` writes is what ``mailgrant comment`` carries, for each kind of change."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailgrant.cli import app
from tests.forge.conftest import Job
from tests.forge.stand_ins import AzureStandIn, GitHubStandIn

FOLDER = Path(__file__).parent.parent / "report" / "previews"
# Of a preview that failed there is no report.
PREVIEWS = sorted(path for path in FOLDER.glob("*.json") if path.stem != "failed")


def written(form: str, file: Path, *previews: Path) -> str:
    given = [option for preview in previews for option in ("--preview", str(preview))]
    done = CliRunner().invoke(app, ["preview-report", *given, "--format", form, "--output", str(file)])
    assert done.exit_code == 0, done.exception
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("preview", PREVIEWS, ids=lambda path: path.stem)
def test_a_report_goes_where_it_is_read(
    github: GitHubStandIn, azure: AzureStandIn, on_github: Job, on_azure: Job, tmp_path: Path, preview: Path
) -> None:
    text = written("markdown", tmp_path / "github.md", preview)
    longer = written("azure-comment", tmp_path / "azure.md", preview)
    told = on_github.comment(text, "--json").told
    assert (told["outcome"], github.texts()) == ("posted", [text])
    assert told["stack"]

    on_azure.comment(longer)
    [thread] = azure.threads.values()
    assert thread["comments"][0]["content"] == longer
    assert (thread["status"] == "closed") == ('"verdict": "neutral"' in longer.splitlines()[0])


def test_a_report_of_several_stacks_is_asked_for_one_by_one(
    github: GitHubStandIn, on_github: Job, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    shown = PREVIEWS[0].read_text(encoding="utf-8")
    other.write_text(shown.replace("urn:pulumi:offline::", "urn:pulumi:dev::"), encoding="utf-8")
    done = on_github.comment(written("markdown", tmp_path / "both.md", PREVIEWS[0], other))
    assert (done.code, github.asked) == (2, [])
    assert "a file for each stack" in done.error
