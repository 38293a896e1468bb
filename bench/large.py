"""One ``MailboxAccess`` and very many mailboxes on the real engine: calls, requests, seconds, memory, processor time.

``python -m bench.large [MAILBOXES [SECONDS A CMDLET [FEWEST SESSIONS [MOST]]]]``, 100, 0.1, 4 and 4 unless given, with
``pulumi`` on PATH (``make bench`` has it there). ``python -m bench.large 1000 0.1 1 8`` sets 1, 2, 4 and 8 sessions of
each carrier side by side, ``python -m bench.large 10000 0.1 8 8`` is a large tenant.

It gives 1 if a call or a request is too many, or if the provider's process needs too much memory. Seconds depend on the
machine and on what else it does: their ratio to the ideal is printed, after the time that an update of one mailbox takes.
"""

import math
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, product, takewhile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import _processes, run
from bench._processes import Spent
from offline_tenant import process
from offline_tenant.home import Home
from tests.offline.load_helper import Connection
from tests.worlds import OfflineTenant

PROGRAM: Final = Path(__file__).with_name("_many_mailboxes.py")
PULUMI: Final = "name: large\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\n"
STACK: Final = """\
config:
  mailgrant:organization: contoso.onmicrosoft.com
  mailgrant:cloud: custom
  mailgrant:exchange: {{carrier: {carrier}, sessions: {sessions}}}
  large:principal: {principal}
  large:mailboxes: {mailboxes}
"""
CARRIERS: Final = ("pwsh", "rest")
BATCH: Final = 10  # cmdlets in a request of rest
MEMORY: Final = 300.0  # MB that the provider's process may hold
UP: Final = ("up", "--skip-preview", "--yes")
PROGRESS: Final = re.compile(r"(?:granted|read) [\d,]+/[\d,]+ mailboxes, .*\d+ s left")


@dataclass(frozen=True)
class Way:
    """A carrier and its sessions."""

    carrier: str
    sessions: int


@dataclass(frozen=True)
class Counted:
    """What the tenant counted, the calls about the principal apart."""

    writes: int
    reads: int
    batches: int


@dataclass(frozen=True)
class Step:
    """One command.

    Args:
        name: for people.
        mailboxes: how many the stack names.
        command: of Pulumi.
        expected: what the tenant shall count.
    """

    name: str
    mailboxes: int
    command: tuple[str, ...]
    expected: Counted


def main(mailboxes: int = 100, seconds: float = 0.1, fewest: int = 4, most: int = 4) -> int:
    """Run all ways, print one table."""
    if shutil.which("pulumi") is None:
        sys.exit("there is no pulumi on PATH: see make engine")
    widths = list(takewhile(lambda width: width <= most, (fewest * 2**power for power in count())))
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "offline")
        tenant = OfflineTenant(home, process.start(home))
        bench = _Bench(Path(folder), tenant, mailboxes, seconds)
        try:
            _add_mailboxes(home, mailboxes + 1)
            tenant.control("POST", "latency", {"exchange *": seconds})
            for carrier, width in product(CARRIERS, widths):
                bench.measure(Way(carrier, width))
        finally:
            process.stop(home)
            bench.show()
    return int(bool(bench.faults))


NOTES: Final = """\
× ideal: (seconds - those of an update of one mailbox) ÷ (calls × latency ÷ sessions).
CPU seconds: provider is mailgrant's process; engine is Pulumi and the program; stand-in is what Microsoft does elsewhere,
the tenant and its PowerShell hosts, on the same cores here. Memory: the most that the provider's process held.
lines: of progress, as the engine showed them."""


def _add_mailboxes(home: Home, number: int) -> None:
    connection = Connection(home)
    for one in range(number):
        body = f'{{"address": "team{one}@contoso.com"}}'
        status, said = connection.ask(
            "POST", "/_control/mailboxes", body, {"Content-Type": "application/json"}
        )
        if status != 201:  # noqa: PLR2004 - HTTP's own number
            sys.exit(f"no mailbox: {said}")
    connection.close()


