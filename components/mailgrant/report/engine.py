"""Runs ``pulumi preview``, ``pulumi refresh`` and ``pulumi up``: the one part of the report that is not pure."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from mailgrant.configuration.project_file import project_file
from mailgrant.errors import SetupError
from mailgrant.guardrails.findings import REPORTED
from mailgrant.report import digest, refresh
from mailgrant.report.preview import Preview, PreviewError

# Of what stays as it is, too: a credential beside another one of its consumer is the next one of it.
PREVIEW: Final = ("preview", "--json", "--show-sames", "--non-interactive")
REFRESH: Final = ("refresh", "--preview-only", "--json", "--non-interactive")
STREAMED: Final = "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"  # pulumi.com/docs/iac/cli/environment-variables
UPDATE: Final = ("up", "--yes", "--skip-preview", "--non-interactive")


Command = tuple[str, ...]
Parser = Callable[[str, str], Preview]


def preview(stack: str) -> Preview:
    """What an update of this stack would do now.

    Args:
        stack: its name; the selected one if it is empty.

    Raises:
        SetupError: there is no engine.
        PreviewError: the preview failed; its exit code is Pulumi's.
    """
    return _told(PREVIEW, stack, {REPORTED: "yes", STREAMED: "false"}, digest.parse)


def drift(stack: str) -> Preview:
    """What others have changed since the last update; the state stays as it is.

    Args:
        stack: its name; the selected one if it is empty.

    Raises:
        SetupError: there is no engine.
        PreviewError: the tenant could not be looked at; its exit code is Pulumi's.
    """
    return _told(REFRESH, stack, {STREAMED: "true"}, refresh.parse)


def _told(command: Command, stack: str, environment: Mapping[str, str], parse: Parser) -> Preview:
    # What it tells people meanwhile stays on standard error.
    done = subprocess.run(
        [_program(), *command, *_chosen(stack)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    source = f"pulumi {command[0]} of {stack or 'the selected stack'}"
    if done.returncode:
        raise _failed(done.returncode, done.stdout, source, parse)
    return parse(done.stdout, source)


def update(stack: str) -> int:
    """Make the update, before the eyes of whoever looks; gives Pulumi's exit code.

    Args:
        stack: its name; the selected one if it is empty.

    Raises:
        SetupError: there is no engine.
    """
    command = [_program(), *UPDATE, *_chosen(stack)]
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode


def _program() -> str:
    program = shutil.which("pulumi")
    if program is None:
        raise SetupError(
            "there is no pulumi on PATH",
            "Install it (https://www.pulumi.com/docs/install), or give --preview FILE.",
        )
    return program


def _chosen(stack: str) -> list[str]:
    return ["--stack", stack] if stack else []


def _failed(code: int, written: str, source: str, parse: Parser) -> PreviewError:
    """With what the preview itself says of it, where it says anything."""
    try:
        parse(written, source)
    except PreviewError as error:
        if written.strip():
            return PreviewError(error.message, error.remedy, code)
    return PreviewError(
        f"{source} failed with exit code {code}",
        "Pulumi says why on standard error: above, or in the log of this run.",
        code,
    )


def project(folder: Path) -> str:
    """The name of the Pulumi project that this folder belongs to; empty if it belongs to none."""
    try:
        return project_file(folder).name
    except SetupError:
        return ""  # whatever is wrong with it, Pulumi says so better
