"""The whole thing on the real engine: from an empty tenant to a verified login, and back to nothing."""

import json
from typing import Any

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

TWO = "        billing@contoso.com: full-access\n"
GRANTS = {"New-ServicePrincipal": 1, "Add-MailboxPermission": 2}
# SMTP AUTH is on in both mailboxes, and is looked at again before that is believed.
LOOKS = {"Get-CASMailbox": 4}


def clients(project: Project) -> dict[str, Any]:
    outputs: dict[str, Any] = json.loads(project.pulumi("stack", "output", "--json", "--show-secrets"))
    found: dict[str, Any] = outputs["clients"]
    return found


def state(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.pulumi("stack", "export"))
    return found


def writes(stats: dict[str, Any]) -> dict[str, int]:
    """Calls that change something, in Exchange and Graph."""
    exchange = {name: count for name, count in stats["exchange"].items() if not name.startswith("Get-")}
    graph = {name: count for name, count in stats["graph"].items() if not name.startswith("GET ")}
    return exchange | graph


def test_from_nothing_to_verified_logins_and_back(project: Project, offline: OfflineTenant) -> None:
    before = offline.control("GET", "objects")

    # The first up makes everything, with one write for each grant and nothing read before it.
    project.pulumi("up", "--yes")
    stats = offline.stats(reset=True)
    assert stats["exchange"] == {**GRANTS, **LOOKS}
    assert stats["connects"] == 1

    # The logins that it promises work, for people and for programs.
    verified = json.loads(project.mailgrant("verify", "--send", "--json"))
    assert verified["ok"]
    assert [(result["mailbox"], result["protocol"], result["verdict"]) for result in verified["results"]] == [
        (mailbox, protocol, "ok")
        for mailbox in ("billing@contoso.com", "invoices@contoso.com")
        for protocol in ("imap", "pop", "smtp")
    ]
    assert "6 of 6 logins verified" in project.mailgrant("verify", "--stack", "offline")
    assert offline.stats(reset=True)["logins"] == {"imap ok": 4, "pop ok": 4, "smtp ok": 4}

    # The second changes nothing, and asks Exchange nothing.
    project.pulumi("up", "--yes", "--expect-no-changes")
    stats = offline.stats(reset=True)
    assert writes(stats) == {}
    assert stats["exchange"] == {}
    assert stats["connects"] == 0

    # A refresh finds all as it was: one read a mailbox.
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    stats = offline.stats(reset=True)
    assert writes(stats) == {}
    assert stats["exchange"]["Get-MailboxPermission"] == 2

    # Four ids are four things.
    poller = clients(project)["invoice-poller"]
    ids = {poller[name] for name in ("client_id", "application_object_id", "service_principal_object_id")}
    assert len({*ids, poller["credentials"]["poller-vm"]["key_id"], poller["tenant_id"]}) == 5

    # Nothing of ours is left, and everything of others.
    project.pulumi("destroy", "--yes")
    assert offline.control("GET", "objects") == before


def test_the_state_holds_real_resources_and_no_secret(project: Project, offline: OfflineTenant) -> None:
    project.pulumi("up", "--yes")

    exported = state(project)
    types = {resource["type"] for resource in exported["deployment"]["resources"]}
    assert types >= {
        "azuread:index/application:Application",
        "azuread:index/servicePrincipal:ServicePrincipal",
        "azuread:index/applicationPassword:ApplicationPassword",
        "azuread:index/appRoleAssignment:AppRoleAssignment",
        "pulumi-python:dynamic/exchange:ServicePrincipal",
        "pulumi-python:dynamic/exchange:MailboxAccess",
        "mailgrant:index:DaemonClient",
        "mailgrant:index:EntraApplication",
        "mailgrant:index:ExchangeAccess",
    }
    text = json.dumps(exported)
    assert clients(project)["invoice-poller"]["credentials"]["poller-vm"]["value"] not in text
    assert offline.environment["ARM_CLIENT_SECRET"] not in text


def test_one_more_mailbox_is_a_line_and_a_write_each(project: Project, offline: OfflineTenant) -> None:
    project.pulumi("up", "--yes")
    project.edit(TWO, f"{TWO}        support@contoso.com: full-access\n")
    offline.stats(reset=True)

    preview = project.pulumi("preview", "--diff")
    lines = {" ".join(line.split()) for line in preview.splitlines()}
    assert {'+ support@contoso.com : "full-access"', '+ smtp_auth: "on"'} <= lines
    assert offline.stats(reset=True)["exchange"] == {}

    # The new mailbox has SMTP AUTH off, as every mailbox of a new tenant.
    project.pulumi("up", "--yes", "--skip-preview")
    assert offline.stats(reset=True)["exchange"] == {
        "Add-MailboxPermission": 1,
        "Get-CASMailbox": 1,
        "Set-CASMailbox": 1,
    }
    assert json.loads(project.mailgrant("verify", "--send", "--json"))["ok"]


def test_one_mailbox_less_is_one_write(project: Project, offline: OfflineTenant) -> None:
    project.pulumi("up", "--yes")
    project.edit(TWO, "")
    offline.stats(reset=True)

    project.pulumi("up", "--yes", "--skip-preview")

    # Its SMTP AUTH is as it was found: somebody else had switched it on.
    assert offline.stats()["exchange"] == {"Remove-MailboxPermission": 1, "Get-CASMailbox": 1}
    assert set(clients(project)["invoice-poller"]["mailboxes"]) == {"invoices@contoso.com"}


