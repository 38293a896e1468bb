"""Clients in parallel over real TLS, with Python's own HTTP client: what they did, and what must hold afterwards."""

import http.client
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from offline_tenant import process, seed
from offline_tenant.home import Home

EXCHANGE = "https://outlook.office365.com"
MAILBOX = "billing@contoso.com"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"


@dataclass(frozen=True)
class Figures:
    """What the operating system knows of the tenant's process.

    Args:
        descriptors: open files and sockets.
        memory: resident, in bytes.
    """

    descriptors: int
    memory: int


@dataclass
class Connection:
    """One kept-alive connection, and the tokens of automation."""

    home: Home
    statuses: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.port: int = self.home.remembered()["ports"]["https"]
        context = ssl.create_default_context(cafile=str(self.home.certificates / "ca.pem"))
        self._http = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=60)
        self.graph_token = self.token(f"https://localhost:{self.port}")
        self.exchange_token = self.token(EXCHANGE)
        self.statuses.clear()

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, Any]:
        """One request; gives status and decoded body."""
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        self.statuses[answer.status] += 1
        return answer.status, json.loads(content) if content else None

    def token(self, resource: str) -> str:
        """A fresh token of automation."""
        form = {"grant_type": "client_credentials", "scope": f"{resource}/.default"}
        form |= {"client_id": seed.AUTOMATION_CLIENT_ID, "client_secret": seed.AUTOMATION_SECRET}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, found = self.ask("POST", f"/{seed.TENANT_ID}/oauth2/v2.0/token", urlencode(form), headers)
        assert status == 200, found
        return str(found["access_token"])

    def graph(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        """One call of Graph."""
        headers = {"Authorization": f"Bearer {self.graph_token}", "Content-Type": "application/json"}
        text = None if body is None else json.dumps(body)
        status, found = self.ask(method, f"/v1.0/{path}", text, headers)
        assert status == expect, (method, path, status, found)
        return found

    def cmdlet(self, name: str, **parameters: Any) -> Any:
        """One cmdlet."""
        headers = {"Authorization": f"Bearer {self.exchange_token}", "Content-Type": "application/json"}
        body = json.dumps({"CmdletInput": {"CmdletName": name, "Parameters": parameters}})
        status, found = self.ask("POST", f"/adminapi/beta/{seed.TENANT_ID}/InvokeCommand", body, headers)
        assert status == 200, (name, status, found)
        return found["value"]

    def close(self) -> None:
        """Hang up."""
        self._http.close()


@dataclass
class Client:
    """One of the parallel clients, and what it believes to be in the tenant.

    Args:
        home: of the tenant.
        number: its own.
        shared: the object id of an application that all of them change.
    """

    home: Home
    number: int
    shared: str
    secrets: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    problem: BaseException | None = None
    statuses: Counter[int] = field(default_factory=Counter)

    def run(self, requests: int) -> None:
        """Work through so many requests; what goes wrong is kept in ``problem``."""
        try:
            connection = Connection(self.home, self.statuses)
            try:
                for _ in islice(self._work(connection), requests):
                    pass
            finally:
                connection.close()
        except BaseException as problem:  # noqa: BLE001 - told to the thread that asks
            self.problem = problem

    def _work(self, connection: Connection) -> Iterator[None]:
        """Requests, one at each step: twelve reads, eight writes."""
        for turn in cycle(range(1_000_000)):
            made = connection.graph("POST", "applications", {"displayName": f"load {self.number}"}, 201)
            application = f"applications/{made['id']}"
            self.names[made["id"]] = f"load {self.number}"
            yield
            for step in range(3):
                name = f"load {self.number} {turn} {step}"
                connection.graph("PATCH", application, {"displayName": name}, 204)
                self.names[made["id"]] = name
                yield
                assert connection.graph("GET", application)["displayName"] == name
                yield
            given = connection.graph("POST", f"applications/{self.shared}/addPassword", {})
            self.secrets.append(given["keyId"])
            yield
            yield from self._reads(connection)
            if turn % 4:
                taken = self.secrets.pop(0)
                body = {"keyId": taken}
                connection.graph("POST", f"applications/{self.shared}/removePassword", body, 204)
                yield
                connection.graph("DELETE", application, None, 204)
                del self.names[made["id"]]
                yield

    def _reads(self, connection: Connection) -> Iterator[None]:
        wanted = quote(f"appId eq '{GRAPH_APP_ID}'")
        for _ in range(2):
            [found] = connection.graph("GET", f"servicePrincipals?$filter={wanted}")["value"]
            assert found["appId"] == GRAPH_APP_ID
            yield
        for _ in range(4):
            [mailbox] = connection.cmdlet("Get-Mailbox", Identity=MAILBOX)
            assert mailbox["PrimarySmtpAddress"] == MAILBOX
            yield
        connection.cmdlet("Get-MailboxPermission", Identity=MAILBOX)
        yield
        connection.token(EXCHANGE)
        yield


@dataclass(frozen=True)
class Outcome:
    """What a run measured and found.

    Args:
        requests: how many were answered.
        seconds: how long all of it took.
        statuses: how often each HTTP status came.
        lost: what was acknowledged and is not there, in words.
        before: of the tenant's process, after a few requests.
        after: when all clients are gone.
    """

    requests: int
    seconds: float
    statuses: dict[int, int]
    lost: list[str]
    before: Figures
    after: Figures


def run(home: Home, clients: int, requests: int) -> Outcome:
    """Let so many clients send so many requests each to a tenant that runs.

    Raises:
        AssertionError: an answer was not the expected one.
    """
    shared = _warm(home)
    before = figures(home)
    crew = [Client(home, number, shared) for number in range(clients)]
    threads = [threading.Thread(target=client.run, args=(requests,)) for client in crew]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    for client in crew:
        if client.problem:
            raise client.problem
    statuses = sum((client.statuses for client in crew), Counter[int]())
    lost = _lost(home, shared, crew)
    after = settled(home, before)
    return Outcome(statuses.total(), seconds, dict(statuses), lost, before, after)


def _warm(home: Home) -> str:
    """Let the process import and cache what it needs; gives the id of an application for all clients."""
    connection = Connection(home)
    for _ in range(20):
        connection.cmdlet("Get-Mailbox", Identity=MAILBOX)
        connection.graph("GET", "applications")
    made = connection.graph("POST", "applications", {"displayName": "shared"}, 201)
    connection.close()
    return str(made["id"])


def _lost(home: Home, shared: str, crew: list[Client]) -> list[str]:
    connection = Connection(home)
    there = {one["keyId"] for one in connection.graph("GET", f"applications/{shared}")["passwordCredentials"]}
    wanted = {key for client in crew for key in client.secrets}
    lost = [f"secret {key} is gone" for key in wanted - there]
    lost += [f"secret {key} is back" for key in there - wanted]
    for id_, name in ((id_, name) for client in crew for id_, name in client.names.items()):
        found = connection.graph("GET", f"applications/{id_}")["displayName"]
        lost += [f"{id_} is {found!r}, not {name!r}"] * (found != name)
    connection.close()
    return lost


def figures(home: Home) -> Figures:
    """Descriptors and memory of the tenant's process."""
    folder = Path("/proc") / str(home.remembered()["pid"])
    [line] = [line for line in (folder / "status").read_text().splitlines() if line.startswith("VmRSS")]
    return Figures(len(list((folder / "fd").iterdir())), int(line.split()[1]) * 1024)


def settled(home: Home, before: Figures) -> Figures:
    """The figures once the server has noticed that everybody hung up; asked again and again, with a limit."""
    found = figures(home)
    for _ in range(100):
        if found.descriptors <= before.descriptors:
            break
        process.control(home, "GET", "clock")
        found = figures(home)
    return found
