"""A mail client that somebody else publishes: on the real engine, with its own id, to logins over every protocol."""

import json
from typing import Any

import pytest

from tests.offline.entra_browser import ADELE
from tests.signing_in import ACCEPT, Program
from tests.test_delegated_clients import UP, changes
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

ALEX, PATTI, SUPPORT, LYNNE = (f"{name}@contoso.com" for name in ("alex", "patti", "support", "lynne"))
NEW, OLD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753", "08162f7c-0fd2-4200-a84a-f25a4db0b584"
EXCHANGE, GRAPH = "00000002-0000-0ff1-ce00-000000000000", "00000003-0000-0000-c000-000000000000"
ALL = ["imap", "pop", "smtp"]
THUNDERBIRD: dict[str, Any] = {"kind": "third-party", "client_id": "thunderbird", "protocols": ALL}


def thunderbird(project: Project, offline: OfflineTenant, name: str = "thunderbird") -> Program:
    return Program(offline, project.clients()[name])


def principal(offline: OfflineTenant, client_id: str) -> dict[str, Any] | None:
    """The service principal of a client, in full."""
    found = offline.graph("GET", f"/v1.0/servicePrincipals?$filter=appId eq '{client_id}'")["value"]
    return found[0] if found else None


def by_hand(offline: OfflineTenant, client: str, resource: str, scope: str, who: str = "") -> dict[str, Any]:
    """Consent that an administrator gives, for everybody or for one person."""
    parties = {"clientId": client, "resourceId": (principal(offline, resource) or {})["id"], "scope": scope}
    person = {"consentType": "AllPrincipals"}
    if who:
        id_ = offline.graph("GET", f"/v1.0/users/{who}")["id"]
        person = {"consentType": "Principal", "principalId": id_}
    made: dict[str, Any] = offline.graph("POST", "/v1.0/oauth2PermissionGrants", parties | person)
    return made


def smtp_auth(offline: OfflineTenant, *mailboxes: str) -> list[bool | None]:
    shown = (offline.cmdlet("Get-CASMailbox", Identity=mailbox) for mailbox in mailboxes)
    return [record["SmtpClientAuthenticationDisabled"] for [record] in shown]


def test_people_who_are_named_sign_in_to_their_own_and_to_shared_mailboxes(
    project: Project, at_offline: OfflineTenant
) -> None:
    before = at_offline.control("GET", "objects")
    for cmdlet, right in (("Add-MailboxPermission", "User"), ("Add-RecipientPermission", "Trustee")):
        access = {"Add-MailboxPermission": "FullAccess", "Add-RecipientPermission": "SendAs"}[cmdlet]
        at_offline.cmdlet(cmdlet, Identity=SUPPORT, AccessRights=[access], Confirm=False, **{right: LYNNE})
    assert smtp_auth(at_offline, LYNNE, SUPPORT, PATTI) == [True, None, None]
    shared = at_offline.control("GET", "objects")
    project.declare(clients={"thunderbird": THUNDERBIRD | {"consent": [LYNNE], "mailboxes": [SUPPORT]}})

    said = project.pulumi(*UP)

    assert "warning:" not in said
    made = principal(at_offline, NEW)
    assert made
    assert made["tags"] == ["mailgrant:organization/mailgrant/offline"]
    assert smtp_auth(at_offline, LYNNE, SUPPORT, PATTI) == [False, False, None]
    # As Thunderbird does it: its own id, PKCE, no secret, and no tenant of its own.
    desk = thunderbird(project, at_offline)
    anywhere = desk.msal(desk.client["authority"].rpartition("/")[0] + "/organizations")
    lynne = desk.finished(anywhere, LYNNE, "http://localhost:49152")
    assert desk.log_in(lynne, LYNNE) == ALL
    assert desk.log_in(lynne, SUPPORT) == ALL
    assert "Permissions requested" in desk.asked(PATTI).text

    # Called otherwise it is the same client.
    changes(at_offline)
    project.declare(clients={"mail": THUNDERBIRD | {"consent": [LYNNE], "mailboxes": [SUPPORT]}})
    project.pulumi(*UP)
    assert changes(at_offline) == {}
    project.pulumi("up", "--yes", "--expect-no-changes")

    project.pulumi("destroy", "--yes", "--skip-preview")
    assert principal(at_offline, NEW) is None
    assert smtp_auth(at_offline, LYNNE, SUPPORT, PATTI) == [True, None, None]
    assert at_offline.control("GET", "objects") == shared
    assert shared["mailboxPermissions"] == before["mailboxPermissions"] + 1


