"""The folder that an offline tenant lives in: what lies where, and who is running in it."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

VARIABLE: Final = "MAILGRANT_OFFLINE_HOME"
SERVICES: Final = ("https", "wsman", "imap", "pop", "smtp")  # what listens, each on a port of its own
FACTS: Final = "process.json"
LOCK: Final = "lock"


# Seconds. Whoever asks whether a tenant runs holds the lock for an instant: that is no reason to give up.
INSTANT: Final = 2.0
PAUSE: Final = 0.01


class OfflineError(Exception):
    """What a person did or can mend, in a sentence."""


class TenantRunningError(OfflineError):
    """Another process serves this home."""


@dataclass(frozen=True)
class Home:
    """Paths of one installation; nothing is made before ``make``."""

    root: Path

    @classmethod
    def find(cls, given: Path | None = None) -> "Home":
        """The home that was named, or ``MAILGRANT_OFFLINE_HOME``, or ``.mailgrant/offline`` of this project."""
        chosen = given or (
            Path(named) if (named := os.environ.get(VARIABLE)) else _project() / ".mailgrant/offline"
        )
        return cls(chosen.expanduser().resolve())

    @property
    def database(self) -> Path:
        """All that the tenant remembers."""
        return self.root / "tenant.sqlite3"

    @property
    def log(self) -> Path:
        """What the process says."""
        return self.root / "log.txt"

    @property
    def certificates(self) -> Path:
        """The certificate authority, the server's certificate, and the bundle for clients."""
        return self.root / "certificates"

    @property
    def server_certificate(self) -> Path:
        """The server's key and certificate chain."""
        return self.certificates / "server.pem"

    @property
    def bundle(self) -> Path:
        """The certificates that clients trust: the system's and the tenant's own authority."""
        return self.certificates / "bundle.pem"

    @property
    def bin(self) -> Path:
        """Programs that stand in for others, for PATH."""
        return self.root / "bin"

    @property
    def cloud(self) -> Path:
        """The hosts of this tenant, as ``mailgrant:cloud: custom`` reads them."""
        return self.root / "cloud.json"

    @property
    def pulumi_home(self) -> Path:
        """PULUMI_HOME: the engine's plugins and login, apart from the person's own."""
        return self.root / "pulumi"

    @property
    def stacks(self) -> Path:
        """The backend in which Pulumi keeps the state of stacks."""
        return self.root / "stacks"

    @property
    def folders(self) -> tuple[Path, ...]:
        """All that ``make`` creates."""
        return (self.root, self.certificates, self.bin, self.pulumi_home, self.stacks)

    def make(self) -> None:
        """Create the folders; only their owner may look inside.

        Raises:
            OfflineError: the place holds something else, or cannot be used.
        """
        if os.pathsep in str(self.root):
            raise OfflineError(f"{self.root}: a home with {os.pathsep!r} in its path cannot stand in PATH")
        try:
            if self._is_something_else():
                raise OfflineError(
                    f"{self.root} is no home of an offline tenant, and not empty: name another"
                )
            for folder in self.folders:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.root.chmod(0o700)  # it may have been there before, open to others
        except OSError as error:
            raise OfflineError(f"{error.filename or self.root}: {error.strerror}") from error

    def _is_something_else(self) -> bool:
        if not self.root.is_dir() or not any(self.root.iterdir()):
            return False
        ours = (self.root / LOCK, self.root / FACTS, self.database, *self.folders[1:])
        return not any(path.exists() for path in ours)

    def remembered(self) -> dict[str, Any]:
        """What the last run wrote down: its ports and process id; empty before the first."""
        return _facts(self.root / FACTS) or _facts(self.root / LOCK)

    def remember(self, facts: dict[str, Any]) -> None:
        """Write down ports and process id, at once or not at all; for the process that has the lock."""
        scratch = self.root / f"{FACTS}.new"
        scratch.write_text(json.dumps(facts, indent=1))
        scratch.replace(self.root / FACTS)
        # Once more in the file that is locked: somebody may delete the other one.
        (self.root / LOCK).write_text(json.dumps(facts))

    def lock(self) -> IO[str]:
        """Take the home for this process until the returned file is closed or the process ends.

        Raises:
            TenantRunningError: another process has it.
        """
        return _locked(self.root / LOCK, INSTANT)

    def running(self) -> bool:
        """Whether a process serves this home now."""
        try:
            with (self.root / LOCK).open() as file:
                # Shared, so that two who ask at once do not take each other for the tenant.
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except (FileNotFoundError, NotADirectoryError):
            return False
        return False

    def lock_identity(self) -> int | None:
        """Which file the lock is, None if it is gone: another one means that the home was deleted meanwhile."""
        try:
            return (self.root / LOCK).stat().st_ino
        except OSError:
            return None

    @contextmanager
    def changing(self, patience: float) -> Iterator[None]:
        """Hold off others who would start or stop this tenant.

        Raises:
            OfflineError: somebody else does so for longer than ``patience`` seconds.
        """
        try:
            file = _locked(self.root / "changing", patience)
        except TenantRunningError as error:
            raise OfflineError(
                f"another process is starting or stopping the tenant in {self.root}"
            ) from error
        with file:
            yield


def _locked(path: Path, patience: float) -> IO[str]:
    file = path.open("a")
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                file.close()
                raise TenantRunningError(f"another process serves {path.parent}") from error
            time.sleep(PAUSE)
        else:
            return file


def _facts(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("ports"), dict) else {}


def _project() -> Path:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "Pulumi.yaml").exists()), here)
