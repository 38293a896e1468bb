"""From a stack's values to a plan, and what is said when they are wrong."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.config import set_all_config

from mailgrant import config
from mailgrant.config import load_plan, parse_exchange
from mailgrant.errors import ConfigurationError, SetupError
from mailgrant.facts import CLOUDS
from mailgrant.model import DaemonPlan, Plan, SecretCredential

POLLER = {
    "kind": "daemon",
    "protocols": ["imap"],
    "mailboxes": {"invoices@contoso.com": "full-access"},
    "credentials": {"vm": {"type": "secret", "lifetime": "180d", "rotate": "90d"}},
}
NOW = datetime(2026, 11, 22, tzinfo=UTC)
STACK: dict[str, Any] = {"organization": "contoso.onmicrosoft.com", "clients": {"poller": POLLER}}


def parse(values: dict[str, Any]) -> Plan:
    return config.parse(values, NOW)


def credential(plan: Plan) -> SecretCredential:
    client = plan.clients["poller"]
    assert isinstance(client, DaemonPlan)
    found = client.credentials["vm"]
    assert isinstance(found, SecretCredential)
    return found


def test_a_stack_becomes_a_plan() -> None:
    plan = parse(STACK)

    assert plan.organization == "contoso.onmicrosoft.com"
    assert plan.cloud.authority == "https://login.microsoftonline.com"
    assert plan.clients["poller"].protocols == ("imap",)
    assert plan.clients["poller"].mailboxes == {"invoices@contoso.com": "full-access"}
    assert credential(plan).rotate == timedelta(days=90)


def test_addresses_are_compared_in_small_letters() -> None:
    plan = parse(_with(mailboxes={"Invoices@Contoso.com": "full-access"}))

    assert plan.clients["poller"].mailboxes == {"invoices@contoso.com": "full-access"}


def test_rotation_is_half_the_lifetime_unless_given() -> None:
    plan = parse(_with(credentials={"vm": {"type": "secret", "lifetime": "60d"}}))

    assert credential(plan).rotate == timedelta(days=30)


def _with(**changes: Any) -> dict[str, Any]:
    return {**STACK, "clients": {"poller": {**POLLER, **changes}}}


def _without(key: str) -> dict[str, Any]:
    return {**STACK, "clients": {"poller": {name: value for name, value in POLLER.items() if name != key}}}


ADDRESS = "not an SMTP address; write the mailbox's primary address, such as invoices@contoso.com"

FAULTS = [
    ({"clients": STACK["clients"]}, "mailgrant:organization", "is missing"),
    ({"organization": "contoso.onmicrosoft.com"}, "mailgrant:clients", "is missing"),
    ({**STACK, "clients": {}}, "mailgrant:clients", "is empty; name at least one"),
    ({**STACK, "clients": "poller"}, "mailgrant:clients", "expected a map of names to values"),
    (
        {**STACK, "organization": "contoso"},
        "mailgrant:organization",
        "not a domain; write the tenant's first domain, such as contoso.onmicrosoft.com",
    ),
    (
        {**STACK, "cloud": "moon"},
        "mailgrant:cloud",
        "'moon' is not known; expected global or usgov-high or usgov-dod or china or custom",
    ),
    (
        {**STACK, "client": {}},
        "mailgrant:client",
        "unknown key; did you mean 'clients'? Known here: organization, cloud, exchange, extends, suffix, clients, mailboxes, tenant, automation",
    ),
    (
        _with(mailboxs={}),
        "mailgrant:clients.poller.mailboxs",
        "unknown key; did you mean 'mailboxes'? Known here: kind, protocols, mailboxes, smtp_scope, credentials, display_name",
    ),
    (_without("kind"), "mailgrant:clients.poller.kind", "is missing"),
    (
        _with(kind="demon"),
        "mailgrant:clients.poller.kind",
        "'demon' is not known; expected daemon or delegated or third-party or app-password",
    ),
    (_with(protocols=[]), "mailgrant:clients.poller.protocols", "is empty; name at least one"),
    (_with(protocols="imap"), "mailgrant:clients.poller.protocols", "expected a list"),
    (
        _with(protocols=["imap", "http"]),
        "mailgrant:clients.poller.protocols[1]",
        "'http' is not known; expected imap or pop or smtp",
    ),
    (_with(mailboxes={}), "mailgrant:clients.poller.mailboxes", "is empty; name at least one"),
    (_with(mailboxes={"invoices": "full-access"}), "mailgrant:clients.poller.mailboxes.invoices", ADDRESS),
    (_with(mailboxes={"a b@c.de": "full-access"}), 'mailgrant:clients.poller.mailboxes["a b@c.de"]', ADDRESS),
    (
        _with(mailboxes={"$(id)@c.de\n": "full-access"}),
        'mailgrant:clients.poller.mailboxes["$(id)@c.de\\n"]',
        ADDRESS,
    ),
    (
        _with(mailboxes={"a@b.de": "full-acess"}),
        'mailgrant:clients.poller.mailboxes["a@b.de"]',
        "unknown right 'full-acess'; expected full-access or full-access+automapping or send-as",
    ),
    (
        _with(mailboxes={"a@b.de": "full-access", "A@b.de": "full-access"}),
        'mailgrant:clients.poller.mailboxes["a@b.de"]',
        "is named more than once; letter case makes no difference",
    ),
    (_with(credentials={}), "mailgrant:clients.poller.credentials", "is empty; name at least one"),
    (
        _with(credentials={"VM 1": {"type": "secret"}}),
        'mailgrant:clients.poller.credentials["VM 1"]',
        "not a name; use up to 40 of a-z, 0-9 and -, beginning with a letter",
    ),
    (
        _with(credentials={"vm": {"type": "password"}}),
        "mailgrant:clients.poller.credentials.vm.type",
        "'password' is not known; expected secret or certificate or federated or external",
    ),
    (
        _with(credentials={"vm": {"type": "secret", "lifetime": "half a year"}}),
        "mailgrant:clients.poller.credentials.vm.lifetime",
        "not a duration; write a number with h, d or w, such as 180d",
    ),
    (
        _with(credentials={"vm": {"type": "secret", "lifetime": "90d", "rotate": "60d"}}),
        "mailgrant:clients.poller.credentials.vm",
        "rotate must be at most half the lifetime, so that consumers have time to change over",
    ),
    (
        _with(credentials={"vm": {"type": "secret", "lifetime": "90d", "rotate": "1d"}}),
        "mailgrant:clients.poller.credentials.vm",
        "90 secrets would exist at once; rotate at most 6 times within a lifetime",
    ),
]


@pytest.mark.parametrize(("values", "path", "problem"), FAULTS, ids=[path for _, path, _ in FAULTS])
def test_a_fault_is_named_with_its_place_and_its_remedy(
    values: dict[str, Any], path: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(values)

    assert [(fault.path, fault.problem) for fault in caught.value.faults] == [(path, problem)]


def test_all_faults_are_told_at_once() -> None:
    wrong = {
        "clients": {
            "Poller": {"kind": "demon", "mailboxes": {"a": "b", "x@y.de": "full-access", "X@y.de": ""}}
        }
    }

    with pytest.raises(ConfigurationError) as caught:
        parse(wrong)

    places = {fault.path for fault in caught.value.faults}
    assert places == {
        "mailgrant:organization",
        "mailgrant:clients.Poller",
        "mailgrant:clients.Poller.kind",
        "mailgrant:clients.Poller.protocols",
        "mailgrant:clients.Poller.credentials",
        "mailgrant:clients.Poller.mailboxes.a",
        'mailgrant:clients.Poller.mailboxes["X@y.de"]',
        'mailgrant:clients.Poller.mailboxes["x@y.de"]',
    }
    assert "nothing was touched" in str(caught.value)


def test_exchange_settings_have_defaults_and_limits() -> None:
    assert parse_exchange(None).sessions == 4
    assert parse_exchange('{"sessions": 8}').sessions == 8
    with pytest.raises(ConfigurationError, match=r"mailgrant:exchange\.sessions: "):
        parse_exchange({"sessions": 99})


def test_graph_has_its_own_host_in_every_cloud() -> None:
    scopes = {name: parse({**STACK, "cloud": name}).cloud.graph_scope for name in CLOUDS}

    assert scopes == {
        "global": "https://graph.microsoft.com/.default",
        "usgov-high": "https://graph.microsoft.us/.default",
        "usgov-dod": "https://dod-graph.microsoft.us/.default",
        "china": "https://microsoftgraph.chinacloudapi.cn/.default",
    }


@pytest.mark.parametrize(
    ("told", "expected"), [({"graph": "https://graph.example"}, "https://graph.example"), ({}, "https://one")]
)
def test_a_custom_cloud_says_where_graph_is_or_has_it_where_people_sign_in(
    told: dict[str, str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file: dict[str, Any] = {
        "authority": "https://one",
        "scope": "https://one/.default",
        "exchange_environment": None,
        "hosts": {},
    }
    (tmp_path / "cloud.json").write_text(json.dumps({**file, **told}))
    monkeypatch.setenv("MAILGRANT_CLOUD_FILE", str(tmp_path / "cloud.json"))

    assert config.cloud("custom").graph == expected


def test_a_custom_cloud_needs_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILGRANT_CLOUD_FILE", raising=False)

    with pytest.raises(SetupError, match="MAILGRANT_CLOUD_FILE is not set") as caught:
        parse({**STACK, "cloud": "custom"})

    assert "mailgrant offline start" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-01-31T12:00:00Z", datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ("2027-01-31T12:00:00+01:00", datetime(2027, 1, 31, 11, tzinfo=UTC)),
    ],
)
def test_the_moment_can_be_another(text: str, moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all_config(
        {"mailgrant:organization": STACK["organization"], "mailgrant:clients": json.dumps(STACK["clients"])}
    )
    monkeypatch.setenv("MAILGRANT_NOW", text)

    assert load_plan().now == moment


def test_a_moment_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILGRANT_NOW", "tomorrow")

    with pytest.raises(SetupError, match="'tomorrow' is no moment"):
        load_plan()


def test_values_that_are_empty_in_pulumi_yaml_are_missing() -> None:
    set_all_config({"mailgrant:organization": "", "mailgrant:clients": "{}", "mailgrant:exchange": "{}"})

    with pytest.raises(ConfigurationError) as caught:
        load_plan()

    assert [fault.path for fault in caught.value.faults] == ["mailgrant:organization", "mailgrant:clients"]
