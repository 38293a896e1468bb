"""A program of one's own in which people sign in: on the real engine, through MSAL, to logins over every protocol."""

from typing import Any

import pytest

from mailgrant.errors import LoginError
from tests.offline.entra_browser import ADELE, ADMIN
from tests.signing_in import ACCEPT, Program
from tests.worlds import OfflineTenant, Project

pytestmark = pytest.mark.engine

ALEX, PATTI, INVOICES = (f"{name}@contoso.com" for name in ("alex", "patti", "invoices"))
WEB = "https://portal.contoso.com/signed-in"
UP = ("up", "--yes", "--skip-preview")
PORTAL: dict[str, Any] = {
    "kind": "delegated",
    "protocols": ["imap", "smtp"],
    "redirect_uris": [WEB, "http://localhost"],
    "device_code": True,
    "consent": [ADELE, ALEX],
    "credentials": {"web": {"type": "secret"}, "batch": {"type": "certificate"}},
}


def declare(project: Project, **changes: Any) -> None:
    project.declare(clients={"portal": PORTAL | changes})


def portal(project: Project, offline: OfflineTenant, credential: str = "") -> Program:
    """The program as its servers run it with a credential, or without one as on somebody's desk."""
    client = project.clients()["portal"]
    given = client["credentials"].get(credential, {})
    proof = given.get("value")
    if "certificate" in given:
        proof = {"private_key": proof, "public_certificate": given["certificate"]}
    return Program(offline, client, proof)


def changes(offline: OfflineTenant) -> dict[str, int]:
    """What was written in Entra and in Exchange since somebody last asked."""
    stats = offline.stats(reset=True)
    calls = {**stats["graph"], **stats["exchange"]}
    return {call: count for call, count in calls.items() if not call.startswith(("GET ", "Get-"))}


def lines(text: str) -> set[str]:
    return {" ".join(line.split()) for line in text.splitlines()}


def test_people_sign_in_by_every_way_and_open_their_mailboxes(
    project: Project, at_offline: OfflineTenant
) -> None:
    before = at_offline.control("GET", "objects")
    declare(project)
    project.pulumi(*UP)

    # The servers of the web application, with a secret or a certificate: nobody is asked for consent.
    for credential in ("web", "batch"):
        servers = portal(project, at_offline, credential)
        assert servers.log_in(servers.by_code(ADELE, WEB), ADELE) == ["imap", "smtp"]
    # A program on Adele's desk, and one without a browser.
    desk = portal(project, at_offline)
    adele = desk.by_code(ADELE)
    assert desk.log_in(adele, ADELE) == ["imap", "smtp"]
    assert desk.log_in(desk.by_device(ALEX, ACCEPT), ALEX) == ["imap", "smtp"]
    with pytest.raises(LoginError, match="not connected"):
        desk.log_in(adele, PATTI)

    # Tomorrow it comes back without her.
    at_offline.control("POST", "clock", {"advance": 86400})
    renewed = desk.msal().acquire_token_by_refresh_token(adele["refresh_token"], desk.scopes)
    assert desk.log_in(renewed, ADELE) == ["imap", "smtp"]

    # Whoever was not named is asked by Entra, and lets nothing in by saying no.
    asked = desk.asked(PATTI)
    assert "Permissions requested" in asked.text
    assert asked.press("cancel").answer["error"] == "access_denied"

    # An administrator says yes for everybody, and nobody is asked any more.
    address = desk.client["admin_consent_url"]
    assert "Consent was given" in desk.page(address).sign_in(ADMIN).press(ACCEPT).text
    with pytest.raises(LoginError, match="SMTP AUTH is off"):  # nobody named her mailbox
        desk.log_in(desk.by_code(PATTI), PATTI)

    project.pulumi("up", "--yes", "--expect-no-changes")
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert at_offline.control("GET", "objects") == before


