"""What a command costs: its seconds, and what the processes below it take of the processor and of memory."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

EVERY: Final = 0.25  # seconds between two looks; what a process spends after the last one is not seen
TICK: Final = 0.01  # seconds, the kernel's unit of processor time for /proc
PROC: Final = Path("/proc")
# Words of a command line, and whose process that is; all others are the engine's, the program's among them.
ROLES: Final = (("pulumi.dynamic", "provider"), ("offline_tenant", "stand-in"))


@dataclass(frozen=True)
class Process:
    """What the kernel tells of a process.

    Args:
        role: ``provider``, ``stand-in`` or ``engine``.
        processor: seconds that it has computed.
        memory: the most that it has held so far, in MB.
    """

    role: str
    processor: float
    memory: float


@dataclass(frozen=True)
class Spent:
    """What a command cost.

    Args:
        seconds: from its start to its end.
        said: what it printed on both streams.
        processes: those below it, by id, as they were last seen; none where the system has no /proc.
    """

    seconds: float
    said: str
    processes: Mapping[int, Process]

    def processor(self, role: str) -> float:
        """Seconds that the processes of a role computed."""
        return sum(one.processor for one in self.processes.values() if one.role == role)

    def memory(self, role: str) -> float:
        """The most that one process of a role held, in MB."""
        return max((one.memory for one in self.processes.values() if one.role == role), default=0.0)


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Spent:
    """Run a command to its end, and watch what is below it.

    Raises:
        SystemExit: it failed; with what it said.
    """
    began = time.monotonic()
    seen: dict[int, Process] = {}
    with (
        subprocess.Popen(
            command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as running,
        ThreadPoolExecutor(1) as reader,
    ):
        said = reader.submit(running.communicate)
        while not said.done():
            seen |= _below(running.pid)
            with suppress(TimeoutError):
                said.result(EVERY)
    if running.returncode:
        raise SystemExit(f"{' '.join(command)}\n{said.result()[0]}")
    return Spent(time.monotonic() - began, said.result()[0], seen)


def process(pid: int) -> Process:
    """One process, as it is now.

    Raises:
        OSError: it is gone, or the system has no /proc.
    """
    held = (PROC / str(pid) / "status").read_text().partition("VmHWM:")[2].split()
    words = (PROC / str(pid) / "cmdline").read_text().replace("\0", " ")
    if not (held and words):
        raise ProcessLookupError(pid)  # it has ended, and nobody has looked yet
    role = next((role for word, role in ROLES if word in words), "engine")
    # After the name, which may hold anything: state, parent, …, and at 11 and 12 the ticks in user and system mode.
    fields = _fields(pid)
    return Process(role, (int(fields[11]) + int(fields[12])) * TICK, int(held[0]) / 1024)


def _fields(pid: int) -> list[str]:
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _below(pid: int) -> dict[int, Process]:
    found: dict[int, Process] = {}
    for one in _tree(pid):
        with suppress(OSError):  # it has ended meanwhile
            found[one] = process(one)
    return found


def _tree(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError):
            parents[int(folder.name)] = int(_fields(int(folder.name))[1])
    found = [root]
    for one in found:  # it grows while it is read
        found += [child for child, parent in parents.items() if parent == one]
    return found
