"""One client and very many mailboxes: calls, requests, memory, and seconds beside the ideal, for each carrier.

``python -m bench.large [MAILBOXES] [SECONDS A CMDLET]``. The figures that count are calls, requests and ratios.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench import run
from mailgrant.exchange import mailbox_access, service_principal
from mailgrant.exchange.carriers.pwsh import PwshCarrier
from mailgrant.exchange.carriers.rest import RestCarrier
from mailgrant.exchange.carriers.target import Target
from mailgrant.exchange.pool import SessionPool
from mailgrant.exchange.service_principal import Wanted
from mailgrant.exchange.session import Carrier
from mailgrant.identity import Identity, TokenSource
from offline_tenant import environment, process, seed
from offline_tenant.home import Home

SCOPE: Final = "https://outlook.office365.com/.default"
APP_ID, PRINCIPAL = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000001"
FULL: Final = "full-access"
# The name of the way, its carrier, calls at once, sessions.
WAYS: Final = (
    ("rest, 4 sessions", RestCarrier, 10, 4),
    ("rest, 8 sessions", RestCarrier, 10, 8),
    ("pwsh, 4 sessions", PwshCarrier, 1, 4),
)


def main(mailboxes: int = 300, seconds: float = 0.1) -> None:
    """Run all ways, print one table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "offline")
        ports = process.start(home)
        os.environ.update(environment.variables(home, ports))
        os.environ["PATH"] = f"{home.bin}{os.pathsep}{os.environ['PATH']}"
        try:
            _compare(home, ports, mailboxes, seconds)
        finally:
            process.stop(home)


def _compare(home: Home, ports: Mapping[str, int], count: int, latency: float) -> None:
    mailboxes = [f"team{number}@contoso.com" for number in range(count + 1)]
    for mailbox in mailboxes:
        process.control(home, "POST", "mailboxes", {"address": mailbox})
    table = Table("way", "step", "writes", "reads", "seconds", "× ideal", "memory, MB")
    for name, kind, batch, sessions in WAYS:
        table.add_section()
        for row in _steps(home, ports, (kind, batch, sessions), mailboxes, latency):
            table.add_row(name, *row)
    title = f"{count:,} mailboxes, {latency} s a cmdlet, {os.cpu_count()} cores; ideal: writes × latency ÷ sessions"
    Console(width=110).print(title, table)


def _steps(
    home: Home,
    ports: Mapping[str, int],
    way: tuple[type[PwshCarrier] | type[RestCarrier], int, int],
    mailboxes: list[str],
    latency: float,
) -> list[list[str]]:
    kind, batch, sessions = way
    root = f"https://localhost:{ports['https']}"
    tokens = TokenSource(
        Identity(seed.TENANT_ID, seed.AUTOMATION_CLIENT_ID, seed.AUTOMATION_SECRET),
        f"{root}/{seed.TENANT_ID}",
    )

    def connect() -> Carrier:
        return kind(Target(seed.ORGANIZATION, tokens.token(SCOPE), timeout=120, address=root))

    pool = SessionPool(connect, sessions, batch)
    service_principal.ensure(pool, Wanted(APP_ID, PRINCIPAL, "large"))
    process.control(home, "POST", "latency", {"exchange *": latency})
    all_, one_more = dict.fromkeys(mailboxes[:-1], FULL), dict.fromkeys(mailboxes, FULL)
    plans = [
        ("grant all", {}, all_),
        ("again", all_, all_),
        ("one more", all_, one_more),
        ("one less", one_more, all_),
    ]
    rows = []
    for name, before, wanted in plans:
        rows.append(_measured(home, name, sessions, latency, lambda b=before, w=wanted: _change(pool, b, w)))
    refresh = lambda: mailbox_access.read(pool, PRINCIPAL, APP_ID, all_, lambda _: None)  # noqa: E731 - a row of the table
    rows.append(_measured(home, "refresh", sessions, latency, refresh))
    process.control(home, "POST", "latency", {})
    _change(pool, all_, {})
    pool.close()
    return rows


def _change(pool: SessionPool, before: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    outcome = mailbox_access.change(pool, PRINCIPAL, before, wanted, lambda _: None)
    if outcome.failed:
        sys.exit(f"not granted: {dict(list(outcome.failed.items())[:3])} …")


def _measured(home: Home, name: str, sessions: int, latency: float, work: Any) -> list[str]:
    process.control(home, "GET", "stats?reset=true")
    begin = time.monotonic()
    work()
    seconds = time.monotonic() - begin
    calls: dict[str, int] = process.control(home, "GET", "stats")["exchange"]
    reads = sum(number for call, number in calls.items() if call.startswith("Get-"))
    everything = sum(calls.values())
    ideal = everything * latency / sessions
    ratio = f"{seconds / ideal:.2f}" if ideal else ""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [name, str(everything - reads), str(reads), f"{seconds:.1f}", ratio, str(memory)]


if __name__ == "__main__":
    sys.exit(run(main, __doc__))
