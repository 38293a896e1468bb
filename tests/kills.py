"""Killing what takes part in an update, in the middle of it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from offline_tenant import process
from tests.worlds import OfflineTenant, Project

PATIENCE = 60.0  # seconds
UP = ("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")

Kill = Callable[[subprocess.Popen[bytes], OfflineTenant], None]


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


def killed_up(project: Project, offline: OfflineTenant, cmdlet: str, kill: Kill) -> None:
    """An update in which something is killed while a cmdlet runs; everything that was left alone ends by itself."""
    killed_at_one(project, offline, {cmdlet}, kill)


def killed_at_one(project: Project, offline: OfflineTenant, cmdlets: Iterable[str], kill: Kill) -> str:
    """The same, while the first of these cmdlets runs; gives which one that was."""
    _hold(offline, cmdlets)
    with _up(project) as running:
        hit = _first(offline, cmdlets)
        below = descendants(running.pid)
        kill(running, offline)
    # Whoever lost its parent ends by itself.
    ours = [pid for pid, args in below.items() if "offline_tenant.pwsh" in args or "pulumi.dynamic" in args]
    assert len(ours) >= 2
    wait_for(lambda: not any(map(lives, ours)))
    process.start(offline.home)
    offline.control("DELETE", "latency")
    return hit


def pwsh_killed_at_each(project: Project, offline: OfflineTenant, cmdlets: Iterable[str]) -> None:
    """One update in which PowerShell is killed again and again: once while each of these cmdlets runs."""
    left = set(cmdlets)
    _hold(offline, left)
    with _up(project) as running:
        while left:
            hit = _first(offline, left)
            kill_pwsh(running, offline)
            left.remove(hit)
            offline.control("POST", "latency", {f"exchange {hit}": None})
    assert running.returncode == 0


def _hold(offline: OfflineTenant, cmdlets: Iterable[str]) -> None:
    """Each takes its time from now on, so that something can be killed meanwhile."""
    offline.stats(reset=True)
    offline.control("PUT", "latency", {f"exchange {cmdlet}": 2.0 for cmdlet in cmdlets})


def _first(offline: OfflineTenant, cmdlets: Iterable[str]) -> str:
    """The first of these cmdlets that runs: there is one session, so no other runs beside it."""
    begun: list[str] = []

    def any_begun() -> bool:
        counts = offline.stats()["exchange"]
        begun[:] = [cmdlet for cmdlet in cmdlets if counts.get(cmdlet)]
        return bool(begun)

    wait_for(any_begun)
    return begun[0]


def taken_up_again(project: Project, kill: Kill | None = None) -> None:
    """As docs/configuration.md says; then the update once more."""
    if kill is kill_engine:
        project.pulumi("cancel", "--yes")
    project.pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    project.pulumi("up", "--yes", "--skip-preview")


def interrupted_up(project: Project, offline: OfflineTenant, cmdlet: str, *, times: int = 1) -> str:
    """An update that gets Ctrl-C, once or twice, while a cmdlet runs that takes longer than anybody waits.

    Nothing of it stays; gives what it said.
    """
    offline.stats(reset=True)
    offline.control("POST", "latency", {f"exchange {cmdlet}": 2 * PATIENCE})
    with _up(project, subprocess.PIPE) as running:
        wait_for(lambda: offline.stats()["exchange"].get(cmdlet, 0) > 0)
        below = descendants(running.pid)
        for _ in range(times):
            running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode != 0
    wait_for(lambda: not any(map(lives, below)))
    offline.control("DELETE", "latency")
    return said.decode()


@contextmanager
def _up(project: Project, output: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
    errors = subprocess.STDOUT if output == subprocess.PIPE else output
    with subprocess.Popen(
        UP, cwd=project.folder, env=dict(project.environment), stdout=output, stderr=errors
    ) as running:
        yield running
