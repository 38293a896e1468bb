"""Object stores, each a process on a free port, for Pulumi to keep its state in."""

import base64
import hashlib
import hmac
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.machines import ROOT

INSTALLER: Final = ROOT / "tools" / "pulumi" / "stores.py"
IMPOSSIBLE: Final = 3
# The account of every Azurite, as its documentation tells it: no secret.
ACCOUNT: Final = "devstoreaccount1"
KEY: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
# And of every s3rver.
S3_KEY: Final = "S3RVER"


@dataclass(frozen=True)
class Store:
    """A container or bucket named ``state``: where its server keeps it, and what the engine needs to know."""

    folder: Path
    environment: Mapping[str, str]

    def holds(self, value: str) -> bool:
        """Whether a value stands in clear in anything that was ever written."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return any(value.encode() in path.read_bytes() for path in files)


def programs() -> Path:
    """The folder of the servers' programs; skips where there is no Node.js to run them."""
    done = subprocess.run([sys.executable, INSTALLER], capture_output=True, text=True, check=False)
    if done.returncode == IMPOSSIBLE:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@contextmanager
def azure(folder: Path) -> Iterator[Store]:
    """Azurite."""
    quiet = ("--silent", "--disableTelemetry")
    with _listening("azurite-blob", "--location", folder, "--blobPort", "0", *quiet) as port:
        _make_container(port, "state")
        query = f"storage_account={ACCOUNT}&domain=localhost:{port}&protocol=http&localemu=true"
        keys = {"AZURE_STORAGE_ACCOUNT": ACCOUNT, "AZURE_STORAGE_KEY": KEY}
        yield Store(folder, {"PULUMI_BACKEND_URL": f"azblob://state?{query}", **keys})


@contextmanager
def s3(folder: Path) -> Iterator[Store]:
    """An s3rver."""
    where = ("--directory", folder, "--address", "localhost", "--port", "0", "--no-vhost-buckets")
    with _listening("s3rver", *where, "--configure-bucket", "state", "--silent") as port:
        query = f"endpoint=http://localhost:{port}&s3ForcePathStyle=true&region=eu-central-1"
        keys = {"AWS_ACCESS_KEY_ID": S3_KEY, "AWS_SECRET_ACCESS_KEY": S3_KEY}
        yield Store(folder, {"PULUMI_BACKEND_URL": f"s3://state?{query}", **keys})


@contextmanager
def _listening(program: str, *arguments: str | Path) -> Iterator[int]:
    command = [programs() / program, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        ports = (re.search(r"listen\w+ on \S*:(\d+)$", line) for line in server.stdout)
        port = next((found[1] for found in ports if found), None)
        try:
            assert port is not None, f"{program} ended without listening"
            yield int(port)
        finally:
            server.terminate()


def _make_container(port: int, name: str) -> None:
    """The request of Create Container, signed with the account's key as the Blob service's documentation tells."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02"}
    told = "".join(f"{header}:{value}\n" for header, value in headers.items())
    text = "PUT" + "\n" * 12 + told + f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    url = f"http://localhost:{port}/{ACCOUNT}/{name}?restype=container"
    httpx.put(url, headers=headers).raise_for_status()
