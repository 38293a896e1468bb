"""Granting many mailboxes: mailgrant beside what people do by hand today, on one offline tenant with latency.

The figures that count are calls and ratios; seconds depend on the machine.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import run
from mailgrant.exchange import mailbox_access, service_principal
from mailgrant.exchange.carriers.pwsh import PwshCarrier
from mailgrant.exchange.carriers.target import Target
from mailgrant.exchange.cmdlets import permissions
from mailgrant.exchange.pool import SessionPool
from mailgrant.exchange.service_principal import Wanted
from mailgrant.identities.identity import Identity, TokenSource
from offline_tenant import environment, process, seed
from offline_tenant.home import Home

MAILBOXES = int(os.environ.get("BENCH_MAILBOXES", "200"))
LATENCY = 0.1  # seconds that Exchange takes for each cmdlet
SCOPE = "https://outlook.office365.com/.default"


def main() -> None:
    """Run all ways, print one table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "offline")
        ports = process.start(home)
        os.environ.update(environment.variables(home, ports))
        os.environ["PATH"] = f"{home.bin}{os.pathsep}{os.environ['PATH']}"
        try:
            _compare(home, ports)
        finally:
            process.stop(home)


def _compare(home: Home, ports: dict[str, int]) -> None:
    mailboxes = [f"team{number}@contoso.com" for number in range(MAILBOXES)]
    for mailbox in mailboxes:
        process.control(home, "POST", "mailboxes", {"address": mailbox})
    tokens = TokenSource(
        Identity(seed.TENANT_ID, seed.AUTOMATION_CLIENT_ID, seed.AUTOMATION_SECRET),
        f"https://localhost:{ports['https']}/{seed.TENANT_ID}",
    )

    def connect() -> PwshCarrier:
        return PwshCarrier(Target(seed.ORGANIZATION, tokens.token(SCOPE), timeout=60))

    table = Table("way", "mailboxes", "writes", "reads", "connects", "seconds", "× ideal")
    ways: list[tuple[str, int, Callable[[str, list[str]], None]]] = [
        ("a script: look, then grant, one by one", MAILBOXES, lambda who, all_: _script(connect, who, all_)),
        ("a connect for each mailbox", 20, lambda who, all_: _connect_each(connect, who, all_)),
        *((f"mailgrant, {width} sessions", MAILBOXES, _pool(connect, width)) for width in (1, 2, 4, 8)),
    ]
    for number, (name, count, way) in enumerate(ways):
        table.add_row(name, *_measured(home, connect, number, mailboxes[:count], way))
    title = f"{MAILBOXES} mailboxes, {LATENCY} s a cmdlet, {os.cpu_count()} cores; ideal: one write after the other"
    Console(width=110).print(title, table)


def _measured(
    home: Home,
    connect: Callable[[], PwshCarrier],
    number: int,
    mailboxes: list[str],
    way: Callable[[str, list[str]], None],
) -> list[str]:
    principal = f"bbbbbbbb-0000-4000-8000-{number:012d}"
    pool = SessionPool(connect, 1)
    service_principal.ensure(
        pool, Wanted(f"aaaaaaaa-0000-4000-8000-{number:012d}", principal, f"way {number}")
    )
    pool.close()
    process.control(home, "POST", "latency", {"exchange *": LATENCY})
    process.control(home, "GET", "stats?reset=true")
    begin = time.monotonic()
    way(principal, mailboxes)
    seconds = time.monotonic() - begin
    process.control(home, "POST", "latency", {})
    return _row(process.control(home, "GET", "stats"), len(mailboxes), seconds)


def _row(stats: dict[str, Any], count: int, seconds: float) -> list[str]:
    calls: dict[str, int] = stats["exchange"]
    reads = sum(number for name, number in calls.items() if name.startswith("Get-"))
    writes = sum(calls.values()) - reads
    ideal = count * LATENCY
    return [
        str(count),
        str(writes),
        str(reads),
        str(stats["connects"]),
        f"{seconds:.1f}",
        f"{seconds / ideal:.2f}",
    ]


def _script(connect: Callable[[], PwshCarrier], principal: str, mailboxes: list[str]) -> None:
    carrier = connect()
    for mailbox in mailboxes:
        carrier.run(permissions.get_mailbox_permissions(mailbox))
        carrier.run(permissions.add_full_access(mailbox, principal))
    carrier.close()


def _connect_each(connect: Callable[[], PwshCarrier], principal: str, mailboxes: list[str]) -> None:
    for mailbox in mailboxes:
        carrier = connect()
        carrier.run(permissions.add_full_access(mailbox, principal))
        carrier.close()


def _pool(connect: Callable[[], PwshCarrier], width: int) -> Callable[[str, list[str]], None]:
    def way(principal: str, mailboxes: list[str]) -> None:
        pool = SessionPool(connect, width)
        wanted = dict.fromkeys(mailboxes, "full-access")
        outcome = mailbox_access.change(pool, principal, {}, wanted, lambda _: None)
        pool.close()
        if outcome.failed:
            sys.exit(f"not granted: {outcome.failed}")

    return way


if __name__ == "__main__":
    sys.exit(run(main, __doc__))
