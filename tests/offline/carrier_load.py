"""Many cmdlets over one carrier of a tenant's process: how fast, and what it cost the processes."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from offline_tenant import process, seed
from offline_tenant.home import Home
from tests.offline import ways
from tests.offline.load_helper import Connection
from tests.offline.pwsh_helper import Client

MAILBOX = "billing@contoso.com"
WARM = 50  # cmdlets before anything is measured: caches fill, the log of calls begins


@dataclass(frozen=True)
class Outcome:
    """What was measured.

    Args:
        cmdlets: how many were run.
        seconds: they took.
        growth: bytes that the resident memory of all processes of ours grew by.
        counted: how many of them the tenant counted.
    """

    cmdlets: int
    seconds: float
    growth: int
    counted: int


def resident(pid: int) -> int:
    """Bytes that a process holds in memory."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(told.stdout) * 1024


@contextmanager
def session(home: Home, carrier: str) -> Iterator[tuple[ways.Way, list[int]]]:
    """A connected session over a carrier, and the processes that serve it."""
    ports, tenant = home.remembered()["ports"], int(home.remembered()["pid"])
    url = f"https://localhost:{ports['https']}"
    environment = {"OFFLINE_TENANT_URL": url, "SSL_CERT_FILE": str(home.bundle)}
    connection = Connection(home)
    token = connection.exchange_token
    connection.close()
    if carrier == "pwsh":
        with Client(environment) as client:
            client.connect(token)
            yield ways.Pipes(client), [tenant, client.process.pid]
        return
    environment["WSMAN_URL"] = f"https://localhost:{ports['wsman']}"
    account = {"username": seed.JUMP_HOST_USER, "password": seed.JUMP_HOST_PASSWORD}
    if carrier == "rest":
        with ways.rest(environment, token) as way:
            yield way, [tenant]
        return
    with ways.jump_host(environment, **account) as wsman:
        remoting = ways.Remoting(wsman, token)
        yield remoting, [tenant]
        remoting.close()


def run(home: Home, carrier: str, cmdlets: int) -> Outcome:
    """Run so many cmdlets, four reads for each write that only warns."""
    with session(home, carrier) as (way, processes):
        _some(way, WARM)
        process.control(home, "GET", f"stats?{urlencode({'reset': 'true'})}")
        before, began = sum(map(resident, processes)), time.perf_counter()
        _some(way, cmdlets)
        seconds = time.perf_counter() - began
        growth = sum(map(resident, processes)) - before
    return Outcome(cmdlets, seconds, growth, sum(process.control(home, "GET", "stats")["exchange"].values()))


def _some(way: ways.Way, cmdlets: int) -> None:
    for number in range(cmdlets):
        if number % 5:
            assert len(way.run("Get-Mailbox", Identity=MAILBOX).records) == 1
        else:
            given: dict[str, Any] = {
                "Identity": MAILBOX,
                "User": "NT AUTHORITY\\SELF",
                "AccessRights": "FullAccess",
            }
            assert len(way.run("Add-MailboxPermission", **given).warnings) == 1


def listing(home: Home, carrier: str, expected: int) -> float:
    """Seconds that a listing of every mailbox takes."""
    with session(home, carrier) as (way, _):
        began = time.perf_counter()
        assert len(way.run("Get-Mailbox", ResultSize="Unlimited").records) >= expected
        return time.perf_counter() - began


@contextmanager
def tenant(folder: Path) -> Iterator[Home]:
    """A tenant of its own."""
    home = Home(folder / "home")
    process.start(home)
    try:
        yield home
    finally:
        process.stop(home)
