"""Signing in without a secret: with a certificate, and with the assertion of a federated issuer."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from offline_tenant.entra import routes
from offline_tenant.entra.signin import issuers
from offline_tenant.state.tenant import Tenant
from offline_tenant.web.call import Route
from tests.offline.entra_helper import BASE, NOBODY, Entra, ForMsal, fault, seeded

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GITHUB = "https://token.actions.githubusercontent.com"
SUBJECT = "repo:contoso/mail:ref:refs/heads/main"
AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key."""

    key: rsa.RSAPrivateKey
    public: x509.Certificate

    @property
    def der(self) -> str:
        return b64encode(self.public.public_bytes(serialization.Encoding.DER)).decode()

    @property
    def pem(self) -> str:
        return self.public.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def private_pem(self) -> str:
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


@pytest.fixture(scope="session")
def certificates() -> list[Certificate]:
    """Two, because to make one takes a tenth of a second."""
    return [_certificate(name) for name in ("appliance", "stranger")]


def _certificate(name: str) -> Certificate:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    )
    builder = (
        builder.serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
    )
    return Certificate(key, builder.sign(key, hashes.SHA256()))


@pytest.fixture
def entra(tenant: Tenant, client_of: Callable[[Iterable[Route]], httpx.Client]) -> Entra:
    return seeded(tenant, client_of(routes.ROUTES))


@pytest.fixture
def application(entra: Entra, certificates: list[Certificate]) -> Any:
    """An application that has the first certificate, and its service principal."""
    credential = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": certificates[0].der}
    made = entra.made("/applications", {"displayName": "appliance", "keyCredentials": [credential]})
    entra.made("/servicePrincipals", {"appId": made["appId"]})
    return made


def asserted(entra: Entra, client_id: str, assertion: str) -> httpx.Response:
    return entra.sign_in(
        client_id=client_id, client_secret="", client_assertion_type=TYPE, client_assertion=assertion
    )


def code(response: httpx.Response) -> int:
    [found] = response.json()["error_codes"]
    return int(found)


def signed(
    entra: Entra, app_id: str, by: Certificate, shown: Certificate | None = None, **changes: Any
) -> str:
    """A client assertion as Microsoft documents it, with some claims changed."""
    now = int(entra.tenant.clock.now().timestamp())
    claims = {"iss": app_id, "sub": app_id, "jti": "1", "nbf": now, "exp": now + 600}
    claims |= {"aud": f"{BASE}/{entra.tenant.id}/oauth2/v2.0/token"}
    digest = (shown or by).public.fingerprint(hashes.SHA256())
    thumbprint = jwt.utils.base64url_encode(digest).decode()
    return jwt.encode(claims | changes, by.key, "PS256", {"x5t#S256": thumbprint})


def test_unmodified_msal_signs_in_with_a_certificate(
    entra: Entra, application: Any, certificates: list[Certificate]
) -> None:
    client = msal.ConfidentialClientApplication(
        application["appId"],
        client_credential={
            "private_key": certificates[0].private_pem,
            "public_certificate": certificates[0].pem,
        },
        authority=f"{BASE}/{entra.tenant.id}",
        instance_discovery=False,
        http_client=ForMsal(entra.http),
    )
    answer = client.acquire_token_for_client(scopes=["https://outlook.office365.com/.default"])
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims["appid"] == application["appId"]
    assert claims["appidacr"] == "2"


def test_msal_with_an_old_thumbprint_signs_in_too(
    entra: Entra, application: Any, certificates: list[Certificate]
) -> None:
    thumbprint = certificates[0].public.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - what x5t is
    client = msal.ConfidentialClientApplication(
        application["appId"],
        client_credential={"private_key": certificates[0].private_pem, "thumbprint": thumbprint},
        authority=f"{BASE}/{entra.tenant.id}",
        instance_discovery=False,
        http_client=ForMsal(entra.http),
    )
    assert "access_token" in client.acquire_token_for_client(
        scopes=["https://outlook.office365.com/.default"]
    )


