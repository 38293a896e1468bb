"""A certificate that a stack makes for itself, without the engine."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization import pkcs12 as files
from pulumi.runtime.rpc import UNKNOWN

from mailgrant.certificates import inputs, keys, public
from mailgrant.certificates.provider import ClientCertificateProvider
from mailgrant.errors import SetupError

STARTS, ENDS = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)
# As numbers come from Pulumi: 3072.0.
WANTED: dict[str, Any] = {
    "subject": "poller.vm",
    "not_before": "2026-11-01T00:00:00Z",
    "not_after": "2027-11-01T00:00:00Z",
    "key_size": 3072.0,
}
MOMENT = "not a moment in UTC from 1950 on; write it as 2026-11-01T00:00:00Z"
SUBJECT = "not a common name; use up to 64 printable letters"
SIZE = "not a size of RSA keys; use 2048, 3072 or 4096"


def test_it_is_what_was_wanted_and_signs_for_itself() -> None:
    pair = keys.generate("poller.vm", STARTS, ENDS)

    certificate = x509.load_pem_x509_certificate(pair.public.pem.encode())
    key = load_pem_private_key(pair.private_key.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 3072
    assert certificate.public_key() == key.public_key()
    certificate.verify_directly_issued_by(certificate)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert public.read(pair.public.pem, STARTS) == pair.public
    assert (pair.public.subject, pair.public.not_before, pair.public.not_after) == (
        "CN=poller.vm",
        STARTS,
        ENDS,
    )
    assert "PRIVATE" not in repr(pair)


def test_a_pfx_file_holds_both_under_its_password() -> None:
    pair, other = (keys.generate("poller", STARTS, ENDS, 2048) for _ in range(2))

    opened = files.load_key_and_certificates(
        keys.pkcs12(pair.public.pem, pair.private_key, "påss"), "påss".encode()
    )

    assert opened[1] == x509.load_pem_x509_certificate(pair.public.pem.encode())
    with pytest.raises(ValueError, match="of another private key"):
        keys.pkcs12(pair.public.pem, other.private_key, "x")
    with pytest.raises(ValueError, match="needs a password"):
        keys.pkcs12(pair.public.pem, pair.private_key, "")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({}, {}),
        ({"subject": "x" * 64}, {}),
        ({"subject": "x" * 65}, {"subject": SUBJECT}),
        ({"subject": ""}, {"subject": SUBJECT}),
        ({"subject": "a\nb"}, {"subject": SUBJECT}),
        ({"subject": 7}, {"subject": SUBJECT}),
        ({"not_before": "2026-11-01T00:00:00+00:00"}, {"not_before": MOMENT}),
        ({"not_before": "2026-11-01"}, {"not_before": MOMENT}),
        ({"not_before": "1949-12-31T23:59:59Z"}, {"not_before": MOMENT}),
        ({"not_before": "1950-01-01T00:00:00Z"}, {}),
        ({"not_after": "2027-02-30T00:00:00Z"}, {"not_after": MOMENT}),
        ({"not_after": "9999-12-31T23:59:59Z"}, {}),
        ({"not_after": None}, {"not_after": MOMENT}),
        ({"not_after": "2026-11-01T00:00:00Z"}, {"not_after": "must be after not_before"}),
        ({"key_size": 2048}, {}),
        ({"key_size": 1024.0}, {"key_size": SIZE}),
        ({"key_size": "3072"}, {"key_size": SIZE}),
        ({"key_size": True}, {"key_size": SIZE}),
        ({"key_size": []}, {"key_size": SIZE}),
        (
            {"subject": "", "not_before": "soon", "not_after": "later", "key_size": 0},
            {"subject": SUBJECT, "not_before": MOMENT, "not_after": MOMENT, "key_size": SIZE},
        ),
    ],
)
def test_what_is_wrong_is_told_all_at_once_and_the_rest_can_be_made(
    wrong: dict[str, Any], expected: dict[str, str]
) -> None:
    props = {**WANTED, "key_size": 2048.0, **wrong}
    assert inputs.problems(props) == expected
    told = ClientCertificateProvider().check({}, props).failures
    assert {failure.property: failure.reason for failure in told} == expected
    if not expected:
        outs = ClientCertificateProvider().create(props).outs or {}
        made = public.read(outs["certificate"], datetime(1950, 1, 1, tzinfo=UTC))
        assert made.not_after == inputs.moment(props["not_after"])


def test_what_is_known_only_later_is_checked_later() -> None:
    unknown = dict.fromkeys(WANTED, UNKNOWN)
    assert ClientCertificateProvider().check({}, unknown).failures == []


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "poller.appliance"},
        {"not_before": "2026-11-02T00:00:00Z"},
        {"not_after": "2028-11-01T00:00:00Z"},
        {"key_size": 4096.0},
    ],
)
def test_a_change_makes_a_new_one_before_the_old_one_goes(change: dict[str, Any]) -> None:
    provider = ClientCertificateProvider()
    same = provider.diff("id", {**WANTED, "certificate": "…"}, {**WANTED, "key_size": 3072})
    assert (same.changes, same.replaces) == (False, [])

    told = provider.diff("id", WANTED, {**WANTED, **change})

    assert (told.changes, told.replaces, told.delete_before_replace) == (True, list(change), False)


def test_its_id_is_its_sha_256_thumbprint_and_reading_gives_the_state_back() -> None:
    provider = ClientCertificateProvider()
    made = provider.create({**WANTED, "key_size": 2048.0})
    assert made.outs is not None
    assert made.id == made.outs["thumbprint_sha256"]

    read = provider.read(made.id, made.outs)

    assert (read.id, read.outs) == (made.id, made.outs)
    assert read.inputs == {**WANTED, "key_size": 2048.0}
    with pytest.raises(SetupError, match="cannot be imported"):
        provider.read(made.id, {})
