"""A replica that lags: what Graph and sign-in say about objects that were just made, and for how long."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offline_tenant.entra import routes
from offline_tenant.state import lag
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import EXCHANGE, GRAPH, IMAP_AS_APP, Entra, fault, seeded


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def absent(id_: str) -> str:
    return (
        f"Resource '{id_}' does not exist or one of its queried reference-property objects are not present."
    )


def statuses(entra: Entra, path: str, times: int) -> list[int]:
    token = entra.token()
    return [entra.graph("GET", path, token=token).status_code for _ in range(times)]


def test_an_object_is_visible_after_so_many_reads(entra: Entra, installation: Installation) -> None:
    lag.configure(installation.settings, {"applications": {"reads": 2}})
    made = entra.application()
    path = f"/applications/{made['id']}"
    assert fault(entra.graph("GET", path)) == (404, "Request_ResourceNotFound", absent(made["id"]))
    assert entra.graph("PATCH", path, {"notes": "x"}).status_code == 404
    assert statuses(entra, path, 3) == [200, 200, 200]
    assert entra.graph("PATCH", path, {"notes": "x"}).status_code == 204


def test_an_object_is_visible_after_so_long(entra: Entra, installation: Installation) -> None:
    lag.configure(installation.settings, {"applications": {"seconds": 30}})
    path = f"/applications/{entra.application()['id']}"
    assert statuses(entra, path, 4) == [404] * 4
    entra.tenant.clock.advance(timedelta(seconds=31))
    assert statuses(entra, path, 1) == [200]


def test_both_must_be_over(entra: Entra, installation: Installation) -> None:
    lag.configure(installation.settings, {"applications": {"reads": 1, "seconds": 30}})
    path = f"/applications/{entra.application()['id']}"
    entra.tenant.clock.advance(timedelta(seconds=31))
    assert statuses(entra, path, 2) == [404, 200]


def test_a_list_leaves_out_what_is_not_here_yet(entra: Entra, installation: Installation) -> None:
    lag.configure(installation.settings, {"servicePrincipals": {"reads": 1}})
    application = entra.application()
    entra.made("/servicePrincipals", {"appId": application["appId"]})
    where = {"$filter": f"appId eq '{application['appId']}'"}
    assert entra.got("/servicePrincipals", **where)["value"] == []
    assert len(entra.got("/servicePrincipals", **where)["value"]) == 1


def test_an_assignment_that_nobody_sees_is_still_a_duplicate(
    entra: Entra, installation: Installation
) -> None:
    lag.configure(installation.settings, {"appRoleAssignments": {"reads": 1}})
    application, principal, secret = entra.client()
    exchange = entra.principal(EXCHANGE)
    path = f"/servicePrincipals/{exchange['id']}/appRoleAssignedTo"
    made = entra.assign(principal["id"], exchange, IMAP_AS_APP)
    again = {name: made[name] for name in ("principalId", "resourceId", "appRoleId")}
    assert (
        fault(entra.graph("POST", path, again))[2] == "Permission being assigned already exists on the object"
    )
    assert statuses(entra, f"{path}/{made['id']}", 2) == [404, 200]
    who = (application["appId"], secret, "https://outlook.office365.com/.default")
    assert entra.claims(*who)["roles"] == ["IMAP.AccessAsApp"]


def test_consent_is_not_in_the_first_token(entra: Entra, installation: Installation) -> None:
    lag.configure(installation.settings, {"appRoleAssignments": {"reads": 1}})
    application, principal, secret = entra.client()
    entra.assign(principal["id"], entra.principal(EXCHANGE), IMAP_AS_APP)
    who = (application["appId"], secret, "https://outlook.office365.com/.default")
    assert "roles" not in entra.claims(*who)
    assert entra.claims(*who)["roles"] == ["IMAP.AccessAsApp"]


def test_a_new_secret_is_shown_and_believed_later(entra: Entra, installation: Installation) -> None:
    application = entra.application()
    entra.made("/servicePrincipals", {"appId": application["appId"]})
    lag.configure(installation.settings, {"secrets": {"reads": 2}})
    path = f"/applications/{application['id']}"
    secret = entra.made(f"{path}/addPassword", {})["secretText"]
    assert entra.got(path)["passwordCredentials"] == []
    refused = entra.sign_in(client_id=application["appId"], client_secret=secret)
    assert refused.json()["error_codes"] == [7000215]
    assert entra.sign_in(client_id=application["appId"], client_secret=secret).status_code == 200
    assert len(entra.got(path)["passwordCredentials"]) == 1


def test_a_new_application_cannot_sign_in_at_once(entra: Entra, installation: Installation) -> None:
    application, _, secret = entra.client()
    lag.configure(installation.settings, {"applications": {"reads": 1}})
    late, _, late_secret = _late_client(entra)
    assert entra.sign_in(client_id=application["appId"], client_secret=secret).status_code == 200
    refused = entra.sign_in(client_id=late["appId"], client_secret=late_secret)
    assert refused.json()["error_codes"] == [700016]
    assert entra.sign_in(client_id=late["appId"], client_secret=late_secret).status_code == 200


def _late_client(entra: Entra) -> tuple[Any, Any, str]:
    """A client of which no replica has heard: made without a look back."""
    lag.configure(entra.tenant.store.collection("", "settings"), {})
    made = entra.client("late")
    lag.configure(entra.tenant.store.collection("", "settings"), {"applications": {"reads": 1}})
    lag.begin(entra.tenant, "applications", made[0]["id"])
    return made


def test_lag_outlives_nothing_that_is_deleted(entra: Entra, installation: Installation) -> None:
    lag.configure(installation.settings, {"oauth2PermissionGrants": {"seconds": 5}})
    _, principal, _ = entra.client()
    grant = {"clientId": principal["id"], "consentType": "AllPrincipals", "scope": "SMTP.Send"}
    entra.made("/oauth2PermissionGrants", grant | {"resourceId": entra.principal(GRAPH)["id"]})
    assert entra.tenant.documents(lag.KIND).count() == 1
    entra.graph("DELETE", f"/servicePrincipals/{principal['id']}")
    assert entra.tenant.documents(lag.KIND).count() == 0


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"color": {"reads": 1}}, "color: no such kind"),
        ({"applications": {"read": 1}}, "applications: expected"),
        ({"applications": {"reads": -1}}, "applications: expected"),
        ({"applications": {"seconds": float("inf")}}, "applications: expected"),
        ({"applications": {"reads": "2"}}, "applications: expected"),
        ({"applications": 7}, "applications: expected"),
    ],
)
def test_what_cannot_be_configured(installation: Installation, told: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        lag.configure(installation.settings, told)
    assert lag.configured(installation.settings) == {}
