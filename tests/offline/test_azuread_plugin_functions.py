"""The functions that look something up: what they ask, what they tell, what they refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from pulumi_azuread import (
    GetApplicationResult,
    GetServicePrincipalsResult,
    GetUserResult,
    GetUsersResult,
)

from tests.offline.azuread_plugin_helper import (
    GET_APPLICATION,
    GET_SERVICE_PRINCIPALS,
    GET_USER,
    GET_USERS,
    ME,
    Fault,
    Graph,
    Plugin,
    values,
)

pytest_plugins = ["tests.offline.azuread_plugin_fixtures"]

NOBODY = "33333333-0000-4000-8000-000000000001"
SELECTED = (
    "accountEnabled,displayName,employeeId,id,mail,mailNickname,onPremisesImmutableId,"
    "onPremisesSamAccountName,onPremisesUserPrincipalName,usageLocation,userPrincipalName,userType"
)
ADELE = {
    "userPrincipalName": "adele@contoso.com",
    "mail": "adele@contoso.com",
    "mailNickname": "adele",
    "accountEnabled": True,
    "displayName": "Adele",
    "employeeOrgData": {"costCenter": "17"},
}


@dataclass(frozen=True)
class Directory:
    """A user, and an application with its principal."""

    graph: Graph
    plugin: Plugin
    user: str
    application: str
    principal: str
    client_id: str

    def ask(self, function: str, **arguments: Any) -> dict[str, Any]:
        self.graph.take_requests()
        answer = self.plugin.invoke(function, self.named(arguments))
        assert not answer.failures, answer.failures
        return values(answer.__getattribute__("return"))

    def refuse(self, function: str, **arguments: Any) -> str:
        with pytest.raises(grpc.RpcError) as caught:
            self.plugin.invoke(function, self.named(arguments))
        return str(caught.value.details())

    def named(self, value: Any) -> Any:
        """Ids in the place of their names."""
        names = {"{U}": self.user, "{A}": self.application, "{S}": self.principal, "{C}": self.client_id}
        if isinstance(value, dict):
            return {name: self.named(each) for name, each in value.items()}
        return [self.named(each) for each in value] if isinstance(value, list) else names.get(value, value)

    def asked(self) -> list[str]:
        """The requests, names in the place of ids."""
        found = self.graph.take_requests()
        for name in ("{U}", "{A}", "{S}", "{C}"):
            found = [request.replace(self.named(name), name) for request in found]
        return found


@pytest.fixture
def directory(graph: Graph, plugin: Plugin) -> Directory:
    client_id = graph.uuid()
    user = graph.add("users", **ADELE)
    app = {"appId": client_id, "displayName": "poller", "owners": [ME], "identifierUris": ["api://poller"]}
    application = graph.add("applications", passwordCredentials=[], tags=["t"], **app)
    principal = graph.add(
        "servicePrincipals",
        appId=client_id,
        displayName="poller's",
        accountEnabled=True,
        tags=["t"],
        owners=[],
    )
    return Directory(graph, plugin, user, application, principal, client_id)


LISTED = "GET /v1.0/{}?$filter={}"
SAML = "GET /beta/servicePrincipals/{S}?$select=samlMetadataUrl"
OF_AN_APPLICATION = [
    "GET /beta/applications/{A}?$select=oauth2RequirePostResponse",
    "GET /v1.0/applications/{A}/owners",
]


@pytest.mark.parametrize(
    ("function", "arguments", "requests"),
    [
        (
            GET_SERVICE_PRINCIPALS,
            {"clientIds": ["{C}"]},
            [LISTED.format("servicePrincipals", "appId eq '{C}'"), SAML],
        ),
        (
            GET_SERVICE_PRINCIPALS,
            {"displayNames": ["poller's"]},
            [LISTED.format("servicePrincipals", "displayName eq 'poller''s'"), SAML],
        ),
        (GET_SERVICE_PRINCIPALS, {"objectIds": ["{S}"]}, ["GET /v1.0/servicePrincipals/{S}", SAML]),
        (GET_SERVICE_PRINCIPALS, {"returnAll": True}, ["GET /v1.0/servicePrincipals", SAML]),
        (GET_SERVICE_PRINCIPALS, {"clientIds": []}, []),
        (
            GET_USERS,
            {"userPrincipalNames": ["adele@contoso.com"]},
            [LISTED.format("users", f"userPrincipalName eq 'adele@contoso.com'&$select={SELECTED}")],
        ),
        (
            GET_USERS,
            {"mails": ["adele@contoso.com"]},
            [LISTED.format("users", f"mail eq 'adele@contoso.com'&$select={SELECTED}")],
        ),
        (GET_USERS, {"objectIds": ["{U}"]}, [f"GET /v1.0/users/{{U}}?$select={SELECTED}"]),
        (GET_USERS, {"returnAll": True}, [f"GET /v1.0/users?$select={SELECTED}"]),
        (
            GET_APPLICATION,
            {"clientId": "{C}"},
            [LISTED.format("applications", "appId eq '{C}'"), *OF_AN_APPLICATION],
        ),
        (
            GET_APPLICATION,
            {"displayName": "poller"},
            [LISTED.format("applications", "displayName eq 'poller'"), *OF_AN_APPLICATION],
        ),
        (
            GET_APPLICATION,
            {"identifierUri": "api://poller"},
            [
                LISTED.format("applications", "identifierUris/any(uri:uri eq 'api://poller')"),
                *OF_AN_APPLICATION,
            ],
        ),
        (GET_APPLICATION, {"objectId": "{A}"}, ["GET /v1.0/applications/{A}", *OF_AN_APPLICATION]),
    ],
)
def test_a_look_up_asks_as_the_real_plugin_asks(
    directory: Directory, function: str, arguments: dict[str, Any], requests: list[str]
) -> None:
    directory.ask(function, **arguments)
    assert directory.asked() == requests


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        ({"userPrincipalName": "adele@contoso.com"}, "?$filter=userPrincipalName eq 'adele@contoso.com'"),
        ({"mail": "adele@contoso.com"}, "?$filter=mail eq 'adele@contoso.com'"),
        ({"mailNickname": "adele"}, "?$filter=mailNickname eq 'adele'"),
        ({"objectId": "{U}"}, "/{U}"),
    ],
)
def test_a_user_is_looked_for_and_then_read_whole(
    directory: Directory, arguments: dict[str, Any], first: str
) -> None:
    found = directory.ask(GET_USER, **arguments)
    looked, read, manager = directory.asked()
    assert looked == f"GET /v1.0/users{first}"
    assert read.startswith("GET /v1.0/users/{U}?$select=accountEnabled,ageGroup,businessPhones,city,")
    assert "employeeOrgData" in read
    assert manager == "GET /v1.0/users/{U}/manager"
    assert found["id"] == f"/users/{directory.user}"
    assert (found["objectId"], found["mail"], found["costCenter"], found["managerId"]) == (
        directory.user,
        "adele@contoso.com",
        "17",
        "",
    )


@pytest.mark.parametrize(
    ("function", "arguments", "sdk"),
    [
        (GET_USER, {"mail": "adele@contoso.com"}, GetUserResult),
        (GET_USERS, {"mails": ["adele@contoso.com"]}, GetUsersResult),
        (GET_SERVICE_PRINCIPALS, {"clientIds": ["{C}"]}, GetServicePrincipalsResult),
        (GET_APPLICATION, {"displayName": "poller"}, GetApplicationResult),
    ],
)
def test_the_sdk_misses_nothing_in_what_is_told(
    directory: Directory, function: str, arguments: dict[str, Any], sdk: type
) -> None:
    told = directory.ask(function, **arguments)
    known = {name: each.fget for name, each in vars(sdk).items() if isinstance(each, property)}
    spelled = {getattr(getter, "_pulumi_name", name) for name, getter in known.items()}
    assert set(told) == spelled
    assert None not in told.values()


def test_what_is_missing_is_left_out_if_told_so(directory: Directory) -> None:
    asked = {"clientIds": [NOBODY, "{C}"], "ignoreMissing": True}
    found = directory.ask(GET_SERVICE_PRINCIPALS, **asked)
    assert (found["clientIds"], found["objectIds"]) == ([directory.client_id], [directory.principal])
    assert found["servicePrincipals"][0]["tags"] == ["t"]
    nobody = directory.ask(GET_USERS, objectIds=[NOBODY], ignoreMissing=True)
    assert (nobody["users"], nobody["id"]) == ([], "users#2jmj7l5rSw0yVb_vlWAYkK_YBwk=")


def test_a_nickname_names_all_who_have_it(directory: Directory) -> None:
    other = directory.graph.add("users", **ADELE)
    assert directory.ask(GET_USERS, mailNicknames=["adele"])["objectIds"] == [directory.user, other]
    assert directory.refuse(GET_USER, mailNickname="adele") == (
        'More than one user found with email alias: "adele"'
    )


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        (GET_USER, {"userPrincipalName": "x@y"}, 'User with UPN "x@y" was not found'),
        (GET_USER, {"objectId": NOBODY}, f'User not found with object ID: "{NOBODY}"'),
        (GET_USERS, {"mails": ["x@y"]}, 'User not found with mail address: "x@y"'),
        (
            GET_SERVICE_PRINCIPALS,
            {"clientIds": [NOBODY]},
            f'Service principal not found with application ID: "{NOBODY}"',
        ),
        (
            GET_SERVICE_PRINCIPALS,
            {"displayNames": ["x"]},
            'No service principals with display name "x" were found',
        ),
        (GET_APPLICATION, {"objectId": NOBODY}, f'Application with object ID "{NOBODY}" was not found'),
        (
            GET_APPLICATION,
            {"displayName": "x"},
            "Application not found: no applications found matching filter: \"displayName eq 'x'\"",
        ),
    ],
)
def test_what_is_not_there_is_named(
    directory: Directory, function: str, arguments: dict[str, Any], said: str
) -> None:
    assert directory.refuse(function, **arguments) == said


def test_names_that_several_have_are_refused(directory: Directory) -> None:
    for kind in ("applications", "servicePrincipals"):
        for _ in range(2):
            directory.graph.add(kind, appId=directory.graph.uuid(), displayName="twin", owners=[])
    assert "dound multiple applications" in directory.refuse(GET_APPLICATION, displayName="twin")
    assert directory.refuse(GET_SERVICE_PRINCIPALS, displayNames=["twin"]) == (
        'Finding service principals with display name: "twin":'
        " more than one service principal returned with this display name"
    )


@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [
        (
            GET_APPLICATION,
            {},
            '"client_id": one of `client_id,display_name,identifier_uri,object_id` must be specified',
        ),
        (
            GET_USER,
            {"mail": "a", "objectId": ME},
            (
                '"mail": only one of `employee_id,mail,mail_nickname,object_id,user_principal_name` '
                "can be specified, but `mail,object_id` were specified."
            ),
        ),
        (GET_USERS, {"returnAll": True, "ignoreMissing": True}, '"ignoreMissing": conflicts with returnAll'),
        (GET_SERVICE_PRINCIPALS, {"clientIds": ["x"]}, "expected 'clientIds' to be a list of valid UUIDs"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    plugin: Plugin, function: str, arguments: dict[str, Any], reason: str
) -> None:
    assert [failure.reason for failure in plugin.invoke(function, arguments).failures] == [reason]


@pytest.mark.parametrize(
    ("match", "ask"),
    [
        ("GET /v1.0/users.*", lambda d: d.refuse(GET_USER, mail="adele@contoso.com")),
        ("GET /v1.0/servicePrincipals.*", lambda d: d.refuse(GET_SERVICE_PRINCIPALS, clientIds=["{C}"])),
        ("GET /v1.0/applications.*", lambda d: d.refuse(GET_APPLICATION, displayName="poller")),
        ("GET .*/manager", lambda d: d.refuse(GET_USER, mail="adele@contoso.com")),
    ],
)
def test_who_may_not_look_is_told_so(
    directory: Directory, match: str, ask: Callable[[Directory], str]
) -> None:
    directory.graph.faults.append(Fault(match, 403, "Authorization_RequestDenied", "Insufficient privileges"))
    said = ask(directory)
    assert said.endswith("with error: Authorization_RequestDenied: Insufficient privileges")
    assert "unexpected status 403 (403 Forbidden)" in said
