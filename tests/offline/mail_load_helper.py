"""Many IMAP logins at once, of one daemon client to every mailbox of a tenant that runs, with Python's imaplib."""

import imaplib
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from offline_tenant import process, seed
from offline_tenant.home import Home
from tests.offline.load_helper import EXCHANGE, Connection, Figures, figures, settled

EXCHANGE_APP_ID = "00000002-0000-0ff1-ce00-000000000000"
IMAP_AS_APP = "5e5addcd-3e8d-4e90-baf5-964efab2b20a"


@dataclass(frozen=True)
class Outcome:
    """What a run measured.

    Args:
        logins: how many there were.
        seconds: from the first connection until all of them had opened their inbox.
        problems: what went wrong, in words.
        before: of the tenant's process.
        after: when all clients are gone.
    """

    logins: int
    seconds: float
    problems: list[str]
    before: Figures
    after: Figures


@dataclass
class Crew:
    """So many clients that are all connected before the first one leaves."""

    home: Home
    token: str
    mailboxes: list[str]
    logins: int
    problems: list[str] = field(default_factory=list)
    done: float = 0.0

    def __post_init__(self) -> None:
        self._context = ssl.create_default_context(cafile=str(self.home.certificates / "ca.pem"))
        self._port: int = self.home.remembered()["ports"]["imap"]
        self._all_in = threading.Barrier(self.logins, self._note, timeout=120)

    def _note(self) -> None:
        self.done = time.perf_counter()

    def run(self, number: int) -> None:
        """One client: log in, open the inbox, wait for all others, leave."""
        mailbox = self.mailboxes[number % len(self.mailboxes)]
        response = f"user={mailbox}\x01auth=Bearer {self.token}\x01\x01".encode()
        try:
            with imaplib.IMAP4_SSL("localhost", self._port, ssl_context=self._context, timeout=120) as client:
                client.authenticate("XOAUTH2", lambda _: response)
                assert client.select()[0] == "OK"
                self._all_in.wait()
        except (OSError, imaplib.IMAP4.error, AssertionError, threading.BrokenBarrierError) as problem:
            self._all_in.abort()
            self.problems.append(f"{mailbox}: {problem!r}")


def run(home: Home, logins: int) -> Outcome:
    """Let so many clients log in at the same time, and stay until all of them are in."""
    token, mailboxes = daemon(home)
    _one_by_one(home, token, mailboxes)
    before = figures(home)
    crew = Crew(home, token, mailboxes, logins)
    threads = [threading.Thread(target=crew.run, args=(number,)) for number in range(logins)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Outcome(logins, crew.done - began, crew.problems, before, settled(home, before))


def _one_by_one(home: Home, token: str, mailboxes: list[str]) -> None:
    """Let the process import and open what it needs."""
    crew = Crew(home, token, mailboxes, 1)
    for number in range(len(mailboxes)):
        crew.run(number)
    assert crew.problems == []


def daemon(home: Home) -> tuple[str, list[str]]:
    """Make a daemon client that may open every mailbox: its token, and their addresses."""
    admin = Connection(home)
    application = admin.graph("POST", "applications", {"displayName": "many logins"}, 201)
    principal = admin.graph("POST", "servicePrincipals", {"appId": application["appId"]}, 201)
    secret = admin.graph("POST", f"applications/{application['id']}/addPassword", {})["secretText"]
    _consent(admin, principal["id"])
    admin.cmdlet("New-ServicePrincipal", AppId=application["appId"], ObjectId=principal["id"])
    mailboxes = [one["address"] for one in process.control(home, "GET", "mailboxes")]
    for mailbox in mailboxes:
        grant: dict[str, Any] = {"Identity": mailbox, "User": principal["id"], "AccessRights": "FullAccess"}
        admin.cmdlet("Add-MailboxPermission", **grant)
    token = _token(admin, application["appId"], secret)
    admin.close()
    return token, mailboxes


def _consent(admin: Connection, principal: str) -> None:
    wanted = quote(f"appId eq '{EXCHANGE_APP_ID}'")
    [exchange] = admin.graph("GET", f"servicePrincipals?$filter={wanted}")["value"]
    assignment = {"principalId": principal, "resourceId": exchange["id"], "appRoleId": IMAP_AS_APP}
    admin.graph("POST", f"servicePrincipals/{principal}/appRoleAssignments", assignment, 201)


def _token(admin: Connection, client_id: str, secret: str) -> str:
    form = {"grant_type": "client_credentials", "scope": f"{EXCHANGE}/.default"}
    form |= {"client_id": client_id, "client_secret": secret}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, found = admin.ask("POST", f"/{seed.TENANT_ID}/oauth2/v2.0/token", urlencode(form), headers)
    assert status == 200, found
    return str(found["access_token"])
