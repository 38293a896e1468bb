"""emailproxy, the bridge between old programs and Microsoft, as a process."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

PROGRAM: Final = Path(sys.executable).with_name("emailproxy")
SERVICES: Final = ("imap", "pop", "smtp")
needs_the_bridge = pytest.mark.skipif(not PROGRAM.exists(), reason="emailproxy is in the lock for Linux only")


def free_ports() -> dict[str, int]:
    """A port for each service that nobody has at the moment."""
    sockets = {service: socket.create_server(("127.0.0.1", 0)) for service in SERVICES}
    ports = {service: listener.getsockname()[1] for service, listener in sockets.items()}
    for listener in sockets.values():
        listener.close()
    return ports


@contextmanager
def running(settings: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """The bridge with a configuration file, beside which its log lies."""
    log = settings.with_suffix(".log")
    command: list[str | Path] = [PROGRAM, "--no-gui", "--config-file", settings, "--log-file", log, "--debug"]
    # Unbuffered, or its words come when it ends.
    unbuffered = {**environment, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=unbuffered, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line)
            if "Initialised Email OAuth 2.0 Proxy" in line:
                break
        else:
            pytest.fail("".join(said))
        yield
        process.terminate()
        process.stdout.read()
