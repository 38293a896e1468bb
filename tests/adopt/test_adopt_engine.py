"""Clients made by hand are taken over on the real engine: nothing changes, everything works, and destroy removes them."""

import json
from typing import Any

import pytest

from tests.adopt.by_hand import THUNDERBIRD, Administrator, logs_in, picture
from tests.test_preflight import graph_writes
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

IMPORT = ("import", "--generate-code=false", "--protect=false", "--yes", "--file")
UP = ("up", "--yes", "--skip-preview")
INVOICES = "invoices@contoso.com"


def exchange_writes(offline: OfflineTenant) -> dict[str, Any]:
    """Of cmdlets that change something, or would if it were not so already."""
    found = offline.stats()["exchange"]
    return {name: count for name, count in found.items() if not name.startswith("Get-")}


def test_three_clients_are_taken_over_and_nothing_changes(
    empty: Project, offline: OfflineTenant, administrator: Administrator
) -> None:
    nothing = picture(offline)
    daemon = administrator.daemon()
    administrator.trust(daemon, "ci", "repo:contoso/mail:ref:refs/heads/main")
    administrator.delegated()
    administrator.third_party()
    before = picture(offline)
    offline.stats(reset=True)

    # Adopting reads, and so does the import.
    clients = {
        "old-program": ["Old program", "--all-mailboxes"],
        "support-portal": ["Support Portal"],
        "thunderbird": ["thunderbird"],
    }
    for name, words in clients.items():
        empty.mailgrant("adopt", *words, "--write")
        empty.pulumi(*IMPORT, f"import-{name}.json")
    assert exchange_writes(offline) == {}
    assert graph_writes(offline) == {}
    assert (
        (empty.folder / "stacks" / "Pulumi.offline.yaml").read_text().startswith("# The stack of our mail.\n")
    )

    # The next update makes what Exchange has known to the state: it asks for what is there already, once.
    offline.stats(reset=True)
    empty.pulumi(*UP)
    assert exchange_writes(offline) == {
        "New-ServicePrincipal": 1,
        "Add-MailboxPermission": 2,
        "Add-RecipientPermission": 1,
    }
    assert graph_writes(offline) == {}
    assert picture(offline) == before
    empty.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    empty.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")

    # Whoever had the secret has it still.
    assert logs_in(offline, daemon, INVOICES)

    # From now on all of it is the stack's, but for what people did to others' principals and mailboxes.
    empty.pulumi("destroy", "--yes", "--skip-preview")
    after = picture(offline)
    [theirs] = [one for one in after["servicePrincipals"] if one["appId"] == THUNDERBIRD]
    assert theirs in before["servicePrincipals"]
    for what in (
        "applications",
        "oauth2PermissionGrants",
        "Get-ServicePrincipal",
        f"Get-MailboxPermission {INVOICES}",
    ):
        assert after[what] == nothing[what]
    switched = "Get-CASMailbox frontdesk@contoso.com"
    assert after[switched] == before[switched] != nothing[switched]


def test_the_classic_mistake_is_named_and_mended(
    empty: Project, offline: OfflineTenant, administrator: Administrator
) -> None:
    made = administrator.secret(administrator.register("Mail reader", ["IMAP.AccessAsApp"], ["User.Read"]))
    administrator.assign(made, "00000002-0000-0ff1-ce00-000000000000", "IMAP.AccessAsApp")
    administrator.know(made, "Mail reader", made.application)
    administrator.open(INVOICES, made.application)
    assert not logs_in(offline, made, INVOICES)

    said = empty.mailgrant(
        "adopt", made.client_id, "--as", "reader", "--mailbox", INVOICES, "--write", "--json", expect=1
    )

    told = json.loads(said)
    assert not told["unchanged"]
    assert told["configuration"]["mailgrant:clients"]["reader"]["display_name"] == "Mail reader"
    listed, record = told["changes"]
    assert listed.startswith("takes User.Read of Microsoft Graph (delegated) off the list of permissions")
    assert (
        f"its ObjectId is {made.application}, and the enterprise application's is {made.principal}" in record
    )

    # What it said will change is all that changes.
    empty.pulumi(*IMPORT, "import-reader.json")
    offline.stats(reset=True)
    said = empty.pulumi(*UP)
    assert "~ 1 updated" in said
    assert graph_writes(offline) == {"PATCH /v1.0/applications/{id}": 1}
    assert logs_in(offline, made, INVOICES)
    empty.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
