"""From a stack's values to a plan, and what is said when they are wrong."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import set_all_config

from mailgrant.configuration import clouds, parsing
from mailgrant.configuration.loading import load_plan, load_tenant
from mailgrant.configuration.parsing import parse_exchange
from mailgrant.errors import ConfigurationError, SetupError
from mailgrant.facts import CLOUDS
from mailgrant.model import DaemonPlan, Plan, SecretCredential
from mailgrant.schema.places import PLACES, choice
from tests import golden_faults

POLLER = {
    "kind": "daemon",
    "protocols": ["imap"],
    "mailboxes": {"invoices@contoso.com": "full-access"},
    "credentials": {"vm": {"type": "secret", "lifetime": "180d", "rotate": "90d"}},
}
NOW = datetime(2026, 11, 22, tzinfo=UTC)
STACK: dict[str, Any] = {"organization": "contoso.onmicrosoft.com", "clients": {"poller": POLLER}}


def parse(values: dict[str, Any]) -> Plan:
    return parsing.parse(values, NOW)


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


GOLDEN = dict(
    block.split("\n", 1)
    for block in re.split(r"^## ", golden_faults.GOLDEN.read_text(), flags=re.MULTILINE)[1:]
)


@pytest.mark.parametrize("title", golden_faults.cases())
def test_every_fault_is_told_as_the_golden_file_has_it(title: str, tmp_path: Path) -> None:
    """Written anew by ``python -m tests.golden_faults``."""
    assert golden_faults.said(*golden_faults.cases()[title], tmp_path) == GOLDEN[title].strip()


def test_the_golden_file_has_no_other_faults() -> None:
    assert set(GOLDEN) == set(golden_faults.cases())


def test_a_value_of_another_kind_is_a_fault_of_its_own_key() -> None:
    for place, model in PLACES:
        values = golden_faults.of_another_kind(place, model)
        with pytest.raises(ConfigurationError) as caught:
            parse(values)

        told = {fault.path.rpartition("." if place else ":")[2] for fault in caught.value.faults}
        word = choice(place)
        assert told >= set(model.model_fields) - {word[0] if word else ""}, place


def test_exchange_settings_have_defaults_and_limits() -> None:
    assert parse_exchange(None).sessions == 4
    assert parse_exchange('{"sessions": 8}').sessions == 8
    with pytest.raises(ConfigurationError, match=r"mailgrant:exchange\.sessions: "):
        parse_exchange({"sessions": 99})


TWO_CLOUDS = [("usgov-high", ""), ("china", "dod"), ("global", "china")]
ONE_CLOUD = [("usgov-high", "usgovernment"), ("usgov-high", "metadata host"), ("global", "")]


@pytest.mark.parametrize(("named", "environment"), TWO_CLOUDS)
def test_entra_in_one_cloud_and_exchange_in_another_is_a_fault(named: str, environment: str) -> None:
    with pytest.raises(ConfigurationError, match="leave mailgrant:cloud out: it follows") as caught:
        parsing.parse({**STACK, "cloud": named}, NOW, azuread_environment=environment)

    assert [fault.path for fault in caught.value.faults] == ["mailgrant:cloud"]


@pytest.mark.parametrize(("named", "environment"), ONE_CLOUD)
def test_both_may_say_the_same(named: str, environment: str) -> None:
    assert (
        parsing.parse({**STACK, "cloud": named}, NOW, azuread_environment=environment).cloud == CLOUDS[named]
    )


def test_graph_has_its_own_host_in_every_cloud() -> None:
    words = ("public", "usgovernmentl4", "usgovernmentl5", "china")
    plans = [parsing.parse(STACK, NOW, azuread_environment=word) for word in words]
    scopes = {name: plan.cloud.graph_scope for name, plan in zip(CLOUDS, plans, strict=True)}

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

    assert clouds.cloud("custom").graph == expected


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
        ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
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


def test_a_program_that_declares_clients_itself_gets_the_tenant_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shared = {"config": {"mailgrant:clients": STACK["clients"], "mailgrant:suffix": "dev"}}
    folder = tmp_path / pulumi.get_root_directory()
    folder.mkdir()
    (folder / "shared.yaml").write_text(json.dumps(shared))
    set_all_config(
        {"mailgrant:organization": STACK["organization"], "mailgrant:extends": "shared.yaml"}
        | {"mailgrant:mailboxes": '{"a@contoso.com": {"imap": true}}'}
    )

    tenant = load_tenant()

    assert (tenant.organization, tenant.suffix) == (STACK["organization"], "dev")
    assert (tenant.clients, tenant.mailboxes) == ({}, {})


def test_values_that_are_empty_in_pulumi_yaml_are_missing() -> None:
    set_all_config({"mailgrant:organization": "", "mailgrant:clients": "{}", "mailgrant:exchange": "{}"})

    with pytest.raises(ConfigurationError) as caught:
        load_plan()

    assert [fault.path for fault in caught.value.faults] == ["mailgrant:organization", "mailgrant:clients"]
