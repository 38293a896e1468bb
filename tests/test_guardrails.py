"""What a plan may not do, and what is waived: found in the plan alone, and told before anything is declared."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgrant.configuration.parsing import parse
from mailgrant.guardrails.findings import Finding, findings
from mailgrant.guardrails.rules import RULES
from mailgrant.model import (
    TENANT,
    DaemonPlan,
    Guardrails,
    Plan,
    SecretCredential,
    TenantPlan,
    ThirdPartyPlan,
    Waiver,
)
from mailgrant.schema import guardrails as schema
from mailgrant.schema.places import json_schema
from tests import golden_guardrails
from tests.faulty_stacks import NOW, WAIVER, stack
from tests.test_round_trip import PATIENCE, clients, plans
from tests.worlds import OfflineTenant, Project

GOLDEN = dict(
    block.split("\n", 1)
    for block in re.split(r"^## ", golden_guardrails.GOLDEN.read_text(), flags=re.MULTILINE)[1:]
)
WAIVED: Final = stack(
    guardrails={"secret_lifetime": {"severity": "error", "at_most": "90d"}},
    waivers=[{**WAIVER, "until": "2027-01-31"}],
)
STRICT: Final = Guardrails(
    **dict.fromkeys(RULES, "error"),  # type: ignore[arg-type]
    longest_secret=timedelta(days=30),
    most_mailboxes=2,
    forbidden=("ceo@contoso.com",),
)


@pytest.mark.parametrize("title", golden_guardrails.CASES)
def test_every_finding_is_told_as_the_golden_file_has_it(title: str) -> None:
    """Written anew by ``python -m tests.golden_guardrails``."""
    assert golden_guardrails.said(golden_guardrails.CASES[title]) == GOLDEN[title].strip()


def test_the_golden_file_has_no_other_cases() -> None:
    assert set(GOLDEN) == set(golden_guardrails.CASES)


def test_every_rule_can_be_configured_and_is_found_somewhere() -> None:
    said = golden_guardrails.said(golden_guardrails.CASES["everything at once, and everything an error"])

    assert tuple(RULES) == schema.RULES
    assert set(re.findall(r"\(guardrail (\w+)\)", said)) == set(RULES)


def test_programs_get_five_fields_of_a_finding() -> None:
    [found] = findings(parse(stack(tenant={"smtp_auth": "enabled"}), NOW))

    assert json.loads(json.dumps(asdict(found))) == {
        "rule": "organization_smtp_auth",
        "place": "mailgrant:tenant.smtp_auth",
        "severity": "warning",
        "reason": "opens SMTP AUTH for every mailbox of the organization that says nothing itself",
        "remedy": "Leave it out: mailgrant opens it for the mailboxes that need it.",
    }


@pytest.mark.parametrize(
    ("now", "severities"),
    [
        (datetime(2027, 1, 30, 12, tzinfo=UTC), ["warning"]),
        (datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC), ["warning"]),
        (datetime(2027, 2, 1, tzinfo=UTC), ["error", "warning"]),
        (datetime(2027, 2, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), ["warning"]),
    ],
)
def test_a_waiver_holds_through_its_last_day_in_utc(now: datetime, severities: list[str]) -> None:
    found = findings(parse(WAIVED, now))

    assert [one.severity for one in found] == severities
    assert ("waived by adele@contoso.com until 2027-01-31" in found[0].reason) == (len(found) == 1)


@pytest.mark.parametrize("written", [False, "off"])
def test_off_is_no_less_off_where_yaml_reads_it_as_false(written: Any) -> None:
    words = {
        "public_consent": written,
        "secret_lifetime": written,
        "forbidden_mailboxes": {"severity": written},
    }

    found = parse(stack(guardrails=words), NOW).guardrails

    assert {getattr(found, rule) for rule in words} == {"off"}


def test_a_limit_without_a_word_is_a_warning() -> None:
    values = stack(guardrails={"mailboxes_per_client": {"at_most": 5}})

    assert parse(values, NOW).guardrails.mailboxes_per_client == "warning"
    assert parse(stack(), NOW).guardrails == Guardrails()


def test_editors_take_a_word_or_a_map_where_there_is_a_limit() -> None:
    properties = json_schema()["$defs"]["GuardrailsSchema"]["properties"]

    for name in ("secret_lifetime", "mailboxes_per_client", "forbidden_mailboxes"):
        word, whole = properties[name]["anyOf"]
        assert word["enum"] == ["off", "warning", "error"]
        assert "$ref" in whole


def _mailboxes(client: Any) -> Any:
    more = "ceo@contoso.com", "one@contoso.com", "two@contoso.com"
    if isinstance(client, ThirdPartyPlan):
        return replace(client, mailboxes=tuple(dict.fromkeys((*client.mailboxes, *more))))
    return replace(client, mailboxes={**client.mailboxes, **dict.fromkeys(more, "full-access+automapping")})


def _people(client: Any) -> Any:
    if isinstance(client, DaemonPlan) or client.consent == TENANT:
        return client
    return replace(client, consent=tuple(dict.fromkeys((*client.consent, "ceo@contoso.com"))))


def _everybody(client: Any) -> Any:
    return client if isinstance(client, DaemonPlan) else replace(client, consent=TENANT)


def _secret(client: Any) -> Any:
    if isinstance(client, ThirdPartyPlan):
        return client
    secret = SecretCredential(timedelta(days=365), timedelta(days=90))
    return replace(client, credentials={**client.credentials, "one more": secret})


def _protocols(client: Any) -> Any:
    return replace(client, protocols=("imap", "pop", "smtp"))


# Ways in which one client gets more than it had.
GROWTH: Final[Mapping[str, Callable[[Any], Any]]] = {
    "mailboxes": _mailboxes,
    "people": _people,
    "everybody": _everybody,
    "secret": _secret,
    "protocols": _protocols,
}


def keys_of(found: list[Finding]) -> set[tuple[str, str, str]]:
    return {(one.rule, one.place, one.severity) for one in found if one.rule != "waivers"}


@settings(max_examples=150, deadline=PATIENCE)
@given(plans(), clients, st.data())
def test_more_access_never_takes_a_finding_away(drawn: Plan, another: Any, data: st.DataObject) -> None:
    plan = replace(drawn, guardrails=STRICT)
    name = data.draw(st.sampled_from(list(plan.clients)))
    ways = data.draw(st.lists(st.sampled_from(list(GROWTH)), unique=True))
    client = plan.clients[name]
    for way in ways:
        client = GROWTH[way](client)

    grown = replace(plan, clients={**plan.clients, name: client, "another one": another})
    grown = replace(grown, tenant=TenantPlan("enabled"))
    before, after = keys_of(findings(plan)), keys_of(findings(grown))

    # Over IMAP and POP there is nothing narrower than full-access.
    excused = {one for one in before if one[0] == "smtp_full_access"} if "protocols" in ways else set()
    assert before - excused <= after


@settings(max_examples=150, deadline=PATIENCE)
@given(plans(), st.data())
def test_a_waiver_lets_pass_what_it_names_and_hides_nothing(drawn: Plan, data: st.DataObject) -> None:
    plan = replace(drawn, guardrails=STRICT, waivers=())
    found = findings(plan)
    chosen = data.draw(st.lists(st.sampled_from(found), unique=True)) if found else []
    places = [(one.rule, one.place.removeprefix("mailgrant:")) for one in chosen]
    day = NOW.date()
    waivers = tuple(Waiver(*one, "", "adele@contoso.com", day, "why") for one in places)

    waived = findings(replace(plan, waivers=waivers))

    assert [(one.rule, one.place) for one in waived] == [(one.rule, one.place) for one in found]
    assert {one.place for one in waived if one.severity == "warning"} == {one.place for one in chosen}
    assert [one for one in waived if one.severity == "error"] == [one for one in found if one not in chosen]


@pytest.mark.engine
def test_an_error_stops_an_update_before_anything_is_declared_and_a_waiver_lets_it_pass(
    project: Project, offline: OfflineTenant
) -> None:
    path = project.folder / "stacks" / "Pulumi.offline.yaml"
    values = yaml.safe_load(path.read_text())
    values["config"]["mailgrant:guardrails"] = {
        "secrets": "error",
        "forbidden_mailboxes": {"addresses": ["billing@contoso.com"]},
        "automapping": "off",
    }
    path.write_text(yaml.safe_dump(values).replace("'off'", "off"))
    before = offline.control("GET", "objects")
    offline.stats(reset=True)

    said = project.pulumi("up", "--yes", "--skip-preview", expect=1)

    assert "2 findings of the guardrails stop this stack; nothing was touched" in said
    assert 'mailgrant:clients.invoice-poller.mailboxes["billing@contoso.com"]: no client may reach' in said
    assert "mailgrant:clients.invoice-poller.credentials.poller-vm: a secret travels" in said
    assert "Traceback" not in said
    assert offline.stats()["graph"] == {}
    assert offline.control("GET", "objects") == before

    until = (datetime.now(UTC) + timedelta(days=2)).date()
    place = 'mailgrant:clients.invoice-poller.mailboxes["billing@contoso.com"]'
    asked = {"owner": "adele@contoso.com", "until": until, "reason": "until the move"}
    values["config"]["mailgrant:waivers"] = [
        {"rule": "forbidden_mailboxes", "place": place, **asked},
        {"rule": "secrets", "client": "invoice-poller", **asked},
    ]
    path.write_text(yaml.safe_dump(values))

    said = project.pulumi("up", "--yes", "--skip-preview")

    assert said.count(f"waived by adele@contoso.com until {until}: until the move") >= 2
    project.pulumi("up", "--yes", "--expect-no-changes")
    assert "6 of 6 logins verified" in project.mailgrant("verify")
