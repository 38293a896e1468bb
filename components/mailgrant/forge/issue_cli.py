"""The command ``mailgrant issue``."""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from mailgrant.errors import MailgrantError
from mailgrant.forge import azure_boards, commands, environment, findings, github_api, github_issues, projects
from mailgrant.forge.commands import Level
from mailgrant.forge.environment import ForgeName
from mailgrant.forge.issue_pages import page
from mailgrant.forge.issues import Issue, Outcome, keep
from mailgrant.report.formats.escaping import visible

FORK: Final = "no issue: the pull request comes from another repository, and such a run gets no secrets and no token that can write."
OTHER_AUTHOR: Final = "the token posts as {author}: give --author '{author}', so that the issue is found before another is opened"
Place = github_issues.GitHubIssues | azure_boards.AzureBoards
SKIPPED: Final = "skipped"
SENTENCES: Final = {
    Outcome.OPENED: "issue of {stack}: opened: {url}",
    Outcome.EDITED: "issue of {stack}: brought up to date, and {state}: {url}",
    Outcome.UNCHANGED: "issue of {stack}: says so already, and is {state}: {url}",
    Outcome.CLOSED: "issue of {stack}: all is well; closed: {url}",
    Outcome.REOPENED: "issue of {stack}: opened again: {url}",
    Outcome.NOTHING: "issue of {stack}: all is well, and there is none",
    SKIPPED: "nothing was done",
}
MARKERS: Final = 4_000  # letters that the longest marker takes, and what stands around it
LONGEST: Final = {
    ForgeName.GITHUB: github_api.LONGEST - MARKERS,
    ForgeName.AZURE_DEVOPS: azure_boards.LONGEST - MARKERS,
}

ReportOption = Annotated[
    Path,
    typer.Option("--report", help="A file that mailgrant drift wrote as Markdown, of one stack."),
]
ProblemsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--problem",
        metavar="FILE",
        help="What another step had to say; a file that is blank says nothing. May be repeated.",
    ),
]
StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack",
        "-s",
        metavar="PROJECT/STACK",
        help="Whose issue says that there is no report, if there is none.",
    ),
]
ForgeOption = Annotated[
    ForgeName | None,
    typer.Option("--forge", help="Where the issues are.", show_default="whose pipeline this is"),
]
AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--author",
        help="GitHub only: the login under which GITHUB_TOKEN posts.",
        show_default="the one that GitHub says",
    ),
]
TypeOption = Annotated[
    str, typer.Option("--work-item-type", help="Azure DevOps only: the type of what is opened.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


def issue(  # noqa: PLR0913, PLR0917 - options of a command
    report: ReportOption,
    problem: ProblemsOption = None,
    stack: StackOption = None,
    forge: ForgeOption = None,
    author: AuthorOption = None,
    work_item_type: TypeOption = "Task",
    as_json: JsonOption = False,
) -> None:
    """Keep one issue for each stack: open while it drifts or a step of the night failed, closed when all is well.

    Reads where from the environment of GitHub Actions or Azure Pipelines. Exit code 0: the issue says what was found, or
    nothing was found and there is none; 2: it could not be made to. Whoever closes it by hand has seen it.
    """
    name = forge or environment.forge_here(os.environ)
    try:
        if environment.from_a_fork(os.environ):  # before anything is read: nothing may be there
            told = _told(name, outcome=SKIPPED, warnings=[FORK])
        else:
            found = findings.read(report, problem or [], stack)
            told = _kept(name, _place(name, author, work_item_type), found)
    except MailgrantError as error:
        typer.echo(commands.annotation(name, Level.ERROR, str(error)), err=as_json)
        raise
    for warning in told["warnings"]:
        typer.echo(commands.annotation(name, Level.WARNING, warning), err=as_json)
    typer.echo(json.dumps(told) if as_json else _sentence(told))


def _kept(name: ForgeName, place: Place, found: findings.Findings) -> dict[str, Any]:
    kept = keep(place, page(found, LONGEST[name]))
    told = _told(name, stack=found.stack, outcome=kept.outcome, open=kept.is_open, duplicates=kept.duplicates)
    return told | _where(kept.issue, place) if kept.issue else told


def _where(found: Issue, place: Place) -> dict[str, Any]:
    known = found.author.lower() in {author.lower() for author in place.authors}
    warnings = [] if known else [OTHER_AUTHOR.format(author=found.author)]
    return {"url": found.url, "author": found.author, "warnings": warnings}


def _told(name: ForgeName, **known: Any) -> dict[str, Any]:
    """What ``--json`` says, whatever became of the findings."""
    nothing: dict[str, Any] = {
        "stack": None,
        "url": None,
        "author": None,
        "open": False,
        "duplicates": 0,
        "warnings": [],
    }
    return {"forge": name, **nothing, **known}


def _sentence(told: dict[str, Any]) -> str:
    state = "open" if told["open"] else "closed"
    return SENTENCES[told["outcome"]].format(
        stack=visible(told["stack"] or ""), state=state, url=visible(told["url"] or "")
    )


def _place(name: ForgeName, author: str | None, work_item_type: str) -> Place:
    if name == ForgeName.GITHUB:
        return github_issues.GitHubIssues(projects.github(os.environ, author))
    return azure_boards.AzureBoards(projects.azure_devops(os.environ, work_item_type))