class _Bench:
    """Measures the ways one by one, and keeps the table and what was not as it shall be."""

    def __init__(self, folder: Path, tenant: OfflineTenant, mailboxes: int, latency: float) -> None:
        self._folder, self._tenant, self._mailboxes, self._latency = folder, tenant, mailboxes, latency
        self.faults: list[str] = []
        shutil.copy(PROGRAM, folder / "__main__.py")
        (folder / "Pulumi.yaml").write_text(PULUMI)
        (folder / ".venv").symlink_to(sys.prefix)
        cpu = [f"{role}, CPU s" for role in ("provider", "engine", "stand-in")]
        self._table = Table(
            "way", "step", "writes", "reads", "batches", "lines", "seconds", "× ideal", *cpu, "memory, MB"
        )

    def measure(self, way: Way) -> None:
        """One carrier with so many sessions, step by step."""
        self._table.add_section()
        alone = self._step(way, Step("one mailbox", 1, UP, Counted(1, 0, 0)), "start", None)
        fixed = alone.seconds - self._latency
        for step in self._steps(way):
            self._step(way, step, "all", fixed)

    def show(self) -> None:
        """Print what there is."""
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        of = f"{self._mailboxes:,} mailboxes, {self._latency} s a cmdlet"
        title = f"{of}, {os.cpu_count()} cores, load of the last 1, 5 and 15 minutes: {load}"
        Console(width=140).print(title, self._table, NOTES)
        for fault in self.faults:
            print(f"NOT AS IT SHALL BE: {fault}")

    def _steps(self, way: Way) -> Iterator[Step]:
        all_ = self._mailboxes
        batches = math.ceil(all_ / BATCH) if way.carrier == "rest" else 0
        yield Step("grant all", all_, UP, Counted(all_, 0, batches))
        yield Step("again", all_, ("up", "--yes", "--expect-no-changes"), Counted(0, 0, 0))
        yield Step("preview, one more", all_ + 1, ("preview",), Counted(0, 0, 0))
        yield Step("one more", all_ + 1, UP, Counted(1, 0, 0))
        yield Step("one less", all_, UP, Counted(1, 0, 0))
        refresh = ("refresh", "--yes", "--skip-preview", "--expect-no-changes")
        yield Step("refresh", all_, refresh, Counted(0, all_, batches))

    def _step(self, way: Way, step: Step, kind: str, fixed: float | None) -> Spent:
        stack = f"{way.carrier}-{way.sessions}-{kind}"
        self._configure(way, step, stack)
        self._tenant.stats(reset=True)
        before = self._served()
        command = ("pulumi", *step.command, "--stack", stack, "--non-interactive", "--color", "never")
        spent = _processes.run(command, self._folder, self._tenant.environment)
        counted = self._counted()
        self._judge(f"{way.carrier}, {way.sessions} sessions, {step.name}", step, counted, spent)
        self._row(way, step, counted, spent, fixed, self._served() - before)
        return spent

    def _configure(self, way: Way, step: Step, stack: str) -> None:
        """A stack that names the mailboxes of the step, new if there is none yet."""
        settings = self._folder / f"Pulumi.{stack}.yaml"
        if not settings.exists():
            _processes.run(("pulumi", "stack", "init", stack), self._folder, self._tenant.environment)
        values = {"carrier": way.carrier, "sessions": way.sessions, "principal": stack}
        settings.write_text(STACK.format(**values, mailboxes=step.mailboxes))

    def _counted(self) -> Counted:
        stats = self._tenant.stats()
        calls = {name: n for name, n in stats["exchange"].items() if "-ServicePrincipal" not in name}
        reads = sum(n for name, n in calls.items() if name.startswith("Get-"))
        return Counted(sum(calls.values()) - reads, reads, stats.get("batch", {}).get("$batch", 0))

    def _served(self) -> float:
        """Seconds that the tenant's process has computed."""
        try:
            return _processes.process(self._tenant.home.remembered()["pid"]).processor
        except OSError:
            return 0.0

    def _judge(self, where: str, step: Step, counted: Counted, spent: Spent) -> None:
        # Two resources may ask for the principal at once, in one request more.
        spare = counted.batches - step.expected.batches
        if replace(counted, batches=0) != replace(step.expected, batches=0) or spare not in {0, 1}:
            self.faults.append(f"{where}: {counted}, expected {step.expected}")
        if spent.memory("provider") > MEMORY:
            self.faults.append(f"{where}: {spent.memory('provider'):.0f} MB, expected below {MEMORY:.0f}")

    def _row(
        self, way: Way, step: Step, counted: Counted, spent: Spent, fixed: float | None, served: float
    ) -> None:
        ideal = max(counted.writes, counted.reads) * self._latency / way.sessions
        many = fixed is not None and counted.writes + counted.reads > 1
        ratio = f"{(spent.seconds - (fixed or 0.0)) / ideal:.2f}" if many else ""
        cpu = (spent.processor("provider"), spent.processor("engine"), spent.processor("stand-in") + served)
        self._table.add_row(
            f"{way.carrier}, {way.sessions}",
            step.name,
            *(f"{one:,}" for one in (counted.writes, counted.reads, counted.batches)),
            str(len(set(PROGRESS.findall(spent.said)))),
            f"{spent.seconds:.1f}",
            ratio,
            *(f"{one:.1f}" for one in cpu),
            f"{spent.memory('provider'):.0f}",
        )


if __name__ == "__main__":
    sys.exit(run(main, __doc__))
