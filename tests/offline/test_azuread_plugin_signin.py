"""What the azuread stand-in signs in with, and how it says so when it cannot."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from offline_tenant.azuread_plugin.errors import PluginError, SettingsError
from offline_tenant.azuread_plugin.settings import Settings, settings_from
from tests.identities.stand_ins import serving

WHO = {"metadataHost": "localhost:1", "tenantId": "t", "clientId": "c"}
URL = "https://localhost:1/t/oauth2/v2.0/token"
NOW = 1_800_000_000.0


@pytest.fixture(scope="module")
def pair() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "automation")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    begin = datetime.now(UTC)
    builder = builder.serial_number(1).not_valid_before(begin).not_valid_after(begin + timedelta(days=9))
    return key, builder.sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def archive(pair: tuple[rsa.RSAPrivateKey, x509.Certificate]) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"a", *pair, None, BestAvailableEncryption(b"password"))


def fields(settings: Settings) -> dict[str, Any]:
    return settings.proof.fields(settings.client_id, URL, NOW)


def test_a_certificate_goes_first_and_signs_as_the_real_plugin_does(
    pair: tuple[rsa.RSAPrivateKey, x509.Certificate], archive: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "client.pfx"
    path.write_bytes(archive)
    by_path = {"ARM_CLIENT_CERTIFICATE_PATH": str(path), "ARM_CLIENT_CERTIFICATE_PASSWORD": "password"}
    by_content = {"clientCertificate": b64encode(archive).decode(), "clientCertificatePassword": "password"}
    for settings in (
        settings_from(WHO, {"ARM_CLIENT_SECRET": "s"} | by_path),
        settings_from(WHO | by_content, {}),
    ):
        sent = fields(settings)["client_assertion"]
        claims = jwt.decode(
            sent, pair[0].public_key(), ["RS256"], options={"verify_aud": False, "verify_nbf": False}
        )
        assert {name: claims[name] for name in ("aud", "iss", "sub", "nbf", "exp")} == {
            "aud": URL,
            "iss": "c",
            "sub": "c",
            "nbf": int(NOW),
            "exp": int(NOW) + 3600,
        }
        assert set(jwt.get_unverified_header(sent)) == {"alg", "typ", "kid"}


def test_a_secret_goes_before_a_token(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(" a.b.c \n")
    oidc = {"ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN_FILE_PATH": str(path)}
    assert fields(settings_from(WHO, oidc | {"ARM_CLIENT_SECRET": "s"})) == {"client_secret": "s"}
    assert fields(settings_from(WHO, oidc))["client_assertion"] == "a.b.c"
    assert (
        fields(settings_from(WHO, {"ARM_USE_OIDC": "1", "ARM_OIDC_TOKEN": "d.e.f"}))["client_assertion"]
        == "d.e.f"
    )


GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job"}
AZURE = {"SYSTEM_ACCESSTOKEN": "of-the-job", "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID": "a-connection"}
# environment besides the address, its variable, the request that comes, and the key of the answer
PIPELINES = [
    (
        GITHUB,
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        ("GET", {"job": ["7"], "audience": ["api://AzureADTokenExchange"]}),
        "value",
    ),
    (
        AZURE,
        "SYSTEM_OIDCREQUESTURI",
        ("POST", {"job": ["7"], "api-version": ["7.1"], "serviceConnectionId": ["a-connection"]}),
        "oidcToken",
    ),
]


@pytest.mark.parametrize(("environment", "variable", "request_", "key"), PIPELINES)
def test_a_pipeline_is_asked_anew_for_each_token(
    environment: dict[str, str], variable: str, request_: tuple[str, dict[str, list[str]]], key: str
) -> None:
    with serving(lambda _: (200, {key: f"token-{len(endpoint.asked)}"})) as endpoint:
        settings = settings_from(
            WHO, {"ARM_USE_OIDC": "true", variable: f"{endpoint.url}/token?job=7"} | environment
        )
        sent = [fields(settings)["client_assertion"] for _ in range(2)]

    assert sent == ["token-1", "token-2"]
    assert [(asked.method, asked.query) for asked in endpoint.asked] == [request_] * 2
    assert {asked.headers["Authorization"] for asked in endpoint.asked} == {"Bearer of-the-job"}


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (401, "no such job", "githubAssertion: received HTTP status 401 with response: no such job"),
        (200, {"count": 0}, "githubAssertion: nil JWT assertion received"),
    ],
)
def test_a_pipeline_that_gives_no_token_is_an_error(status: int, answer: Any, expected: str) -> None:
    with serving(lambda _: (status, answer)) as endpoint:
        oidc = {"ARM_USE_OIDC": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": endpoint.url, **GITHUB}
        with pytest.raises(PluginError) as caught:
            fields(settings_from(WHO, oidc))

    assert expected in str(caught.value)
    assert "of-the-job" not in repr(settings_from(WHO, oidc))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"ARM_OIDC_TOKEN": "a.b.c"}, "azuread:clientSecret (or ARM_CLIENT_SECRET)"),
        ({"ARM_USE_MSI": "true"}, "azuread:clientSecret (or ARM_CLIENT_SECRET)"),
        ({"ARM_USE_OIDC": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "https://x"}, "azuread:clientSecret"),
        ({"ARM_CLIENT_CERTIFICATE": "no!"}, "illegal base64 data"),
        ({"ARM_CLIENT_CERTIFICATE": "AAAA"}, "could not decode PKCS#12 archive"),
        ({"ARM_CLIENT_CERTIFICATE_PATH": "/nowhere"}, "No such file"),
        ({"ARM_USE_OIDC": "T", "ARM_OIDC_TOKEN_FILE_PATH": "/nowhere"}, "No such file"),
    ],
)
def test_what_is_missing_or_wrong_is_said(environment: dict[str, str], expected: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from(WHO, environment)
    assert expected in str(caught.value)


def test_a_wrong_password_is_an_error_and_nothing_of_it_is_shown(archive: bytes) -> None:
    encoded = b64encode(archive).decode()
    given = {"ARM_CLIENT_CERTIFICATE": encoded, "ARM_CLIENT_CERTIFICATE_PASSWORD": "not-the-password"}
    with pytest.raises(SettingsError, match="could not decode PKCS#12 archive") as caught:
        settings_from(WHO, given)
    assert "not-the-password" not in str(caught.value)
    assert "password" not in repr(settings_from(WHO, given | {"ARM_CLIENT_CERTIFICATE_PASSWORD": "password"}))
