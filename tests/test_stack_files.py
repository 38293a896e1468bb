"""Stack files on the real engine: secrets that stand there in clear, and what stands in files beside them."""

import json
from typing import Final

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

CLEAR: Final = "{} stands in the stack's file in clear"
SHARED: Final = """\
config:
  mailgrant:organization: contoso.onmicrosoft.com
  mailgrant:cloud: custom
  mailgrant:exchange: {carrier: rest, sessions: 2}
  mailgrant:clients:
    invoice-poller: {kind: daemon, protocols: [imap], mailboxes: list.csv}
"""
STACK: Final = """\
config:
  mailgrant:extends: shared.yaml
  mailgrant:clients:
    invoice-poller:
      credentials:
        poller-vm: {type: secret}
"""
LIST: Final = "\ufeffmailbox;rights\r\n# by request of finance\r\ninvoices@contoso.com;full-access\r\n"


def test_secrets_in_clear_are_told_before_anything_else_with_the_command_that_encrypts_them(
    project: Project, offline: OfflineTenant
) -> None:
    secret = offline.environment["ARM_CLIENT_SECRET"]
    project.edit("config:\n", f"config:\n  azuread:clientSecret: {secret}\n  azuread:oidcToken: a-token\n")

    said = project.pulumi("preview")
    for key in ("azuread:clientSecret", "azuread:oidcToken"):
        assert CLEAR.format(key) in said
        assert f"→ pulumi config set --secret {key} --stack offline" in said
    assert secret not in said

    # The command does what is promised; a fault elsewhere keeps no warning back.
    project.pulumi("config", "set", "--secret", "azuread:clientSecret", secret, "--stack", "offline")
    project.edit("mailgrant:cloud:", "mailgrant:clouds:")
    said = project.pulumi("preview", expect=1)
    assert CLEAR.format("azuread:clientSecret") not in said
    assert CLEAR.format("azuread:oidcToken") in said
    assert "mailgrant:clouds: unknown key; did you mean 'cloud'?" in said
    assert "Traceback" not in said


def test_what_a_shared_file_and_a_list_say_holds_for_the_whole_run(
    project: Project, offline: OfflineTenant
) -> None:
    stacks = project.folder / "stacks"
    own = (stacks / "Pulumi.offline.yaml").read_text().splitlines()
    kept = [line for line in own if line.startswith("encryptionsalt")]
    (stacks / "Pulumi.offline.yaml").write_text(STACK + "\n".join(kept) + "\n")
    (stacks / "shared.yaml").write_text(SHARED)
    (stacks / "list.csv").write_text(LIST)

    project.pulumi("up", "--yes", "--skip-preview")

    assert json.loads(project.mailgrant("verify", "--json"))["ok"]
    project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    (stacks / "list.csv").write_text(LIST + "billing@contoso.com;full-acess\r\n")
    said = project.pulumi("preview", expect=1)
    assert ".mailboxes[\"billing@contoso.com\"] (list.csv line 4): 'full-acess' is not known" in said
