"""Daemons that send within a scope (RBAC for Applications) and open no mailbox, on the real engine."""

import json
import re
import smtplib
from typing import Any

import pytest

from tests.daemons import Program, clients, declare, roles
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

UP = ("up", "--yes", "--skip-preview")
NEWSLETTER, SUPPORT, OUTSIDE = "newsletter@contoso.com", "support@contoso.com", "frontdesk@contoso.com"
CLAIM = """
    newsletter:
      kind: daemon
      protocols: [imap, smtp]
      mailboxes:
        newsletter@contoso.com: full-access
      credentials:
        sender: {type: secret}
"""
SCOPE = """
    newsletter:
      kind: daemon
      protocols: [smtp]
      smtp_scope: {group: newsletter-senders@contoso.com}
      credentials:
        sender: {type: secret}
  mailgrant:mailboxes:
    newsletter@contoso.com: {smtp_auth: true}
    support@contoso.com: {smtp_auth: true}
    frontdesk@contoso.com: {smtp_auth: true}
"""
MIXED = SCOPE.replace("[smtp]", "[imap, smtp]").replace(
    "{group: newsletter-senders@contoso.com}",
    """{filter: "PrimarySmtpAddress -eq 'support@contoso.com'"}
      mailboxes:
        newsletter@contoso.com: full-access""",
)


def verdicts(project: Project, *options: str, expect: int = 0) -> dict[tuple[str, str], str]:
    report = json.loads(project.mailgrant("verify", "--json", *options, expect=expect))
    return {(one["mailbox"], one["protocol"]): one["verdict"] for one in report["results"]}


def program(project: Project) -> tuple[Program, str]:
    """The consumer, and a fresh token of it."""
    found = Program(clients(project)["newsletter"])
    return found, found.token(found.client["credentials"]["sender"]["value"])


def changed(preview: str) -> set[str]:
    """What a preview adds and takes away, by type."""
    found = re.findall(r"^ *([-+~]) +\S+:(\w+) ", preview, re.MULTILINE)
    return {f"{sign} {kind}" for sign, kind in found}


def grant_by_hand(offline: OfflineTenant, client: dict[str, Any]) -> str:
    """Somebody consents to SMTP.SendAsApp in the portal; gives what to delete to take it back."""
    [exchange] = offline.graph(
        "GET", "/v1.0/servicePrincipals?$filter=appId eq '00000002-0000-0ff1-ce00-000000000000'"
    )["value"]
    [role] = [one["id"] for one in exchange["appRoles"] if one["value"] == "SMTP.SendAsApp"]
    principal = client["service_principal_object_id"]
    body = {"principalId": principal, "resourceId": exchange["id"], "appRoleId": role}
    path = f"/v1.0/servicePrincipals/{principal}/appRoleAssignments"
    return f"{path}/{offline.graph('POST', path, body)['id']}"


def test_from_the_claim_to_a_scope_and_back(project: Project, at_offline: OfflineTenant) -> None:
    # With SMTP.SendAsApp and full-access it opens the mailbox that it sends from.
    declare(project, CLAIM)
    project.pulumi(*UP)
    assert verdicts(project, "--send") == {(NEWSLETTER, "imap"): "ok", (NEWSLETTER, "smtp"): "ok"}

    # The preview of the change says what comes and what goes.
    declare(project, SCOPE)
    assert changed(project.pulumi("preview")) == {
        "+ SmtpApplicationScope",
        "- AppRoleAssignment",
        "- MailboxAccess",
        "~ Application",
        "~ MailboxProtocols",
        "~ SettingsSnapshot",
    }
    project.pulumi(*UP)
    sender, token = program(project)
    assert roles(token) == set()
    [itself] = at_offline.cmdlet("Get-MailboxPermission", Identity=NEWSLETTER)
    assert itself["User"] == "NT AUTHORITY\\SELF"

    # Members of the group send, others do not, and nobody is opened.
    sender.send(NEWSLETTER, token, to=NEWSLETTER, subject="From a scope")
    sender.send(SUPPORT, token)
    with pytest.raises(smtplib.SMTPAuthenticationError):
        sender.send(OUTSIDE, token)
    with pytest.raises(smtplib.SMTPDataError, match="SendAsDenied"):
        sender.send(NEWSLETTER, token, author=OUTSIDE)

    # verify knows no mailbox of it: it looks at the token, says so, and takes one from whoever knows.
    assert verdicts(project) == {("", "smtp"): "ok"}
    assert "0 of 0 logins verified" in project.mailgrant("verify")
    assert verdicts(project, "--send", "--mailbox", NEWSLETTER) == {(NEWSLETTER, "smtp"): "ok"}
    said = project.mailgrant("verify", "--mailbox", OUTSIDE, "--client", "newsletter", expect=1)
    assert "out-of-scope" in said
    assert "it is not among the members of newsletter-senders@contoso.com" in " ".join(said.split())

    # Somebody means well, and grants the permission: the scope counts for nothing from then on.
    mistake = grant_by_hand(at_offline, sender.client)
    assert verdicts(project, expect=1) == {("", "smtp"): "scope-overruled"}
    assert verdicts(project, "--mailbox", NEWSLETTER, expect=1) == {(NEWSLETTER, "smtp"): "scope-overruled"}
    at_offline.graph("DELETE", mistake)

    # A filter, and IMAP beside it: allowed, and warned of.
    declare(project, MIXED)
    assert "Make a client of its own for sending." in project.pulumi(*UP)
    assert verdicts(project, "--send", "--mailbox", SUPPORT) == {(SUPPORT, "smtp"): "ok"}
    assert verdicts(project) == {(NEWSLETTER, "imap"): "ok", ("", "smtp"): "ok"}
    sender, token = program(project)
    assert roles(token) == {"IMAP.AccessAsApp"}
    assert sender.finds("From a scope", NEWSLETTER, token)
    with pytest.raises(smtplib.SMTPAuthenticationError):
        sender.send(NEWSLETTER, token)

    # And back: what the scope was made of is gone.
    declare(project, CLAIM)
    project.pulumi(*UP)
    assert verdicts(project, "--send") == {(NEWSLETTER, "imap"): "ok", (NEWSLETTER, "smtp"): "ok"}
    assert at_offline.cmdlet("Get-ManagementScope") == []
    project.pulumi("up", "--yes", "--expect-no-changes")
