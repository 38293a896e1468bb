"""Renews requirements.lock from pyproject.toml: the package, its `offline` extra, the `dev` group.

Run it with the project's own Python (`make lock`). `--upgrade` and every other argument goes to pip-compile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (sys.executable, "-m", "piptools", "compile", "pyproject.toml", "-", "--extra", "offline")
# A lock that others use names no index and no folder of the machine that it was made on.
SILENT = ("--no-emit-options", "--no-emit-find-links", "--no-emit-index-url", "--no-emit-trusted-host")
FILES = ("--constraint", "tools/constraints.txt", "--output-file", "requirements.lock")


def main() -> int:
    """Return pip-compile's exit code."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    # pip-compile knows no dependency groups; its standard input takes their lines.
    return subprocess.run(
        [*COMPILE, *SILENT, *FILES, *sys.argv[1:]],
        input="\n".join(groups["dev"]),
        cwd=ROOT,
        env={**os.environ, "CUSTOM_COMPILE_COMMAND": "make lock"},
        text=True,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
