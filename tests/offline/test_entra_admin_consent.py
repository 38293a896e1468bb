"""The admin-consent page: who asks for what, an administrator's yes or no, and what Graph shows afterwards."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state import lag
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, ADMIN, Page, open_page
from tests.offline.entra_helper import BASE, EXCHANGE, GRAPH, IMAP_AS_APP, NOBODY, Entra, seeded

THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
OLD_THUNDERBIRD = "08162f7c-0fd2-4200-a84a-f25a4db0b584"
IMAP_AS_USER = "652390e4-393a-48de-9484-05f9b1212954"
SEND = "258f6531-6087-4cc4-bb90-092c5fb3ed3f"
READ_USERS_AS_APP = "df021288-bdef-4463-88db-98f22de89214"
BACK = "https://portal.contoso.com/consented"
CLOUD_APPLICATION_ADMINISTRATOR = "158c047a-c907-4556-b7ef-446551a6b5f7"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def portal(entra: Entra) -> Any:
    """An application that wants something on behalf of people and something as itself."""
    access = [
        {
            "resourceAppId": GRAPH,
            "resourceAccess": [{"id": IMAP_AS_USER, "type": "Scope"}, {"id": SEND, "type": "Scope"}],
        },
        {"resourceAppId": EXCHANGE, "resourceAccess": [{"id": IMAP_AS_APP, "type": "Role"}]},
    ]
    return entra.made(
        "/applications",
        {"displayName": "support-portal", "requiredResourceAccess": access, "web": {"redirectUris": [BACK]}},
    )


def opened(
    entra: Entra, app_id: str, place: str = "", endpoint: str = "adminconsent", **parameters: str
) -> Page:
    given = {"client_id": app_id, **parameters}
    query = urlencode({name: value for name, value in given.items() if value})
    return open_page(entra.http, f"{BASE}/{place or entra.tenant.id}/{endpoint}?{query}")


def granted(entra: Entra, app_id: str) -> dict[str, tuple[str, str]]:
    """Scope and kind of consent by resource."""
    [client] = entra.got("/servicePrincipals", **{"$filter": f"appId eq '{app_id}'"})["value"]
    grants = entra.got("/oauth2PermissionGrants", **{"$filter": f"clientId eq '{client['id']}'"})["value"]
    names = {entra.principal(resource)["id"]: resource for resource in (GRAPH, EXCHANGE)}
    return {names[grant["resourceId"]]: (grant["scope"], grant["consentType"]) for grant in grants}


def test_an_administrator_consents_to_thunderbird(entra: Entra) -> None:
    page = opened(entra, THUNDERBIRD, redirect_uri="https://localhost", state="12&3")
    assert "Mozilla Thunderbird" in page.text
    page = page.sign_in(ADMIN)
    for text in (
        "Review for your organization: Contoso",
        "published by another organization, not verified",
        THUNDERBIRD,
        "Read and write access to mailboxes via IMAP.",
        "Read and write access to mailboxes via POP.",
        "Send emails from mailboxes using SMTP AUTH.",
        "Maintain access to data you have given it access to",
    ):
        assert text in page.text
    assert entra.got("/servicePrincipals", **{"$filter": f"appId eq '{THUNDERBIRD}'"})["value"] == []
    page = page.press("accept")
    assert page.location.startswith("https://localhost?")
    assert page.answer == {"admin_consent": "True", "tenant": entra.tenant.id, "state": "12&3"}
    assert granted(entra, THUNDERBIRD) == {
        EXCHANGE: ("IMAP.AccessAsUser.All POP.AccessAsUser.All SMTP.Send", "AllPrincipals"),
        GRAPH: ("offline_access", "AllPrincipals"),
    }


def test_without_a_redirect_the_page_says_that_it_is_done(entra: Entra) -> None:
    page = opened(entra, OLD_THUNDERBIRD, "common").sign_in(ADMIN).press("accept")
    assert "Thunderbird may now be used by everybody in Contoso." in page.text
    assert granted(entra, OLD_THUNDERBIRD)


def test_consent_to_an_application_of_ones_own(entra: Entra, portal: Any) -> None:
    page = opened(entra, portal["appId"], redirect_uri=BACK).sign_in(ADMIN)
    assert "registered in your organization" in page.text
    assert "On behalf of everybody who signs in to it, it would like to:" in page.text
    assert "As itself, without anybody signing in, it would like to:" in page.text
    assert "Open mailboxes via IMAP without a signed-in user" in page.text
    page.press("accept")
    assert granted(entra, portal["appId"]) == {GRAPH: ("IMAP.AccessAsUser.All SMTP.Send", "AllPrincipals")}
    principal = entra.principal(portal["appId"])
    [assigned] = entra.got(f"/servicePrincipals/{principal['id']}/appRoleAssignments")["value"]
    assert (assigned["appRoleId"], assigned["resourceDisplayName"]) == (
        IMAP_AS_APP,
        "Office 365 Exchange Online",
    )


def test_consent_twice_is_consent_once(entra: Entra, portal: Any) -> None:
    for _ in range(2):
        page = opened(entra, portal["appId"], redirect_uri=BACK)
        page = page.sign_in(ADMIN) if "Sign in" in page.text else page
        assert page.press("accept").answer["admin_consent"] == "True"
    assert entra.tenant.documents("oauth2PermissionGrants").count() == 1
    principal = entra.principal(portal["appId"])
    assert len(entra.got(f"/servicePrincipals/{principal['id']}/appRoleAssignments")["value"]) == 1


def test_more_permissions_join_those_that_were_there(entra: Entra, portal: Any) -> None:
    principal = entra.made("/servicePrincipals", {"appId": portal["appId"]})
    before = {"clientId": principal["id"], "consentType": "AllPrincipals", "scope": "User.Read"}
    entra.made("/oauth2PermissionGrants", before | {"resourceId": entra.principal(GRAPH)["id"]})
    opened(entra, portal["appId"]).sign_in(ADMIN).press("accept")
    assert granted(entra, portal["appId"])[GRAPH][0] == "IMAP.AccessAsUser.All SMTP.Send User.Read"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("https://outlook.office.com/SMTP.Send", {EXCHANGE: "SMTP.Send"}),
        ("https://graph.microsoft.com/.default", {GRAPH: "IMAP.AccessAsUser.All SMTP.Send"}),
        ("openid User.Read", {GRAPH: "User.Read openid"}),
    ],
)
def test_version_two_asks_for_scopes(entra: Entra, portal: Any, scope: str, expected: dict[str, str]) -> None:
    where = {"endpoint": "v2.0/adminconsent", "scope": scope, "redirect_uri": BACK, "state": "x"}
    page = opened(entra, portal["appId"], **where).sign_in(ADMIN).press("accept")
    assert page.answer == {"admin_consent": "True", "tenant": entra.tenant.id, "scope": scope, "state": "x"}
    found = granted(entra, portal["appId"])
    assert {resource: scopes for resource, (scopes, _) in found.items()} == expected


def test_an_administrator_refuses(entra: Entra, portal: Any) -> None:
    page = opened(entra, portal["appId"], redirect_uri=BACK, state="x").sign_in(ADMIN).press("cancel")
    assert (page.answer["error"], page.answer["error_subcode"], page.answer["state"]) == (
        "access_denied",
        "cancel",
        "x",
    )
    assert page.answer["error_description"].startswith("AADSTS65004: ")
    assert entra.tenant.documents("oauth2PermissionGrants").count() == 0
    assert entra.got("/servicePrincipals", **{"$filter": f"appId eq '{portal['appId']}'"})["value"] == []


def test_nobody_else_can_consent_for_the_tenant(entra: Entra, portal: Any) -> None:
    page = opened(entra, portal["appId"], redirect_uri=BACK).sign_in(ADELE)
    assert "Need admin approval" in page.text
    # The button is not there, and pressing it all the same does nothing.
    page.forms[0].fields["do"] = "accept"
    forged = entra.http.post(str(page.response.url), data={**page.forms[0].fields, "do": "accept"})
    assert "Need admin approval" in forged.text
    assert entra.tenant.documents("oauth2PermissionGrants").count() == 0
    again = page.press("another").sign_in(ADMIN)
    assert "Review for your organization" in again.text


def test_application_administrators_cannot_hand_out_graphs_own_permissions(entra: Entra, portal: Any) -> None:
    adele = entra.tenant.documents("users").find("userPrincipalName", ADELE)[0]
    held = {
        "principalId": adele["id"],
        "roleDefinitionId": CLOUD_APPLICATION_ADMINISTRATOR,
        "directoryScopeId": "/",
    }
    entra.tenant.documents("directoryRoleAssignments").insert("adele", held | {"id": "adele"})
    assert "Review for" in opened(entra, portal["appId"]).sign_in(ADELE).text
    role = {"resourceAppId": GRAPH, "resourceAccess": [{"id": READ_USERS_AS_APP, "type": "Role"}]}
    entra.graph("PATCH", f"/applications/{portal['id']}", {"requiredResourceAccess": [role]})
    assert "Need admin approval" in opened(entra, portal["appId"]).text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"app_id": ""}, "AADSTS900144"),
        ({"app_id": NOBODY}, "AADSTS700016"),
        ({"redirect_uri": "https://evil.example"}, "AADSTS50011"),
        ({"place": "nowhere.example"}, "AADSTS90002"),
        ({"place": "common"}, "AADSTS50194"),
    ],
)
def test_requests_that_are_refused(entra: Entra, portal: Any, change: dict[str, str], expected: str) -> None:
    page = opened(entra, **({"app_id": portal["appId"]} | change))
    assert page.response.status_code == 400
    assert expected in page.text


def test_permissions_that_nobody_offers(entra: Entra, portal: Any) -> None:
    for scope, expected in (("Telepathy", "AADSTS650053"), ("https://nothing.example/x", "AADSTS500011")):
        page = opened(entra, portal["appId"], scope=scope, endpoint="v2.0/adminconsent")
        page = page.sign_in(ADMIN) if "User name" in page.text else page
        assert expected in page.text


def test_the_page_needs_no_script_and_escapes_everything(entra: Entra) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    app = entra.made("/applications", {"displayName": hostile})
    page = opened(entra, app["appId"], state=hostile)
    for shown in (page, page.sign_in(ADMIN)):
        assert "script" not in shown.tags
        assert "img" not in shown.tags
        assert hostile in shown.text


def test_consent_needs_the_form_of_the_page(entra: Entra, portal: Any) -> None:
    page = opened(entra, portal["appId"]).sign_in(ADMIN)
    refused = entra.http.post(str(page.response.url), data={"do": "accept"})
    assert "AADSTS165000" in refused.text
    assert entra.tenant.documents("oauth2PermissionGrants").count() == 0


def test_an_application_that_no_replica_knows_yet(entra: Entra, installation: Installation) -> None:
    lag.configure(installation.settings, {"applications": {"reads": 1}})
    made = entra.application()
    assert "AADSTS700016" in opened(entra, made["appId"]).text
    assert "Sign in" in opened(entra, made["appId"]).text
