"""The folder that an offline tenant lives in: what lies where, and who is running in it."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

VARIABLE: Final = "MAILGRANT_OFFLINE_HOME"
SERVICES: Final = ("https", "imap")  # what listens, each on a port of its own


class TenantRunningError(Exception):
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

    def make(self) -> None:
        """Create the folders; only their owner may look inside."""
        for folder in (self.root, self.certificates, self.bin, self.pulumi_home, self.stacks):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def remembered(self) -> dict[str, Any]:
        """What the last run wrote down: its ports and process id; empty before the first."""
        path = self.root / "process.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def remember(self, facts: dict[str, Any]) -> None:
        """Write down ports and process id, at once or not at all."""
        scratch = self.root / "process.json.new"
        scratch.write_text(json.dumps(facts, indent=1))
        scratch.replace(self.root / "process.json")

    def lock(self) -> IO[str]:
        """Take the home for this process until the returned file is closed or the process ends.

        Raises:
            TenantRunningError: another process has it.
        """
        file = (self.root / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise TenantRunningError(str(self.root)) from error
        return file

    def running(self) -> bool:
        """Whether a process serves this home now."""
        if not self.root.exists():
            return False
        try:
            self.lock().close()
        except TenantRunningError:
            return True
        return False


def _project() -> Path:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "Pulumi.yaml").exists()), here)
