"""The command ``mailgrant comment``."""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from mailgrant.errors import MailgrantError
from mailgrant.forge import azure_devops, commands, github, reports, settings
from mailgrant.forge.commands import Level
from mailgrant.forge.comments import Outcome, show
from mailgrant.forge.settings import ForgeName

FORK: Final = (
    "no comment: the pull request comes from another repository, and such a run gets no secrets and no token that can "
    "write. Nothing is approved by that."
)
OTHER_AUTHOR: Final = "the token posts as {author}: give --author '{author}', so that the comment is found before another is posted"
Place = github.GitHub | azure_devops.AzureDevOps
SKIPPED: Final = "skipped"
WORDS: Final = {
    Outcome.POSTED: "posted",
    Outcome.EDITED: "brought up to date",
    Outcome.UNCHANGED: "says so already",
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
        help="GitHub only: the login under which GITHUB_TOKEN posts. [default: that of every job's own token]",
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
        if settings.from_a_fork(os.environ):  # before anything is read: nothing may be there
            told, warnings = _told(name, outcome=SKIPPED, why=FORK), [FORK]
        else:
            if summary:
                typer.echo(commands.summarize(name, summary, os.environ), err=as_json, nl=False)
            place = _place(name, author, pull_request)
            told, warnings = _shown(name, place, report)
    except MailgrantError as error:
        typer.echo(commands.annotation(name, Level.ERROR, str(error)), err=as_json)
        raise
    for warning in warnings:
        typer.echo(commands.annotation(name, Level.WARNING, warning), err=as_json)
    if as_json or told["outcome"] != SKIPPED:
        typer.echo(
            json.dumps(told)
            if as_json
            else "comment on {stack}: {words}: {url}".format(**told, words=WORDS[told["outcome"]])
        )


def _shown(name: ForgeName, place: Place, file: Path) -> tuple[dict[str, Any], list[str]]:
    report = reports.read(file, FORMS[name])
    report.refuse_longer_than(LONGEST[name], FORMS[name])
    shown = show(place, report)
    author = shown.comment.author
    told = _told(name, stack=report.stack, outcome=shown.outcome, url=shown.comment.url, author=author)
    surprise = author.lower() != place.author.lower()
    return told | {"removed": shown.removed}, [OTHER_AUTHOR.format(author=author)] if surprise else []


def _told(name: ForgeName, **known: Any) -> dict[str, Any]:
    """What ``--json`` says, whatever became of the report."""
    return {"forge": name, "stack": None, "url": None, "author": None, "removed": 0, "why": None} | known


def _place(name: ForgeName, author: str | None, number: int | None) -> Place:
    if name == ForgeName.GITHUB:
        return github.GitHub(settings.github(os.environ, author, number))
    return azure_devops.AzureDevOps(settings.azure_devops(os.environ, number))
