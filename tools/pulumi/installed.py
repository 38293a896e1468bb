"""Looks at the Pulumi that is on PATH, and says why it cannot be used where it cannot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import recipe

NEEDED = ".".join(map(str, recipe.VERSION[:2]))
HOST = "pulumi-language-python"


def why_not() -> str:
    """Return why the engine on PATH cannot be used; empty where it can."""
    path = shutil.which("pulumi")
    if path is None:
        return "There is no `pulumi` on PATH"
    version = _version(path)
    reasons = (
        (not version, f"{path} does not tell its version"),
        (
            version < recipe.VERSION[:2],
            f"{path} is Pulumi {_dotted(version)}, and mailgrant needs {NEEDED} or newer",
        ),
        (not _has_host(path), f"{path} has no {HOST} beside it or on PATH"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _version(path: str) -> tuple[int, ...]:
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        told = subprocess.run(
            [path, "version"], capture_output=True, text=True, check=False, env=environment, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", told.stdout)
    return tuple(map(int, match.groups())) if match else ()


def _has_host(path: str) -> bool:
    # The engine looks beside itself first; package managers put a link on PATH.
    folders = (Path(path).parent, Path(path).resolve().parent)
    return any(shutil.which(HOST, path=str(folder)) for folder in folders) or bool(shutil.which(HOST))


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
