"""The process is killed in the middle of a storm of writes: what it had answered is there, and the file is whole."""

import fcntl
import http.client
import os
import signal
import sqlite3
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from offline_tenant import process
from offline_tenant.home import LOCK, Home
from tests.offline.load_helper import Connection

CLIENTS = 6
GONE = (http.client.HTTPException, ConnectionError, ssl.SSLError, OSError)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    process.start(home)
    yield home
    process.stop(home)


@dataclass
class Trigger:
    """Kills the tenant's process when so many writes were answered."""

    pid: int
    left: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> None:
        with self.lock:
            self.left -= 1
            if self.left == 0:
                os.kill(self.pid, signal.SIGKILL)


@dataclass
class Writer:
    """Writes until the tenant is gone; remembers what was answered, and what was not any more."""

    connection: Connection
    shared: str
    trigger: Trigger
    names: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    asked: tuple[str, str] = ("", "")

    def run(self) -> None:
        with suppress(*GONE):
            for number in range(1_000_000):
                self._write(number)
        self.connection.close()

    def _write(self, number: int) -> None:
        made = self.connection.graph("POST", "applications", {"displayName": "new"}, 201)["id"]
        self._answered(made, "new")
        for step in range(3):
            self.asked = (made, f"{number} {step}")
            self.connection.graph("PATCH", f"applications/{made}", {"displayName": self.asked[1]}, 204)
            self._answered(*self.asked)
        given = self.connection.graph("POST", f"applications/{self.shared}/addPassword", {})
        self.secrets.add(given["keyId"])
        self.trigger.count()

    def _answered(self, id_: str, name: str) -> None:
        self.names[id_] = name
        self.trigger.count()


def gone(home: Home) -> bool:
    """Wait until the kernel has taken a killed process apart: its sockets close before its lock is free."""
    with (home.root / LOCK).open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
    return not home.running()


def healthy(home: Home) -> bool:
    database = sqlite3.connect(home.database)
    found = database.execute("PRAGMA integrity_check").fetchall()
    orphans = database.execute(
        "SELECT count(*) FROM lookups WHERE sequence NOT IN (SELECT sequence FROM documents)"
    )
    whole = found == [("ok",)] and orphans.fetchone() == (0,)
    database.close()
    return whole


def all_applications(connection: Connection) -> dict[str, str]:
    found: dict[str, str] = {}
    path = "applications?$top=999"
    while path:
        page = connection.graph("GET", path)
        found |= {one["id"]: one["displayName"] for one in page["value"]}
        path = page.get("@odata.nextLink", "").partition("/v1.0/")[2]
    return found


@pytest.mark.parametrize("writes", [7, 60, 201])
def test_every_answered_write_survives_a_kill(home: Home, writes: int) -> None:
    connections = [Connection(home) for _ in range(CLIENTS)]
    shared = connections[0].graph("POST", "applications", {"displayName": "shared"}, 201)["id"]
    trigger = Trigger(home.remembered()["pid"], writes)
    writers = [Writer(connection, shared, trigger) for connection in connections]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trigger.left <= 0
    assert gone(home)
    assert healthy(home)

    process.start(home)

    connection = Connection(home)
    there = all_applications(connection)
    for writer in writers:
        for id_, name in writer.names.items():
            # Of the last write of each client nobody knows: the answer may have been on its way.
            expected = {name, writer.asked[1]} if id_ == writer.asked[0] else {name}
            assert there[id_] in expected
    answered = {id_ for writer in writers for id_ in writer.names}
    before = {"shared", "mailgrant automation"}
    others = {id_ for id_, name in there.items() if name not in before} - answered
    assert len(others) <= CLIENTS
    kept = {one["keyId"] for one in connection.graph("GET", f"applications/{shared}")["passwordCredentials"]}
    assert {key for writer in writers for key in writer.secrets} <= kept
    connection.close()


def test_a_restore_is_whole_or_did_not_happen(home: Home) -> None:
    process.control(home, "POST", "snapshots", {"name": "without"})
    for number in range(30):
        process.control(home, "POST", "mailboxes", {"address": f"sales{number}@contoso.com"})
    process.control(home, "POST", "snapshots", {"name": "with"})
    trigger = Trigger(home.remembered()["pid"], 9)

    def restore(name: str) -> None:
        with suppress(process.OfflineError):
            while home.running():
                process.control(home, "POST", "restore", {"name": name})
                trigger.count()

    threads = [threading.Thread(target=restore, args=(name,)) for name in ("with", "without")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert healthy(home)

    process.start(home)
    addresses = [one["address"] for one in process.control(home, "GET", "mailboxes")]
    assert sum(address.startswith("sales") for address in addresses) in {0, 30}
    assert {one["name"] for one in process.control(home, "GET", "snapshots")} == {"with", "without"}
