"""Client secrets: made together with an application, and by actions that take what they know and nothing else."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import Entra, fault, seeded

ELSEWHERE = (
    400,
    "Request_BadRequest",
    "New password credentials must be generated with service actions.",
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def test_an_application_can_be_made_with_secrets(entra: Entra) -> None:
    wanted = [{"displayName": "first"}, {"displayName": "second", "endDateTime": "2099-01-01T00:00:00Z"}]
    made = entra.made("/applications", {"displayName": "poller", "passwordCredentials": wanted})
    assert [one["displayName"] for one in made["passwordCredentials"]] == ["first", "second"]
    entra.made("/servicePrincipals", {"appId": made["appId"]})
    for credential in made["passwordCredentials"]:
        assert entra.token(made["appId"], credential["secretText"])
    shown = entra.got(f"/applications/{made['id']}")["passwordCredentials"]
    assert shown == [one | {"secretText": None} for one in made["passwordCredentials"]]


@pytest.mark.parametrize(
    "credential",
    [{"secretText": "chosen"}, {"keyId": "2c90dbad-f265-490d-a6ec-7a6848b2d9ac"}, {"hint": "cho"}],
)
def test_nobody_brings_a_secret_along(entra: Entra, credential: dict[str, str]) -> None:
    body = {"displayName": "poller", "passwordCredentials": [{"displayName": "good"}, credential]}
    assert fault(entra.graph("POST", "/applications", body)) == ELSEWHERE
    assert "poller" not in {one["displayName"] for one in entra.got("/applications")["value"]}


@pytest.mark.parametrize("value", ["x", {}, ["x"], [None], [{"unknown": 1}], [{"endDateTime": "soon"}]])
def test_secrets_that_are_none(entra: Entra, value: Any) -> None:
    body = {"displayName": "poller", "passwordCredentials": value}
    assert fault(entra.graph("POST", "/applications", body))[:2] == (400, "Request_BadRequest")


def test_no_secret_comes_by_a_change(entra: Entra) -> None:
    application, _, _ = entra.client()
    path = f"/applications/{application['id']}"
    before = entra.got(path)["passwordCredentials"]
    more = {"passwordCredentials": [*before, {"displayName": "more"}]}
    assert fault(entra.graph("PATCH", path, more)) == ELSEWHERE
    assert entra.graph("PATCH", path, {"passwordCredentials": before}).status_code == 204
    assert entra.got(path)["passwordCredentials"] == before


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("addPassword", {"displayName": "not wrapped"}),
        ("addPassword", {"passwordCredential": {}, "displayName": "beside it"}),
        ("removePassword", {"displayName": "of another action"}),
    ],
)
def test_actions_refuse_parameters_that_they_do_not_know(entra: Entra, action: str, body: Any) -> None:
    path = f"/applications/{entra.application()['id']}"
    assert fault(entra.graph("POST", f"{path}/{action}", body)) == (
        400,
        "BadRequest",
        (
            "The parameter 'displayName' in the request payload is not a valid parameter for the operation "
            f"'{action}'."
        ),
    )
    assert entra.got(path)["passwordCredentials"] == []


@pytest.mark.parametrize("body", [{}, {"keyId": None}, {"keyId": ""}])
def test_removing_needs_a_key_id(entra: Entra, body: Any) -> None:
    path = f"/applications/{entra.application()['id']}/removePassword"
    assert fault(entra.graph("POST", path, body)) == (
        400,
        "Request_BadRequest",
        "A value is required for property 'keyId' of resource 'PasswordCredential'.",
    )


def test_a_key_id_in_capitals_takes_the_secret_itself_away(entra: Entra) -> None:
    application = entra.application()
    path = f"/applications/{application['id']}"
    key_id = entra.made(f"{path}/addPassword", {"passwordCredential": {}})["keyId"]
    assert entra.graph("POST", f"{path}/removePassword", {"keyId": key_id.upper()}).status_code == 204
    assert entra.tenant.documents("secrets").get(key_id) is None
