"""Signing in with a client certificate."""

import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from mailgrant.errors import SetupError, SignInError
from mailgrant.identities.identity import find_identity
from tests.identities.conftest import SCOPE, Entra, nothing
from tests.identities.stand_ins import Keys, make_keys

PASSWORD = " p√ss wörd$(x) "  # space at its ends belongs to it


@pytest.mark.parametrize(
    ("form", "password"),
    [
        (lambda keys: keys.pfx(), ""),
        (lambda keys: keys.pfx(PASSWORD), PASSWORD),
        (lambda keys: keys.key_pem() + keys.public_pem(), ""),
        (lambda keys: keys.public_pem() + keys.key_pem(PASSWORD), PASSWORD),
        (lambda keys: keys.public_pem() + keys.key_pem(), "needless"),
    ],
)
def test_every_form_signs_in(
    form: Callable[[Keys], bytes], password: str, entra: Entra, keys: Keys, tmp_path: Path
) -> None:
    path = tmp_path / "client"
    path.write_bytes(form(keys))
    by_path = entra.sign_in(ARM_CLIENT_CERTIFICATE_PATH=str(path), ARM_CLIENT_CERTIFICATE_PASSWORD=password)
    assert jwt.decode(by_path, options={"verify_signature": False})["appidacr"] == "2"
    encoded = "\n".join(re.findall(".{1,76}", b64encode(form(keys)).decode()))
    # The content goes before the path, as in the plugin: the path is not even looked at.
    assert entra.sign_in(
        ARM_CLIENT_CERTIFICATE=encoded,
        ARM_CLIENT_CERTIFICATE_PASSWORD=password,
        ARM_CLIENT_CERTIFICATE_PATH="/nowhere",
    )


def test_each_new_token_gets_a_fresh_assertion(entra: Entra, keys: Keys) -> None:
    encoded = b64encode(keys.pfx()).decode()
    tokens = entra.tokens(find_identity(nothing, {**entra.who, "ARM_CLIENT_CERTIFICATE": encoded}))
    first = tokens.token(SCOPE)
    assert tokens.token(SCOPE) == first
    assert tokens.token(SCOPE, force=True) != first


def test_a_certificate_that_entra_does_not_know(entra: Entra, strangers_keys: Keys) -> None:
    encoded = b64encode(strangers_keys.pfx()).decode()
    with pytest.raises(SignInError, match="AADSTS700027") as caught:
        entra.sign_in(ARM_CLIENT_CERTIFICATE=encoded)
    assert "upload its public half" in caught.value.remedy


@pytest.mark.parametrize(
    ("content", "password", "expected"),
    [
        (lambda keys, _: keys.pfx("right"), "wrong", "cannot be opened with the password"),
        (lambda keys, _: keys.pfx("right"), "", "cannot be opened with the password"),
        (
            lambda keys, _: keys.key_pem("right") + keys.public_pem(),
            "wrong",
            "cannot be opened with the password",
        ),
        (lambda keys, _: keys.key_pem("right") + keys.public_pem(), "", "cannot be opened with the password"),
        (lambda *_: b"no certificate at all", "", "neither PKCS#12 nor PEM"),
        (lambda keys, _: keys.pfx()[:700], "", "neither PKCS#12 nor PEM"),
        (
            lambda *_: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "",
            "neither PKCS#12 nor PEM",
        ),
        (lambda keys, _: keys.public_pem(), "", "holds no private key"),
        (lambda keys, _: keys.key_pem(), "", "neither PKCS#12 nor PEM"),
        (lambda keys, other: keys.key_pem() + other.public_pem(), "", "of another private key"),
    ],
)
def test_what_is_wrong_with_a_file(
    content: Callable[[Keys, Keys], bytes],
    password: str,
    expected: str,
    tmp_path: Path,
    keys: Keys,
    strangers_keys: Keys,
) -> None:
    path = tmp_path / "client.pfx"
    path.write_bytes(content(keys, strangers_keys))
    said = refused(ARM_CLIENT_CERTIFICATE_PATH=str(path), ARM_CLIENT_CERTIFICATE_PASSWORD=password)
    assert expected in said
    assert "ARM_CLIENT_CERTIFICATE_PATH (or azuread:clientCertificatePath)" in said
    assert "wrong" not in said
    assert "MII" not in said


@pytest.mark.parametrize("encoded", ["not base64!", "AAA", "é", "-----BEGIN"])
def test_content_that_is_no_base64(encoded: str) -> None:
    assert "ARM_CLIENT_CERTIFICATE (or azuread:clientCertificate) is not base64" in refused(
        ARM_CLIENT_CERTIFICATE=encoded
    )


def test_keys_that_entra_does_not_take() -> None:
    encoded = b64encode(make_keys("curve", curve=True).pfx()).decode()
    assert "only RSA keys" in refused(ARM_CLIENT_CERTIFICATE=encoded)


def refused(**environment: str) -> str:
    who = {"ARM_TENANT_ID": "t", "ARM_CLIENT_ID": "c", "PATH": ""}
    with pytest.raises(SetupError) as caught:
        find_identity(nothing, {**who, **environment})
    return str(caught.value)
