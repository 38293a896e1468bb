"""``mailgrant preview-report --live``: what a preview without the tenant cannot know."""

import json
import math
import signal
import subprocess
import sys
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mailgrant.errors import NotFoundError
from mailgrant.exchange import batch
from mailgrant.exchange.cmdlets.mailbox import get_mailbox
from mailgrant.exchange.connection import connect
from mailgrant.exchange.progress import Progress
from mailgrant.report.live import Live, Missing, Named, Problem, Sort
from mailgrant.report.lookup import look
from mailgrant.report.named import named
from offline_tenant import seed
from tests.kills import wait_for
from tests.report.readings import PREVIEWS, preview_of
from tests.report.test_injection import HOSTILE
from tests.worlds import OfflineTenant, Project

GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
MANAGE = ("00000002-0000-0ff1-ce00-000000000000", "Exchange.ManageAsApp")
CLIENT = "invoice-poller"
CONFIGURED = {
    "azuread:tenantId": seed.TENANT_ID,
    "mailgrant:organization": seed.ORGANIZATION,
    "mailgrant:cloud": "custom",
    "mailgrant:exchange": {"carrier": "rest"},
}
NAMED = {
    "app-password-client": ["mailbox frontdesk@contoso.com"],
    "client-renamed": ["mailbox billing@contoso.com", "mailbox invoices@contoso.com"],
    "delegated-mailboxes": ["mailbox support@contoso.com"],
    "drift": ["group newsletter-senders@contoso.com", "mailbox billing@contoso.com"],
    "mailbox-added": ["mailbox support@contoso.com"],
    "mailbox-exchanged": ["mailbox support@contoso.com"],
    "new-stack": [
        "group newsletter-senders@contoso.com",
        "mailbox billing@contoso.com",
        "mailbox boardroom@contoso.com",
        "mailbox invoices@contoso.com",
    ],
    "switches": ["mailbox boardroom@contoso.com", "mailbox lynne@contoso.com"],
    "tenant-settings": ["person adele@contoso.com"],
}


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in PREVIEWS.glob("*.json") if path.stem != "failed")
)
def test_only_what_a_change_names_anew_is_looked_up(name: str) -> None:
    found = [f"{one.sort} {one.name}" for one in named(preview_of(name).steps)]

    assert found == NAMED.get(name, [])


def mailbox(name: str, client: str = CLIENT) -> Named:
    return Named(Sort.MAILBOX, name, ((client, "full-access"),))


def looked_up(names: Iterable[Named], carrier: str = "rest") -> Live:
    configured = {**CONFIGURED, "mailgrant:exchange": {"carrier": carrier}}
    return look(list(names), connect(configured.get), lambda _: None)


def addresses(offline: OfflineTenant) -> list[str]:
    return sorted(one["address"] for one in offline.control("GET", "mailboxes"))


def test_a_name_costs_one_read(at_offline: OfflineTenant) -> None:
    there = addresses(at_offline)
    at_offline.stats(reset=True)

    found = looked_up(map(mailbox, there))

    assert (found.there, found.missing, found.renamed, found.unseen) == (len(there), (), (), ())
    stats = at_offline.stats()
    assert stats["exchange"] == {"Get-Mailbox": len(there)}
    assert stats["batch"] == {"$batch": math.ceil(len(there) / 10)}
    assert stats["connects"] <= 1


@pytest.mark.parametrize("unknown", ["error", "everything"])
def test_what_is_not_there_is_told_with_what_it_is(at_offline: OfflineTenant, unknown: str) -> None:
    at_offline.control("DELETE", "mailboxes?address=billing@contoso.com")
    at_offline.control("POST", "exchange", {"unknown_identity": unknown})
    expected = [
        (Sort.MAILBOX, "nobody@contoso.com", Problem.ABSENT, ""),
        (Sort.MAILBOX, "billing@contoso.com", Problem.SOFT_DELETED, ""),
        (Sort.MAILBOX, "finance@contoso.com", Problem.ANOTHER_KIND, "MailUniversalSecurityGroup"),
        (Sort.MAILBOX, "rechnungen@contoso.com", Problem.SAME_MAILBOX, "invoices@contoso.com"),
        (Sort.GROUP, "invoices@contoso.com", Problem.ANOTHER_KIND, "SharedMailbox"),
        (Sort.GROUP, "nobody@contoso.com", Problem.ABSENT, ""),
        (Sort.PERSON, "nobody@contoso.com", Problem.ABSENT, ""),
    ]
    wrong = [Named(sort, name, ((CLIENT, "x"),)) for sort, name, _, _ in expected]
    right = [mailbox("invoices@contoso.com"), Named(Sort.GROUP, "finance@contoso.com", ())]
    elsewhere = mailbox("rechnungen@contoso.com", "another")

    found = looked_up([*wrong, *right])
    of_others = looked_up([elsewhere])

    told = {(one.named.sort, one.named.name, one.problem, one.other) for one in found.missing}
    assert told == set(expected)
    assert (found.there, found.unseen) == (len(right), ())
    # In another client's list it is no fault, and still somebody should know.
    assert of_others.missing == ()
    assert of_others.renamed == ((elsewhere, "invoices@contoso.com"),)


