"""Runs actionlint over the workflows of this repository; built once into the user's cache, as go.sum beside this pins it.

Exit code: actionlint's own (0 nothing found, 1 something was), or 2 where it could not be built; the message says why.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = "github.com/rhysd/actionlint/cmd/actionlint"
# Nothing of a user's own Go set-up may change what is built.
GO_ENVIRONMENT = {"GOTOOLCHAIN": "local", "GOWORK": "off", "GO111MODULE": "on", "CGO_ENABLED": "0"}
BUILD = ("build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w")
# Other linters that happen to be on somebody's PATH would give every machine its own verdict.
LINT = ("-shellcheck=", "-pyflakes=")
IMPOSSIBLE = 2
NO_GO = (
    "actionlint is built with Go, and there is none on PATH.\n"
    "  Install Go (https://go.dev/doc/install), 1.25 or newer, and run this again."
)


def main() -> int:
    """Return the exit code."""
    program = _cache() / f"actionlint-{_key()}" / "actionlint"
    if not os.access(program, os.X_OK) and (fault := _build(program)):
        print(f"No actionlint. {fault}", file=sys.stderr)
        return IMPOSSIBLE
    return subprocess.run([program, *LINT, *sys.argv[1:]], cwd=ROOT, check=False).returncode


def _build(program: Path) -> str:
    """Build it, whole or not at all; say what is wrong where that fails."""
    go = shutil.which("go")
    if go is None:
        return NO_GO
    print(f"Building actionlint with Go, once, into {program.parent}: about 20 s", file=sys.stderr)
    program.parent.mkdir(parents=True, exist_ok=True)
    unfinished = program.with_name(f"actionlint.{os.getpid()}")
    done = subprocess.run(
        [go, *BUILD, "-o", unfinished, PROGRAM], cwd=HERE, env={**os.environ, **GO_ENVIRONMENT}, check=False
    )
    if done.returncode:
        return f"What `go build` wrote stands above; {HERE / 'go.mod'} says which Go it needs."
    unfinished.replace(program)
    return ""


def _cache() -> Path:
    # The XDG specification: a path that is not absolute is to be ignored.
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "mailgrant"


def _key() -> str:
    """Return what changes whenever the build would."""
    pins = [(HERE / name).read_bytes() for name in ("go.mod", "go.sum")]
    machine = repr((BUILD, GO_ENVIRONMENT, sys.platform, platform.machine())).encode()
    return hashlib.sha256(b"\0".join([machine, *pins])).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
