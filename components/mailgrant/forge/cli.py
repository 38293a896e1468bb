"""The command ``mailgrant comment``."""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from mailgrant.errors import MailgrantError
from mailgrant.forge import azure_devops, commands, environment, github, github_api, reports, settings
from mailgrant.forge.commands import Level
from mailgrant.forge.comments import Outcome, show
from mailgrant.forge.environment import ForgeName
from mailgrant.report.formats.escaping import visible

FORK: Final = (
    "no comment: the pull request comes from another repository, and such a run gets no secrets and no token that can "
    "write. Nothing is approved by that."
)
OTHER_AUTHOR: Final = "the token posts as {author}: give --author '{author}', so that the comment is found before another is posted"
Place = github.GitHub | azure_devops.AzureDevOps
SKIPPED: Final = "skipped"
SENTENCES: Final = {
    Outcome.POSTED: "comment on {stack}: posted: {url}",
    Outcome.EDITED: "comment on {stack}: brought up to date: {url}",
    Outcome.UNCHANGED: "comment on {stack}: says so already: {url}",
    SKIPPED: "nothing was posted",
}
FORMS: Final = {ForgeName.GITHUB: github.FORM, ForgeName.AZURE_DEVOPS: azure_devops.FORM}
LONGEST: Final = {ForgeName.GITHUB: github_api.LONGEST, ForgeName.AZURE_DEVOPS: azure_devops.LONGEST}

ReportOption = Annotated[
    Path,
    typer.Option("--report", help="A file that mailgrant preview-report wrote as Markdown, of one stack."),
]
ForgeOption = Annotated[
    ForgeName | None,
    typer.Option("--forge", help="Where the pull request is.", show_default="whose pipeline this is"),
]
NumberOption = Annotated[
    int | None,
    typer.Option("--pull-request", min=1, help="Its number.", show_default="the one that this run is of"),
]
AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--author",
        help="GitHub only: the login under which GITHUB_TOKEN posts.",
        show_default="that of every job's own token",
    ),
]
SummaryOption = Annotated[
    Path | None, typer.Option("--summary", help="A Markdown file for the page of the run, besides.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


def comment(
    report: ReportOption,
    forge: ForgeOption = None,
    pull_request: NumberOption = None,
    author: AuthorOption = None,
    summary: SummaryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a report on its pull request: one comment for each stack, edited in place.

    Reads where from the environment of GitHub Actions or Azure Pipelines. Exit code 0: the comment says what the report
    says, or the pull request comes from a fork and gets none; 2: it could not be made to. No comment approves anything.
    """
    name = forge or environment.forge_here(os.environ)
    try:
        if environment.from_a_fork(os.environ):  # before anything is read: nothing may be there
            told = _told(name, outcome=SKIPPED, warnings=[FORK])
        else:
            if summary:
                typer.echo(commands.summarize(name, summary, os.environ), err=as_json, nl=False)
            told = _shown(name, _place(name, author, pull_request), report)
    except MailgrantError as error:
        typer.echo(commands.annotation(name, Level.ERROR, str(error)), err=as_json)
        raise
    for warning in told["warnings"]:
        typer.echo(commands.annotation(name, Level.WARNING, warning), err=as_json)
    typer.echo(json.dumps(told) if as_json else _sentence(told))


def _shown(name: ForgeName, place: Place, file: Path) -> dict[str, Any]:
    report = reports.read(file, FORMS[name])
    report.refuse_longer_than(LONGEST[name], FORMS[name])
    shown = show(place, report)
    author = shown.comment.author
    told = _told(name, stack=report.stack, outcome=shown.outcome, url=shown.comment.url, author=author)
    if author.lower() != place.author.lower():
        told["warnings"] = [OTHER_AUTHOR.format(author=author)]
    return told | {"removed": shown.removed}


def _told(name: ForgeName, **known: Any) -> dict[str, Any]:
    """What ``--json`` says, whatever became of the report."""
    return {"forge": name, "stack": None, "url": None, "author": None, "removed": 0, "warnings": []} | known


def _sentence(told: dict[str, Any]) -> str:
    return SENTENCES[told["outcome"]].format(
        stack=visible(told["stack"] or ""), url=visible(told["url"] or "")
    )


def _place(name: ForgeName, author: str | None, number: int | None) -> Place:
    if name == ForgeName.GITHUB:
        return github.GitHub(settings.github(os.environ, author, number))
    return azure_devops.AzureDevOps(settings.azure_devops(os.environ, number))
