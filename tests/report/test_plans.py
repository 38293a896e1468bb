"""For any two plans, the report lists exactly the difference between their rights, worked out from the plans alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from mailgrant.facts import CLOUDS
from mailgrant.model import (
    CertificateCredential,
    ClientPlan,
    DaemonPlan,
    DelegatedPlan,
    FederatedCredential,
    Plan,
    SecretCredential,
    SmtpScope,
    TenantPlan,
    ThirdPartyPlan,
)
from mailgrant.report.digest import parse
from mailgrant.report.report import StackReport, report
from mailgrant.report.rights import Effect, Topic
from tests.report import rights_of_plans as plans
from tests.report.declared import declared, event_loop, written

NOW = datetime(2026, 12, 1, tzinfo=UTC)
MAILBOXES = ["a@contoso.com", "b@contoso.com", "c@contoso.com"]
PEOPLE = ["frontdesk@contoso.com", "adele@contoso.com"]
FOUND = {mailbox: {"imap": "on", "pop": "off", "smtp_auth": "inherit"} for mailbox in MAILBOXES}
SAID = {("IMAP", "on"), ("POP", "off"), ("SMTP AUTH", "inherit")}
KNOWN = {(name, mailbox): word for mailbox in MAILBOXES for name, word in SAID} | {
    ("SMTP AUTH", plans.TENANT): "disabled"
}


@pytest.fixture(scope="module", autouse=True)
def loop() -> Iterator[None]:
    with event_loop():
        yield


def some(values: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=len(values)).map(sorted).map(tuple)


protocols = some(["imap", "pop", "smtp"]).filter(bool)
rights = st.dictionaries(
    st.sampled_from(MAILBOXES), st.sampled_from(["full-access", "send-as", "full-access, send-as"])
)
days = st.sampled_from([180, 184])
secrets = days.map(lambda lifetime: SecretCredential(timedelta(days=lifetime), timedelta(days=90)))
certificates = days.map(lambda lifetime: CertificateCredential(timedelta(days=lifetime), timedelta(days=90)))
federated = st.sampled_from(["repo:contoso/mail:ref:refs/heads/main", "repo:contoso/mail:pull_request"]).map(
    lambda subject: FederatedCredential("https://issuer.example", subject, "", "api://AzureADTokenExchange")
)
credentials = st.dictionaries(st.sampled_from(["vm", "ci"]), secrets | certificates | federated)
consent = st.just("tenant") | some(PEOPLE)
scopes = st.none() | st.sampled_from(
    [SmtpScope(group="news@contoso.com"), SmtpScope(filter="CustomAttribute1 -eq 'n'")]
)


def daemon(
    names: tuple[str, ...],
    mailboxes: dict[str, str],
    held: dict[str, Any],
    scope: SmtpScope | None,
) -> DaemonPlan:
    return DaemonPlan(names, mailboxes, held, scope if "smtp" in names else None)


daemons = st.builds(daemon, protocols, rights, credentials, scopes)
delegated = st.builds(
    DelegatedPlan,
    protocols,
    some(["https://portal.contoso.com/in"]),
    some(["http://localhost"]),
    st.booleans(),
    consent,
    rights,
    credentials,
)
third_party = st.builds(
    ThirdPartyPlan,
    st.sampled_from(["9e5f94bc-e8a4-4e73-b8be-63364c29d753", "08162f7c-0fd2-4200-a84a-f25a4db0b584"]),
    protocols,
    consent,
)


def are_others(found: dict[str, ClientPlan]) -> bool:
    """No published client stands twice in a stack."""
    ids = [one.client_id for one in found.values() if isinstance(one, ThirdPartyPlan)]
    return len(ids) == len(set(ids))


clients: st.SearchStrategy[dict[str, ClientPlan]] = st.dictionaries(
    st.sampled_from(["poller", "portal"]), daemons | delegated | third_party
).filter(are_others)
words = st.fixed_dictionaries(
    {},
    optional={
        "imap": st.sampled_from(["on", "off"]),
        "pop": st.sampled_from(["on", "off"]),
        "smtp_auth": st.sampled_from(["on", "off", "inherit"]),
    },
).filter(bool)
switches = st.dictionaries(st.sampled_from(MAILBOXES), words)
tenants = st.builds(
    TenantPlan, st.none() | st.sampled_from(["enabled", "disabled"]), some(PEOPLE), everyone=st.booleans()
)
every = st.builds(
    Plan, st.just("contoso.com"), st.just(CLOUDS["global"]), clients, st.just(NOW), switches, tenants
)


def thoroughly(examples: int) -> settings:
    """Without shrinking: each example declares two plans, and shrinking takes minutes to say little more."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(
        max_examples=examples, deadline=None, phases=phases, suppress_health_check=list(HealthCheck)
    )


def between(before: Plan, after: Plan) -> StackReport:
    """The report on the way from one plan to the other."""
    there = declared(before, {**FOUND, "organization": {"smtp_auth": "disabled"}})
    wanted = declared(after, {**FOUND, "organization": {"smtp_auth": "disabled"}})
    [stack] = report([parse(written(there, wanted), "the preview")], now=after.now).stacks
    return stack


