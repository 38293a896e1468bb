"""The whole way on the real engine over the carriers that need no PowerShell here: up, proof, nothing to do, destroy."""

import json

import pytest

from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine


@pytest.mark.parametrize(("carrier", "connects"), [("rest", 0), ("wsman", 1)])
def test_a_stack_works_over_every_carrier(
    carrier: str, connects: int, project: Project, offline: OfflineTenant
) -> None:
    before = offline.control("GET", "objects")
    project.edit(
        "  mailgrant:clients:\n", f"  mailgrant:exchange: {{carrier: {carrier}}}\n  mailgrant:clients:\n"
    )

    project.pulumi("up", "--yes", "--skip-preview")
    stats = offline.stats(reset=True)
    # SMTP AUTH is on in both mailboxes, and is looked at again before that is believed.
    assert stats["exchange"] == {"New-ServicePrincipal": 1, "Add-MailboxPermission": 2, "Get-CASMailbox": 4}
    assert stats["connects"] == connects
    assert json.loads(project.mailgrant("verify", "--send", "--json"))["ok"]

    project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert offline.stats(reset=True)["exchange"] == {}

    project.pulumi("destroy", "--yes", "--skip-preview")
    assert offline.control("GET", "objects") == before