@pytest.mark.parametrize("carrier", ["rest", "pwsh"])
def test_hostile_names_are_names(at_offline: OfflineTenant, carrier: str) -> None:
    everything = at_offline.control("GET", "mailboxes")
    names = [mailbox(name) for name in HOSTILE if name]

    found = looked_up(names, carrier)

    assert found.there == 0
    assert at_offline.control("GET", "mailboxes") == everything
    assert set(at_offline.stats()["exchange"]) == {"Get-Mailbox", "Get-Recipient"}


def test_progress_counts_what_is_not_there_as_an_answer(at_offline: OfflineTenant) -> None:
    calls = {
        name: get_mailbox(name) for name in ("invoices@contoso.com", "nobody@contoso.com", "x@contoso.com")
    }
    said: list[str] = []
    hours = count(step=3_600)
    progress = Progress("looked up", len(calls), said.append, "names", lambda: float(next(hours)))

    answers = dict(batch.run(connect(CONFIGURED.get), calls, progress))

    assert isinstance(answers["nobody@contoso.com"], NotFoundError)
    assert len(said) == 2
    assert not [line for line in said if "failed" in line]


def somebody(offline: OfflineTenant, permissions: Iterable[tuple[str, str]], role: str) -> dict[str, str]:
    """The environment of an application with these permissions and this role in Entra."""
    offline.consent("RoleManagement.ReadWrite.Directory")
    application = offline.graph("POST", "/v1.0/applications", {"displayName": "reader"})
    secret = offline.graph("POST", f"/v1.0/applications/{application['id']}/addPassword", {})
    holder = offline.graph("POST", "/v1.0/servicePrincipals", {"appId": application["appId"]})["id"]
    for resource, permission in permissions:
        [found] = offline.graph("GET", f"/v1.0/servicePrincipals?$filter=appId eq '{resource}'")["value"]
        [wanted] = [one["id"] for one in found["appRoles"] if one["value"] == permission]
        body = {"principalId": holder, "resourceId": found["id"], "appRoleId": wanted}
        offline.graph("POST", f"/v1.0/servicePrincipals/{found['id']}/appRoleAssignedTo", body)
    held = {"principalId": holder, "roleDefinitionId": role, "directoryScopeId": "/"}
    offline.graph("POST", "/v1.0/roleManagement/directory/roleAssignments", held)
    return {"ARM_CLIENT_ID": application["appId"], "ARM_CLIENT_SECRET": secret["secretText"]}


@pytest.mark.parametrize("carrier", ["rest", "pwsh"])
def test_whoever_may_only_read_can_look(
    at_offline: OfflineTenant, monkeypatch: pytest.MonkeyPatch, carrier: str
) -> None:
    for name, value in somebody(at_offline, [MANAGE], GLOBAL_READER).items():
        monkeypatch.setenv(name, value)

    found = looked_up(
        [
            mailbox("invoices@contoso.com"),
            mailbox("nobody@contoso.com"),
            Named(Sort.GROUP, "finance@contoso.com", ()),
            Named(Sort.PERSON, "adele@contoso.com", ()),
        ],
        carrier,
    )

    assert (found.there, found.unseen) == (3, ())
    assert found.missing == (Missing(mailbox("nobody@contoso.com"), Problem.ABSENT),)


