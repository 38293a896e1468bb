"""Each forge with its stand-in, a report, and the command that carries one to the other."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mailgrant.cli import app
from mailgrant.errors import MailgrantError
from tests.forge.issue_stand_ins import BoardsStandIn, IssuesStandIn
from tests.forge.stand_ins import TOKEN, AzureStandIn, GitHubStandIn, serving

UNSET = (
    "GITHUB_ACTIONS",
    "GITHUB_API_URL",
    "GITHUB_EVENT_PATH",
    "GITHUB_GRAPHQL_URL",
    "GITHUB_REF",
    "GITHUB_REPOSITORY",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_TOKEN",
    "TF_BUILD",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_COLLECTIONURI",
    "SYSTEM_TEAMPROJECT",
    "SYSTEM_PULLREQUEST_ISFORK",
    "SYSTEM_PULLREQUEST_PULLREQUESTID",
    "BUILD_REPOSITORY_ID",
    "BUILD_REPOSITORY_PROVIDER",
)


def report(text: str = "12 mailboxes", **told: Any) -> str:
    """As preview-report writes one."""
    marker = {"stack": "mail/prod", "hash": "ab12", "verdict": "broadening", "complete": True} | told
    return f"<!-- mailgrant:preview-report {json.dumps(marker)} -->\n### mailgrant: {text}\n"


def drift(text: str = "12 mailboxes", **told: Any) -> str:
    """As drift writes one."""
    marker = {"stack": "mail/prod", "hash": "ab12", "verdict": "broadening", "complete": True, "changes": 3}
    return f"<!-- mailgrant:drift {json.dumps(marker | told)} -->\n### mailgrant drift: {text}\n"


def no_drift(**told: Any) -> str:
    return drift("nothing", **{"verdict": "neutral", "changes": 0} | told)


@dataclass(frozen=True)
class Done:
    """What the command said."""

    code: int
    out: str
    error: str  # the sentence of what it raised

    @property
    def told(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Job:
    """A job of a pipeline.

    Args:
        environment: in which it runs.
        folder: in which it writes.
    """

    environment: Mapping[str, str]
    folder: Path

    def comment(self, text: str, *options: str, **changes: str | None) -> Done:
        file = self.folder / "report.md"
        file.write_text(text, encoding="utf-8")
        return self._done("comment", "--report", str(file), *options, **changes)

    def issue(
        self, text: str | None, *options: str, problems: tuple[str, ...] = (), **changes: str | None
    ) -> Done:
        """After a night: without a text, drift did not come to write its report."""
        file = self.folder / "drift.md"
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text, encoding="utf-8")
        given = ["--report", str(file)]
        for number, problem in enumerate(problems):
            step = self.folder / f"step-{number}.txt"
            step.write_text(problem, encoding="utf-8")
            given += ["--problem", str(step)]
        return self._done("issue", *given, *options, **changes)

    def _done(self, *given: str, **changes: str | None) -> Done:
        environment = dict.fromkeys(UNSET) | dict(self.environment) | changes
        done = CliRunner().invoke(app, given, env=environment)
        assert done.exception is None or isinstance(done.exception, MailgrantError | SystemExit), (
            done.exception
        )
        said = str(done.exception) if isinstance(done.exception, MailgrantError) else ""
        # Whoever reads the log of a job must not find its token.
        assert TOKEN not in done.output + said + repr(done.exception)
        return Done(2 if said else done.exit_code, done.stdout, said)


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    with serving(GitHubStandIn()) as stand_in:
        yield stand_in


@pytest.fixture
def azure() -> Iterator[AzureStandIn]:
    with serving(AzureStandIn()) as stand_in:
        yield stand_in


@pytest.fixture
def on_github(github: GitHubStandIn, tmp_path: Path) -> Job:
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": github.url,
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_REPOSITORY": "contoso/mail",
        "GITHUB_TOKEN": TOKEN,
    }
    return Job(environment, tmp_path)


@pytest.fixture
def on_azure(azure: AzureStandIn, tmp_path: Path) -> Job:
    environment = {
        "TF_BUILD": "True",
        "SYSTEM_ACCESSTOKEN": TOKEN,
        "SYSTEM_COLLECTIONURI": f"{azure.url}/contoso/",
        "SYSTEM_TEAMPROJECT": "Mail Access",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
        "SYSTEM_PULLREQUEST_ISFORK": "False",
        "BUILD_REPOSITORY_ID": "1f",
        "BUILD_REPOSITORY_PROVIDER": "TfsGit",
    }
    return Job(environment, tmp_path)


@pytest.fixture
def issues() -> Iterator[IssuesStandIn]:
    with serving(IssuesStandIn()) as stand_in:
        yield stand_in


@pytest.fixture
def boards() -> Iterator[BoardsStandIn]:
    with serving(BoardsStandIn()) as stand_in:
        yield stand_in


@pytest.fixture
def at_night(issues: IssuesStandIn, tmp_path: Path) -> Job:
    """A scheduled workflow of GitHub Actions."""
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": issues.url,
        "GITHUB_GRAPHQL_URL": f"{issues.url}/graphql",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REPOSITORY": "contoso/mail",
        "GITHUB_TOKEN": TOKEN,
    }
    return Job(environment, tmp_path)


@pytest.fixture
def night_on_azure(boards: BoardsStandIn, tmp_path: Path) -> Job:
    """A scheduled run of Azure Pipelines, of a repository that is elsewhere."""
    environment = {
        "TF_BUILD": "True",
        "SYSTEM_ACCESSTOKEN": TOKEN,
        "SYSTEM_COLLECTIONURI": f"{boards.url}/contoso/",
        "SYSTEM_TEAMPROJECT": "Mail Access",
        "BUILD_REPOSITORY_PROVIDER": "GitHub",
    }
    return Job(environment, tmp_path)