def test_a_principal_of_somebody_else_is_used_and_left_as_it_is(
    project: Project, at_offline: OfflineTenant
) -> None:
    written = {"appId": OLD, "tags": ["desk", "HideApp"], "notes": "seen to", "description": "for the desk"}
    theirs = at_offline.graph("POST", "/v1.0/servicePrincipals", written)
    by_hand(at_offline, theirs["id"], EXCHANGE, "IMAP.AccessAsUser.All", ALEX)
    before, found = at_offline.control("GET", "objects"), principal(at_offline, OLD)
    project.declare(
        clients={"old": THUNDERBIRD | {"client_id": OLD, "protocols": ["imap", "pop"], "consent": "tenant"}}
    )

    said = project.pulumi(*UP)

    assert "lets any program that calls itself Mozilla Thunderbird (before 2023) into the mailbox" in said
    assert principal(at_offline, OLD) == found
    desk = thunderbird(project, at_offline, "old")
    assert desk.client["service_principal_object_id"] == theirs["id"]
    assert desk.log_in(desk.by_device(PATTI, ACCEPT), PATTI) == ["imap", "pop"]
    project.pulumi("up", "--yes", "--expect-no-changes")

    project.pulumi("destroy", "--yes", "--skip-preview")
    assert principal(at_offline, OLD) == found
    assert at_offline.control("GET", "objects") == before


def test_what_a_killed_run_left_is_taken_over(project: Project, at_offline: OfflineTenant) -> None:
    before = at_offline.control("GET", "objects")
    project.declare(clients={"thunderbird": THUNDERBIRD})
    project.pulumi(*UP)
    exported = json.loads(project.pulumi("stack", "export"))
    resources = exported["deployment"]["resources"]
    exported["deployment"]["resources"] = [one for one in resources if "ServicePrincipal" not in one["type"]]
    (project.folder / "state.json").write_text(json.dumps(exported))
    project.pulumi("stack", "import", "--file", "state.json")
    left = principal(at_offline, NEW)
    assert left

    project.declare(clients={"thunderbird": THUNDERBIRD | {"consent": [ADELE]}})
    project.pulumi(*UP)

    assert principal(at_offline, NEW) == left
    desk = thunderbird(project, at_offline)
    assert desk.log_in(desk.by_code(ADELE), ADELE) == ALL
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert at_offline.control("GET", "objects") == before


def test_consent_that_was_given_by_hand_is_told_in_the_preview_and_can_be_taken_over(
    project: Project, at_offline: OfflineTenant
) -> None:
    client = at_offline.graph("POST", "/v1.0/servicePrincipals", {"appId": NEW})["id"]
    everybody = by_hand(at_offline, client, EXCHANGE, "IMAP.AccessAsUser.All")
    project.declare(clients={"thunderbird": THUNDERBIRD | {"consent": "tenant"}})
    changes(at_offline)

    said = project.pulumi("up", "--yes", expect=1)

    assert (
        'before hook "mailgrant:clients.thunderbird.consent" failed: consent for everybody to Office 365 Exchange Online '
        "is there already, though without POP.AccessAsUser.All and SMTP.Send, and this stack did not give it"
    ) in said
    assert changes(at_offline) == {}

    # What it says is what helps.
    [line] = [line.strip() for line in said.splitlines() if line.strip().startswith("pulumi import")][:1]
    project.declare(clients={"thunderbird": THUNDERBIRD})
    project.pulumi(*UP)
    project.declare(clients={"thunderbird": THUNDERBIRD | {"consent": "tenant"}})
    project.shell(line + " --yes")
    project.pulumi(*UP)
    assert changes(at_offline) == {
        "POST /v1.0/oauth2PermissionGrants": 1,  # Graph's, for being remembered
        "PATCH /v1.0/oauth2PermissionGrants/{grant}": 1,
    }
    assert at_offline.graph("GET", f"/v1.0/oauth2PermissionGrants/{everybody['id']}")["scope"].split() == [
        *("IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send")
    ]
    project.pulumi("up", "--yes", "--expect-no-changes")


def test_two_stacks_that_share_a_client_are_warned_and_recover(
    project: Project, at_offline: OfflineTenant
) -> None:
    one = {"thunderbird": THUNDERBIRD | {"protocols": ["imap"], "consent": [ADELE]}}
    project.declare(clients=one)
    project.pulumi(*UP)
    (project.folder / "stacks" / "Pulumi.second.yaml").write_text(
        (project.folder / "stacks" / "Pulumi.offline.yaml").read_text().replace(ADELE, ALEX)
    )
    project.pulumi("stack", "init", "second")

    said = project.pulumi(*UP)

    assert "was made by the stack organization/mailgrant/offline: when that stack drops the client" in said
    desk = thunderbird(project, at_offline)
    assert desk.log_in(desk.by_code(ALEX), ALEX) == ["imap"]
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "offline")
    assert principal(at_offline, NEW) is None
    project.pulumi(*UP, "--refresh")
    again = thunderbird(project, at_offline)
    assert again.log_in(again.by_code(ALEX), ALEX) == ["imap"]
