"""What cannot be judged is told, and what is known to give nobody a right is not."""

import base64
import pickle
from typing import Any

import pytest

from mailgrant.exchange.provider import MailboxAccessProvider
from mailgrant.exchange.scope_provider import SmtpApplicationScopeProvider
from mailgrant.exchange.settings_provider import MailboxProtocolsProvider
from mailgrant.report import words
from mailgrant.report.difference import NOT_UNDERSTOOD, Change, difference
from mailgrant.report.preview import Step
from mailgrant.report.rights import Effect
from offline_tenant.entra.first_party import PUBLISHED

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PARENT = "urn:pulumi:dev::mailgrant::mailgrant:index:DaemonClient$mailgrant:index:EntraApplication::poller"
APPLICATION = "azuread:index/application:Application"
ACCESS = "pulumi-python:dynamic/exchange:MailboxAccess"
PROTOCOLS = "pulumi-python:dynamic/exchange:MailboxProtocols"
SCOPE = "pulumi-python:dynamic/exchange:SmtpApplicationScope"
CODE = {
    ACCESS: MailboxAccessProvider(),
    PROTOCOLS: MailboxProtocolsProvider(),
    SCOPE: SmtpApplicationScopeProvider(),
}
GRANT = "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"


def pickled(provider: object) -> str:
    return base64.b64encode(pickle.dumps(provider)).decode()