def test_a_certificate_may_be_named_by_kid_alone_as_the_azuread_provider_does(
    entra: Entra, application: Any, certificates: list[Certificate]
) -> None:
    def named(by: Certificate, shown: Certificate, **changes: Any) -> httpx.Response:
        now = int(entra.tenant.clock.now().timestamp())
        claims = {"iss": application["appId"], "sub": application["appId"], "jti": "1", "nbf": now}
        claims |= {"exp": now + 3600, "aud": f"{BASE}/{entra.tenant.id}/oauth2/v2.0/token"}
        thumbprint = shown.public.fingerprint(hashes.SHA1())  # noqa: S303 - what the provider sends
        kid = jwt.utils.base64url_encode(thumbprint).decode() + "="
        token = jwt.encode(claims | changes, by.key, "RS256", {"kid": kid})
        return asserted(entra, application["appId"], token)

    good, other = certificates
    assert named(good, good).status_code == 200
    assert code(named(other, other)) == 700027
    assert code(named(other, good)) == 700027
    assert code(named(good, good, sub=NOBODY)) == 700021
    assert code(named(good, good, iss=NOBODY)) == 700211


def test_what_a_certificate_cannot_excuse(
    entra: Entra, application: Any, certificates: list[Certificate]
) -> None:
    app_id, (good, other) = application["appId"], certificates
    past = int(entra.tenant.clock.now().timestamp()) - 3600
    assertions = {
        700027: [signed(entra, app_id, other), signed(entra, app_id, other, shown=good)],
        700021: [signed(entra, app_id, good, iss=NOBODY), signed(entra, app_id, good, sub="x")],
        700023: [
            signed(entra, app_id, good, aud="https://login.example"),
            signed(entra, app_id, good, aud=[]),
        ],
        700024: [signed(entra, app_id, good, exp=past), signed(entra, app_id, good, nbf=past + 90_000)],
        50027: ["nonsense", "a.b.c"],
    }
    for expected, refused in assertions.items():
        for assertion in refused:
            response = asserted(entra, app_id, assertion)
            assert (response.status_code, code(response)) == (401, expected)
    assert asserted(entra, app_id, signed(entra, app_id, good)).status_code == 200


def test_a_certificate_ends_with_its_time(
    entra: Entra, application: Any, certificates: list[Certificate]
) -> None:
    entra.tenant.clock.advance(timedelta(days=400))
    response = asserted(entra, application["appId"], signed(entra, application["appId"], certificates[0]))
    assert code(response) == 700027
    assert "The key used is expired." in response.json()["error_description"]


def test_certificates_are_one_list(entra: Entra, application: Any, certificates: list[Certificate]) -> None:
    path = f"/applications/{application['id']}"
    [first] = entra.got(path)["keyCredentials"]
    assert (first["key"], first["displayName"], first["type"]) == (None, "CN=appliance", "AsymmetricX509Cert")
    assert entra.got(path, **{"$select": "keyCredentials"})["keyCredentials"][0]["key"] == certificates[0].der
    pem = b64encode(certificates[1].pem.encode()).decode()
    second = {
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": pem,
        "keyId": NOBODY,
        "displayName": "ci",
    }
    assert entra.graph("PATCH", path, {"keyCredentials": [first, second]}).status_code == 204
    both = entra.got(path)["keyCredentials"]
    assert both[0] == first
    assert (both[1]["keyId"], both[1]["displayName"]) == (NOBODY, "ci")
    assert entra.graph("PATCH", path, {"keyCredentials": [both[1]]}).status_code == 204
    assert (
        code(asserted(entra, application["appId"], signed(entra, application["appId"], certificates[0])))
        == 700027
    )
    assert asserted(
        entra, application["appId"], signed(entra, application["appId"], certificates[1])
    ).is_success


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"key": "AAAA"}, "KeyCredentialsInvalidValue"),
        ({"key": None}, "KeyCredentialsInvalidValue"),
        ({"endDateTime": "2099-01-01T00:00:00Z"}, "KeyCredentialsInvalidEndDate"),
        ({"endDateTime": "soon"}, "Request_BadRequest"),
        ({"type": "Symmetric"}, "Request_BadRequest"),
        ({"color": "blue"}, "Request_BadRequest"),
    ],
)
def test_certificates_that_are_refused(
    entra: Entra, application: Any, certificates: list[Certificate], change: dict[str, Any], expected: str
) -> None:
    credential = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": certificates[1].der} | change
    refused = entra.graph("PATCH", f"/applications/{application['id']}", {"keyCredentials": [credential]})
    assert fault(refused)[:2] == (400, expected)