def test_each_change_touches_what_it_names_and_nothing_else(
    project: Project, at_offline: OfflineTenant
) -> None:
    declare(project)
    project.pulumi(*UP)
    changes(at_offline)

    # One protocol more.
    declare(project, protocols=["imap", "smtp", "pop"])
    preview = project.pulumi("preview", "--diff")
    assert '+ [1]: "POP.AccessAsUser.All"' in lines(preview), preview
    assert changes(at_offline) == {}
    project.pulumi(*UP)
    assert changes(at_offline) == {
        "PATCH /v1.0/applications/{id}": 1,
        "PATCH /v1.0/oauth2PermissionGrants/{grant}": 2,
    }
    desk = portal(project, at_offline)
    assert desk.log_in(desk.by_code(ADELE), ADELE) == ["imap", "pop", "smtp"]

    # One person less.
    declare(project, protocols=["imap", "smtp", "pop"], consent=[ADELE])
    project.pulumi(*UP)
    assert changes(at_offline) == {"DELETE /v1.0/oauth2PermissionGrants/{grant}": 1, "Set-CASMailbox": 1}
    assert "Permissions requested" in desk.asked(ALEX).text
    assert desk.log_in(desk.by_code(ADELE), ADELE)

    # A mailbox that it opens by itself, with nobody signed in.
    declare(project, protocols=["imap", "smtp", "pop"], consent=[ADELE], mailboxes={INVOICES: "full-access"})
    project.pulumi(*UP)
    assert changes(at_offline) == {
        "PATCH /v1.0/applications/{id}": 1,
        "POST /v1.0/servicePrincipals/{id}/appRoleAssignedTo": 3,
        "New-ServicePrincipal": 1,
        "Add-MailboxPermission": 1,
    }
    servers = portal(project, at_offline, "web")
    app_only = servers.msal().acquire_token_for_client([servers.client["app_scope"]])
    assert servers.log_in(app_only, INVOICES) == ["imap", "pop", "smtp"]
    assert "6 of 6 logins verified" in project.mailgrant("verify", "--send")


def test_people_are_told_by_their_sign_in_names_all_at_once_and_before_anything_is_made(
    project: Project, at_offline: OfflineTenant
) -> None:
    at_offline.consent("User.ReadWrite.All")
    signing_in = {"userPrincipalName": "adele.vance@contoso.onmicrosoft.com"}
    at_offline.graph("PATCH", f"/v1.0/users/{ADELE}", signing_in)
    other = {"kind": "third-party", "client_id": "thunderbird", "protocols": ["imap"]}
    project.declare(
        clients={
            "portal": PORTAL | {"consent": [ADELE, ALEX, "nobody@contoso.com"]},
            "desk": other | {"consent": ["noone@contoso.com"]},
        }
    )
    changes(at_offline)

    said = project.pulumi(*UP, expect=1)

    assert (
        "clients.portal.consent: adele@contoso.com is a mail address; name the person by the sign-in name, "
        "adele.vance@contoso.onmicrosoft.com"
    ) in said
    for place in ("portal.consent: nobody in this tenant signs in as nobody@", "desk.consent: nobody in"):
        assert place in said
    assert "Traceback" not in said
    assert changes(at_offline) == {}

    # With the right name she signs in, and sends from her mailbox, which has another.
    declare(project, consent=[signing_in["userPrincipalName"]])
    project.pulumi(*UP)
    desk = portal(project, at_offline)
    assert desk.log_in(desk.by_code(signing_in["userPrincipalName"]), ADELE) == ["imap", "smtp"]


def test_whoever_may_not_look_people_up_is_told_what_is_needed(
    project: Project, at_offline: OfflineTenant
) -> None:
    at_offline.withdraw("User.Read.All")
    declare(project)

    said = project.pulumi(*UP, expect=1)

    assert "needs the Graph permission User.Read.All to consent for people by name" in said
    assert "Traceback" not in said
