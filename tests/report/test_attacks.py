"""What somebody might try so that a change that widens access passes the gate, or another one than was approved is applied."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from mailgrant.certificates.provider import ClientCertificateProvider
from mailgrant.exchange.provider import ServicePrincipalProvider
from mailgrant.report.difference import NOT_UNDERSTOOD
from mailgrant.report.formats.text import plain
from mailgrant.report.formats.wording import ELSEWHERE
from mailgrant.report.preview import Preview, Step
from mailgrant.report.report import StackReport, report
from tests.report.readings import NOW
from tests.report.test_difference import CODE, UNKNOWN, pickled

CLIENT = "urn:pulumi:dev::mailgrant::mailgrant:index:DaemonClient::poller"
ACCESS = "pulumi-python:dynamic/exchange:MailboxAccess"
PROTOCOLS = "pulumi-python:dynamic/exchange:MailboxProtocols"
SCOPE = "pulumi-python:dynamic/exchange:SmtpApplicationScope"
RECORD = "pulumi-python:dynamic/exchange:ServicePrincipal"
KEY_PAIR = "pulumi-python:dynamic/credentials:ClientCertificate"
APPLICATION = "azuread:index/application:Application"
PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
SECRET = "azuread:index/applicationPassword:ApplicationPassword"
CERTIFICATE = "azuread:index/applicationCertificate:ApplicationCertificate"
FEDERATED = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
ROLE = "azuread:index/directoryRole:DirectoryRole"
OURS = {**CODE, KEY_PAIR: ClientCertificateProvider(), RECORD: ServicePrincipalProvider()}
Values = dict[str, Any]


def step(
    op: str,
    type_: str,
    old: Values | None = None,
    new: Values | None = None,
    *,
    name: str = "poller",
    put_out: Values | None = None,
    **options: Any,
) -> Step:
    """One of a preview."""
    code = {"__provider": pickled(OURS[type_])} if type_ in OURS else {}
    own = {"type": type_, "custom": True, "parent": CLIENT, **options}
    states = {
        "oldState": old if old is None else {**own, "inputs": {**code, **old}, "outputs": put_out or {}},
        "newState": new if new is None else {**own, "inputs": {**code, **new}},
    }
    urn = f"urn:pulumi:dev::mailgrant::mailgrant:index:DaemonClient${type_}::{name}"
    known = {key: value for key, value in states.items() if value is not None}
    return Step.model_validate({"op": op, "urn": urn, **known})


def told(*steps: Step) -> StackReport:
    [stack] = report([Preview("mailgrant", "dev", steps)], now=NOW).stacks
    return stack


def written(*steps: Step) -> str:
    return plain(report([Preview("mailgrant", "dev", steps)], now=NOW), 200)


def rows(stack: StackReport) -> list[tuple[str, str, str]]:
    return [(change.op, change.right, change.object) for change in stack.changes]


CEO = {"access": {"ceo@contoso.com": "full-access"}, "principal": "p", "app_id": "a"}
NOBODY = {**CEO, "access": {}}


# What a program gives under the names of what Exchange puts out


@pytest.mark.parametrize(
    "said", [{"granted": {}}, {"failed": {"ceo@contoso.com": "no"}}, {"unknown": CEO["access"]}]
)
def test_a_program_cannot_say_itself_what_was_granted(said: Values) -> None:
    stack = told(step("create", ACCESS, None, {**CEO, **said}))

    assert ("add", "full-access", "ceo@contoso.com") in rows(stack)
    assert stack.verdict == "broadening"


def test_outputs_that_are_to_be_ignored_take_no_place_of_inputs() -> None:
    stack = told(step("update", ACCESS, NOBODY, CEO, put_out={"granted": {}}, ignoreChanges=["granted"]))

    assert rows(stack) == [("add", "full-access", "ceo@contoso.com")]


def test_a_program_cannot_say_itself_how_a_switch_was_found() -> None:
    open_ = {"ceo@contoso.com": {"smtp_auth": "on"}}

    stack = told(step("create", PROTOCOLS, None, {"protocols": open_, "found": open_}))

    assert rows(stack) == [("change", "SMTP AUTH", "ceo@contoso.com")]
    assert (stack.verdict, stack.changes[0].before) == ("broadening", "not known")


# Another application in the place of one that has rights


def test_a_scope_of_another_application_is_another_one() -> None:
    scope = {"group": "news@contoso.com", "filter": "", "principal": "p", "app_id": "a"}

    assert told(step("replace", SCOPE, scope, {**scope, "app_id": "evil"})).verdict == "broadening"


@pytest.mark.parametrize("name", ["app_id", "object_id"])
def test_another_application_in_a_record_of_exchange_is_told(name: str) -> None:
    record = {"app_id": "a", "object_id": "o", "display_name": "poller"}

    stack = told(step("replace", RECORD, record, {**record, name: "evil"}))

    assert stack.verdict == "broadening"
    assert "evil" in stack.changes[0].object


# Credentials that only look like the next ones


def ours(consumer: str, period: int, ends: str, **more: str) -> Values:
    return {
        "name": f"poller.{consumer}.{period}",
        "given": {"applicationId": "a", "endDate": f"{ends}T00:00:00Z", **more},
    }


def held(type_: str, one: Values) -> Step:
    return step("same", type_, one["given"], one["given"], name=one["name"])


def made(type_: str, one: Values) -> Step:
    return step("create", type_, None, one["given"], name=one["name"])


LAST, NEXT = ours("vm", 27, "2027-02-25"), ours("vm", 28, "2027-05-26")
LATER = ours("vm", 29, "2027-08-24")
PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


def pem(whole: bytes) -> str:
    return PEM.format(base64.b64encode(whole).decode())


def test_the_next_secret_of_a_consumer_is_neutral() -> None:
    assert told(held(SECRET, LAST), made(SECRET, NEXT)).verdict == "neutral"
    assert told(held(SECRET, LAST), held(SECRET, NEXT), made(SECRET, LATER)).verdict == "neutral"


def test_after_nights_without_a_run_a_secret_follows_those_that_have_ended() -> None:
    gone = [step("delete", SECRET, one["given"], None, name=one["name"]) for one in (NEXT, LAST)]

    stack = report(
        [Preview("mailgrant", "dev", (*gone, made(SECRET, LATER)))], now=datetime(2027, 6, 1, tzinfo=UTC)
    )
    assert stack.verdict == "neutral"


FORGED: dict[str, tuple[Values, ...]] = {
    "without one before it": (NEXT,),
    "many periods ahead": (LAST, ours("vm", 99, "2027-05-26")),
    "for years": (LAST, ours("vm", 28, "2036-05-26")),
    "for longer than those before it": (LAST, NEXT, ours("vm", 29, "2027-08-25")),
    "of a time to come": (LAST, NEXT, ours("vm", 38, "2029-11-11")),
    "for ever": (LAST, {**NEXT, "given": {"applicationId": "a"}}),
    "of another application": (LAST, ours("vm", 28, "2027-05-26", applicationId="other")),
    "of another consumer": (LAST, ours("ci", 28, "2027-05-26")),
    "of a period that there was": (LAST, ours("vm", 26, "2027-03-25")),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_secret_that_is_not_the_next_one_broadens(case: str) -> None:
    *there, forged = FORGED[case]

    assert told(*(held(SECRET, one) for one in there), made(SECRET, forged)).verdict == "broadening"


def test_a_stack_cannot_say_itself_which_consumers_it_has() -> None:
    put_out = {"clients": {"poller": {"credentials": {"vm": {"type": "secret"}}}}}
    root = {"type": "pulumi:pulumi:Stack", "outputs": put_out}
    stack = Step.model_validate(
        {
            "op": "same",
            "urn": "urn:pulumi:dev::mailgrant::pulumi:pulumi:Stack::mailgrant-dev",
            "oldState": root,
        }
    )

    assert told(stack, made(SECRET, NEXT)).verdict == "broadening"


def test_a_secret_that_is_made_anew_to_last_longer_broadens() -> None:
    longer = {**LAST["given"], "endDate": "2036-02-25T00:00:00Z"}

    assert told(step("replace", SECRET, LAST["given"], longer, name=LAST["name"])).verdict == "broadening"


def test_the_next_certificate_has_a_key_that_is_made_with_it() -> None:
    there = held(CERTIFICATE, {**LAST, "given": {**LAST["given"], "value": pem(b"ours")}})
    later = {**NEXT, "given": {**NEXT["given"], "value": UNKNOWN}}
    pair = step("create", KEY_PAIR, None, {"subject": "poller.vm"}, name=NEXT["name"])

    assert told(there, pair, made(CERTIFICATE, later)).verdict == "neutral"
    assert told(there, made(CERTIFICATE, later)).verdict == "broadening"  # whose key is it?
    elsewhere = {**NEXT, "given": {**NEXT["given"], "value": pem(b"theirs")}}
    assert told(there, pair, made(CERTIFICATE, elsewhere)).verdict == "broadening"


def given(whole: bytes) -> Values:
    return {"applicationId": "a", "endDate": "2027-05-26T00:00:00Z", "value": pem(whole)}


def exchanged(whole: bytes) -> StackReport:
    return told(step("replace", CERTIFICATE, given(b"ours"), given(whole), name="poller.vendor"))


def test_a_certificate_of_somebody_else_in_the_stack_file_is_no_rotation() -> None:
    stack = exchanged(b"theirs")

    assert stack.verdict == "broadening"
    assert hashlib.sha256(b"theirs").hexdigest()[:16].upper() in stack.changes[0].object
    assert stack.hash != exchanged(b"another").hash


# Decoys


def test_a_secret_value_hides_behind_no_other_change() -> None:
    old = {"owners": ["us", "them"], "web": {"redirectUris": "[secret]"}}
    new = {"owners": ["us"], "web": {"redirectUris": "[secret]"}}
    one = step("update", APPLICATION, old, new)

    stack = told(one.model_copy(update={"detailed_diff": {"web.redirectUris[0]": {}, "owners[1]": {}}}))

    assert stack.verdict == "broadening"
    assert (NOT_UNDERSTOOD, f"{APPLICATION} poller: web") in [row[1:] for row in rows(stack)]


def test_what_is_not_known_yet_hides_behind_no_other_change() -> None:
    old = {"clientId": "a", "accountEnabled": True, "owners": ["us"]}

    stack = told(step("update", PRINCIPAL, old, {**old, "accountEnabled": UNKNOWN, "owners": []}))

    assert ("change", NOT_UNDERSTOOD, f"{PRINCIPAL} poller: accountEnabled") in rows(stack)


def test_a_block_that_is_written_as_a_list_is_looked_into() -> None:
    old = {"web": [{"redirectUris": ["https://a.example"]}]}
    new = {
        "web": [{"redirectUris": ["https://a.example"], "implicitGrant": {"idTokenIssuanceEnabled": True}}]
    }

    assert rows(told(step("update", APPLICATION, old, new))) == [
        ("change", NOT_UNDERSTOOD, f"{APPLICATION} poller: web.implicitGrant")
    ]


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        (APPLICATION, {"templateId": "t"}),
        (APPLICATION, {"appRoles": [{"value": "All"}]}),
        (APPLICATION, {"api": {"knownClientApplications": ["evil"]}}),
        (APPLICATION, {"identifierUris": ["api://x"]}),
        (APPLICATION, {"passwords": [{"displayName": "x"}]}),
        (APPLICATION, {"optionalClaims": {}, "groupMembershipClaims": ["All"]}),
        (PRINCIPAL, {"preferredSingleSignOnMode": "saml"}),
        ("pulumi:providers:azuread", {"pluginDownloadURL": "https://evil.example"}),
        ("pulumi:providers:azuread", {"metadataHost": "evil.example"}),
        ("azuread:index/applicationPreAuthorized:ApplicationPreAuthorized", {"permissionIds": ["x"]}),
        ("azure-native:authorization:RoleAssignment", {"roleDefinitionId": "Owner"}),
        ("command:local:Command", {"create": "true"}),
    ],
)
def test_what_may_let_somebody_in_is_no_harmless_property(type_: str, given: Values) -> None:
    assert told(step("update", type_, {}, given)).verdict == "broadening"


def test_a_package_that_is_named_like_another_one_is_not_taken_for_it() -> None:
    assert told(step("create", f"evil${PRINCIPAL}", None, {"accountEnabled": False})).verdict == "broadening"


def test_code_that_says_itself_that_nothing_changes_is_told() -> None:
    evil = {**CEO, "__provider": pickled(print)}

    assert told(step("same", ACCESS, CEO, evil)).verdict == "broadening"
    assert told(step("same", ACCESS, evil, evil)).verdict == "neutral"  # it was approved once


def through(provider: str) -> str:
    return f"urn:pulumi:dev::mailgrant::pulumi:providers:azuread::{provider}::4ebb9acf-0518-412c-9adb-de1d2ae74c47"


@pytest.mark.parametrize("op", ["same", "update"])
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("default_6_9_0", "fabrikam", "broadening"),
        ("fabrikam", "default_6_9_0", "broadening"),
        ("contoso", "fabrikam", "broadening"),
        ("default_6_10_0", "default_6_10_0_https_/evil.example/x", "broadening"),
        ("default_6_9_0", "default_6_10_0", "neutral"),
        ("fabrikam", "fabrikam", "neutral"),
    ],
)
def test_another_provider_may_work_in_another_tenant(op: str, before: str, after: str, expected: str) -> None:
    made = step(op, APPLICATION, {"displayName": "a"}, {"displayName": "a"})
    assert made.old
    assert made.new
    old, new = (
        state.model_copy(update={"provider": through(name)})
        for state, name in ((made.old, before), (made.new, after))
    )

    found = told(made.model_copy(update={"old": old, "new": new}))

    assert found.verdict == expected
    shown = "default" if after == "default_6_9_0" else after
    places = [] if expected == "neutral" else [f"{APPLICATION} poller: provider {shown}"]
    assert [change.object for change in found.changes] == places


def test_what_is_made_through_a_provider_of_the_programs_own_is_told() -> None:
    new = step("create", APPLICATION, None, {"displayName": "a"}, provider=through("fabrikam"))
    default = step("create", APPLICATION, None, {"displayName": "b"}, provider=through("default_6_9_0"))

    assert f"{ELSEWHERE}\n  fabrikam: 1 step\n" in written(new, default)
    assert ELSEWHERE not in written(default)


@pytest.mark.parametrize(("op", "expected"), [("delete", "broadening"), ("same", "narrowing")])
def test_what_is_to_go_with_another_resource_may_stay(op: str, expected: str) -> None:
    other = step(op, APPLICATION, {}, None if op == "delete" else {}, name="other")
    token = {"applicationId": "a", "audiences": ["x"], "issuer": "i", "subject": "s"}
    gone = step("delete", FEDERATED, token, deletedWith=other.urn)

    assert told(gone, other).verdict == expected


# What was approved is what is applied


PAIRS: dict[str, tuple[Step, ...]] = {
    "an audience": tuple(
        step(
            "create",
            FEDERATED,
            None,
            {"applicationId": "a", "audiences": [one], "issuer": "i", "subject": "s"},
        )
        for one in ("api://AzureADTokenExchange", "evil")
    ),
    "who may sign in": tuple(
        step("create", PRINCIPAL, None, {"clientId": "a", "appRoleAssignmentRequired": one})
        for one in (True, False)
    ),
    "a property that is not understood": tuple(
        step("update", APPLICATION, {}, {"appRoles": [{"value": one}]}) for one in ("Read", "All")
    ),
    "a resource that is not understood": tuple(
        step("create", "azure-native:authorization:RoleAssignment", None, {"roleDefinitionId": one})
        for one in ("Reader", "Owner")
    ),
    "code that is not ours": tuple(
        step("create", ACCESS, None, {**CEO, "__provider": pickled(one)}) for one in (print, exec)
    ),
    "a role that gets its id later": tuple(
        step("create", ROLE, None, {"displayName": one}) for one in ("Global Reader", "Global Administrator")
    ),
    "in which tenant, of what is not understood": tuple(
        step("create", "azuread:index/group:Group", None, {}, provider=through(one))
        for one in ("contoso", "fabrikam")
    ),
    "in which tenant": tuple(
        step("create", PRINCIPAL, None, {"clientId": "a"}, provider=through(one))
        for one in ("default_6_10_0", "fabrikam")
    ),
    "whose scope it is": tuple(
        step("create", SCOPE, None, {"group": "g@contoso.com", "filter": "", "principal": "p", "app_id": one})
        for one in ("a", "b")
    ),
}


@pytest.mark.parametrize("case", PAIRS)
def test_the_hash_tells_apart(case: str) -> None:
    approved, applied = (told(one) for one in PAIRS[case])

    assert approved.changes
    assert approved.hash != applied.hash


def test_rows_that_read_alike_show_what_tells_them_apart() -> None:
    first = step("create", ACCESS, None, CEO)
    second = step("create", ACCESS, None, {**CEO, "principal": "q"}, name="again")

    assert [one[2] for one in rows(told(first, second))] == [
        "ceo@contoso.com (full-access p full-access)",
        "ceo@contoso.com (full-access q full-access)",
    ]
