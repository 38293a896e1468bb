"""Ensures the object stores in which tests keep Pulumi's state, and prints the folder of their programs.

Azurite stands for Azure Blob, s3rver for S3. npm installs both once into the user's cache, at exactly
these versions, and runs no script of any package. Only the folder goes to stdout; everything for people
goes to stderr. Exit code 1: npm failed; 3: there is nothing to install them with, which is no fault of ours.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import cache
from progress import Progress, elapsed, note

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("azurite@3.35.0", "s3rver@3.7.1")  # newer Azurites need Node.js 22
PROGRAMS = ("azurite-blob", "s3rver")
NODE_NEEDED = 20
NPM = ("npm", "install", "--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund")
FAILED, IMPOSSIBLE = 1, 3


def main() -> int:
    """Print the folder and return the exit code."""
    target = cache.folder() / "-".join(["stores", *PACKAGES])
    if not _complete(target):
        if reason := _why_not():
            note(f"No object stores for the tests of shared state: {reason}.")
            return IMPOSSIBLE
        try:
            _install(target)
        except (OSError, subprocess.CalledProcessError) as error:
            note(f"No object stores for the tests of shared state: {error}. What npm wrote stands above.")
            return FAILED
    print(_programs(target))
    return 0


def _why_not() -> str:
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        return f"there is no {' and no '.join(missing)} on PATH"
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S607 - people's own
    version = re.match(r"v(\d+)\.", told)
    if version is None or int(version[1]) < NODE_NEEDED:
        return f"node is {told or 'of no known version'}, and they need {NODE_NEEDED} or newer"
    return ""


def _install(target: Path) -> None:
    with Progress() as progress, cache.alone(target, progress, "Another run installs them; waiting for it"):
        # The run that we waited for may have done it.
        if _complete(target):
            return
        progress.doing(f"Installing {' and '.join(PACKAGES)} with npm, once, into {target}")
        staging = target.with_name(f"{target.name}.installing")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        subprocess.run([*NPM, "--prefix", str(staging), *PACKAGES], stdout=sys.stderr, check=True)
        staging.rename(target)
    note(f"The object stores are ready, after {elapsed(progress.seconds())}.")


def _programs(target: Path) -> Path:
    return target / "node_modules" / ".bin"


def _complete(target: Path) -> bool:
    return all(os.access(_programs(target) / program, os.X_OK) for program in PROGRAMS)


if __name__ == "__main__":
    sys.exit(main())
