"""Sign-in: what clients read first, client credentials, the token, and every way to be refused."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from offline_tenant.entra import routes, verification
from offline_tenant.entra.seed import seed
from offline_tenant.entra.verification import EXCHANGE_AUDIENCES
from offline_tenant.state.tenant import Installation, Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import (
    BASE,
    CLIENT_ID,
    EXCHANGE,
    IMAP_AS_APP,
    NOBODY,
    SECRET,
    Entra,
    seeded,
)


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


def refusal(response: httpx.Response) -> tuple[int, str, int]:
    """Status, OAuth error and AADSTS number; the rest of the shape is looked at on the way."""
    body = response.json()
    assert list(body) == [
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
        "error_uri",
    ]
    [code] = body["error_codes"]
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    where = f"Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']} Timestamp: {body['timestamp']}"
    assert body["error_description"].endswith(where)
    assert str(UUID(body["trace_id"])) == body["trace_id"]
    assert body["error_uri"] == f"https://login.microsoftonline.com/error?code={code}"
    return response.status_code, body["error"], code


@pytest.mark.parametrize(
    ("path", "issuer"),
    [
        ("{id}/v2.0", BASE + "/{id}/v2.0"),
        ("contoso.com/v2.0", BASE + "/{id}/v2.0"),
        ("common/v2.0", BASE + "/{{tenantid}}/v2.0"),
        ("organizations/v2.0", BASE + "/{{tenantid}}/v2.0"),
        ("{id}", "https://sts.windows.net/{id}/"),
        ("common", "https://sts.windows.net/{{tenantid}}/"),
    ],
)
def test_openid_discovery(entra: Entra, path: str, issuer: str) -> None:
    where = path.format(id=entra.tenant.id)
    found = entra.http.get(f"/{where}/.well-known/openid-configuration").json()
    assert found["issuer"] == issuer.format(id=entra.tenant.id)
    assert found["token_endpoint"].startswith(BASE)
    assert "//" not in found["token_endpoint"].removeprefix("https://")


def test_the_published_keys_verify_a_token(entra: Entra) -> None:
    discovery = entra.http.get(f"/{entra.tenant.id}/v2.0/.well-known/openid-configuration").json()
    keys = jwt.PyJWKSet.from_dict(entra.http.get(discovery["jwks_uri"]).json())
    token = entra.token(scope="https://outlook.office365.com/.default")
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key.key, ["RS256"], audience="https://outlook.office365.com")
    assert claims["iss"] == f"https://sts.windows.net/{entra.tenant.id}/"


def test_the_key_set_carries_the_certificate_of_the_key(entra: Entra) -> None:
    [key] = entra.http.get(f"/{entra.tenant.id}/discovery/v2.0/keys").json()["keys"]
    der = b64decode(key["x5c"][0])
    certificate = x509.load_der_x509_certificate(der)
    thumbprint = jwt.utils.base64url_encode(certificate.fingerprint(hashes.SHA1())).decode()  # noqa: S303 - what x5t is
    assert key["kid"] == key["x5t"] == thumbprint == jwt.get_unverified_header(entra.token())["x5t"]
    assert key["issuer"] == f"{BASE}/{entra.tenant.id}/v2.0"
    jwt.decode(entra.token(), certificate.public_key(), ["RS256"], audience=BASE)  # type: ignore[arg-type]  # it is RSA


@pytest.mark.parametrize(
    ("cloud", "exchange", "issuer"),
    [
        ("usgov-high", "https://outlook.office365.us", "https://sts.windows.net"),
        ("usgov-dod", "https://outlook-dod.office365.us", "https://sts.windows.net"),
        ("china", "https://partner.outlook.cn", "https://sts.chinacloudapi.cn"),
    ],
)
def test_each_cloud_knows_its_own_resources_only(
    installation: Installation,
    client_of: Callable[[Iterable[Route]], httpx.Client],
    cloud: str,
    exchange: str,
    issuer: str,
) -> None:
    tenant = installation.add_tenant(NOBODY, ["fabrikam.example"], cloud)
    there = seeded(tenant, client_of(routes.ROUTES))
    claims = there.claims(scope=f"{exchange}/.default")
    assert (claims["aud"], claims["iss"]) == (exchange, f"{issuer}/{NOBODY}/")
    refused = there.sign_in(scope="https://outlook.office365.com/.default")
    assert refusal(refused) == (400, "invalid_resource", 500011)
    assert verification.verify(tenant, there.token(scope=f"{exchange}/.default"), EXCHANGE_AUDIENCES).app_only


def test_the_resources_of_another_cloud_are_not_here(entra: Entra) -> None:
    response = entra.sign_in(scope="https://outlook.office365.us/.default")
    assert refusal(response) == (400, "invalid_resource", 500011)


def test_discovery_of_an_unknown_tenant(entra: Entra) -> None:
    response = entra.http.get(f"/{NOBODY}/v2.0/.well-known/openid-configuration")
    assert refusal(response) == (400, "invalid_tenant", 90002)


def test_a_token_answer(entra: Entra) -> None:
    response = entra.sign_in()
    assert response.headers["Cache-Control"] == "no-store, no-cache"
    body = response.json()
    assert body.pop("access_token").count(".") == 2
    assert body == {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599}


def test_the_claims_of_automation_for_exchange(entra: Entra) -> None:
    claims = entra.claims(scope="https://outlook.office365.com/.default")
    principal = entra.principal(CLIENT_ID)
    assert claims.pop("exp") - claims.pop("iat") == 3599 + 300
    assert len(claims.pop("uti")) == 22
    assert len(claims.pop("aio")) == 43
    assert claims.pop("rh").startswith("1.")
    del claims["nbf"]
    assert claims == {
        "aud": "https://outlook.office365.com",
        "iss": f"https://sts.windows.net/{entra.tenant.id}/",
        "app_displayname": "mailgrant automation",
        "appid": CLIENT_ID,
        "appidacr": "1",
        "idp": f"https://sts.windows.net/{entra.tenant.id}/",
        "idtyp": "app",
        "oid": principal["id"],
        "roles": ["Exchange.ManageAsApp"],
        "sub": principal["id"],
        "tid": entra.tenant.id,
        "ver": "1.0",
        "wids": ["29232cdf-9323-42fd-ade2-1d097af3e4de", "0997a1d0-0d1d-4acb-b408-d5ca73121e90"],
    }


@pytest.mark.parametrize(
    "audience",
    [
        BASE,
        "https://graph.microsoft.com",
        "https://outlook.office365.com",
        "https://outlook.office.com",
        "https://ps.outlook.com",
        EXCHANGE,
        "https://outlook.office365.com/",
    ],
)
def test_the_audience_is_what_was_asked_for(entra: Entra, audience: str) -> None:
    assert entra.claims(scope=f"{audience}/.default")["aud"] == audience


def test_consent_is_in_the_next_token_and_gone_after_it_is_taken_back(entra: Entra) -> None:
    application, principal, secret = entra.client()
    who = (application["appId"], secret, "https://outlook.office365.com/.default")
    assert "roles" not in entra.claims(*who)
    exchange = entra.principal(EXCHANGE)
    assignment = entra.assign(principal["id"], exchange, IMAP_AS_APP)
    assert entra.claims(*who)["roles"] == ["IMAP.AccessAsApp"]
    entra.graph("DELETE", f"/servicePrincipals/{exchange['id']}/appRoleAssignedTo/{assignment['id']}")
    assert "roles" not in entra.claims(*who)


def test_the_oid_is_the_enterprise_application_and_nothing_else(entra: Entra) -> None:
    application, principal, secret = entra.client()
    claims = entra.claims(application["appId"], secret)
    assert claims["oid"] == principal["id"]
    assert len({application["id"], application["appId"], principal["id"]}) == 3


def test_the_secret_may_come_in_a_basic_header(entra: Entra) -> None:
    pair = b64encode(f"{CLIENT_ID}:{SECRET.replace('~', '%7E')}".encode()).decode()
    response = entra.sign_in(headers={"Authorization": f"Basic {pair}"}, client_id="", client_secret="")
    assert response.status_code == 200


def test_the_domain_names_the_tenant_too(entra: Entra) -> None:
    assert entra.sign_in("contoso.onmicrosoft.com").status_code == 200


def test_the_v1_endpoint_takes_a_resource_and_answers_in_texts(entra: Entra) -> None:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
    resource = {"resource": "https://outlook.office365.com"}
    body = entra.http.post(f"/{entra.tenant.id}/oauth2/token", data=form | resource).json()
    assert body["resource"] == resource["resource"]
    assert body["expires_in"] == "3599"
    assert int(body["expires_on"]) - int(body["not_before"]) == 3599


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tenant": NOBODY}, (400, "invalid_request", 90002)),
        ({"tenant": "nowhere.example"}, (400, "invalid_request", 90002)),
        ({"tenant": "common"}, (400, "invalid_request", 50059)),
        ({"grant_type": ""}, (400, "invalid_request", 900144)),
        ({"grant_type": "telepathy"}, (400, "unsupported_grant_type", 70003)),
        ({"client_id": ""}, (400, "invalid_request", 900144)),
        ({"client_id": NOBODY}, (400, "unauthorized_client", 700016)),
        ({"client_secret": ""}, (401, "invalid_client", 7000216)),
        ({"client_secret": "wrong"}, (401, "invalid_client", 7000215)),
        ({"scope": ""}, (400, "invalid_request", 900144)),
        ({"scope": "IMAP.AccessAsApp"}, (400, "invalid_scope", 1002012)),
        ({"scope": "one two"}, (400, "invalid_scope", 70011)),
        ({"scope": "https://a/.default https://b/.default"}, (400, "invalid_scope", 28000)),
        ({"scope": "https://nothing.example/.default"}, (400, "invalid_resource", 500011)),
        ({"headers": {"Authorization": "Basic !"}}, (400, "invalid_request", 90013)),
    ],
)
def test_what_sign_in_refuses(entra: Entra, change: dict[str, Any], expected: tuple[int, str, int]) -> None:
    assert refusal(entra.sign_in(**change)) == expected


def test_no_secret_is_repeated_in_an_error(entra: Entra) -> None:
    assert "swordfish" not in entra.sign_in(client_secret="swordfish").text


def test_the_id_of_a_secret_is_not_the_secret(entra: Entra) -> None:
    application, _, _ = entra.client()
    [credential] = entra.got(f"/applications/{application['id']}")["passwordCredentials"]
    response = entra.sign_in(client_id=application["appId"], client_secret=credential["keyId"])
    assert refusal(response) == (401, "invalid_client", 7000215)
    assert (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
        f"not the client secret ID, for a secret added to app '{application['appId']}'."
    ) in response.json()["error_description"]


def test_a_secret_ends_with_its_time(entra: Entra) -> None:
    application, _, secret = entra.client()
    entra.tenant.clock.advance(timedelta(days=731))
    response = entra.sign_in(client_id=application["appId"], client_secret=secret)
    assert refusal(response) == (401, "invalid_client", 7000222)


def test_an_application_without_a_principal_cannot_sign_in(entra: Entra) -> None:
    application = entra.application()
    password = entra.made(f"/applications/{application['id']}/addPassword", {})
    response = entra.sign_in(client_id=application["appId"], client_secret=password["secretText"])
    assert refusal(response) == (401, "invalid_client", 7000229)


def test_a_disabled_application_cannot_sign_in(entra: Entra) -> None:
    application, principal, secret = entra.client()
    entra.graph("PATCH", f"/servicePrincipals/{principal['id']}", {"accountEnabled": False})
    response = entra.sign_in(client_id=application["appId"], client_secret=secret)
    assert refusal(response) == (400, "unauthorized_client", 7000112)


def test_get_is_no_way_to_ask_for_a_token(entra: Entra) -> None:
    assert refusal(entra.http.get(f"/{entra.tenant.id}/oauth2/v2.0/token"))[2] == 900561


def test_the_correlation_id_is_the_callers(entra: Entra) -> None:
    response = entra.sign_in(client_secret="wrong", headers={"client-request-id": NOBODY})
    assert response.json()["correlation_id"] == NOBODY


def test_unmodified_msal_gets_and_caches_a_token(entra: Entra) -> None:
    application = msal.ConfidentialClientApplication(
        CLIENT_ID,
        client_credential=SECRET,
        authority=f"{BASE}/{entra.tenant.id}",
        instance_discovery=False,
        http_client=entra.http,
    )
    scopes = ["https://outlook.office365.com/.default"]
    first = application.acquire_token_for_client(scopes=scopes)
    assert first["token_source"] == "identity_provider"
    assert application.acquire_token_for_client(scopes=scopes)["token_source"] == "cache"


def test_msal_tells_a_wrong_secret(entra: Entra) -> None:
    application = msal.ConfidentialClientApplication(
        CLIENT_ID,
        client_credential="wrong",
        authority=f"{BASE}/{entra.tenant.id}",
        instance_discovery=False,
        http_client=entra.http,
    )
    answer = application.acquire_token_for_client(scopes=["https://outlook.office365.com/.default"])
    assert answer["error"] == "invalid_client"
    assert answer["error_codes"] == [7000215]


def test_secrets_are_kept_as_hashes(entra: Entra) -> None:
    _, _, secret = entra.client()
    kept = entra.tenant.store.execute("SELECT group_concat(body) FROM documents WHERE kind != 'settings'")
    text = kept.fetchone()[0]
    assert secret not in text
    assert SECRET not in text


def test_the_signing_key_outlives_the_process(entra: Entra) -> None:
    pem = entra.tenant.store.collection("", "signingKeys").all()
    assert len(pem) == 1
    entra.token()
    assert entra.tenant.store.collection("", "signingKeys").all() == pem


def test_two_installations_have_the_same_ids() -> None:
    # The ids of the seed repeat from run to run: documentation and stacks may name them.
    installations = [Installation(":memory:") for _ in range(2)]
    ids = [_seeded_ids(installation.add_tenant(NOBODY, ["contoso.com"])) for installation in installations]
    for installation in installations:
        installation.store.close()
    assert ids[0] == ids[1]


def _seeded_ids(tenant: Tenant) -> list[Any]:
    tenant.clock.stop(datetime.fromisoformat("2026-11-01T00:00:00+00:00"))
    seed(tenant, CLIENT_ID, SECRET)
    kinds = ("applications", "servicePrincipals", "users", "appRoleAssignments", "secrets")
    return [document["id"] for kind in kinds for document in tenant.documents(kind).all()]
