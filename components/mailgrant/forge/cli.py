"""The command ``mailgrant comment``."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from mailgrant.errors import MailgrantError
from mailgrant.forge import azure_devops, commands, github, reports, settings
from mailgrant.forge.comments import Outcome, show
from mailgrant.forge.settings import ForgeName

FORK: Final = (
    "it comes from another repository: such a run gets no secrets, and a token that cannot write. "
    "Nothing is approved by that."
)
OTHER_AUTHOR: Final = "warning: the token posts as {author}; give --author '{author}', so that the comment is found before another is posted"
WORDS: Final = {
    Outcome.POSTED: "posted",
    Outcome.EDITED: "brought up to date",
    Outcome.UNCHANGED: "says so already",
    Outcome.SKIPPED: "no comment",
}
FORMS: Final = {ForgeName.GITHUB: github.FORM, ForgeName.AZURE_DEVOPS: azure_devops.FORM}
LONGEST: Final = {ForgeName.GITHUB: github.LONGEST, ForgeName.AZURE_DEVOPS: azure_devops.LONGEST}

ReportOption = Annotated[
    Path,
    typer.Option("--report", help="A file that mailgrant preview-report wrote as Markdown, of one stack."),
]
ForgeOption = Annotated[
    ForgeName | None,
    typer.Option("--forge", help="Where the pull request is. [default: whose pipeline this is]"),
]
NumberOption = Annotated[
    int | None,
    typer.Option("--pull-request", min=1, help="Its number. [default: the one that this run is of]"),
]
AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--author",
        help=f"GitHub only: the login under which GITHUB_TOKEN posts, if it is not the job's own. [default: {settings.ACTIONS}]",
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
    name = forge or settings.forge_here(os.environ)
    try:
        if summary and (line := commands.summarize(name, summary, os.environ)):
            typer.echo(line, err=as_json)
        told = _comment(name, reports.read(report, FORMS[name]), author, pull_request)
    except MailgrantError as error:
        typer.echo(commands.annotation(name, commands.Level.ERROR, str(error)), err=as_json)
        raise
    typer.echo(json.dumps(told) if as_json else _sentence(told))


def _comment(
    name: ForgeName, report: reports.Report, author: str | None, number: int | None
) -> dict[str, Any]:
    report.refuse_longer_than(LONGEST[name], FORMS[name])
    told: dict[str, Any] = {"forge": name, "stacks": list(report.key), "outcome": Outcome.SKIPPED}
    told |= {"url": None, "author": None, "removed": 0, "why": FORK}
    if settings.from_a_fork(name, os.environ):
        return told
    place = _place(name, author, number)
    shown = show(place, report)
    if shown.comment.author.lower() != place.author.lower():
        typer.echo(OTHER_AUTHOR.format(author=shown.comment.author), err=True)
    found = {"url": shown.comment.url, "author": shown.comment.author, "removed": shown.removed, "why": None}
    return told | {"outcome": shown.outcome} | found


def _place(
    name: ForgeName, author: str | None, number: int | None
) -> github.GitHub | azure_devops.AzureDevOps:
    if name == ForgeName.GITHUB:
        return github.GitHub(settings.github(os.environ, author, number))
    return azure_devops.AzureDevOps(settings.azure_devops(os.environ, number))


def _sentence(told: Mapping[str, Any]) -> str:
    return f"comment on {', '.join(told['stacks'])}: {WORDS[told['outcome']]}: {told['why'] or told['url']}"
