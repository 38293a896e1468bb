"""What a tenant's policy says of credentials that are wanted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailgrant.directory.restrictions import Wanted, duration, parse, shown, violations

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = "the tenant's app management policy"
NO_SECRETS = f"{POLICY} allows no client secrets; use a certificate or a federated credential"
EXEMPT = " (some are exempt from this rule, perhaps the identity that runs mailgrant)"
AUTHORITIES = f"{POLICY} takes certificates of its own authorities alone; use a federated credential"
UNKNOWN = (
    f"{POLICY} limits how long a client secret lives, in a form that is not known here; "
    "use a certificate or a federated credential"
)
ADDITION = {"restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": None}
LIFETIME = {"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P180D"}
KEYS = {"restrictionType": "asymmetricKeyLifetime", "state": "enabled", "maxLifetime": "P4DT12H30M5S"}
TRUSTED = {"restrictionType": "trustedCertificateAuthority", "state": "enabled"}
ATTRIBUTE = {"id": "Mail_Automation", "operator": "equals", "value": "yes"}


def too_long(called: str, most: str, would: str, instead: str) -> str:
    return f"{POLICY} lets a {called} live {most} at most, and this one would live {would}; {instead}"


def policy(*passwords: dict[str, Any], keys: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    rules = {"passwordCredentials": list(passwords), "keyCredentials": list(keys)}
    return {"isEnabled": True, "applicationRestrictions": rules, "servicePrincipalRestrictions": {}, **more}


def said(
    rules: dict[str, Any], kind: Any, days: float, created: datetime | None = None
) -> list[tuple[str, bool]]:
    wanted = Wanted("poller", "vm", kind, days * DAY, created)
    return [(one.problem, one.certain) for one in violations(parse(rules), [wanted], NOW)]


SHORTEN = "shorten lifetime to 180d at most, or use a certificate or a federated credential"
SHORTEN_KEYS = "shorten lifetime to 108h at most, or use a federated credential"


@pytest.mark.parametrize(
    ("rules", "kind", "days", "expected"),
    [
        (policy(), "secret", 730, []),
        (policy(ADDITION), "secret", 1, [(NO_SECRETS, True)]),
        (policy(ADDITION), "certificate", 730, []),
        (policy(ADDITION, isEnabled=False), "secret", 1, []),
        (policy(ADDITION | {"state": "disabled"}), "secret", 1, []),
        (policy({"restrictionType": "passwordAddition"}), "secret", 1, [(NO_SECRETS, True)]),
        (policy(LIFETIME), "secret", 180, []),
        (policy(LIFETIME), "secret", 181, [(too_long("client secret", "180d", "181d", SHORTEN), True)]),
        (policy(LIFETIME), "certificate", 181, []),
        (policy(LIFETIME, ADDITION), "secret", 181, [(NO_SECRETS, True)]),
        (policy(keys=(KEYS,)), "certificate", 4.5, []),
        (
            policy(keys=(KEYS,)),
            "certificate",
            5,
            [(too_long("certificate", "4 days, 12:30:05", "5d", SHORTEN_KEYS), True)],
        ),
        (policy(keys=(KEYS,)), "secret", 5, []),
        (
            policy(LIFETIME | {"maxLifetime": "PT30M"}),
            "secret",
            1,
            [
                (
                    too_long("client secret", "0:30:00", "1d", "use a certificate or a federated credential"),
                    True,
                )
            ],
        ),
        (policy(LIFETIME | {"maxLifetime": "P6M"}), "secret", 1, [(UNKNOWN, False)]),
        (policy(LIFETIME | {"maxLifetime": "P6M"}, ADDITION), "secret", 1, [(NO_SECRETS, True)]),
        (policy(keys=(TRUSTED,)), "certificate", 1, [(AUTHORITIES, False)]),
        (
            policy(ADDITION | {"excludeActors": {"customSecurityAttributes": [ATTRIBUTE]}}),
            "secret",
            1,
            [(NO_SECRETS + EXEMPT, False)],
        ),
        (
            policy(ADDITION | {"excludeActors": {"customSecurityAttributes": []}}),
            "secret",
            1,
            [(NO_SECRETS, True)],
        ),
        # Ours are neither symmetric keys nor secrets of one's own choice, and stand on no service principal.
        (policy({"restrictionType": "symmetricKeyAddition", "state": "enabled"}), "secret", 1, []),
        (policy({"restrictionType": "customPasswordAddition", "state": "enabled"}), "secret", 1, []),
        (
            policy(
                servicePrincipalRestrictions={"passwordCredentials": [ADDITION], "keyCredentials": [KEYS]}
            ),
            "secret",
            1,
            [],
        ),
        ({"isEnabled": True, "applicationRestrictions": None}, "secret", 1, []),
        ({}, "secret", 1, []),
    ],
)
def test_what_is_refused_and_what_to_use_instead(
    rules: dict[str, Any], kind: str, days: float, expected: list[tuple[str, bool]]
) -> None:
    assert said(rules, kind, days) == expected


@pytest.mark.parametrize(
    ("since", "created", "refused"),
    [
        (None, NOW - 900 * DAY, True),
        ("2026-11-28T12:00:00Z", None, True),
        ("2026-11-28T12:00:00.0000001Z", None, True),
        ("2026-11-28T12:00:01Z", None, False),
        ("2026-11-28T14:00:00+02:00", None, True),
        ("2026-11-01T00:00:00Z", NOW - 900 * DAY, False),
        ("2020-01-01T00:00:00Z", NOW - 900 * DAY, True),
    ],
)
def test_older_applications_may_be_left_alone(
    since: str | None, created: datetime | None, *, refused: bool
) -> None:
    rules = policy(ADDITION | {"restrictForAppsCreatedAfterDateTime": since})
    assert bool(said(rules, "secret", 1, created)) is refused


def test_each_credential_has_its_place_in_the_stack_file() -> None:
    wanted = [
        Wanted("poller", "vm", "secret", 365 * DAY),
        Wanted("poller", "ci", "secret", 90 * DAY),
        Wanted("news-letter", "appliance", "certificate", 365 * DAY),
    ]
    found = violations(parse(policy(LIFETIME, keys=(KEYS,))), wanted, NOW)
    assert [one.fault.path for one in found] == [
        "mailgrant:clients.poller.credentials.vm",
        "mailgrant:clients.news-letter.credentials.appliance",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P180D", 180 * DAY),
        ("P4DT12H30M5S", timedelta(days=4, hours=12, minutes=30, seconds=5)),
        ("PT0.5S", timedelta(seconds=0.5)),
        ("P0D", timedelta(0)),
        *(
            (text, None)
            for text in ("", "P", "PT", "P1DT", "180", "P6M", "P1Y", "-P1D", "P1D ", "P\u0661D", None, 7)
        ),
    ],
)
def test_durations(text: Any, expected: timedelta | None) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize(
    ("span", "expected"), [(180 * DAY, "180d"), (4.5 * DAY, "108h"), (timedelta(minutes=90), "1:30:00")]
)
def test_spans_are_shown_as_people_write_them(span: timedelta, expected: str) -> None:
    assert shown(span) == expected
