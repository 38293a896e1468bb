"""For any stack and whatever others do to it, a drift lists exactly the difference between what it gave and what is there."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailgrant.model import ClientPlan, DaemonPlan, DelegatedPlan, Plan, SmtpScope, ThirdPartyPlan
from mailgrant.report.refresh import parse
from mailgrant.report.report import StackReport, report
from mailgrant.report.rights import Effect, Topic
from tests.report import rights_of_plans as plans
from tests.report.declared import Declared, declared, event_loop, state
from tests.report.test_plans import FOUND, KNOWN, every, expected, rights, rows, some, thoroughly

SWITCHES = {**FOUND, "organization": {"smtp_auth": "disabled"}}
OWN = DaemonPlan | DelegatedPlan
URIS = [f"https://portal.contoso.com/{name}" for name in ("in", "out", "evil")]
Draw = st.DrawFn


@pytest.fixture(scope="module", autouse=True)
def loop() -> Iterator[None]:
    with event_loop():
        yield


def fewer(draw: Draw, values: Mapping[str, Any]) -> dict[str, Any]:
    """Some of them are gone."""
    return {name: one for name, one in values.items() if draw(st.integers(0, 3))}


def touched(draw: Draw, one: ClientPlan) -> ClientPlan:
    """What somebody may have made of a client by hand."""
    if isinstance(one, ThirdPartyPlan):
        return replace(one, consent=people(draw, one.consent))
    one = replace(one, credentials=fewer(draw, one.credentials))
    one = replace(one, mailboxes=draw(rights.filter(bool)) if one.mailboxes else one.mailboxes)
    if isinstance(one, DaemonPlan):
        other = SmtpScope(filter=draw(st.sampled_from(["CustomAttribute1 -eq 'n'", "Name -like '*'"])))
        return replace(one, smtp_scope=other if one.smtp_scope and draw(st.booleans()) else one.smtp_scope)
    uris, code = draw(some(URIS)), draw(st.booleans())
    return replace(one, redirect_uris=uris, device_code=code, consent=people(draw, one.consent))


def people(draw: Draw, consent: tuple[str, ...] | str) -> tuple[str, ...] | str:
    return consent if isinstance(consent, str) else tuple(fewer(draw, dict.fromkeys(consent)))


def turned(draw: Draw, switches: Mapping[str, str]) -> dict[str, str]:
    words = st.sampled_from(["on", "off"])
    return {switch: draw(words) for switch in switches}


@st.composite
def drifts(draw: Draw) -> tuple[Plan, Plan]:
    """A stack as it was made, and as others have left it."""
    plan = draw(every)
    clients = {name: touched(draw, one) for name, one in fewer(draw, plan.clients).items()}
    mailboxes = {name: turned(draw, switches) for name, switches in plan.mailboxes.items()}
    setting = plan.tenant.smtp_auth and draw(st.sampled_from(["enabled", "disabled"]))
    blocked = tuple(fewer(draw, dict.fromkeys(plan.tenant.block_basic_auth)))
    assume(bool(blocked) == bool(plan.tenant.block_basic_auth))
    tenant = replace(plan.tenant, smtp_auth=setting, block_basic_auth=blocked)
    return plan, replace(plan, clients=clients, mailboxes=mailboxes, tenant=tenant)


def looked_at(made: Plan, there: Plan) -> StackReport:
    """The report on it, by way of what the engine would tell; what the stack did not make it does not see."""
    old, new = declared(made, SWITCHES), declared(there, SWITCHES)
    events = [{"resOutputsEvent": {"metadata": told(urn, one, new.get(urn))}} for urn, one in old.items()]
    events.append({"summaryEvent": {"resourceChanges": {}}})
    [stack] = report([parse("\n".join(map(json.dumps, events)), "the look")], now=made.now).stacks
    return stack


def told(urn: str, old: Declared, new: Declared | None) -> dict[str, Any]:
    found = new and state(new)
    op = "delete" if new is None else "refresh" if state(old) == found else "update"
    return {"op": op, "urn": urn, "old": state(old), "new": found}


@thoroughly(80)
@given(drifts())
def test_the_rows_are_the_difference_of_what_was_made_and_what_is_there(drift: tuple[Plan, Plan]) -> None:
    made, there = drift
    assume(made.clients or made.mailboxes or made.tenant.smtp_auth or plans.blocked(made))
    stack = looked_at(made, there)

    gone = [change for change in stack.changes if "it is gone from the tenant" in change.words]
    rights_of_clients = replace(stack, changes=tuple(one for one in stack.changes if one not in gone))
    wanted, _ = expected(made, there)
    assert rows(rights_of_clients) == Counter(wanted)

    changed = {
        (change.right, change.object, change.before, change.after)
        for change in stack.changes
        if change.topic in {Topic.SMTP_AUTH, Topic.SWITCH}
    }
    assert changed == plans.settings(made, there, KNOWN)
    unblocked = {change.object for change in stack.changes if change.right == "block of passwords"}
    assert unblocked == plans.blocked(made) - plans.blocked(there)

    gained = any(op == "add" for op, *_ in wanted) or bool(unblocked)
    gained |= any(plans.is_opened(*change[2:]) for change in changed)
    lost = bool(wanted or changed or gone) or made.clients.keys() != there.clients.keys()
    assert stack.verdict == (Effect.BROADENING if gained else Effect.NARROWING if lost else Effect.NEUTRAL)


@thoroughly(30)
@given(drifts())
def test_nothing_differs_where_nobody_did_anything(drift: tuple[Plan, Plan]) -> None:
    made, there = drift
    assume(made.clients)

    assert looked_at(made, made).changes == ()
    assert (looked_at(made, there).hash == looked_at(made, made).hash) == (not looked_at(made, there).changes)
