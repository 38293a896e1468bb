"""What the engine is made of: versions, Go packages, files, and the key under which a build is cached."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SDK = "github.com/pulumi/pulumi/sdk/v3"
VERSION = (3, 232, 0)
LABEL = "pulumi-" + ".".join(map(str, VERSION))


@dataclass(frozen=True)
class Binary:
    """One program to build; `folder` holds the go.mod and go.sum that pin it."""

    name: str
    folder: str
    package: str
    version: str


@dataclass(frozen=True)
class Script:
    """One file to take from the SDK's module as it is."""

    name: str
    path: str


# The language host is older than the engine because newer ones are not published as a Go module;
# its pins clash with the engine's, hence two folders. The small one stands first: a missing
# compiler or a closed network shows after seconds, not minutes.
BINARIES = (
    Binary("pulumi-language-python", "language-host", f"{SDK}/python/cmd/pulumi-language-python", "v3.79.0"),
    Binary("pulumi", "engine", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "v3.232.0"),
)
SCRIPTS = (
    Script("pulumi-language-python-exec", "python/cmd/pulumi-language-python-exec"),
    Script("pulumi-resource-pulumi-python", "python/dist/pulumi-resource-pulumi-python"),
)
PROGRAMS = tuple(part.name for part in (*BINARIES, *SCRIPTS))

# Nothing of a user's own Go set-up may change what is built: no newer toolchain fetched silently,
# no go.work of a parent folder, no C compiler.
GO_ENVIRONMENT = {"GOTOOLCHAIN": "local", "GOWORK": "off", "GO111MODULE": "on", "CGO_ENABLED": "0"}
GO_FLAGS = ("-mod=readonly",)


def link_flags(binary: Binary) -> str:
    """Return the linker flags: no debug tables, and the version that the program tells."""
    return f"-s -w -X {SDK}/go/common/version.Version={binary.version}"


def go_needed() -> tuple[int, ...]:
    """Return the lowest Go that the pinned modules accept, as their go.mod files say."""
    found = (re.search(r"^go ([\d.]+)$", text.decode(), re.MULTILINE) for text in _pins("go.mod"))
    return max(tuple(map(int, match[1].split("."))) for match in found if match)


def key() -> str:
    """Return the name of the cache folder; it changes whenever the build would."""
    parts = [repr((BINARIES, SCRIPTS, GO_ENVIRONMENT, sys.platform, platform.machine())).encode()]
    digest = hashlib.sha256(b"\0".join([*parts, *_pins("go.mod"), *_pins("go.sum")]))
    return f"{LABEL}-{digest.hexdigest()[:12]}"


def _pins(name: str) -> list[bytes]:
    return [(HERE / binary.folder / name).read_bytes() for binary in BINARIES]