def rows(stack: StackReport) -> Counter[plans.Row]:
    """The rows about rights of clients; a credential stands for its consumer, of whatever period it is."""
    told = Counter[plans.Row]()
    for change in stack.changes:
        if change.topic in {Topic.SMTP_AUTH, Topic.SWITCH, Topic.OWNER}:
            continue
        if change.right in {"sign-in to this tenant", "block of passwords"}:
            continue
        told[change.op, change.client, change.right, change.slot or change.object] += 1
    return Counter(dict.fromkeys(told, 1)) if _once(told) else told


def _once(told: Counter[plans.Row]) -> bool:
    """Only credentials are told several times: once a period."""
    return all(
        number == 1 or right in {"client secret", "certificate"} for (_, _, right, _), number in told.items()
    )


def expected(before: Plan, after: Plan) -> tuple[set[plans.Row], set[tuple[str, str, str]]]:
    """The rows that must be there, and the credentials that live on, of which rotations may be told."""
    was, will, called = plans.held(before), plans.held(after), plans.names(before, after)
    changed: set[plans.Row] = {("add", called[whose], *right) for whose, right in will - was}
    changed |= {("remove", called[whose], *right) for whose, right in was - will}
    granted = {(op, client, right) for op, client, right, _ in changed if right in _CONSENTED}
    tenant_wide = {row[:3] for row in changed if row[3] == plans.EVERYBODY}
    echoes = {
        row
        for row in changed
        if row[2].startswith("asks for ")
        and (*row[:2], row[2].removeprefix("asks for ")) in granted & tenant_wide
    }
    return changed - echoes, {(called[whose], *right) for whose, right in was & will}


_CONSENTED = {*plans.SCOPES.values(), "offline_access"}


@thoroughly(60)
@given(every, every)
def test_the_rows_are_the_difference_of_the_rights(before: Plan, after: Plan) -> None:
    assume(plans.names(before, after) == plans.names(after, before))
    stack = between(before, after)

    found = rows(stack)
    wanted, lasting = expected(before, after)
    of_lasting = {row for row in found if row[2] in {"client secret", "certificate"} and row[1:] in lasting}
    assert Counter({row: number for row, number in found.items() if row not in of_lasting}) == Counter(wanted)
    changed_lives = plans.lives(before, after)
    assert {row[1:] for row in of_lasting} == {row for row in lasting if row in changed_lives}
    assert {row[1:] for row in of_lasting if row[0] == "add"} == {
        row for row, longer in changed_lives.items() if longer and row in lasting
    }

    changed = {
        (change.right, change.object, change.before, change.after)
        for change in stack.changes
        if change.topic in {Topic.SMTP_AUTH, Topic.SWITCH}
    }
    assert changed == plans.settings(before, after, KNOWN)
    blocks = {(change.op, change.object) for change in stack.changes if change.right == "block of passwords"}
    was, will = plans.blocked(before), plans.blocked(after)
    assert blocks == {("add", place) for place in will - was} | {("remove", place) for place in was - will}

    # The verdict follows from these, and from nothing else.
    opened = any(plans.is_opened(*change[2:]) for change in changed) or bool(was - will)
    gained = any(row[0] == "add" for row in [*wanted, *of_lasting])
    gained |= opened or _new_applications(before, after)
    lost = bool(wanted or of_lasting or changed or blocks) or _new_applications(after, before)
    verdict = Effect.BROADENING if gained else Effect.NARROWING if lost else Effect.NEUTRAL
    assert stack.verdict == verdict


def test_a_published_client_may_be_called_something_else() -> None:
    one = ThirdPartyPlan("9e5f94bc-e8a4-4e73-b8be-63364c29d753", ("imap",), "tenant")
    before, after = (Plan("contoso.com", CLOUDS["global"], {name: one}, NOW) for name in ("poller", "portal"))

    assert between(before, after).changes == ()


def _new_applications(before: Plan, after: Plan) -> bool:
    def applications(plan: Plan) -> set[str]:
        return {plans.identity(name, one) for name, one in plan.clients.items()}

    return bool(applications(after) - applications(before))


@thoroughly(15)
@given(every, every)
def test_more_is_never_narrowing_and_less_never_broadening(one: Plan, other: Plan) -> None:
    both = replace(one, clients={**other.clients, **one.clients})
    assume(are_others(dict(both.clients)))

    assert between(one, both).verdict in {Effect.BROADENING, Effect.NEUTRAL}
    assert between(both, one).verdict in {Effect.NARROWING, Effect.NEUTRAL}
    assert between(both, both).verdict == Effect.NEUTRAL


@thoroughly(15)
@given(every, every)
def test_the_hash_stands_for_the_difference_alone(before: Plan, after: Plan) -> None:
    shown = {
        name: one if isinstance(one, ThirdPartyPlan) else replace(one, display_name=f"{name} of ours")
        for name, one in after.clients.items()
    }
    renamed = replace(after, clients=shown)

    assert between(before, after).hash == between(before, after).hash == between(before, renamed).hash