@pytest.fixture
def federated(entra: Entra, application: Any, certificates: list[Certificate]) -> Any:
    """The application, for which a workflow of GitHub may speak."""
    key: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(certificates[1].key.public_key(), as_dict=True)
    issuers.trust(entra.tenant.store, GITHUB, {"keys": [key]})
    wanted = {"name": "ci", "issuer": GITHUB, "subject": SUBJECT, "audiences": [AUDIENCE], "description": "d"}
    entra.made(f"/applications/{application['id']}/federatedIdentityCredentials", wanted)
    return application


def workflow(entra: Entra, by: Certificate, **changes: Any) -> str:
    now = int(entra.tenant.clock.now().timestamp())
    claims = {"iss": GITHUB, "sub": SUBJECT, "aud": AUDIENCE, "nbf": now, "exp": now + 300}
    return jwt.encode(claims | changes, by.key, "RS256", {"kid": "1"})


def test_a_workflow_signs_in_without_a_secret(
    entra: Entra, federated: Any, certificates: list[Certificate]
) -> None:
    client = msal.ConfidentialClientApplication(
        federated["appId"],
        client_credential={"client_assertion": lambda: workflow(entra, certificates[1])},
        authority=f"{BASE}/{entra.tenant.id}",
        instance_discovery=False,
        http_client=ForMsal(entra.http),
    )
    answer = client.acquire_token_for_client(scopes=["https://outlook.office365.com/.default"])
    assert jwt.decode(answer["access_token"], options={"verify_signature": False})["appidacr"] == "2"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"iss": "https://elsewhere.example"}, 700211),
        ({"sub": "repo:contoso/mail:pull_request"}, 700213),
        ({"aud": "api://other"}, 700212),
        ({"exp": 1}, 700024),
    ],
)
def test_assertions_that_stand_for_nobody(
    entra: Entra, federated: Any, certificates: list[Certificate], change: dict[str, Any], expected: int
) -> None:
    response = asserted(entra, federated["appId"], workflow(entra, certificates[1], **change))
    assert (response.status_code, code(response)) == (401, expected)


def test_an_assertion_with_a_wrong_signature(
    entra: Entra, federated: Any, certificates: list[Certificate]
) -> None:
    assert code(asserted(entra, federated["appId"], workflow(entra, certificates[0]))) == 50013


def test_an_issuer_that_cannot_be_reached(
    entra: Entra, federated: Any, certificates: list[Certificate]
) -> None:
    entra.tenant.store.collection("", "issuers").delete(GITHUB)
    assert code(asserted(entra, federated["appId"], workflow(entra, certificates[1]))) == 50166


def test_the_life_of_a_federated_credential(entra: Entra, federated: Any) -> None:
    path = f"/applications/{federated['id']}/federatedIdentityCredentials"
    [found] = entra.got(path)["value"]
    assert (found["name"], found["issuer"], found["audiences"]) == ("ci", GITHUB, [AUDIENCE])
    again = {"name": "ci", "issuer": GITHUB, "subject": "other", "audiences": [AUDIENCE]}
    assert fault(entra.graph("POST", path, again))[:2] == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert fault(entra.graph("POST", path, again | {"name": "b", "subject": SUBJECT}))[0] == 409
    assert fault(entra.graph("POST", path, again | {"name": "b", "audiences": []}))[0] == 400
    one = f"/beta{path}/{found['id']}"
    assert entra.graph("PATCH", one, {"subject": "other"}).status_code == 204
    assert entra.graph("GET", one).json()["subject"] == "other"
    assert fault(entra.graph("PATCH", one, {"name": "renamed"}))[0] == 400
    assert entra.graph("DELETE", one).status_code == 204
    assert fault(entra.graph("GET", one))[:2] == (404, "Request_ResourceNotFound")


def test_a_key_set_must_be_one(entra: Entra) -> None:
    with pytest.raises(ValueError, match="not a JSON Web Key Set"):
        issuers.trust(entra.tenant.store, GITHUB, {"keys": []})
