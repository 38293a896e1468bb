"""Security defaults and Conditional Access: what Graph keeps, refuses, and whom sign-in then stops."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_browser import ADELE, PASSWORD, open_page
from tests.offline.entra_helper import EXCHANGE, NOBODY, Entra, fault, seeded
from tests.offline.entra_people_helper import (
    IMAP,
    WEB,
    address,
    code,
    consented,
    portal_of,
    redeemed,
    refreshed,
    token,
)

DEFAULTS = "/policies/identitySecurityDefaultsEnforcementPolicy"
POLICIES = "/identity/conditionalAccess/policies"
DEFAULTS_ARE_ON = (
    "Security Defaults is enabled in the tenant. You must disable Security defaults before enabling a Conditional Access "
    "policy."
)
READ, WRITE = "Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"
WRITE_DEFAULTS = "Policy.ReadWrite.SecurityDefaults"
# As Microsoft's page on legacy authentication has it.
BLOCK_LEGACY: dict[str, Any] = {
    "displayName": "Block legacy authentication",
    "state": "enabled",
    "conditions": {
        "clientAppTypes": ["exchangeActiveSync", "other"],
        "applications": {"includeApplications": ["All"]},
        "users": {"includeUsers": ["All"]},
    },
    "grantControls": {"operator": "OR", "builtInControls": ["block"]},
}


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def admin(entra: Entra) -> str:
    """The token of a client that may write both."""
    return entra.client_with(READ, WRITE, "User.Read.All")


def conditions(**changes: Any) -> dict[str, Any]:
    return BLOCK_LEGACY | {"conditions": BLOCK_LEGACY["conditions"] | changes}


def policy(entra: Entra, admin: str, body: dict[str, Any]) -> Any:
    response = entra.graph("POST", POLICIES, body, token=admin)
    assert response.status_code == 201, response.text
    return response.json()


def switch(entra: Entra, admin: str, *, on: bool) -> httpx.Response:
    return entra.graph("PATCH", DEFAULTS, {"isEnabled": on}, token=admin)


def test_security_defaults_are_off_until_somebody_switches_them_on(entra: Entra, admin: str) -> None:
    found = entra.graph("GET", DEFAULTS, token=admin).json()
    assert found.pop("@odata.context").endswith(f"$metadata#policies/{DEFAULTS.rpartition('/')[2]}/$entity")
    assert found.pop("description").startswith(
        "Security defaults is a set of basic identity security mechanisms "
    )
    assert found == {
        "id": "00000000-0000-0000-0000-000000000005",
        "displayName": "Security Defaults",
        "isEnabled": False,
    }
    for on in (True, True, False):
        assert switch(entra, admin, on=on).status_code == 204
        assert entra.graph("GET", DEFAULTS, token=admin).json()["isEnabled"] is on


@pytest.mark.parametrize(
    "body",
    [{"isEnabled": "yes"}, {"isEnabled": 1}, {"displayName": "Mine"}, {"description": ""}, {"color": "blue"}],
)
def test_security_defaults_have_one_switch(entra: Entra, admin: str, body: dict[str, Any]) -> None:
    assert fault(entra.graph("PATCH", DEFAULTS, body, token=admin))[0] == 400
    assert entra.graph("GET", DEFAULTS, token=admin).json()["isEnabled"] is False


@pytest.mark.parametrize(
    ("permissions", "reads", "writes"),
    [
        ((READ,), 200, 403),
        ((WRITE_DEFAULTS,), 200, 204),
        ((READ, WRITE), 200, 204),
        ((WRITE,), 403, 403),
        ((), 403, 403),
    ],
)
def test_permissions_of_security_defaults(
    entra: Entra, permissions: tuple[str, ...], reads: int, writes: int
) -> None:
    caller = entra.client_with(*permissions)
    assert entra.graph("GET", DEFAULTS, token=caller).status_code == reads
    assert switch(entra, caller, on=True).status_code == writes


@pytest.mark.parametrize(
    ("permissions", "reads", "writes"),
    [((READ,), 200, 403), ((READ, WRITE), 200, 201), ((WRITE,), 403, 403), ((WRITE_DEFAULTS,), 403, 403)],
)
def test_permissions_of_policies(
    entra: Entra, admin: str, permissions: tuple[str, ...], reads: int, writes: int
) -> None:
    made = policy(entra, admin, BLOCK_LEGACY)
    caller = entra.client_with(*permissions, name="another")
    assert entra.graph("GET", POLICIES, token=caller).status_code == reads
    assert entra.graph("GET", f"{POLICIES}/{made['id']}", token=caller).status_code == reads
    assert entra.graph("POST", POLICIES, BLOCK_LEGACY, token=caller).status_code == writes
    changes = 204 if writes == 201 else writes
    assert (
        entra.graph("PATCH", f"{POLICIES}/{made['id']}", {"state": "disabled"}, token=caller).status_code
        == changes
    )
    assert entra.graph("DELETE", f"{POLICIES}/{made['id']}", token=caller).status_code == changes


def test_the_permissions_have_microsofts_ids(entra: Entra) -> None:
    roles = {
        role["value"]: role["id"]
        for role in entra.principal("00000003-0000-0000-c000-000000000000")["appRoles"]
    }
    assert roles[WRITE] == "01c0a623-fc9b-48e9-b794-0756f8e8f067"
    assert roles[WRITE_DEFAULTS] == "1c6e93a6-28e2-4cbb-9f64-1a46a821124d"


def test_a_policy_is_made_changed_listed_and_deleted(entra: Entra, admin: str) -> None:
    made = policy(entra, admin, BLOCK_LEGACY)
    assert (made["displayName"], made["state"]) == ("Block legacy authentication", "enabled")
    assert made["conditions"]["users"] == {"includeUsers": ["All"], "excludeUsers": []}
    assert made["createdDateTime"].endswith("Z")
    assert made["modifiedDateTime"] is None

    one = f"{POLICIES}/{made['id']}"
    change = {"state": "disabled", "conditions": {"users": {"includeUsers": ["None"]}}}
    assert entra.graph("PATCH", one, change, token=admin).status_code == 204
    changed = entra.graph("GET", one, token=admin).json()
    assert (changed["state"], changed["conditions"]["users"]["includeUsers"]) == ("disabled", ["None"])
    assert changed["conditions"]["clientAppTypes"] == ["exchangeActiveSync", "other"]  # was not sent
    assert changed["modifiedDateTime"].endswith("Z")

    twice = policy(entra, admin, BLOCK_LEGACY)  # names are nobody's own
    listed = entra.graph("GET", POLICIES, token=admin).json()
    assert [found["id"] for found in listed["value"]] == [made["id"], twice["id"]]
    assert listed["@odata.context"].endswith("$metadata#identity/conditionalAccess/policies")
    assert entra.graph("DELETE", one, token=admin).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert fault(entra.graph(method, one, change, token=admin))[:2] == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {name: value for name, value in BLOCK_LEGACY.items() if name != "displayName"},
        {name: value for name, value in BLOCK_LEGACY.items() if name != "grantControls"},
        BLOCK_LEGACY | {"displayName": ""},
        BLOCK_LEGACY | {"displayName": "x" * 257},
        BLOCK_LEGACY | {"state": "on"},
        BLOCK_LEGACY | {"color": "blue"},
        BLOCK_LEGACY | {"conditions": []},
        BLOCK_LEGACY | {"id": NOBODY},
        BLOCK_LEGACY | {"grantControls": {"builtInControls": ["block"]}},
        BLOCK_LEGACY | {"grantControls": {"operator": "OR", "builtInControls": []}},
        BLOCK_LEGACY | {"grantControls": {"operator": "XOR", "builtInControls": ["block"]}},
        BLOCK_LEGACY | {"grantControls": {"operator": "OR", "builtInControls": ["block", "mfa"]}},
        BLOCK_LEGACY | {"grantControls": {"operator": "OR", "builtInControls": ["smile"]}},
        conditions(clientAppTypes=["smtp"]),
        conditions(clientAppTypes=["other", "other"]),
        conditions(clientAppTypes="other"),
        conditions(users={"includeUsers": []}),
        conditions(users={"includeUsers": ["adele@contoso.com"]}),
        conditions(users={"includeUsers": [NOBODY]}),
        conditions(users={"includeUsers": ["All"], "excludeUsers": ["All"]}),
        conditions(applications={}),
        conditions(applications={"includeApplications": ["Exchange"]}),
    ],
)
def test_policies_that_do_not_fit(entra: Entra, admin: str, body: dict[str, Any]) -> None:
    assert fault(entra.graph("POST", POLICIES, body, token=admin))[0] == 400
    assert entra.graph("GET", POLICIES, token=admin).json()["value"] == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (conditions(locations={"includeLocations": ["All"]}), "conditions.locations"),
        (conditions(platforms={"includePlatforms": ["all"]}), "conditions.platforms"),
        (conditions(userRiskLevels=["high"]), "conditions.userRiskLevels"),
        (
            conditions(users={"includeUsers": ["All"], "excludeGroups": [NOBODY]}),
            "conditions.users.excludeGroups",
        ),
        (conditions(users={"includeRoles": [NOBODY]}), "conditions.users.includeRoles"),
        (conditions(users={"includeUsers": ["GuestsOrExternalUsers"]}), "guests"),
        (
            conditions(applications={"includeUserActions": ["urn:user:registersecurityinfo"]}),
            "conditions.applications.includeUserActions",
        ),
        (
            BLOCK_LEGACY | {"grantControls": {"operator": "OR", "termsOfUse": [NOBODY]}},
            "grantControls.termsOfUse",
        ),
        (BLOCK_LEGACY | {"sessionControls": {"signInFrequency": {"value": 1}}}, "sessionControls"),
        (
            conditions(clientAppTypes=["all"])
            | {"grantControls": {"operator": "OR", "builtInControls": ["mfa"]}},
            "sign-in that asks for mfa",
        ),
    ],
)
def test_what_goes_beyond_is_refused_by_name(
    entra: Entra, admin: str, body: dict[str, Any], name: str
) -> None:
    status, error, message = fault(entra.graph("POST", POLICIES, body, token=admin))
    assert (status, error) == (501, "NotEmulated")
    assert name in message


def test_what_goes_beyond_may_be_sent_empty(entra: Entra, admin: str) -> None:
    empty: dict[str, Any] = {
        "platforms": None,
        "userRiskLevels": [],
        "users": {"includeUsers": ["All"], "includeGroups": []},
    }
    made = policy(entra, admin, conditions(**empty) | {"sessionControls": None})
    assert made["conditions"]["users"]["includeUsers"] == ["All"]


def test_some_client_must_be_meant(entra: Entra, admin: str) -> None:
    response = entra.graph("POST", POLICIES, conditions(clientAppTypes=[]), token=admin)
    assert fault(response)[1] == "BadRequest"
    assert fault(response)[2].startswith("1064: 'clientAppTypes' condition does not support []. ")


def test_either_security_defaults_or_conditional_access(entra: Entra, admin: str) -> None:
    switch(entra, admin, on=True)
    assert fault(entra.graph("POST", POLICIES, BLOCK_LEGACY, token=admin)) == (
        400,
        "BadRequest",
        DEFAULTS_ARE_ON,
    )
    report = policy(entra, admin, BLOCK_LEGACY | {"state": "enabledForReportingButNotEnforced"})
    enable = {"state": "enabled"}
    assert fault(entra.graph("PATCH", f"{POLICIES}/{report['id']}", enable, token=admin))[0] == 400
    switch(entra, admin, on=False)
    assert entra.graph("PATCH", f"{POLICIES}/{report['id']}", enable, token=admin).status_code == 204
    assert fault(switch(entra, admin, on=True))[:2] == (400, "BadRequest")


def person(entra: Entra, app: Any) -> httpx.Response:
    return token(entra, app, grant_type="password", username=ADELE, password=PASSWORD, scope=IMAP)


def only(**changes: Any) -> dict[str, Any]:
    return conditions(**({"clientAppTypes": ["mobileAppsAndDesktopClients"]} | changes))


@pytest.mark.parametrize(
    ("body", "blocked"),
    [
        (conditions(clientAppTypes=["all"]), True),
        (only(), True),
        (only(applications={"includeApplications": [EXCHANGE]}), True),
        (only(applications={"includeApplications": ["Office365"]}), True),
        (only(applications={"includeApplications": [NOBODY]}), False),
        (
            only(applications={"includeApplications": ["All"], "excludeApplications": [EXCHANGE.upper()]}),
            False,
        ),
        (only(users={"includeUsers": ["None"]}), False),
        (only() | {"state": "disabled"}, False),
        (only() | {"state": "enabledForReportingButNotEnforced"}, False),
        (BLOCK_LEGACY, False),
    ],
)
def test_a_native_client_is_blocked_where_a_policy_says_so(
    entra: Entra, admin: str, body: dict[str, Any], *, blocked: bool
) -> None:
    app = portal_of(entra)
    held = redeemed(entra, app, consented(entra, app)).json()["refresh_token"]
    policy(entra, admin, body)
    for answer in (person(entra, app), refreshed(entra, app, held)):
        assert answer.status_code == (400 if blocked else 200)
        if blocked:
            assert code(answer) == 53003
            assert answer.json()["error_description"].startswith(
                "AADSTS53003: Access has been blocked by Conditional Access policies. "
                "The access policy does not allow token issuance."
            )


def test_a_policy_spares_whom_it_excludes(entra: Entra, admin: str) -> None:
    app = portal_of(entra)
    consented(entra, app)
    adele = entra.graph("GET", f"/users/{ADELE}", token=admin).json()["id"]
    made = policy(entra, admin, only(users={"includeUsers": [adele]}))
    assert code(person(entra, app)) == 53003
    change = {"conditions": {"users": {"includeUsers": ["All"], "excludeUsers": [adele.upper()]}}}
    entra.graph("PATCH", f"{POLICIES}/{made['id']}", change, token=admin)
    assert person(entra, app).status_code == 200


def test_browsers_are_told_from_native_clients(entra: Entra, admin: str) -> None:
    app = portal_of(entra)
    secret = entra.made(f"/applications/{app['id']}/addPassword", {"passwordCredential": {}})["secretText"]
    native = consented(entra, app)
    web = open_page(entra.http, address(entra, app, redirect_uri=WEB))  # Adele is signed in already
    policy(entra, admin, only(clientAppTypes=["browser"]))
    assert redeemed(entra, app, native).status_code == 200
    assert code(redeemed(entra, app, web, redirect_uri=WEB, client_secret=secret)) == 53003


def test_applications_without_a_person_are_not_concerned(entra: Entra, admin: str) -> None:
    policy(entra, admin, conditions(clientAppTypes=["all"]))
    assert entra.token()
