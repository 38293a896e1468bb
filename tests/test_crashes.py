"""Something is killed in the middle of the first update: the next one finishes it, and destroy leaves nothing."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from offline_tenant import process
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

PATIENCE = 60.0  # seconds
PENDING = "exchange Add-MailboxPermission"


def descendants(of: int) -> dict[int, str]:
    """The command lines of all processes below one, by process id."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    table = [line.split(maxsplit=2) for line in listing.splitlines()]
    found: dict[int, str] = {}
    parents = {of}
    while parents:
        children = {int(pid): args for pid, parent, args in table if int(parent) in parents}
        found |= children
        parents = set(children)
    return found


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill_below(running: subprocess.Popen[bytes], words: str) -> None:
    victims = [pid for pid, args in descendants(running.pid).items() if words in args]
    assert victims, descendants(running.pid)
    for pid in victims:
        os.kill(pid, signal.SIGKILL)


def kill_engine(running: subprocess.Popen[bytes], _: OfflineTenant) -> None:
    running.kill()


def kill_provider(running: subprocess.Popen[bytes], _: OfflineTenant) -> None:
    kill_below(running, "-m pulumi.dynamic")


def kill_pwsh(running: subprocess.Popen[bytes], _: OfflineTenant) -> None:
    kill_below(running, "offline_tenant.pwsh")


def kill_tenant(_: subprocess.Popen[bytes], offline: OfflineTenant) -> None:
    os.kill(offline.home.remembered()["pid"], signal.SIGKILL)


@pytest.mark.parametrize("kill", [kill_engine, kill_provider, kill_pwsh, kill_tenant])
def test_whatever_is_killed_the_next_update_converges(
    kill: Callable[[subprocess.Popen[bytes], OfflineTenant], None], project: Project, offline: OfflineTenant
) -> None:
    before = offline.control("GET", "objects")
    offline.control("POST", "latency", {PENDING: 2.0})
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"]
    silence = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=project.folder, env=dict(project.environment), stdout=silence, stderr=silence
    ) as running:
        wait_for(lambda: offline.stats()["exchange"].get("Add-MailboxPermission", 0) > 0)
        below = descendants(running.pid)
        kill(running, offline)

    # Whoever lost its parent ends by itself.
    ours = [pid for pid, args in below.items() if "offline_tenant.pwsh" in args or "pulumi.dynamic" in args]
    assert len(ours) >= 2
    wait_for(lambda: not any(map(lives, ours)))
    process.start(offline.home)
    offline.control("POST", "latency", {})
    if kill is kill_engine:
        project.pulumi("cancel", "--yes")  # as docs/configuration.md says
    project.pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    project.pulumi("up", "--yes", "--skip-preview")
    assert json.loads(project.mailgrant("verify", "--json"))["ok"]
    assert "pending operation" not in project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before


def test_an_application_that_a_broken_run_left_is_named_and_not_made_twice(
    project: Project, offline: OfflineTenant
) -> None:
    before = offline.control("GET", "objects")
    # Entra makes the application, and the connection breaks before anybody hears of it.
    offline.control("POST", "faults", {"match": "graph POST /v1.0/applications", "effect": "lose"})
    project.pulumi("up", "--yes", "--skip-preview", expect=1)
    applications = offline.graph("GET", "/v1.0/applications")["value"]
    [orphan] = [application for application in applications if application["displayName"] == "invoice-poller"]

    said = project.pulumi("up", "--yes", "--skip-preview", expect=1)
    assert orphan["id"] in said
    assert "invoice-poller" in said

    offline.graph("DELETE", f"/v1.0/applications/{orphan['id']}")
    project.pulumi("up", "--yes", "--skip-preview")
    assert json.loads(project.mailgrant("verify", "--json"))["ok"]
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before