def changes(
    op: str,
    type_: str,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    outputs: dict[str, Any] | None = None,
    **more: Any,
) -> tuple[Change, ...]:
    def state(inputs: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
        code = {"__provider": pickled(CODE[type_])} if type_ in CODE else {}
        own = {
            "type": type_,
            "custom": True,
            "parent": PARENT,
            "inputs": {**code, **inputs},
            "outputs": found,
        }
        return {**own, **more}

    written = {
        "op": op,
        "urn": f"urn:pulumi:dev::mailgrant::mailgrant:index:DaemonClient${type_}::poller",
        **({"oldState": state(old, outputs or {})} if old is not None else {}),
        **({"newState": state(new, {})} if new is not None else {}),
    }
    return difference(Step.model_validate(written)).changes


def rows(found: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(change.op, change.right, change.object) for change in found]


@pytest.mark.parametrize("op", ["create", "update", "replace", "delete"])
def test_a_resource_that_is_not_known_is_told_and_broadens(op: str) -> None:
    [change] = changes(
        op, "random:index/pet:Pet", {} if op != "create" else None, {} if op != "delete" else None
    )

    assert (change.right, change.effect) == (NOT_UNDERSTOOD, Effect.BROADENING)
    assert change.object == "random:index/pet:Pet poller"


@pytest.mark.parametrize("op", ["same", "read", "refresh", "discard"])
def test_what_changes_nothing_in_the_tenant_is_not_told(op: str) -> None:
    assert changes(op, "random:index/pet:Pet", {}, {"name": "rex"}) == ()


def test_a_property_that_is_not_known_is_told_and_broadens() -> None:
    [change] = changes(
        "update", APPLICATION, {"displayName": "a"}, {"displayName": "a", "identifierUris": ["api://x"]}
    )

    assert change.object == f"{APPLICATION} poller: identifierUris"
    assert (change.right, change.effect) == (NOT_UNDERSTOOD, Effect.BROADENING)


def test_a_property_within_a_block_is_looked_at_too() -> None:
    old = {"web": {"redirectUris": ["https://a.example"], "homepageUrl": "https://a.example"}}
    new = {"web": {"redirectUris": ["https://a.example"], "implicitGrant": {"idTokenIssuanceEnabled": True}}}

    assert rows(changes("update", APPLICATION, old, new)) == [
        ("change", NOT_UNDERSTOOD, f"{APPLICATION} poller: web.implicitGrant")
    ]


def test_names_and_tags_give_nobody_a_right() -> None:
    assert (
        changes("update", APPLICATION, {"displayName": "a", "tags": []}, {"displayName": "b", "tags": ["x"]})
        == ()
    )


def test_a_difference_that_only_the_engine_saw_is_told() -> None:
    found = changes("update", APPLICATION, {}, {})
    assert found == ()

    step = Step.model_validate(
        {
            "op": "update",
            "urn": f"urn:pulumi:dev::mailgrant::{APPLICATION}::poller",
            "oldState": {"custom": True, "inputs": {}},
            "newState": {"custom": True, "inputs": {}},
            "detailedDiff": {"appRoles[0].value": {"kind": "add", "inputDiff": False}},
        }
    )
    assert rows(difference(step).changes) == [("change", NOT_UNDERSTOOD, f"{APPLICATION} poller: appRoles")]


def test_code_that_is_not_ours_is_told() -> None:
    new = {"access": {}, "principal": "p", "app_id": "a", "__provider": pickled(print)}

    [change] = changes("create", ACCESS, None, new)

    assert change.words == "the code behind it is not mailgrant's"
    assert change.effect == Effect.BROADENING


@pytest.mark.parametrize(
    "broken", ["", "no base64", base64.b64encode(b"no pickle").decode(), UNKNOWN, None, 5]
)
def test_code_that_cannot_be_read_is_not_ours(broken: Any) -> None:
    new = {"access": {}, "principal": "p", "app_id": "a", "__provider": broken}

    assert [change.right for change in changes("create", ACCESS, None, new)] == [NOT_UNDERSTOOD]


@pytest.mark.parametrize(
    "access",
    [["a@contoso.com"], "everything", {"a@contoso.com": ["full-access"]}, {"a@contoso.com": {"x": "y"}}],
)
def test_a_property_of_another_shape_is_told(access: Any) -> None:
    [change] = changes("create", ACCESS, None, {"access": access, "principal": "p", "app_id": "a"})

    assert (change.right, change.effect) == (NOT_UNDERSTOOD, Effect.BROADENING)


@pytest.mark.parametrize("hidden", [UNKNOWN, "[secret]"])
def test_access_that_is_not_known_yet_is_said_to_be_so(hidden: str) -> None:
    told = changes("create", ACCESS, None, {"access": hidden, "principal": "p", "app_id": "a"})
    assert rows(told) == [("add", "not known yet", "not known yet")]
    assert told[0].effect == Effect.BROADENING

    told = changes(
        "create", ACCESS, None, {"access": {"a@contoso.com": hidden}, "principal": "p", "app_id": "a"}
    )
    assert told[0].object == "a@contoso.com"
    assert told[0].effect == Effect.BROADENING


def test_a_change_that_a_secret_hides_is_told() -> None:
    type_ = "azuread:index/applicationCertificate:ApplicationCertificate"
    same = {"applicationId": "a", "endDate": "2027-01-01T00:00:00Z"}
    *_, change = changes("update", type_, {**same, "value": "one"}, {**same, "value": "[secret]"})

    assert change.object == f"{type_} poller: value"
    assert change.effect == Effect.BROADENING


def test_what_could_not_be_granted_is_told_when_it_is_tried_again() -> None:
    inputs = {"access": {"a@contoso.com": "full-access", "b@contoso.com": "full-access"}, "principal": "p"}
    outputs = {"granted": {"a@contoso.com": "full-access"}, "failed": {"b@contoso.com": "no such mailbox"}}

    assert rows(changes("update", ACCESS, inputs, inputs, outputs)) == [
        ("add", "full-access", "b@contoso.com")
    ]


def test_what_may_have_been_granted_is_told_when_it_is_taken_back() -> None:
    inputs = {"access": {"b@contoso.com": "full-access"}, "principal": "p"}
    outputs = {
        "granted": {},
        "failed": {"b@contoso.com": "cancelled"},
        "unknown": {"b@contoso.com": "full-access"},
    }
    assert rows(changes("delete", ACCESS, inputs, None, outputs)) == [
        ("remove", "full-access", "b@contoso.com")
    ]

    [again] = changes("update", ACCESS, inputs, inputs, outputs)
    assert (again.op, again.before, again.after) == ("change", "perhaps full-access", "full-access")
    assert again.effect == Effect.BROADENING


def test_another_principal_is_another_holder() -> None:
    inputs = {"access": {"a@contoso.com": "full-access"}, "principal": "p", "app_id": "a"}
    lost, gained = changes("replace", ACCESS, inputs, {**inputs, "principal": UNKNOWN}, inputs)

    assert {lost.op, gained.op} == {"add", "remove"}
    assert lost.identity != gained.identity


def test_automapping_is_a_change_of_the_same_right() -> None:
    old = {"access": {"a@contoso.com": "full-access"}, "principal": "p"}
    new = {"access": {"a@contoso.com": "full-access+automapping"}, "principal": "p"}

    [change] = changes("update", ACCESS, old, new, old)

    assert (change.op, change.effect) == ("change", Effect.NEUTRAL)


SWITCH_STEPS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "switched on, where nobody knows what it was": ({}, {"smtp_auth": "on"}, "broadening"),
    "switched off, where nobody knows what it was": ({}, {"smtp_auth": "off"}, "narrowing"),
    "left to the organization, where nobody knows": ({}, {"smtp_auth": "inherit"}, "broadening"),
    "from on to the organization's": ({"smtp_auth": "on"}, {"smtp_auth": "inherit"}, "narrowing"),
    "from off to the organization's": ({"smtp_auth": "off"}, {"smtp_auth": "inherit"}, "broadening"),
    "given back to what nobody knows, from off": ({"smtp_auth": "off"}, {}, "broadening"),
    "given back to what nobody knows, from on": ({"smtp_auth": "on"}, {}, "narrowing"),
}