def test_whoever_may_not_read_gets_no_report_that_looks_clean(
    at_offline: OfflineTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in somebody(at_offline, [], GLOBAL_READER).items():
        monkeypatch.setenv(name, value)
    names = [mailbox(name) for name in addresses(at_offline)]

    found = looked_up(names)

    [unseen] = found.unseen
    assert (found.there, found.missing, len(unseen.named)) == (0, (), len(names))
    assert "Exchange.ManageAsApp and the Entra role Global Reader" in unseen.remedy


TWO = "        billing@contoso.com: full-access\n"
MORE = f"{TWO}        support@contoso.com: full-access\n        nobody@contoso.com: full-access\n"
GRAPH = "00000003-0000-0000-c000-000000000000"
READS = [(GRAPH, permission) for permission in ("Application.Read.All", "Policy.Read.All", "User.Read.All")]


def told(project: Project, *arguments: str, expect: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        project.mailgrant("preview-report", "--format", "json", *arguments, expect=expect)
    )
    return found


@pytest.mark.engine
def test_what_the_tenant_says_stands_beside_the_report(project: Project, offline: OfflineTenant) -> None:
    project.declare(exchange={"carrier": "rest"})
    # Of a stack that nobody has deployed there is no drift, and its names are looked up.
    new = told(project, "--live")["stacks"][0]["live"]
    assert (new["asked"], new["there"], new["drift"]["known"], new["drift"]["changes"]) == (2, 2, True, [])
    project.pulumi("up", "--yes", "--skip-preview")
    reader = Project(
        project.folder, {**project.environment, **somebody(offline, [MANAGE, *READS], GLOBAL_READER)}
    )

    # Somebody takes a permission away, and a change brings two mailboxes, of which one is not there.
    principal = project.clients()["invoice-poller"]["service_principal_object_id"]
    offline.cmdlet(
        "Remove-MailboxPermission",
        Identity="invoices@contoso.com",
        User=principal,
        AccessRights=["FullAccess"],
        Confirm=False,
    )
    project.edit(TWO, MORE)
    plain = told(project, "--require-approval", "broadening", expect=7)
    offline.stats(reset=True)
    asked = told(reader, "--live", "--require-approval", "broadening", expect=7)
    stats = offline.stats(reset=True)["exchange"]

    assert {**asked, "stacks": [{**asked["stacks"][0], "live": None}]} == plain
    live = asked["stacks"][0]["live"]
    assert [(one["name"], one["problem"]) for one in live["missing"]] == [("nobody@contoso.com", "absent")]
    assert (live["asked"], live["there"], live["unseen"]) == (2, 1, [])
    assert [(one["op"], one["right"], one["object"]) for one in live["drift"]["changes"]] == [
        ("remove", "full-access", "invoices@contoso.com")
    ]
    assert (stats["Get-Mailbox"], stats["Get-Recipient"]) == (2, 1)
    assert {name.partition("-")[0] for name in stats} == {"Get"}

    # Without a change no name is looked up: what is asked is asked for the drift.
    project.edit(MORE, TWO)
    unchanged = told(project, "--live")["stacks"][0]
    assert (unchanged["verdict"], unchanged["live"]["asked"]) == ("neutral", 0)
    assert not {"Get-Mailbox", "Get-Recipient"} & offline.stats()["exchange"].keys()

    # Whoever cannot sign in reads that nobody looked.
    project.edit(TWO, MORE)
    nobody = Project(project.folder, {**project.environment, "ARM_CLIENT_SECRET": "wrong"})
    saved = project.folder / "preview.json"
    saved.write_text(project.pulumi("preview", "--json", "--show-sames"))
    blind = nobody.mailgrant("preview-report", "--preview", str(saved), "--live", "--format", "markdown")
    assert "**Could not be looked up**\n\n- whether 2 names that this change brings can be found: " in blind
    assert "\n- what others have changed since the last update: " in blind
    assert plain["hash"] in blind

    # So does whoever is not in the project's folder.
    elsewhere = Project(project.folder.parent, project.environment)
    live = told(elsewhere, "--preview", str(saved), "--live")["stacks"][0]["live"]
    assert live["unseen"][0]["reason"] == live["drift"]["reason"]
    assert "not of the Pulumi project in this folder" in live["drift"]["reason"]

    # Ctrl-C ends it at once, whatever Exchange is at.
    offline.control("PUT", "latency", {"exchange Get-Mailbox": 120.0})
    offline.stats(reset=True)
    program = Path(sys.executable).with_name("mailgrant")
    running = subprocess.Popen(
        [program, "preview-report", "--preview", saved, "--live"],
        cwd=project.folder,
        env=dict(project.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_for(lambda: "batch" in offline.stats())
    running.send_signal(signal.SIGINT)
    said, complaint = running.communicate(timeout=30)
    assert (running.returncode, said) == (130, b"")
    assert b"Traceback" not in complaint
