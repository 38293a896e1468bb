"""A plan, written down as a stack and read again, is the same plan."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgrant.certificates import keys
from mailgrant.configuration.clouds import cloud
from mailgrant.configuration.parsing import parse
from mailgrant.configuration.plans import plan as plan_of
from mailgrant.configuration.writing import as_configuration
from mailgrant.facts import CLOUDS, PROTOCOLS, RIGHTS
from mailgrant.model import (
    AutomationPlan,
    CertificateCredential,
    Credential,
    DaemonPlan,
    DelegatedPlan,
    ExternalCredential,
    FederatedCredential,
    GivenCertificate,
    Guardrails,
    Plan,
    SecretCredential,
    SmtpScope,
    TenantPlan,
    ThirdPartyPlan,
    Waiver,
)
from mailgrant.rotation import MOST_AT_ONCE
from mailgrant.schema.guardrails import RULES
from mailgrant.schema.stack import StackSchema
from tests.faulty_stacks import NOW
from tests.test_configuration_fuzz import WHOLE

PATIENCE: Final = timedelta(seconds=20)
GIVEN: Final = keys.generate("given", NOW, datetime(2049, 1, 1, tzinfo=UTC), 2048).public.pem
names = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
addresses = st.from_regex(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,12}@[a-z0-9-]{1,8}\.[a-z]{2,4}", fullmatch=True)
protocols = st.lists(st.sampled_from(list(PROTOCOLS)), min_size=1, unique=True).map(tuple)
printable = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" '\":#"), min_size=1, max_size=40
)
rights = st.sets(st.sampled_from([RIGHTS[0], RIGHTS[2]]), min_size=1).map(
    lambda some: ", ".join(one for one in RIGHTS if one in some)
) | st.just(RIGHTS[1])
mailboxes = st.dictionaries(addresses, rights, min_size=1, max_size=3)
consents = st.just("tenant") | st.lists(addresses, max_size=3, unique=True).map(tuple)


@st.composite
def rotating(draw: st.DrawFn, make: Callable[[timedelta, timedelta], Credential]) -> Credential:
    rotate = draw(st.integers(1, 24 * 121))
    lifetime = draw(st.integers(2 * rotate, MOST_AT_ONCE * rotate))
    return make(timedelta(hours=lifetime), timedelta(hours=rotate))


secrets = rotating(SecretCredential)
issuers = st.sampled_from(["https://issuer.example", "https://issuer.example/one"])
credentials = st.one_of(
    secrets,
    rotating(CertificateCredential),
    st.just(GivenCertificate(GIVEN)),
    st.builds(FederatedCredential, issuers, printable, st.just(""), st.just("api://x") | printable),
    st.builds(FederatedCredential, issuers, st.just(""), printable, st.just("api://AzureADTokenExchange")),
    st.builds(ExternalCredential, st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))),
)


def some(kinds: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(names, kinds, min_size=1, max_size=3)


scopes = st.builds(SmtpScope, group=addresses) | st.builds(SmtpScope, filter=printable)
clients = st.one_of(
    st.builds(DaemonPlan, protocols, mailboxes, some(credentials)),
    st.builds(DaemonPlan, st.just(("smtp",)), st.just({}), some(credentials), scopes),
    st.builds(DaemonPlan, st.just(("imap", "smtp")), mailboxes, some(credentials), scopes),
    st.builds(DaemonPlan, protocols, mailboxes, some(secrets), kind=st.just("app-password")),
    st.builds(
        DelegatedPlan,
        protocols,
        redirect_uris=st.sampled_from([(), ("https://portal.contoso.com/back",)]),
        desktop_uris=st.just(("http://localhost", "contoso.portal://back")),
        device_code=st.booleans(),
        consent=consents,
        mailboxes=st.just({}) | mailboxes,
        credentials=some(credentials),
        display_name=st.just("") | printable,
    ),
    st.builds(
        ThirdPartyPlan,
        st.uuids().map(str),
        protocols,
        consents,
        st.lists(addresses, max_size=2, unique=True).map(tuple),
    ),
)
switches = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from(["on", "off"]) for name in ("imap", "pop")}
    | {"smtp_auth": st.sampled_from(["on", "inherit"])},
)
severities = st.fixed_dictionaries(
    {}, optional={rule: st.sampled_from(["off", "warning", "error"]) for rule in RULES}
)
limits = st.fixed_dictionaries(
    {
        "longest_secret": st.integers(1, 730).map(timedelta),
        "most_mailboxes": st.integers(1, 3),
        "forbidden": st.lists(addresses, max_size=2, unique=True).map(tuple),
    }
)
guardrails = st.builds(lambda words, numbers: Guardrails(**words, **numbers), severities, limits)


@st.composite
def waivers(draw: st.DrawFn) -> Waiver:
    place, client = draw(printable.map(lambda one: (one, "")) | names.map(lambda one: ("", one)))
    day = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    return Waiver(draw(st.sampled_from(RULES)), place, client, draw(addresses), day, draw(printable))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """What can be: the switches that clients need are on, and said on top of that is what a stack could say."""
    wanted = draw(some(clients))
    said = {
        name: words for name, words in draw(st.dictionaries(addresses, switches, max_size=3)).items() if words
    }
    needed = {mailbox: {"smtp_auth": "on"} for client in wanted.values() for mailbox in client.senders}
    everyone = draw(st.booleans())
    return Plan(
        organization="contoso.onmicrosoft.com",
        cloud=CLOUDS[draw(st.sampled_from(list(CLOUDS)))],
        clients=wanted,
        now=NOW,
        mailboxes={**needed, **{name: {**needed.get(name, {}), **words} for name, words in said.items()}},
        tenant=TenantPlan(
            draw(st.sampled_from([None, "enabled", "disabled"])),
            () if everyone else tuple(draw(st.lists(addresses, max_size=2, unique=True))),
            everyone=everyone,
        ),
        automation=draw(
            st.none()
            | st.builds(
                AutomationPlan, st.just("mailgrant it"), st.sampled_from(["owned", "all"]), some(credentials)
            )
        ),
        suffix=draw(st.just("") | names),
        guardrails=draw(guardrails),
        waivers=tuple(draw(st.lists(waivers(), max_size=2))),
    )


def read(text: str) -> Plan:
    """What a stack says, leaving aside what contradicts itself: plans are drawn without regard to that."""
    stack = StackSchema.model_validate(yaml.safe_load(text), context={"now": NOW})
    return plan_of(stack, cloud(stack.cloud or "global"), NOW)


@settings(max_examples=150, deadline=PATIENCE)
@given(plans())
def test_a_plan_is_the_same_after_it_was_written_and_read(plan: Plan) -> None:
    text = yaml.safe_dump(as_configuration(plan), sort_keys=False, allow_unicode=True)

    assert read(text) == plan


def test_what_is_written_of_a_stack_is_a_stack_without_what_is_a_default() -> None:
    plan = parse(WHOLE, NOW)

    values = as_configuration(plan)

    assert parse(values, NOW) == plan
    assert "cloud" not in values
    assert values["mailboxes"] == WHOLE["mailboxes"]
    assert values["clients"]["poller"]["credentials"]["secret"] == {"type": "secret", "lifetime": "180d"}
    assert values["clients"]["news"] == {
        **WHOLE["clients"]["news"],
        "credentials": {"vm": {"type": "secret", "lifetime": "180d"}},
    }
