"""No secret in state, logs, error texts, or what processes show: searched for by value after runs that log a lot."""

import contextlib
import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_tenant import seed
from tests.kills import descendants
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

UP = ("up", "--yes", "--skip-preview", "--logtostderr")
# From -v=3 on Pulumi logs what its programs tell it, with the outputs of the stack; from -v=9 on properties.
QUIET, LOUD = ("-v=2",), ("-v=9", "--debug")
TOKEN = re.compile(rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}")  # a JSON Web Token, whoever issued it
BILLING = "        billing@contoso.com: full-access\n"
FAILING = "        nobody@contoso.com: full-access\n"


@contextlib.contextmanager
def watched(shown: dict[str, bytes]) -> Iterator[None]:
    """Notes the arguments of every process below this one, and the environment of PowerShell."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            for pid in descendants(os.getpid()):
                with contextlib.suppress(OSError):
                    process = Path("/proc") / str(pid)
                    shown[f"arguments of {pid}"] = arguments = (process / "cmdline").read_bytes()
                    if b"offline_tenant.pwsh" in arguments:
                        shown[f"environment of PowerShell {pid}"] = (process / "environ").read_bytes()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def made(project: Project) -> list[bytes]:
    """Each secret that is an output of the stack."""
    clients = json.loads(project.pulumi("stack", "output", "clients", "--json", "--show-secrets"))
    values = [one["value"] for client in clients.values() for one in client["credentials"].values()]
    assert values
    return [value.encode() for value in values]


def files(*folders: Path) -> dict[str, bytes]:
    """Everything that a run left on disk, the tenant's own state aside: that has to know its secrets."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in found if ".venv" not in path.parts}


def test_no_secret_is_shown_anywhere(project: Project, offline: OfflineTenant) -> None:
    shown: dict[str, bytes] = {}
    project.edit(BILLING, BILLING + FAILING)
    with watched(shown):
        loud = project.pulumi(*UP, *LOUD, expect=1).encode()
        project.pulumi("config", "set", "--path", "mailgrant:exchange.carrier", "rest")
        project.edit(BILLING, "")
        shown["output over rest"] = project.pulumi(*UP, *QUIET, expect=1).encode()
    assert b"nobody@contoso.com" in shown["output over rest"]
    assert any("environment of PowerShell" in name for name in shown)

    shown["state"] = project.pulumi("stack", "export").encode()
    shown["log of the tenant"] = json.dumps(offline.control("GET", "log")).encode()
    kept = files(offline.home.stacks, offline.home.pulumi_home, project.folder)
    assert any("checkpoint" in path or path.endswith("offline.json") for path in kept)
    shown |= kept

    ours = [seed.AUTOMATION_SECRET.encode(), seed.JUMP_HOST_PASSWORD.encode()]
    assert leaks(shown, [*ours, *made(project)]) == []
    # Here Pulumi itself shows what it knows; who runs mailgrant, and its tokens, it does not know.
    assert leaks({"output over pwsh": loud}, ours) == []


def leaks(shown: dict[str, bytes], secrets: list[bytes]) -> list[str]:
    """Where one of them is shown, or any token."""
    return [name for name, text in shown.items() if TOKEN.search(text) or any(one in text for one in secrets)]
