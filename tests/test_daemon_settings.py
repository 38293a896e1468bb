"""Mailboxes from files, SMTP AUTH where a client needs it, and settings of the tenant, from a stack on the real engine."""

import json
from typing import Any

import pytest

from tests.daemons import declare
from tests.somebody import settings
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

UP = ("up", "--yes", "--skip-preview")
STACK = """
    reader:
      kind: daemon
      protocols: [imap, smtp]
      mailboxes: reader.csv
      credentials:
        vm: {type: secret}
    archive:
      kind: daemon
      protocols: [pop]
      mailboxes: archive.yaml
      credentials:
        vm: {type: secret}
  mailgrant:mailboxes:
    frontdesk@contoso.com: {smtp_auth: inherit, pop: false}
  mailgrant:tenant: {smtp_auth: enabled, block_basic_auth: [adele@contoso.com]}
"""
# SMTP AUTH is off at Lynne herself, as nobody has said anything at the front desk, and on at the invoices.
CSV = """\
mailbox,rights
# who sends
invoices@contoso.com,full-access
lynne@contoso.com,full-access,send-as

"frontdesk@contoso.com","full-access, send-as"
"""
YAML = "support@contoso.com: full-access\nlegal@contoso.com: full-access\n"
FAULTS = {
    "reader.csv": "mailbox,rights\ninvoices@contoso.com,full-access\ninvoices,full-access\n"
    "Invoices@contoso.com,full-access\nlynne@contoso.com,all\n",
    "archive.yaml": "support@contoso.com: full-access\nlegal@contoso.com: [full-access\n",
}
# Every sentence stands in tests/golden/faults.txt; here it matters that all of them arrive, with their lines.
TOLD = (
    "'archive.yaml' is no YAML: line 3",
    "(reader.csv line 4): 'Invoices@contoso.com' stands in line 2 already",
    "clients.reader.mailboxes.invoices (reader.csv line 3): not an SMTP address",
    'clients.reader.mailboxes["lynne@contoso.com"] (reader.csv line 5): ',
)


def write(project: Project, files: dict[str, str]) -> None:
    for name, text in files.items():
        (project.folder / "stacks" / name).write_text(text)


def smtp_auth(offline: OfflineTenant) -> dict[str, Any]:
    """Whether SMTP AUTH is off, by mailbox; None follows the organization."""
    found = offline.cmdlet("Get-CASMailbox")
    return {one["Identity"]: one["SmtpClientAuthenticationDisabled"] for one in found}


def shown(preview: str) -> set[str]:
    return {" ".join(line.split()) for line in preview.splitlines()}


def test_files_beside_the_stack_switches_and_tenant_settings(
    project: Project, offline: OfflineTenant
) -> None:
    before = settings(offline)
    declare(project, STACK)

    # What is wrong in a file is told with its line, and before anything is touched.
    write(project, FAULTS)
    said = project.pulumi("up", "--yes", expect=1)
    assert [told for told in TOLD if told not in said] == []
    assert settings(offline) == before

    # The preview says which switches of which mailboxes it turns, and warns of what opens more than it must.
    write(project, {"reader.csv": CSV, "archive.yaml": YAML})
    preview = project.pulumi("preview", "--diff")
    assert "mailgrant:tenant.smtp_auth: opens SMTP AUTH for every mailbox" in preview
    assert shown(preview) >= {
        'invoices@contoso.com : "full-access"',
        'lynne@contoso.com : "full-access, send-as"',
        'frontdesk@contoso.com: "full-access, send-as"',
        'support@contoso.com: "full-access"',
        'smtp_auth: "on"',
        'smtp_auth: "inherit"',
        'pop : "off"',
        'smtp_auth : "enabled"',
        '[0]: "adele@contoso.com"',
    }

    project.pulumi(*UP)
    names = {"invoices": False, "lynne": False, "frontdesk": None}
    after = smtp_auth(offline)
    assert {name: after[name] for name in names} == names
    assert {name: off for name, off in after.items() if name not in names} == {
        name: off for name, off in switches(before).items() if name not in names
    }
    assert settings(offline)["organization"] == [[False]]
    verified = json.loads(project.mailgrant("verify", "--send", "--json"))
    assert {
        (one["client"], one["mailbox"].partition("@")[0], one["protocol"]) for one in verified["results"]
    } == {
        *(("reader", name, protocol) for name in names for protocol in ("imap", "smtp")),
        *(("archive", name, "pop") for name in ("support", "legal")),
    }
    assert verified["ok"]
    project.pulumi("up", "--yes", "--expect-no-changes")

    # One line less in the file, and its switch is as it was found.
    write(project, {"reader.csv": CSV.replace("lynne@contoso.com,full-access,send-as\n", "")})
    assert shown(project.pulumi("preview", "--diff")) >= {
        '- lynne@contoso.com : "full-access, send-as"',
        '- smtp_auth: "on"',
    }
    project.pulumi(*UP)
    assert smtp_auth(offline)["lynne"] is True

    project.pulumi("destroy", "--yes", "--skip-preview")
    assert settings(offline) == before


def switches(found: dict[str, Any]) -> dict[str, Any]:
    return {name: smtp for name, _, _, smtp in found["mailboxes"]}


def test_a_switch_that_a_client_needs_cannot_be_off(project: Project) -> None:
    declare(project, STACK.replace("{smtp_auth: inherit, pop: false}", "{smtp_auth: false, imap: false}"))
    write(project, {"reader.csv": CSV, "archive.yaml": YAML})

    said = project.pulumi("preview", expect=1)

    for switch, protocol in (("imap", "imap"), ("smtp_auth", "smtp")):
        place = f'mailgrant:mailboxes["frontdesk@contoso.com"].{switch}'
        assert f"{place}: is false, but reader needs it there; leave it out, or drop {protocol}" in said
