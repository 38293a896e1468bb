"""Published mail clients sign people in with the very words that they send; permissions have their real ids.

Scopes of Thunderbird: mailnews/base/src/OAuth2Providers.sys.mjs in its source. It sends no PKCE and no nonce.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import open_page
from tests.offline.entra_helper import BASE, EXCHANGE, GRAPH, Entra, seeded

THUNDERBIRD = ("9e5f94bc-e8a4-4e73-b8be-63364c29d753", "08162f7c-0fd2-4200-a84a-f25a4db0b584")
BACK = "http://localhost:49152"
OUTLOOK = "https://outlook.office.com"
ON_GRAPH = "https://graph.microsoft.com"
# What each account type of Thunderbird asks for, and the audience and permissions of the token that it gets.
ASKED = {
    "imap, pop, smtp": (OUTLOOK, ("IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send")),
    "exchange web services": (OUTLOOK, ("EWS.AccessAsUser.All",)),
    "graph": (ON_GRAPH, ("User.Read", "MailboxFolder.ReadWrite", "Mail.ReadWrite", "Mail.Send")),
}
# By resource and kind; written out again on purpose.
IDS = {
    (GRAPH, "appRoles"): {
        "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
        "Mail.Read": "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
        "Mail.ReadWrite": "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
        "Mail.Send": "b633e1c5-b582-4048-a93e-9f11b44c7e96",
        "RoleManagement.Read.Directory": "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
        "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
    },
    (GRAPH, "oauth2PermissionScopes"): {
        "IMAP.AccessAsUser.All": "652390e4-393a-48de-9484-05f9b1212954",
        "Mail.Read": "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
        "Mail.ReadWrite": "024d486e-b451-40bb-833d-3e66d98c5c73",
        "Mail.ReadWrite.Shared": "5df07973-7d5d-46ed-9847-1271055cbd51",
        "Mail.Send": "e383f46e-2787-4529-855e-0e479a3ffac0",
        "MailboxFolder.ReadWrite": "077fde41-7e0b-4c5b-bcd1-e9d743a30c80",
        "RoleManagement.Read.Directory": "741c54c3-0c1e-44a1-818b-3f97ab4e8c83",
        "RoleManagement.ReadWrite.Directory": "d01b97e9-cbc0-49fe-810a-750afd5527a3",
        "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    },
    (EXCHANGE, "appRoles"): {
        "Exchange.ManageAsApp": "dc50a0fb-09a3-484d-be87-e023b12c6440",
        "IMAP.AccessAsApp": "5e5addcd-3e8d-4e90-baf5-964efab2b20a",
        "full_access_as_app": "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
    },
    (EXCHANGE, "oauth2PermissionScopes"): {
        "EWS.AccessAsUser.All": "3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5",
        "IMAP.AccessAsUser.All": "195adc35-e27b-454b-a7ed-1ecdffa1c09f",
    },
}


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def grant(entra: Entra, client: str, **form: str) -> Any:
    answer = entra.http.post("/common/oauth2/v2.0/token", data={"client_id": client} | form)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("client", THUNDERBIRD)
@pytest.mark.parametrize("account", ASKED)
def test_thunderbird_signs_in(entra: Entra, client: str, account: str) -> None:
    resource, values = ASKED[account]
    scope = " ".join([*(f"{resource}/{value}" for value in values), "offline_access"])
    query = {"response_type": "code", "client_id": client, "redirect_uri": BACK, "scope": scope}
    page = open_page(entra.http, f"{BASE}/common/oauth2/v2.0/authorize?{urlencode(query)}")
    code = page.sign_in().press("accept").answer["code"]
    held = grant(entra, client, grant_type="authorization_code", code=code, redirect_uri=BACK)
    renewed = grant(entra, client, grant_type="refresh_token", refresh_token=held["refresh_token"])
    for answer in (held, renewed):
        said = jwt.decode(answer["access_token"], options={"verify_signature": False})
        assert said["aud"] == resource
        assert set(said["scp"].split()) == set(values)
        assert said["appid"] == client


@pytest.mark.parametrize(("resource", "kind"), IDS)
def test_permissions_have_their_real_ids(entra: Entra, resource: str, kind: str) -> None:
    found = {one["value"]: one["id"] for one in entra.principal(resource)[kind]}
    wanted = IDS[resource, kind]
    assert {value: found.get(value) for value in wanted} == wanted
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("resource", [GRAPH, EXCHANGE])
def test_every_permission_says_what_it_allows(entra: Entra, resource: str) -> None:
    principal = entra.principal(resource)
    for role in principal["appRoles"]:
        assert role["value"] not in {role["displayName"], role["description"]}
    for scope in principal["oauth2PermissionScopes"]:
        assert scope["value"] not in {scope["adminConsentDisplayName"], scope["adminConsentDescription"]}


def test_reading_roles_is_enough_to_read_roles(entra: Entra) -> None:
    reader = entra.client_with("RoleManagement.Read.Directory")
    path = "/roleManagement/directory/roleAssignments"
    assert entra.graph("GET", path, token=reader).status_code == 200
    assert entra.graph("POST", path, {"principalId": "x"}, token=reader).status_code == 403