@pytest.mark.parametrize("case", SWITCH_STEPS)
def test_a_switch_widens_where_it_may(case: str) -> None:
    old, new, effect = SWITCH_STEPS[case]
    before, after = {"protocols": {"a@contoso.com": old}}, {"protocols": {"a@contoso.com": new}}

    [change] = changes("update", PROTOCOLS, before, after)

    assert (change.client, change.right, change.effect) == ("*", "SMTP AUTH", effect)


def test_a_switch_that_goes_back_to_the_same_word_is_no_change() -> None:
    old = {
        "protocols": {"a@contoso.com": {"smtp_auth": "on"}},
        "found": {"a@contoso.com": {"smtp_auth": "on"}},
    }

    assert changes("delete", PROTOCOLS, old, None, old) == ()


def test_a_switch_that_failed_is_not_known() -> None:
    both = {"protocols": {"a@contoso.com": {"imap": "on"}}}

    [change] = changes("update", PROTOCOLS, both, both, {"failed": {"a@contoso.com": "no"}, "applied": {}})

    assert (change.before, change.after, change.effect) == ("not known", "on", Effect.BROADENING)


def test_what_is_only_let_go_of_stays_in_the_tenant() -> None:
    inputs = {"access": {"a@contoso.com": "full-access"}, "principal": "p"}

    assert changes("delete", ACCESS, inputs, None, inputs, retainOnDelete=True) == ()


def test_what_the_update_leaves_as_it_is_does_not_change() -> None:
    inputs = {"owners": ["us"], "appRoles": []}
    found = {"owners": ["us", "somebody"], "appRoles": ["x"]}

    assert changes("update", APPLICATION, inputs, inputs, found, ignoreChanges=["owners", "appRoles"]) == ()
    assert rows(changes("update", APPLICATION, inputs, inputs, found)) == [("remove", "owner", "somebody")]


def test_a_component_is_what_its_children_are() -> None:
    assert changes("create", "mailgrant:index:DaemonClient", None, {}, custom=False) == ()


def test_what_is_taken_over_stays_what_it_is() -> None:
    role = {
        "appRoleId": "5e5addcd-3e8d-4e90-baf5-964efab2b20a",
        "principalObjectId": "p",
        "resourceObjectId": "r",
    }

    assert changes("import", "azuread:index/appRoleAssignment:AppRoleAssignment", None, role) == ()


def test_a_scope_without_group_and_filter_is_every_mailbox() -> None:
    told = changes("create", SCOPE, None, {"group": "", "filter": "", "principal": "p", "app_id": "a"})

    assert rows(told)[0] == ("add", "send over SMTP", "every mailbox")


def test_a_consent_of_a_person_without_a_name_shows_the_id() -> None:
    grant = {"claimValues": ["Mail.ReadWrite"], "servicePrincipalObjectId": "p", "userObjectId": "u-1"}

    [change] = changes("create", GRANT, None, grant)

    assert (change.right, change.object) == ("Mail.ReadWrite", "u-1")
    assert change.words == words.UNKNOWN_PERMISSION


def test_ids_are_those_that_the_tenant_has() -> None:
    roles = {id_: value for one in PUBLISHED.values() for value, id_ in one.app_roles.items()}
    scopes = {id_: value for one in PUBLISHED.values() for value, id_ in one.scopes.items()}

    assert {id_: permission.value for id_, permission in words.ROLES.items()}.items() <= roles.items()
    assert words.SCOPE_IDS.items() <= scopes.items()
