"""A PowerShell process that speaks on its pipes: start, send a line, wait for a line, end. It knows no PSRP."""

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Final

from mailgrant.errors import HostLostError, SetupError

LAST_LINES: Final = 5  # of stderr, for messages
INTERRUPT: Final = b""  # no line is empty: each ends with its line break
END_PATIENCE: Final = 5.0  # seconds that a host may take to end by itself
LAST_WORDS: Final = 0.2  # seconds for what it wrote before it ended


class Host:
    """One running host.

    Args:
        command: the program and its arguments.
        environment: its variables.

    Raises:
        SetupError: there is no such program.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = list(command)
        pipe = subprocess.PIPE
        try:
            # In a session of its own: Ctrl-C is for the engine, and what it means for a cmdlet is told over the pipes.
            self._process = subprocess.Popen(
                self._command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
            )
        except OSError as error:
            raise SetupError(
                f"cannot start {command[0]}: {error.strerror}",
                "Install PowerShell 7.4 or newer and the module ExchangeOnlineManagement, or for the offline tenant: "
                'eval "$(mailgrant offline env)"',
            ) from error
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._complaints: deque[str] = deque(maxlen=LAST_LINES)
        self._readers = [_started(self._read_lines), _started(self._read_complaints)]
        self._watcher = _started(self._watch)

    def send(self, line: bytes) -> None:
        """Write a line.

        Raises:
            HostLostError: the host is gone.
        """
        try:
            stdin = self._pipe(self._process.stdin)
            stdin.write(line)
            stdin.flush()
        except (OSError, ValueError) as error:
            raise self.lost() from error

    def receive(self, timeout: float) -> bytes:
        """The next line of its output; ``INTERRUPT`` if somebody interrupted the waiting.

        Raises:
            HostLostError: the host is gone.
            TimeoutError: it said nothing for so many seconds.
        """
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
        if line is None:
            self._lines.put(None)
            raise self.lost()
        return line

    def interrupt(self) -> None:
        """Let whoever waits for a line, or is the next to, go on without."""
        self._lines.put(INTERRUPT)

    def lost(self) -> HostLostError:
        """The error that says how the host ended, and its last words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_PATIENCE)
        self._readers[1].join(END_PATIENCE)
        said = "".join(f"\n    {line}" for line in self._complaints)
        return HostLostError(f"{self._command[0]} ended with exit code {self._process.poll()}{said}")

    def close(self) -> None:
        """End the host: its input ends, and if that is not enough it is killed."""
        with contextlib.suppress(OSError, ValueError):
            self._pipe(self._process.stdin).close()
        try:
            self._process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
        for thread in (self._watcher, *self._readers):
            thread.join(END_PATIENCE)
        for pipe in (self._process.stdout, self._process.stderr):
            self._pipe(pipe).close()

    def kill(self) -> None:
        """End the host at once."""
        self._process.kill()
        self._process.wait()

    def _watch(self) -> None:
        """When the host has ended, let nothing that it started hold the pipes, and with them whoever waits."""
        self._process.wait()
        for reader in self._readers:
            reader.join(LAST_WORDS)
        if any(reader.is_alive() for reader in self._readers):
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _read_lines(self) -> None:
        for line in self._pipe(self._process.stdout):
            self._lines.put(line)
        self._lines.put(None)

    def _read_complaints(self) -> None:
        for line in self._pipe(self._process.stderr):
            self._complaints.append(line.decode("utf-8", "replace").rstrip())

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise ValueError("not a pipe")
        return pipe


def _started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
