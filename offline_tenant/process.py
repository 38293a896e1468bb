"""Start and stop the tenant's process, and talk to its control plane."""

import json
import os
import select
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from offline_tenant import environment
from offline_tenant.home import SERVICES, Home, OfflineError
from offline_tenant.state.store import StateError, Store

__all__ = ["NOT_RUNNING", "OfflineError", "Started", "control", "known", "launch", "start", "stop"]

# Seconds.
PATIENCE: Final = 30.0  # that a start may take
MERCY: Final = 10.0  # for a process that was asked to end, before it is made to; its state is safe either way
ANSWER: Final = 60.0  # that the control plane may take
PAUSE: Final = 0.02
READY: Final = "ready"
NOT_RUNNING: Final = "the offline tenant is not running: start it with: mailgrant offline start"


@dataclass(frozen=True)
class Started:
    """What a start found or made.

    Args:
        ports: by service.
        new: false if the tenant ran already.
    """

    ports: dict[str, int]
    new: bool


def start(home: Home, ports: Mapping[str, int] | None = None) -> dict[str, int]:
    """Start the tenant of this home, unless it runs, and give its ports; see ``launch``."""
    return launch(home, ports).ports


def launch(home: Home, ports: Mapping[str, int] | None = None, *, keep_ports: bool = True) -> Started:
    """Start the tenant of this home, unless it runs; returns when it answers.

    Args:
        home: made if it is new.
        ports: wanted ports by service.
        keep_ports: for other services those of the last run; else any free ones.

    Raises:
        OfflineError: it did not start, or runs on other ports than the wanted ones, with the reason.
    """
    home.make()
    with home.changing(PATIENCE):
        if running := home.running():
            _check_ports(home, ports or {})
        else:
            _check_state(home.database)
            wanted = (home.remembered().get("ports", {}) if keep_ports else {}) | dict(ports or {})
            _launch(home, [wanted.get(service, 0) for service in SERVICES])
        chosen = known(home)["ports"]
        environment.write(home, chosen)
        return Started(chosen, not running)


def _check_ports(home: Home, wanted: Mapping[str, int]) -> None:
    ports = known(home)["ports"]
    if others := [service for service, port in wanted.items() if port not in (0, ports.get(service))]:
        raise OfflineError(
            f"the tenant runs already, with other ports ({', '.join(others)}): "
            "stop it first with: mailgrant offline stop"
        )


def _check_state(database: Path) -> None:
    """Find out here what the process could only write into its log."""
    try:
        Store(database).close()
    except StateError as error:
        raise OfflineError(str(error)) from error


def _launch(home: Home, ports: list[int]) -> None:
    hear, say = os.pipe()
    command = [sys.executable, "-m", "offline_tenant.server", str(home.root), str(say), *map(str, ports)]
    with home.log.open("ab") as log, os.fdopen(hear, "rb", buffering=0) as ear:
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[say],
                start_new_session=True,
                check=False,
            )
        finally:
            os.close(say)
        answer = _heard(ear.fileno())
    if answer is None:
        _end(home)
        raise OfflineError(
            f"the offline tenant did not answer within {PATIENCE:.0f} s: {home.log} may say why"
        )
    if answer != READY:
        raise OfflineError(answer or f"the offline tenant ended while starting: {home.log} says why")


def _heard(descriptor: int) -> str | None:
    """All that comes before the other side closes; None if it takes too long."""
    deadline, heard = time.monotonic() + PATIENCE, b""
    while select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))[0]:
        if not (chunk := os.read(descriptor, 4096)):
            return heard.decode()
        heard += chunk
    return None


def stop(home: Home) -> bool:
    """End the tenant's process; false if none runs.

    Raises:
        OfflineError: it does not end.
    """
    if not home.running():
        return False
    with home.changing(PATIENCE):
        return _end(home)


def _end(home: Home) -> bool:
    if not home.running():
        return False
    for number, patience in ((signal.SIGTERM, MERCY), (signal.SIGKILL, MERCY)):
        try:
            os.kill(known(home)["pid"], number)
        except ProcessLookupError:
            return False
        if _ended(home, patience):
            return True
    raise OfflineError(
        f"the offline tenant (process {known(home)['pid']}) does not end: {home.log} may say why"
    )


def _ended(home: Home, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while home.running():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def known(home: Home) -> dict[str, Any]:
    """``ports`` and ``pid`` of the process that runs.

    Raises:
        OfflineError: its files were deleted.
    """
    if facts := home.remembered():
        return facts
    raise OfflineError(
        f"a process serves {home.root}, but its files were deleted: end it by hand "
        "(pgrep -f offline_tenant.server finds it)"
    )


def control(home: Home, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Call the control plane: ``control(home, "GET", "stats")``.

    Raises:
        OfflineError: the tenant does not run, or refuses.
    """
    if not home.running():
        raise OfflineError(NOT_RUNNING)
    request = urllib.request.Request(
        f"https://localhost:{known(home)['ports']['https']}/_control/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Content-Type": "application/json"},
    )
    try:
        with _opener(home).open(request, timeout=ANSWER) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            raise OfflineError(_complaint(error)) from error
    except (OSError, ValueError) as error:
        raise OfflineError(f"the offline tenant does not answer: {error}") from error


def _opener(home: Home) -> urllib.request.OpenerDirector:
    authority = home.certificates / "ca.pem"
    if not authority.exists():
        raise OfflineError(
            f"{authority} was deleted: mailgrant offline stop, delete {home.certificates}, start"
        )
    context = ssl.create_default_context(cafile=str(authority))
    # No proxy: nothing between this machine and itself.
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )


def _complaint(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"the offline tenant answered {error.code}"
