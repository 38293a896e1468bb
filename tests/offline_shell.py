"""``mailgrant offline`` for a home of its own: what tests of the tenant's process share."""

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from offline_tenant import process
from offline_tenant.cli import app
from offline_tenant.home import Home


@dataclass(frozen=True)
class Offline:
    """``mailgrant offline`` for one home."""

    home: Path

    def popen(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "offline_tenant", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "MAILGRANT_OFFLINE_HOME": str(self.home), **environment},
        )

    def run(self, *arguments: str, expect: int = 0, **environment: str) -> str:
        """Standard output, or what was said on standard error where a failure is expected."""
        running = self.popen(*arguments, **environment)
        said, complained = running.communicate()
        assert running.returncode == expect, said + complained
        assert "Traceback" not in complained
        return complained if expect == 1 else said

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def quick(self, *arguments: str, expect: int = 0) -> str:
        """As ``run``, within this process: for what needs no process of its own."""
        done = CliRunner().invoke(app, arguments, env={"MAILGRANT_OFFLINE_HOME": str(self.home)})
        assert done.exit_code == expect, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.stderr if expect == 1 else done.stdout

    def quick_json(self, *arguments: str) -> Any:
        return json.loads(self.quick(*arguments, "--json"))

    def start(self) -> None:
        process.start(Home(self.home))

    def stop(self) -> None:
        assert process.stop(Home(self.home))

    @property
    def facts(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = Home(self.home).remembered()
        return found


def servers(home: Path) -> list[int]:
    """The processes that serve this home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"offline_tenant.server" in words and os.fsencode(home) in words:
                found.append(int(folder.name))
    return found


def nobody_serves(home: Path) -> bool:
    """Whether all processes of the home end; they give the home free just before."""
    for pid in servers(home):
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            select.select([descriptor], [], [], 30)
            os.close(descriptor)
    return not servers(home)
