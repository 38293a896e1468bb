"""Queries: those that Graph knows and the tenant lacks are told from those that nobody knows; none is ignored."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import BASE, EXCHANGE, GRAPH, IMAP_AS_APP, NOBODY, Entra, fault, seeded

MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("displayName eq 'a' or displayName eq 'b'", "or in"),
        ("not startswith(displayName,'a')", "not in"),
        ("NOT(displayName eq 'a')", "not in"),
        ("displayName ne 'a'", "ne in"),
        ("isFallbackPublicClient in (true)", "in with anything but texts in"),
        ("displayName in ('a', 'b') or displayName eq 'c'", "or in"),
        ("not (displayName in ('a'))", "not in"),
        ("createdDateTime ge 2026-01-01T00:00:00Z", "ge in"),
        ("createdDateTime le 2026-01-01T00:00:00Z", "le in"),
        ("createdDateTime gt 2026-01-01T00:00:00Z", "gt in"),
        ("createdDateTime lt 2026-01-01T00:00:00Z", "lt in"),
        ("endswith(displayName,'a')", "endswith()"),
        ("contains(displayName,'a')", "contains()"),
        ("tolower(displayName) eq 'a'", "tolower()"),
        ("(displayName eq 'a')", "parentheses"),
        ("displayName eq 'a' and (tags/any(t:t eq 'b'))", "parentheses"),
        ("tags/any(t:startswith(t,'b'))", "this use of any"),
        ("appRoles/all(r:r/value eq 'b')", "this use of all"),
        ("owners/$count eq 0", "owners/$count"),
        ("web/homePageUrl eq 'https://a'", "web/homePageUrl"),
        ("createdDateTime eq 2026-01-01T00:00:00Z", "these operands"),
    ],
)
def test_filters_that_the_tenant_lacks(entra: Entra, text: str, missing: str) -> None:
    status, code, message = fault(entra.graph("GET", "/applications", **{"$filter": text}))
    assert (status, code) == (501, "NotEmulated")
    assert missing in message


@pytest.mark.parametrize(
    "text",
    [
        *("displayName", "displayName eq", "eq 'a'", "displayName eq 'a", "displayName like 'a'"),
        *("displayName eq 'a' or", "(displayName eq 'a'", "displayName eq 'a')", "not", "and", "a b c"),
        *("displayName in ()", "displayName in ('a'", "displayName in ('a' 'b')", "displayName in ('a',)"),
        *("displayName in 'a'", "tags/any(t)", "displayName eq 'a' 'b'", "displayName = 'a'", "(" * 5000),
    ],
)
def test_filters_that_nobody_knows(entra: Entra, text: str) -> None:
    assert fault(entra.graph("GET", "/applications", **{"$filter": text}))[:2] == (400, "BadRequest")


@pytest.mark.parametrize("spelled", [str.casefold, str.upper])
@pytest.mark.parametrize("field", ["resourceId", "principalId", "appRoleId"])
def test_guids_are_compared_without_quotes(entra: Entra, field: str, spelled: Callable[[str], str]) -> None:
    _, principal, _ = entra.client()
    exchange = entra.principal(EXCHANGE)
    assignment = entra.assign(principal["id"], exchange, IMAP_AS_APP)
    path = f"/servicePrincipals/{principal['id']}/appRoleAssignments"
    found = entra.got(path, **{"$filter": f"{field} eq {spelled(assignment[field])}"})["value"]
    assert [one["id"] for one in found] == [assignment["id"]]
    assert entra.got(path, **{"$filter": f"{field} eq {NOBODY}"})["value"] == []


def test_microsofts_own_principals_by_their_organization(entra: Entra) -> None:
    entra.client()
    wanted = {"$filter": f"appOwnerOrganizationId eq {MICROSOFT}", "$select": "appId"}
    found = entra.got("/servicePrincipals", **wanted)["value"]
    assert {one["appId"] for one in found} == {EXCHANGE, GRAPH}


def test_ids_that_are_text_need_their_quotes(entra: Entra) -> None:
    told = entra.graph("GET", "/applications", **{"$filter": f"appId eq {NOBODY}"})
    assert fault(told) == (
        400,
        "BadRequest",
        (
            "Invalid filter clause: A binary operator with incompatible types was detected. "
            "Found operand types 'Edm.String' and 'Edm.Guid' for operator kind 'Equal'."
        ),
    )


@pytest.mark.parametrize(
    "collection", ["applications", "servicePrincipals", "users", "oauth2PermissionGrants"]
)
@pytest.mark.parametrize("segment", ["delta", "delta()", "microsoft.graph.delta()", "$count"])
def test_segments_that_the_tenant_lacks(entra: Entra, collection: str, segment: str) -> None:
    token = entra.client_with("Directory.Read.All")
    status, code, message = fault(entra.graph("GET", f"/{collection}/{segment}", token=token))
    assert (status, code) == (501, "NotEmulated")
    assert segment in message


def test_everything_can_be_selected(entra: Entra) -> None:
    application = entra.application()
    path = f"/applications/{application['id']}"
    assert entra.got(path, **{"$select": "*"}) == entra.got(path)
    person = entra.graph(
        "GET", "/users/adele@contoso.com", token=entra.client_with("User.Read.All"), **{"$select": "*"}
    ).json()
    assert person["accountEnabled"] is True
    assert fault(entra.graph("GET", path, **{"$select": "web/redirectUris"}))[:2] == (501, "NotEmulated")


@pytest.mark.parametrize("prefix", ["", "$"])
def test_options_go_by_both_names(entra: Entra, prefix: str) -> None:
    for name in ("a", "b"):
        entra.application(name)
    found = entra.got(
        "/applications", **{f"{prefix}filter": "displayName eq 'b'", f"{prefix}Select": "displayName"}
    )
    assert found["value"] == [{"displayName": "b"}]
    assert fault(entra.graph("GET", "/applications", **{f"{prefix}expand": "owners"}))[0] == 501
    page = entra.got("/applications", **{f"{prefix}top": "1"})
    assert len(page["value"]) == 1
    assert "skiptoken" in page["@odata.nextLink"]


def test_queries_over_owners(entra: Entra) -> None:
    token = entra.client_with("User.Read.All", "Application.Read.All")
    adele = entra.graph("GET", "/users/adele@contoso.com", token=token).json()
    application, principal, _ = entra.client()
    path = f"/applications/{application['id']}/owners"
    before = entra.got(path)["value"]
    for owner in (adele, principal):
        reference = {"@odata.id": f"https://localhost/v1.0/directoryObjects/{owner['id']}"}
        assert entra.graph("POST", f"{path}/$ref", reference).status_code == 204
    assert len(entra.got(path)["value"]) == len(before) + 2
    wanted = {"$select": "id,userPrincipalName", "$filter": "displayName eq 'Adele Vance'"}
    assert entra.got(path, **wanted)["value"] == [
        {
            "@odata.type": "#microsoft.graph.user",
            "id": adele["id"],
            "userPrincipalName": "adele@contoso.com",
        }
    ]
    first = entra.got(path, **{"$top": "1", "$count": "true"})
    assert (len(first["value"]), first["@odata.count"]) == (1, len(before) + 2)
    assert "@odata.nextLink" in first
    assert fault(entra.graph("GET", path, **{"$expand": "manager"}))[0] == 501
    assert fault(entra.graph("GET", path, **{"$select": "color"}))[0] == 400


def test_a_filter_over_owners_shows_no_more_than_else(entra: Entra) -> None:
    token = entra.client_with("User.Read.All")
    adele = entra.graph("GET", "/users/adele@contoso.com", token=token).json()
    path = f"/applications/{entra.application()['id']}/owners"
    reference = {"@odata.id": f"https://localhost/v1.0/directoryObjects/{adele['id']}"}
    assert entra.graph("POST", f"{path}/$ref", reference).status_code == 204
    [shown] = [one for one in entra.got(path)["value"] if one["id"] == adele["id"]]
    assert "accountEnabled" not in shown
    assert entra.got(path, **{"$filter": "displayName eq 'Adele Vance'"})["value"] == [shown]
    # What is shown on request only can still be asked about.
    assert entra.got(path, **{"$filter": "userType eq 'Member'"})["value"] == [shown]
    both = {"$filter": "userType eq 'Member'", "$select": "userType"}
    assert entra.got(path, **both)["value"] == [
        {"@odata.type": "#microsoft.graph.user", "userType": "Member"}
    ]


def test_queries_over_one_directory_object(entra: Entra) -> None:
    _, principal, _ = entra.client()
    path = f"/directoryObjects/{principal['id']}"
    found = entra.got(path, **{"$select": "displayName"})
    assert found.keys() == {"@odata.context", "@odata.type", "displayName"}
    assert fault(entra.graph("GET", path, **{"$expand": "owners"}))[0] == 501
    assert fault(entra.graph("GET", path, **{"$select": "color"}))[0] == 400


LACKING = [
    ("/applications", "servicePrincipalLockConfiguration", {"isEnabled": True}),
    ("/applications", "uniqueName", "one"),
    ("/applications", "defaultRedirectUri", "https://a"),
    ("/applications", "certification", {"isCertifiedByMicrosoft": True}),
    ("/applications", "requestSignatureVerification", {"isSignedRequestRequired": True}),
    ("/applications", "authenticationBehaviors", {"removeUnverifiedEmailClaim": True}),
    ("/servicePrincipals", "customSecurityAttributes", {"Set": {}}),
]


@pytest.mark.parametrize(("collection", "name", "value"), LACKING)
def test_properties_that_the_tenant_lacks(entra: Entra, collection: str, name: str, value: Any) -> None:
    application = entra.application("other")
    new = {"displayName": "a"} if collection == "/applications" else {"appId": application["appId"]}
    status, code, message = fault(entra.graph("POST", collection, new | {name: value}))
    assert (status, code) == (501, "NotEmulated")
    assert name in message
    made = entra.made(collection, new | {name: None})
    assert name not in made
    path = f"{collection}/{made['id']}"
    assert entra.graph("PATCH", path, {name: None}).status_code == 204
    assert fault(entra.graph("PATCH", path, {name: value}))[:2] == (501, "NotEmulated")
    for option, text in (("$select", f"id,{name}"), ("$filter", f"{name} eq 'a'")):
        assert fault(entra.graph("GET", collection, **{option: text}))[:2] == (501, "NotEmulated")


def test_properties_that_people_lack(entra: Entra) -> None:
    token = entra.client_with("User.Read.All")
    asked = entra.graph("GET", "/users", token=token, **{"$select": "signInActivity"})
    assert fault(asked)[:2] == (501, "NotEmulated")


def test_every_call_has_an_id_of_its_own(entra: Entra) -> None:
    failed = [entra.graph("GET", f"/applications/{NOBODY}") for _ in range(2)]
    worked = [entra.graph("GET", "/applications") for _ in range(2)]
    ids = [response.headers["request-id"] for response in failed + worked]
    assert len({UUID(id_) for id_ in ids}) == 4
    assert [response.headers["client-request-id"] for response in failed + worked] == ids
    for response in failed:
        inner = response.json()["error"]["innerError"]
        assert inner["request-id"] == response.headers["request-id"]


def test_the_id_of_the_client_comes_back(entra: Entra) -> None:
    headers = {"Authorization": f"Bearer {entra.token()}", "client-request-id": NOBODY}
    for path in ("/v1.0/applications", f"/v1.0/applications/{NOBODY}"):
        response = entra.http.get(path, headers=headers)
        assert response.headers["client-request-id"] == NOBODY
        assert response.headers["request-id"] != NOBODY


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("displayName eq 'b'", {"b"}),
        ("DisplayName eq 'B'", {"b"}),
        ("startswith(displayName,'c')", {"c", "c''s"}),
        ("displayName eq 'c''''s'", {"c''s"}),
        ("displayName eq 'b' and signInAudience eq 'AzureADMyOrg'", {"b"}),
        ("identifierUris/any(u:u eq 'api://b')", {"b"}),
        ("displayName eq null", set()),
        ("displayName in ('b')", {"b"}),
        ("displayName in ('B', 'c''''s' ,'nobody')", {"b", "c''s"}),
        ("displayName in('a','b') and startswith(displayName,'b')", {"b"}),
        ("displayName in ('a','b') and displayName eq 'c'", set()),
    ],
)
def test_filters(entra: Entra, text: str, names: set[str]) -> None:
    for name in ("a", "b", "c", "c''s"):
        entra.made("/applications", {"displayName": name, "identifierUris": [f"api://{name}"]})
    found = entra.got("/applications", **{"$filter": text})["value"]
    assert {application["displayName"] for application in found} == names


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"$filter": "displayName like 'a'"}, (400, "BadRequest")),
        ({"$filter": "color eq 'a'"}, (400, "BadRequest")),
        ({"$filter": "api eq 'a'"}, (400, "Request_UnsupportedQuery")),
        ({"$filter": "tags in ('a')"}, (400, "Request_UnsupportedQuery")),
        ({"$filter": "color in ('a')"}, (400, "BadRequest")),
        ({"$select": "color"}, (400, "BadRequest")),
        ({"$top": "0"}, (400, "BadRequest")),
        ({"$top": "many"}, (400, "BadRequest")),
        ({"$expand": "owners"}, (501, "NotEmulated")),
    ],
)
def test_queries_that_are_refused(entra: Entra, options: dict[str, str], expected: tuple[int, str]) -> None:
    assert fault(entra.graph("GET", "/applications", **options))[:2] == expected


def test_fifteen_names_at_once_and_no_more(entra: Entra) -> None:
    names = [f"app-{number}" for number in range(16)]
    for name in names:
        entra.application(name)

    def ask(some: list[str], kind: str = "applications") -> httpx.Response:
        quoted = ",".join(f"'{name}'" for name in some)
        return entra.graph("GET", f"/{kind}", **{"$filter": f"displayName in ({quoted})"})

    assert [one["displayName"] for one in ask(names[:15]).json()["value"]] == names[:15]
    assert ask(["Microsoft Graph"], "servicePrincipals").json()["value"][0]["appId"] == GRAPH
    said = "Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15."
    assert fault(ask(names)) == (400, "Request_UnsupportedQuery", said)


def test_pages_follow_each_other(entra: Entra) -> None:
    for number in range(5):
        entra.application(f"page-{number}")
    wanted = {"$filter": "startswith(displayName,'page-')", "$top": "2", "$select": "displayName"}
    url, seen = "/applications", []
    while url:
        answer = entra.got(url, **wanted)
        seen += [application["displayName"] for application in answer["value"]]
        following = answer.get("@odata.nextLink", "")
        assert following.startswith(BASE) or not following
        url, wanted = following.removeprefix(f"{BASE}/v1.0"), {}
    assert seen == [f"page-{number}" for number in range(5)]