def test_an_unknown_mailbox_stops_only_itself(project: Project, offline: OfflineTenant) -> None:
    project.edit(TWO, f"{TWO}        nobody@contoso.com: full-access\n")

    failed = project.pulumi("up", "--yes", expect=1)
    assert "access to 1 mailbox was not granted to invoice-poller" in failed
    assert "nobody@contoso.com: The operation couldn't be performed because object" in failed
    assert failed.count("→ Add-MailboxPermission: Check the spelling; the object must exist in Exchange") == 1
    assert "Traceback" not in failed
    assert set(clients(project)["invoice-poller"]["mailboxes"]) == {
        "invoices@contoso.com",
        "billing@contoso.com",
    }
    verified = json.loads(project.mailgrant("verify", "--json", expect=1))
    assert {result["mailbox"]: result["verdict"] for result in verified["results"]} == {
        "billing@contoso.com": "ok",
        "invoices@contoso.com": "ok",
        "nobody@contoso.com": "not-granted",
    }
    assert "nobody@contoso.com is not granted yet" in project.pulumi("preview")

    # Nothing is mended: it is tried again, alone, and fails again.
    offline.stats(reset=True)
    project.pulumi("up", "--yes", "--skip-preview", expect=1)
    assert offline.stats(reset=True)["exchange"] == {"Add-MailboxPermission": 1, "Get-CASMailbox": 1}

    # Somebody makes the mailbox.
    project.mailgrant("offline", "mailbox", "add", "nobody@contoso.com")
    project.pulumi("up", "--yes", "--skip-preview")
    assert writes(offline.stats(reset=True)) == {"Add-MailboxPermission": 1, "Set-CASMailbox": 1}
    project.pulumi("up", "--yes", "--expect-no-changes")


def test_a_grant_that_somebody_took_away_is_drift_that_refresh_sees(
    project: Project, offline: OfflineTenant
) -> None:
    project.pulumi("up", "--yes")
    principal = clients(project)["invoice-poller"]["service_principal_object_id"]
    offline.cmdlet(
        "Remove-MailboxPermission",
        Identity="billing@contoso.com",
        User=principal,
        AccessRights=["FullAccess"],
        Confirm=False,
    )

    verified = json.loads(project.mailgrant("verify", "--json", expect=1))
    assert {(result["mailbox"], result["protocol"]): result["verdict"] for result in verified["results"]} == {
        ("billing@contoso.com", "imap"): "not-connected",
        ("billing@contoso.com", "pop"): "not-connected",
        ("billing@contoso.com", "smtp"): "ok",  # Exchange would say it when a message is handed over
        ("invoices@contoso.com", "imap"): "ok",
        ("invoices@contoso.com", "pop"): "ok",
        ("invoices@contoso.com", "smtp"): "ok",
    }

    project.pulumi("refresh", "--yes")
    offline.stats(reset=True)
    project.pulumi("up", "--yes", "--skip-preview")
    assert offline.stats()["exchange"] == {"Add-MailboxPermission": 1}
    assert json.loads(project.mailgrant("verify", "--json"))["ok"]


def test_a_record_that_a_killed_run_left_is_taken_over(project: Project, offline: OfflineTenant) -> None:
    project.pulumi("up", "--yes")
    exported = state(project)
    resources = exported["deployment"]["resources"]
    exported["deployment"]["resources"] = [
        resource
        for resource in resources
        if not resource["type"].startswith("pulumi-python:dynamic/exchange")
    ]
    (project.folder / "state.json").write_text(json.dumps(exported))
    project.pulumi("stack", "import", "--file", "state.json")
    offline.stats(reset=True)

    project.pulumi("up", "--yes")

    assert writes(offline.stats(reset=True)) == {"New-ServicePrincipal": 1, "Add-MailboxPermission": 2}
    assert json.loads(project.mailgrant("verify", "--json"))["ok"]
    project.pulumi("up", "--yes", "--expect-no-changes")


SECOND = """
    invoice:
      kind: daemon
      protocols: [imap]
      mailboxes:
        support@contoso.com: full-access
      credentials:
        poller-poller-vm: {type: secret, lifetime: 200d, rotate: 90d}
"""


def add_client(project: Project, text: str) -> None:
    project.edit("  mailgrant:clients:\n", f"  mailgrant:clients:{text}")


def test_clients_whose_names_run_together_are_kept_apart(project: Project, offline: OfflineTenant) -> None:
    add_client(project, SECOND)

    project.pulumi("up", "--yes", "--skip-preview")

    assert offline.stats()["connects"] == 1
    verified = json.loads(project.mailgrant("verify", "--json"))
    assert {(result["client"], result["ok"]) for result in verified["results"]} == {
        ("invoice", True),
        ("invoice-poller", True),
    }
    project.pulumi("up", "--yes", "--expect-no-changes")


def test_the_failures_of_all_clients_are_told(project: Project) -> None:
    add_client(project, SECOND.replace("support@", "no-support@"))
    project.edit(TWO, f"{TWO}        nobody@contoso.com: full-access\n")

    said = project.pulumi("up", "--yes", "--skip-preview", expect=1)

    assert "1 mailbox was not granted to invoice-poller:\n      - nobody@contoso.com: The operation" in said
    assert "1 mailbox was not granted to invoice:\n      - no-support@contoso.com: The operation" in said
    assert "it tries exactly what is missing" in said
    assert "Traceback" not in said
    assert set(clients(project)["invoice-poller"]["mailboxes"]) == {
        "invoices@contoso.com",
        "billing@contoso.com",
    }
