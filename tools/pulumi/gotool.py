"""The Go command: found, old enough, and run with its output watched."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import recipe
from faults import BuildFailedError, NoGoError, OldGoError

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = ("GOVERSION", "GOCACHE", "GOMODCACHE", "GOTMPDIR")


@dataclass(frozen=True)
class Go:
    """A Go that is new enough, and where it keeps what it downloads and compiles."""

    path: str
    version: str
    build_cache: Path
    module_cache: Path
    temporary: Path

    def run(self, doing: str, folder: str, arguments: list[str], on_line: Callable[[str], None]) -> list[str]:
        """Run go in a folder of this directory, hand over each line of output, and return them all.

        Raises BuildFailedError where go does.
        """
        command = [self.path, *arguments]
        lines: list[str] = []
        with _start(command, recipe.HERE / folder) as child:
            try:
                for line in child.stdout or ():
                    lines.append(line.rstrip())
                    on_line(lines[-1])
            except BaseException:
                child.terminate()
                child.wait()
                raise
        if child.returncode:
            raise BuildFailedError(doing, shlex.join(command), child.returncode, lines)
        return lines


def find(why_not_path: str) -> Go:
    """Return the Go on PATH; raise NoGoError or OldGoError where it cannot build the engine."""
    needed = recipe.go_needed()
    path = shutil.which("go")
    if path is None:
        raise NoGoError(why_not_path, _dotted(needed))
    go = _described(path, _settings(path))
    # A Go built from its own sources tells no number; it gets its chance.
    match = re.match(r"\d+(\.\d+)*", go.version)
    if match and tuple(map(int, match[0].split("."))) < needed:
        raise OldGoError(path, go.version, _dotted(needed))
    return go


def _described(path: str, settings: dict[str, str]) -> Go:
    version = settings["GOVERSION"].removeprefix("go")
    temporary = settings["GOTMPDIR"] or tempfile.gettempdir()
    return Go(path, version, Path(settings["GOCACHE"]), Path(settings["GOMODCACHE"]), Path(temporary))


def _settings(path: str) -> dict[str, str]:
    command = [path, "env", "-json", *SETTINGS]
    # Not in a folder with a go.mod: a Go that is too old refuses even to tell its version there.
    told = subprocess.run(
        command, cwd=recipe.HERE, env=_environment(), capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise BuildFailedError(
            "Asking Go for its settings", shlex.join(command), told.returncode, [told.stderr]
        )
    settings: dict[str, str] = json.loads(told.stdout)
    return settings


def _start(command: list[str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _environment() -> dict[str, str]:
    return {**os.environ, **recipe.GO_ENVIRONMENT}


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
