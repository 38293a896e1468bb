"""What can go wrong on the way to an engine: facts first, the sentence derived, the next step in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

INSTALL_PULUMI = """\
    macOS:  brew install pulumi/tap/pulumi
    Linux:  curl -fsSL https://get.pulumi.com | sh      (then open a new shell)
    others: https://www.pulumi.com/docs/install/"""
INSTALL_GO = """\
    macOS:  brew install go
    others: https://go.dev/doc/install"""

# The first pattern found in Go's output decides; go says the same thing in many words.
REMEDIES = (
    (
        "no space left on device",
        "Free some disk space (`go clean -cache -modcache` empties Go's caches) and run the same command again.",
    ),
    (
        "checksum mismatch",
        "A module is not what go.sum says it must be: do not build with it; ask your proxy's owner.",
    ),
    ("signal: killed", "The machine ran out of memory: close something, or set GOFLAGS=-p=1, and run again."),
    (
        "dial tcp",
        "The Go module proxy was not reached: look at the network and at `go env GOPROXY`, then run again.",
    ),
    ("i/o timeout", "The Go module proxy was too slow: run the same command again, what is done is kept."),
    ("requires go", "This Go is too old for the pinned modules: install a newer one."),
)
NO_REMEDY = "Run the same command again: what is done is kept. If it fails again, install Pulumi instead."


class EngineError(Exception):
    """Base of every fault that ends without an engine; `str` is the whole message for people.

    Its children are dataclasses, not frozen ones: contextlib writes the traceback into them.
    """


@dataclass(eq=False)
class NoGoError(EngineError):
    """There is no usable engine on PATH and no Go to build one with."""

    why_not_path: str
    needed: str

    def __str__(self) -> str:
        """Tell both ways out."""
        return (
            f"{self.why_not_path}, and there is no Go on PATH to build the engine with.\n"
            f"  Install Pulumi:\n{INSTALL_PULUMI}\n"
            f"  or install Go {self.needed} or newer, and the engine is built for you:\n{INSTALL_GO}"
        )


@dataclass(eq=False)
class OldGoError(EngineError):
    """The Go on PATH is older than the pinned modules accept."""

    path: str
    found: str
    needed: str

    def __str__(self) -> str:
        """Tell both ways out."""
        return (
            f"{self.path} is Go {self.found}; building the Pulumi engine needs Go {self.needed} or newer.\n"
            f"  Install a newer Go:\n{INSTALL_GO}\n"
            f"  or install Pulumi, and nothing is built:\n{INSTALL_PULUMI}"
        )


@dataclass(eq=False)
class NoSpaceError(EngineError):
    """A disk that the build writes to is too full for it; sizes in gigabytes (10^9 bytes)."""

    folder: Path
    free: float
    needed: float

    def __str__(self) -> str:
        """Tell which disk, and how to use another."""
        return (
            f"Building the Pulumi engine needs about {self.needed:.1f} GB on the disk of {self.folder}, "
            f"where {self.free:.1f} GB are free.\n"
            f"  Free some space, or point XDG_CACHE_HOME, GOCACHE, GOMODCACHE and GOTMPDIR at a larger disk, and run again.\n"
            f"  Or install Pulumi, and nothing is built:\n{INSTALL_PULUMI}"
        )


@dataclass(eq=False)
class BuildFailedError(EngineError):
    """A command of the build failed; `output` holds what it printed."""

    doing: str
    command: str
    code: int
    output: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Tell the last lines and the likeliest remedy."""
        shown = "\n".join(f"    {line}" for line in self.output[-20:]) or "    (it printed nothing)"
        return (
            f"{self.doing} failed: `{self.command}` ended with exit code {self.code}. Its last lines:\n{shown}\n"
            f"  {self.remedy}\n  To install Pulumi:\n{INSTALL_PULUMI}"
        )

    @property
    def remedy(self) -> str:
        """The advice for the first known pattern in the output."""
        said = "\n".join(self.output)
        return next((advice for pattern, advice in REMEDIES if pattern in said), NO_REMEDY)
