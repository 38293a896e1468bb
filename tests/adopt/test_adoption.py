"""What adopt reads and infers, in front of a real tenant; it writes nothing there."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailgrant.adopt.adoption import CLIENTS, MAILBOXES, Adoption, Wish, adopt
from mailgrant.adopt.stack_file import insert
from mailgrant.configuration.project_file import ProjectFile
from mailgrant.errors import GraphError, SetupError
from mailgrant.project import Project
from tests.adopt.by_hand import EXCHANGE, GRAPH, ROLES, SCOPES, SURE, Administrator
from tests.worlds import OfflineTenant

INVOICES = "invoices@contoso.com"


@pytest.fixture
def desk(at_offline: OfflineTenant, tmp_path: Path) -> tuple[Administrator, Project]:
    """An administrator, and a project whose stack has no client."""
    values = {"mailgrant:organization": "contoso.onmicrosoft.com", "mailgrant:cloud": "custom"}
    return Administrator(at_offline), Project(ProjectFile("mailgrant", tmp_path, ".yaml"), "dev", values)


def adopted(project: Project, client: str, *mailboxes: str, **more: Any) -> Adoption:
    return adopt(Wish(client, mailboxes=mailboxes, **more), project, lambda _line: None)


def words(done: Adoption) -> Any:
    return done.sections[CLIENTS][done.name]


def test_a_daemon_that_opens_more_than_a_stack_can_say(desk: tuple[Administrator, Project]) -> None:
    administrator, project = desk
    made = administrator.register("IMAP App (prod)", ROLES[:1], ["User.Read"])
    administrator.assign(made, EXCHANGE, "IMAP.AccessAsApp", "full_access_as_app")
    administrator.assign(made, GRAPH, "Mail.Read")
    administrator.secret(made, "Old VM")
    administrator.trust(made, "GitHub_main", "repo:contoso/mail:ref:refs/heads/main")
    administrator.know(made, "IMAP App (prod)")
    administrator.open(INVOICES, made.principal, "FullAccess", "ChangeOwner")
    administrator.open("billing@contoso.com", made.principal, Deny=True)
    administrator.offline.stats(reset=True)

    done = adopted(project, "IMAP App (prod)", every_mailbox=True)

    assert done.name == "imap-app-prod"
    assert words(done) == {
        "kind": "daemon",
        "display_name": "IMAP App (prod)",
        "protocols": ["imap"],
        "mailboxes": {INVOICES: "full-access"},
        "credentials": {"old-vm": {"type": "external", "expires": "2027-05-01"}},
    }
    assert done.left == [
        "the permission full_access_as_app of Office 365 Exchange Online (application); it reaches every mailbox of the tenant, unless a policy of Exchange's limits it",
        "the permission Mail.Read of Microsoft Graph (application); it reaches every mailbox of the tenant, unless a policy of Exchange's limits it",
        "ChangeOwner on invoices@contoso.com: a stack cannot hold it",
        "a refusal of FullAccess on billing@contoso.com: a stack cannot hold it",
        "the federated credential GitHub_main: its name can be no name of a stack",
    ]
    listed = "the list of permissions that the application asks for"
    assert done.changes == [
        f"takes User.Read of Microsoft Graph (delegated) off {listed}",
    ]
    assert "(old-vm)" in done.advice
    stats = administrator.offline.stats()
    assert {name for name in stats["exchange"] if not name.startswith("Get-")} == set()
    assert {name for name in stats["graph"] if not name.startswith("GET ")} == set()


def test_a_daemon_without_its_record_or_with_a_wrong_one(desk: tuple[Administrator, Project]) -> None:
    administrator, project = desk
    for name in ("half", "wrong"):
        made = administrator.secret(administrator.register(name, ROLES[:1]))
        administrator.assign(made, EXCHANGE, "IMAP.AccessAsApp")
    administrator.know(made, "wrong", made.application)
    administrator.open(INVOICES, made.application)

    half = adopted(project, "half", "Rechnungen@contoso.com")
    wrong = adopted(project, "wrong", every_mailbox=True)

    assert words(half)["mailboxes"] == words(wrong)["mailboxes"] == {INVOICES: "full-access"}
    assert half.changes == [
        "makes the record of the application in Exchange (New-ServicePrincipal), without which no login works",
        "grants full-access on invoices@contoso.com",
    ]
    [line] = wrong.changes
    assert line.startswith("replaces the record of the application in Exchange: its ObjectId is")
    assert made.application in line
    assert made.principal in line


def test_one_that_only_sends_within_a_scope(desk: tuple[Administrator, Project]) -> None:
    administrator, project = desk
    sender = administrator.secret(administrator.register("newsletter"))
    administrator.know(sender, "newsletter")
    [group] = administrator.offline.cmdlet("Get-DistributionGroup", Identity="newsletter-senders@contoso.com")
    members = f"MemberOfGroup -eq '{group['DistinguishedName']}'"
    administrator.offline.cmdlet(
        "New-ManagementScope", Name="News", RecipientRestrictionFilter=members, **SURE
    )
    role = {"Role": "Application SMTP.SendAsApp", "App": sender.client_id, "CustomResourceScope": "News"}
    administrator.offline.cmdlet("New-ManagementRoleAssignment", Name="Bob's news", **role, **SURE)

    done = adopted(project, sender.client_id)

    assert words(done)["protocols"] == ["smtp"]
    assert words(done)["smtp_scope"] == {"group": "newsletter-senders@contoso.com"}
    [line] = done.changes
    assert line.startswith(
        "makes a scope and a role assignment of its own for SMTP; then remove the old one: "
    )
    assert line.endswith("Remove-ManagementRoleAssignment -Identity 'Bob''s news'")


def test_people_who_consented_and_switches_that_stay(desk: tuple[Administrator, Project]) -> None:
    administrator, project = desk
    portal = administrator.register(
        "Portal",
        scopes=SCOPES[2:],
        web={"redirectUris": ["https://portal.contoso.com/back"]},
        spa={"redirectUris": ["https://portal.contoso.com/page"]},
    )
    administrator.secret(portal, "123")
    for person in ("adele@contoso.com", "lynne@contoso.com", "isaiah@contoso.com"):
        administrator.consent(portal.principal, GRAPH, "SMTP.Send", "offline_access", person=person)
    administrator.consent(portal.principal, GRAPH, "User.Read")

    done = adopted(project, "portal")

    assert words(done) == {
        "kind": "delegated",
        "display_name": "Portal",
        "protocols": ["smtp"],
        "redirect_uris": ["https://portal.contoso.com/back"],
        "consent": ["adele@contoso.com", "isaiah@contoso.com", "lynne@contoso.com"],
        "credentials": {"secret-123": {"type": "external", "expires": "2027-05-01"}},
    }
    assert done.sections[MAILBOXES] == {"adele@contoso.com": {"smtp_auth": "inherit"}}
    assert done.changes == [
        "puts offline_access of Microsoft Graph (delegated) on the list of permissions that the application asks for",
        "turns SMTP AUTH of lynne@contoso.com from off to on",
    ]
    assert done.left == [
        "the consent to User.Read of Microsoft Graph for everybody",
        "the redirect URI https://portal.contoso.com/page of a single-page application",
    ]


def test_whoever_may_not_read_people_is_told_what_is_missing(desk: tuple[Administrator, Project]) -> None:
    administrator, project = desk
    administrator.third_party()
    administrator.offline.withdraw("User.Read.All")

    with pytest.raises(GraphError) as caught:
        adopted(project, "thunderbird")

    assert caught.value.status == 403
    assert "User.Read.All" in caught.value.remedy


def test_a_name_may_be_anything(desk: tuple[Administrator, Project]) -> None:
    administrator, project = desk
    name = "O'Brien's \"mail\" $(id) [b]: #1"
    made = administrator.secret(administrator.register(name, ROLES[:1]), "`x` | \u2019;")
    administrator.assign(made, EXCHANGE, "IMAP.AccessAsApp")
    administrator.know(made, name)
    administrator.open(INVOICES, made.principal)

    done = adopted(project, name, INVOICES)

    assert done.name == "o-brien-s-mail-id-b-1"
    assert done.changes == done.left == []
    written = yaml.safe_load(insert("config:\n  a: 1\n", done.sections))["config"][CLIENTS][done.name]
    assert written["display_name"] == name
    assert list(written["credentials"]) == ["x"]


REFUSED = {
    "nobody": "no application of this tenant is called nobody",
    "twice": "2 applications of this tenant are called twice:\n  - ",
    "no mail": "no mail has no permission for IMAP, POP or SMTP",
    "ours": "ours belongs to the stack contoso/mail/prod: two stacks must not point at one application",
    "no principal": "no principal has no service principal in this tenant",
    "closed": "which mailboxes closed opens stands in the mailboxes, and none is named",
    "thunderbird": "nobody has consented to a mail permission of",
}


def test_what_cannot_be_adopted_is_told(desk: tuple[Administrator, Project]) -> None:
    administrator, project = desk
    for _ in range(2):
        administrator.register("twice")
    administrator.secret(administrator.register("no mail", scopes=["User.Read"]))
    administrator.register("ours", ROLES[:1], tags=["mailgrant:contoso/mail/prod"])
    administrator.post("applications", {"displayName": "no principal"})
    closed = administrator.register("closed", ROLES[:1])
    administrator.assign(closed, EXCHANGE, "IMAP.AccessAsApp")
    administrator.post("servicePrincipals", {"appId": "9e5f94bc-e8a4-4e73-b8be-63364c29d753"})

    told = {}
    for client in REFUSED:
        mailboxes = (INVOICES,) if client == "no mail" else ()
        with pytest.raises(SetupError) as caught:
            adopted(project, client, *mailboxes)
        told[client] = caught.value.message
        assert caught.value.remedy

    assert [client for client, said in told.items() if not said.startswith(REFUSED[client])] == [], told
    with pytest.raises(SetupError, match="closed may open no mailbox"):
        adopted(project, "closed", every_mailbox=True)
    with pytest.raises(SetupError, match="Old VM is no name of a client"):
        adopted(project, "closed", INVOICES, name="Old VM")


def test_a_client_that_the_stack_declares_is_found_again(desk: tuple[Administrator, Project]) -> None:
    administrator, project = desk
    poller = {
        "kind": "daemon",
        "protocols": ["imap", "smtp"],
        "mailboxes": {INVOICES: "full-access", "support@contoso.com": "full-access, send-as"},
        "credentials": {
            "vm": {"type": "secret"},
            "ci": {"type": "federated", "github": {"repository": "contoso/mail", "branch": "main"}},
        },
    }
    values = {**project.values, "mailgrant:suffix": "dev", "mailgrant:clients": {"poller": poller}}
    declaring = replace(project, values=values)
    lost = administrator.register(
        "poller-dev", ["IMAP.AccessAsApp"], tags=["mailgrant:organization/mailgrant/dev"]
    )
    administrator.secret(lost, "vm (12)")
    administrator.trust(lost, "ci", "repo:contoso/mail:ref:refs/heads/main")
    administrator.assign(lost, EXCHANGE, "IMAP.AccessAsApp")
    administrator.know(lost, "poller")
    administrator.open(INVOICES, lost.principal)

    done = adopted(declaring, "poller")
    assert adopted(declaring, "poller-dev") == done

    assert (done.name, done.sections) == ("poller", {})
    listed = "the list of permissions that the application asks for"
    assert done.changes == [
        f"puts SMTP.SendAsApp of Office 365 Exchange Online (application) on {listed}",
        "gives the application a client secret of the stack's (vm)",
        "consents to SMTP.SendAsApp (application)",
        "grants full-access and send-as on support@contoso.com",
        "turns SMTP AUTH of support@contoso.com from inherit to on",
    ]
    assert done.left == ["the secret vm (12), which no stack knows any more"]
    names = [one["logicalName"] for one in done.imports["resources"]]
    assert names == ["poller", "poller", "poller", "poller", "poller.ci", "poller.IMAP.AccessAsApp"]
    administrator.register("another", ["IMAP.AccessAsApp"])
    with pytest.raises(SetupError, match="the client poller of the stack dev is another application"):
        adopted(declaring, "another", name="poller")
