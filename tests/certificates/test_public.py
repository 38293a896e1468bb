"""A certificate that somebody gives: read, or refused with what is wrong with it."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from mailgrant.certificates import keys, public
from mailgrant.errors import CertificateError
from tests.identities.stand_ins import Keys, make_keys

STARTS = datetime(2026, 11, 1, tzinfo=UTC)
ENDS = datetime(2027, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
NONE = f"is no certificate; {public.FORMS}"
PAIR = keys.generate("invoice-poller", STARTS, ENDS, 2048)
PEM = PAIR.public.pem
# openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=short -days 36500: cryptography makes no such keys any more
SHORT = """\
-----BEGIN CERTIFICATE-----
MIIB/jCCAWegAwIBAgIUQpyAqQrxaVDNAAKkD3msU+9c/0AwDQYJKoZIhvcNAQEL
BQAwEDEOMAwGA1UEAwwFc2hvcnQwIBcNMjYxMTI4MDAzMzUxWhgPMjEyNjExMDQw
MDMzNTFaMBAxDjAMBgNVBAMMBXNob3J0MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB
iQKBgQDLv3Glu0evPyKvJP/IA5Wd2m2NMOuhBWoEp53fWiHwOo209t/ydNdR3Hzm
KX4jOZ51N/LpjzMAf4WxMdVWeUc+qM45XEqLNrl7R9ncjTt/RIa25L+i3v2wNBh1
wX7OMFMyoS2uL/lF4d0c9zx/8fryEBXm/hTz3iV7B65snMcU4wIDAQABo1MwUTAd
BgNVHQ4EFgQUVbZjFnD8vlnO5HMyCpI1CUKy7fcwHwYDVR0jBBgwFoAUVbZjFnD8
vlnO5HMyCpI1CUKy7fcwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOB
gQC6xVnSbh3aE0CHiZdNVSYYGcKIsT8kQYtMDwUgO8iBNThKYX2zBloM6UqxEtsF
F/cGLMv1xUSlJdI+XCLxgFI+iAnZPgB+So34rJwpK2OP4Fkz5Oct2m6aoMv2Bd2O
z3jZSqbFCjym7u4/KbBRj49gsUeXMp1AhA1M08UKZjh5UQ==
-----END CERTIFICATE-----
"""


def der(pem: str) -> bytes:
    return load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        f"\n  {PEM}\n",
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", "\n    "),  # as it stands in a YAML file that was indented wrongly
        "Bag Attributes: <No Attributes>\nsubject=CN = invoice-poller\n" + PEM,
        b64encode(der(PEM)).decode(),
        "\n".join(re.findall(".{1,64}", b64encode(der(PEM)).decode())),
    ],
)
def test_every_form_says_the_same(text: str) -> None:
    assert public.read(text, NOW) == public.PublicCertificate(
        pem=PEM,
        subject="CN=invoice-poller",
        not_before=STARTS,
        not_after=ENDS,
        thumbprint=hashlib.sha1(der(PEM)).hexdigest().upper(),  # noqa: S324 - Entra's name for it
        thumbprint_sha256=hashlib.sha256(der(PEM)).hexdigest().upper(),
    )


def pfx(password: str) -> Callable[[], str]:
    return lambda: b64encode(make_keys("x").pfx(password)).decode()


def of(made: Keys) -> str:
    return made.public_pem().decode()


PRIVATE = "holds a private key: only the public part belongs into a stack file"
RSA = "its key is no RSA key of at least 2048 bits"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (lambda: "", NONE),
        (lambda: "certificate.pem", NONE),
        (lambda: "é", NONE),
        (lambda: "AAAA", NONE),
        (lambda: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", NONE),
        (lambda: PEM[:300], NONE),
        (lambda: PEM.replace("CERTIFICATE", "PUBLIC KEY"), NONE),
        (lambda: PEM + PEM, "holds 2 certificates; give the application's own alone"),
        (lambda: PAIR.private_key, PRIVATE),
        (lambda: PEM + PAIR.private_key, PRIVATE),
        (lambda: make_keys("x").key_pem("password").decode(), PRIVATE),
        (pfx(""), PRIVATE),
        (pfx("password"), PRIVATE),
        (lambda: of(make_keys("curve", curve=True)), RSA),
        (lambda: SHORT, RSA),
    ],
)
def test_what_cannot_be_an_applications_certificate(text: Callable[[], str], problem: str) -> None:
    with pytest.raises(CertificateError) as caught:
        public.read(text(), NOW)

    assert caught.value.message.startswith(problem)
    assert "MII" not in str(caught.value)


@pytest.mark.parametrize("since", [timedelta(0), timedelta(days=400)])
def test_one_that_has_ended_is_refused(since: timedelta) -> None:
    with pytest.raises(CertificateError, match=r"^has ended on 2027-11-01; give its successor$"):
        public.read(PEM, ENDS + since)


def test_one_that_begins_later_is_taken() -> None:
    assert public.read(PEM, STARTS - timedelta(days=1)).not_before == STARTS


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # cryptography still takes one that is negative
def test_every_damage_is_a_certificate_error() -> None:
    whole = der(PEM)
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        try:
            public.read(b64encode(damaged).decode(), NOW)
        except CertificateError as error:
            assert error.message  # noqa: PT017 - it may as well be whole: most of it is a key and a signature
