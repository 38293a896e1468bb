"""Start and stop the tenant's process, and talk to its control plane."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from offline_tenant import environment
from offline_tenant.home import SERVICES, Home

PATIENCE = 30.0  # seconds that a start or a stop may take


class OfflineError(Exception):
    """What a person did or can mend, in a sentence."""


def start(home: Home, ports: dict[str, int] | None = None) -> dict[str, int]:
    """Start the tenant of this home, unless it runs; returns when it answers.

    Args:
        home: made if it is new.
        ports: wanted ports by service; those of the last run unless given, and then any free ones.

    Returns:
        The ports by service.

    Raises:
        OfflineError: it did not start, with the reason.
    """
    if not home.running():
        home.make()
        wanted = home.remembered().get("ports", {}) if ports is None else ports
        _launch(home, [wanted.get(service, 0) for service in SERVICES])
    chosen: dict[str, int] = home.remembered()["ports"]
    environment.write(home, chosen)
    return chosen


def _launch(home: Home, ports: list[int]) -> None:
    hear, say = os.pipe()
    command = [sys.executable, "-m", "offline_tenant.server", str(home.root), str(say), *map(str, ports)]
    with home.log.open("ab") as log, os.fdopen(hear, "rb") as ear:
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[say],
                start_new_session=True,
                check=True,
            )
        finally:
            os.close(say)
        answer = ear.read().decode()
    if answer != "ready":
        raise OfflineError(answer or f"the offline tenant ended while starting: {home.log} says why")


def stop(home: Home) -> bool:
    """End the tenant's process; false if none runs.

    Raises:
        OfflineError: it does not end.
    """
    if not home.running():
        return False
    os.kill(home.remembered()["pid"], signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while home.running():
        if time.monotonic() > deadline:
            raise OfflineError(
                f"the offline tenant (process {home.remembered()['pid']}) does not end: {home.log}"
            )
        time.sleep(0.02)
    return True


def control(home: Home, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Call the control plane: ``control(home, "GET", "stats")``.

    Raises:
        OfflineError: the tenant does not run, or refuses.
    """
    if not home.running():
        raise OfflineError("the offline tenant is not running: start it with: mailgrant offline start")
    request = urllib.request.Request(
        f"https://localhost:{home.remembered()['ports']['https']}/_control/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Content-Type": "application/json"},
    )
    context = ssl.create_default_context(cafile=str(home.certificates / "ca.pem"))
    try:
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise OfflineError(json.loads(error.read())["error"]["message"]) from error
