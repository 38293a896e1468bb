"""``mailgrant verify --sign-in``: somebody signs in, and every login that this opens is tried for real."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.offline.entra_browser import ADELE
from tests.signing_in import ACCEPT, Program
from tests.test_delegated_clients import UP, WEB
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

SUPPORT, PATTI = "support@contoso.com", "patti@contoso.com"
PEOPLE: dict[str, Any] = {"kind": "delegated", "consent": [ADELE]}
CLIENTS: dict[str, Any] = {
    "anywhere": PEOPLE | {"protocols": ["imap", "smtp"], "device_code": True},
    "desk": PEOPLE | {"protocols": ["pop"], "redirect_uris": ["http://localhost"]},
    "web": PEOPLE
    | {"protocols": ["imap"], "redirect_uris": [WEB], "credentials": {"server": {"type": "secret"}}},
    "poller": {
        "kind": "daemon",
        "protocols": ["imap"],
        "mailboxes": {SUPPORT: "full-access"},
        "credentials": {"vm": {"type": "secret"}},
    },
    "thunderbird": {
        "kind": "third-party",
        "client_id": "thunderbird",
        "protocols": ["imap"],
        "consent": [ADELE],
    },
}


def verify(project: Project, person: Callable[[str], None], *arguments: str, expect: int = 0) -> Any:
    """Run the command; the person acts on the first line that it says. Gives its report, or else its errors."""
    command = [str(Path(sys.executable).with_name("mailgrant")), "verify", "--json", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=project.folder, env=dict(project.environment), stdout=pipe, stderr=pipe, text=True
    ) as running:
        assert running.stderr
        person(running.stderr.readline())
        said, errors = running.communicate(timeout=120)
    assert running.returncode == expect, said + errors
    return json.loads(said) if said else errors


def verdicts(report: Any) -> dict[tuple[str, str], str]:
    return {(result["mailbox"], result["protocol"]): result["verdict"] for result in report["results"]}


def test_a_person_signs_in_and_proves_what_that_opens(project: Project, at_offline: OfflineTenant) -> None:
    project.declare(clients=CLIENTS)
    project.pulumi(*UP)
    clients = project.clients()

    def enters_the_code(said: str) -> None:
        [address, code] = re.findall(r"open the page (\S+) and enter the code (\S+)", said)[0]
        page = Program(at_offline, clients["anywhere"]).page(address).press("", otc=code).sign_in(ADELE)
        assert "You have signed in" in page.press(ACCEPT).text

    def opens_the_page(said: str) -> None:
        [address] = re.findall(r"open this page in a browser on this machine: (\S+)", said)
        [form] = Program(at_offline, clients["desk"]).page(address).sign_in(ADELE).forms
        httpx.post(form.action, data=form.fields)

    report = verify(project, enters_the_code, "--sign-in", "anywhere", "--send")
    assert verdicts(report) == {(ADELE, "imap"): "ok", (ADELE, "smtp"): "ok"}
    assert {result["credential"] for result in report["results"]} == {ADELE}

    # A shared mailbox that nobody opened for her: what helps is not what helps an application.
    report = verify(project, enters_the_code, "--sign-in", "anywhere", "--mailbox", SUPPORT, expect=1)
    assert verdicts(report)[SUPPORT, "imap"] == "not-connected"
    [closed] = [one for one in report["results"] if one["verdict"] == "not-connected"]
    assert "Get-MailboxPermission" in closed["remedy"]

    # Without codes in a browser on this machine; a published client by its own id.
    assert verdicts(verify(project, opens_the_page, "--sign-in", "desk")) == {(ADELE, "pop"): "ok"}
    report = verify(project, enters_the_code, "--sign-in", "thunderbird")
    assert verdicts(report) == {(ADELE, "imap"): "ok"}

    # Somebody who was not named, and says no.
    def says_no(said: str) -> None:
        [address, code] = re.findall(r"open the page (\S+) and enter the code (\S+)", said)[0]
        Program(at_offline, clients["anywhere"]).page(address).press("", otc=code).sign_in(PATTI).press(
            "cancel"
        )

    errors = verify(project, says_no, "--sign-in", "anywhere", expect=2)
    assert "AADSTS65004" in errors
    assert "said no on Entra's page" in errors

    # Where nobody can sign in from here, it says what is missing.
    assert (
        f"nobody can sign in to web from here: people are sent back to {WEB}\n"
        "  → Set device_code: true for web, or add http://localhost to its redirect_uris, and run pulumi up."
    ) in project.mailgrant_error("verify", "--sign-in", "web")
    assert "poller signs in as itself" in project.mailgrant_error("verify", "--sign-in", "poller")
    assert "no client nobody\n  → It has: anywhere" in project.mailgrant_error(
        "verify", "--sign-in", "nobody"
    )
    said = project.mailgrant_error("verify", "--mailbox", "nobody@contoso.com")
    assert "no client opens nobody@contoso.com by itself" in said

    # Without anybody, only what needs nobody is tried.
    done = project.mailgrant("verify", "--json")
    assert {result["client"] for result in json.loads(done)["results"]} == {"poller"}
