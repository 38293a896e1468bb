"""What the plugin decides: defaults, refusals, what replaces, what a preview knows, what a refresh finds."""

from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from pulumi.runtime.proto import provider_pb2

from tests.offline.azuread_plugin_helper import (
    APPLICATION,
    ASSIGNMENT,
    CERTIFICATE,
    GRANT,
    ME,
    PASSWORD,
    SERVICE_PRINCIPAL,
    UNKNOWN,
    Graph,
    Plugin,
    values,
)

pytest_plugins = ["tests.offline.azuread_plugin_fixtures"]

OTHER = "33333333-0000-4000-8000-000000000001"
UPDATE = provider_pb2.PropertyDiff.UPDATE
SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"


def kinds(answer: Any) -> dict[str, str]:
    """A diff as paths and kinds; replaced properties must be named as such."""
    found = {
        path: provider_pb2.PropertyDiff.Kind.Name(change.kind) for path, change in answer.detailedDiff.items()
    }
    replaced = {path.partition("[")[0].partition(".")[0] for path, kind in found.items() if "REPLACE" in kind}
    assert set(answer.replaces) == replaced
    assert (answer.changes == provider_pb2.DiffResponse.DIFF_SOME) == bool(found)
    assert not answer.deleteBeforeReplace
    return found


def access(*roles: str, resource: str = "exchange") -> dict[str, Any]:
    return {"resourceAppId": resource, "resourceAccesses": [{"id": role, "type": "Role"} for role in roles]}


@pytest.mark.parametrize(
    ("token", "inputs", "completed"),
    [
        (
            APPLICATION,
            {"displayName": "a"},
            {
                "__defaults": ["preventDuplicateNames", "signInAudience"],
                "displayName": "a",
                "preventDuplicateNames": False,
                "signInAudience": "AzureADMyOrg",
            },
        ),
        (
            SERVICE_PRINCIPAL,
            {"clientId": ME},
            {"__defaults": ["accountEnabled"], "clientId": ME, "accountEnabled": True},
        ),
        (PASSWORD, {"applicationId": "x"}, {"__defaults": [], "applicationId": "x"}),
        (
            APPLICATION,
            {
                "displayName": "a",
                "signInAudience": "AzureADMultipleOrgs",
                "preventDuplicateNames": True,
                "api": {},
            },
            {
                "__defaults": [],
                "displayName": "a",
                "signInAudience": "AzureADMultipleOrgs",
                "preventDuplicateNames": True,
                "api": {"__defaults": ["requestedAccessTokenVersion"], "requestedAccessTokenVersion": 1.0},
            },
        ),
    ],
)
def test_check_fills_in_the_defaults_of_the_real_plugin(
    plugin: Plugin, token: str, inputs: dict[str, Any], completed: dict[str, Any]
) -> None:
    assert plugin.checked(token, inputs) == completed


@pytest.mark.parametrize(
    ("token", "inputs", "names"),
    [
        (APPLICATION, {}, ["displayName"]),
        (APPLICATION, {"displayName": "a", "displayname": "a"}, ["displayname"]),
        (APPLICATION, {"displayName": "a", "logoImage": "aGk="}, ["logoImage"]),
        (APPLICATION, {"displayName": "a", "clientId": ME}, ["clientId"]),
        (APPLICATION, {"displayName": ["a"]}, ["displayName"]),
        (
            APPLICATION,
            {"displayName": "a", "requiredResourceAccesses": [access("no uuid")]},
            ["requiredResourceAccesses[0].resourceAccesses[0].id"],
        ),
        (SERVICE_PRINCIPAL, {"clientId": "a"}, ["clientId"]),
        (PASSWORD, {"applicationId": "x", "endDateRelative": "24h"}, ["endDateRelative"]),
        (SERVICE_PRINCIPAL, {"clientId": ME, "tags": ["a"], "featureTags": [{"hide": True}]}, ["tags"]),
        (PASSWORD, {"applicationId": "x", "endDate": "soon"}, ["endDate"]),
        (PASSWORD, {"applicationId": "x", "endDate": "2027-01-01T00:00:00"}, ["endDate"]),
        (
            CERTIFICATE,
            {
                "applicationId": "x",
                "value": "pem",
                "endDate": "2027-01-01T00:00:00Z",
                "endDateRelative": "1h",
            },
            ["endDate"],
        ),
        (
            GRANT,
            {"claimValues": "a"},
            ["resourceServicePrincipalObjectId", "servicePrincipalObjectId", "claimValues"],
        ),
    ],
)
def test_check_names_every_input_that_is_wrong(
    plugin: Plugin, token: str, inputs: dict[str, Any], names: list[str]
) -> None:
    assert [failure.property for failure in plugin.check(token, inputs).failures] == names


def test_a_preview_knows_the_inputs_and_nothing_that_the_service_decides(plugin: Plugin) -> None:
    resource_id, planned = plugin.create(
        PASSWORD,
        {"applicationId": UNKNOWN, "displayName": "k", "rotateWhenChanged": {"a": "b"}},
        preview=True,
    )
    secret = {SECRET_SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": UNKNOWN}
    assert resource_id == ""
    assert planned == {
        "applicationId": UNKNOWN,
        "displayName": "k",
        "rotateWhenChanged": {"a": "b"},
        **dict.fromkeys(("endDate", "startDate", "keyId"), UNKNOWN),
        "value": secret,
    }


def test_a_preview_of_a_rename_keeps_the_ids(plugin: Plugin) -> None:
    made = plugin.create(APPLICATION, {"displayName": "old"})
    planned = plugin.update(APPLICATION, made, {"displayName": "new"}, preview=True)
    assert planned["displayName"] == "new"
    assert planned["clientId"] == made[1]["clientId"]
    assert UNKNOWN not in planned.values()


def test_a_preview_of_new_roles_does_not_know_their_ids(plugin: Plugin) -> None:
    made = plugin.create(APPLICATION, {"displayName": "old"})
    role = {"id": ME, "allowedMemberTypes": ["User"], "description": "d", "displayName": "d", "value": "v"}
    planned = plugin.update(APPLICATION, made, {"displayName": "old", "appRoles": [role]}, preview=True)
    assert planned["appRoleIds"] == UNKNOWN


def test_what_was_made_differs_in_nothing(plugin: Plugin) -> None:
    web = {
        "homepageUrl": "https://a.example/",
        "redirectUris": ["https://a.example/b", "https://a.example/a"],
    }
    inputs = {
        "displayName": "a",
        "web": web,
        "api": {"requestedAccessTokenVersion": 1},
        "requiredResourceAccesses": [access(ME), access(OTHER, ME, resource="graph")],
    }
    _, state = plugin.create(APPLICATION, inputs)
    assert kinds(plugin.diff(APPLICATION, state, inputs)) == {}
    shuffled = inputs | {
        "web": web | {"redirectUris": list(reversed(web["redirectUris"]))},
        "requiredResourceAccesses": list(reversed(inputs["requiredResourceAccesses"])),  # type: ignore[call-overload]
        "notes": "",
        "tags": [],
        "featureTags": [],
    }
    assert kinds(plugin.diff(APPLICATION, state, shuffled)) == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"displayName": "b"}, {"displayName": "UPDATE"}),
        ({"notes": "n"}, {"notes": "ADD"}),
        ({"web": {"homepageUrl": "https://b.example/"}}, {"web.homepageUrl": "UPDATE"}),
        ({"web": None}, {"web": "DELETE"}),
        ({"api": {"requestedAccessTokenVersion": 2}}, {"api.requestedAccessTokenVersion": "UPDATE"}),
        (
            {"requiredResourceAccesses": [access(ME), access(ME, resource="graph")]},
            {"requiredResourceAccesses[1]": "ADD"},
        ),
        ({"requiredResourceAccesses": [access(OTHER)]}, {"requiredResourceAccesses[0]": "UPDATE"}),
        ({"displayName": UNKNOWN}, {"displayName": "UPDATE"}),
    ],
)
def test_a_change_of_an_application_is_found_at_its_path(
    plugin: Plugin, change: dict[str, Any], expected: dict[str, str]
) -> None:
    inputs = {
        "displayName": "a",
        "web": {"homepageUrl": "https://a.example/"},
        "requiredResourceAccesses": [access(ME)],
    }
    _, state = plugin.create(APPLICATION, inputs)
    assert kinds(plugin.diff(APPLICATION, state, inputs | change)) == expected


STATES: dict[str, dict[str, Any]] = {
    SERVICE_PRINCIPAL: {"clientId": ME, "accountEnabled": True},
    PASSWORD: {
        "applicationId": "/applications/a",
        "endDate": "2027-05-01T00:00:00Z",
        "rotateWhenChanged": {"a": "1"},
    },
    ASSIGNMENT: {"appRoleId": ME, "principalObjectId": ME, "resourceObjectId": ME},
    GRANT: {
        "claimValues": ["a", "b"],
        "servicePrincipalObjectId": ME,
        "resourceServicePrincipalObjectId": ME,
    },
}


@pytest.mark.parametrize(
    ("token", "change", "expected"),
    [
        (SERVICE_PRINCIPAL, {"clientId": OTHER}, {"clientId": "UPDATE_REPLACE"}),
        (SERVICE_PRINCIPAL, {"clientId": UNKNOWN}, {"clientId": "UPDATE_REPLACE"}),
        (SERVICE_PRINCIPAL, {"accountEnabled": False}, {"accountEnabled": "UPDATE"}),
        (SERVICE_PRINCIPAL, {"accountEnabled": None}, {}),
        (PASSWORD, {"endDate": "2028-05-01T00:00:00Z"}, {"endDate": "UPDATE_REPLACE"}),
        (PASSWORD, {"endDate": "2027-05-01T00:00:00+00:00"}, {"endDate": "UPDATE_REPLACE"}),
        (PASSWORD, {"endDate": None}, {}),
        (PASSWORD, {"rotateWhenChanged": {"a": "2"}}, {"rotateWhenChanged": "UPDATE_REPLACE"}),
        (PASSWORD, {"rotateWhenChanged": None}, {"rotateWhenChanged": "DELETE_REPLACE"}),
        (PASSWORD, {"displayName": "n"}, {"displayName": "ADD_REPLACE"}),
        (ASSIGNMENT, {"appRoleId": OTHER}, {"appRoleId": "UPDATE_REPLACE"}),
        (GRANT, {"claimValues": ["b", "a"]}, {}),
        (GRANT, {"claimValues": ["c", "a", "b"]}, {"claimValues[0]": "ADD"}),
        (GRANT, {"claimValues": ["b"]}, {"claimValues[0]": "DELETE"}),
        (GRANT, {"claimValues": ["a", UNKNOWN]}, {"claimValues[1]": "UPDATE"}),
        (GRANT, {"userObjectId": ME}, {"userObjectId": "ADD_REPLACE"}),
    ],
)
def test_a_change_replaces_where_the_real_plugin_replaces(
    plugin: Plugin, token: str, change: dict[str, Any], expected: dict[str, str]
) -> None:
    assert kinds(plugin.diff(token, STATES[token], STATES[token] | change)) == expected


@pytest.mark.parametrize("ignored", ["displayName", "*"])
def test_an_ignored_change_is_none(plugin: Plugin, ignored: str) -> None:
    _, state = plugin.create(APPLICATION, {"displayName": "a"})
    assert kinds(plugin.diff(APPLICATION, state, {"displayName": "b"}, ignored)) == {}


def test_an_end_date_with_an_offset_is_read_back_as_z_and_replaces_for_ever(plugin: Plugin) -> None:
    app, _ = plugin.create(APPLICATION, {"displayName": "a"})
    inputs = {"applicationId": app, "endDate": "2027-05-01T00:00:00+00:00"}
    _, state = plugin.create(PASSWORD, inputs)
    assert state["endDate"] == "2027-05-01T00:00:00Z"
    assert kinds(plugin.diff(PASSWORD, state, inputs)) == {"endDate": "UPDATE_REPLACE"}


def test_the_value_of_a_password_is_a_secret(plugin: Plugin) -> None:
    app, _ = plugin.create(APPLICATION, {"displayName": "a"})
    made = plugin.create(PASSWORD, {"applicationId": app})
    secret = {SECRET_SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": "made~secret"}
    assert made[1]["value"] == secret
    refreshed = plugin.read(PASSWORD, made, {"applicationId": app})
    assert values(refreshed.properties)["value"] == secret


def test_a_refresh_shows_drift_in_the_inputs_that_were_given(plugin: Plugin, graph: Graph) -> None:
    inputs = plugin.checked(APPLICATION, {"displayName": "a"})
    made = plugin.create(APPLICATION, {"displayName": "a"})
    graph.objects[made[0]] |= {"displayName": "drifted", "notes": "written in the portal"}
    found = plugin.read(APPLICATION, made, inputs)
    assert values(found.inputs) == inputs | {"displayName": "drifted", "__defaults": []}
    state = values(found.properties)
    assert kinds(plugin.diff(APPLICATION, state, {"displayName": "a"})) == {
        "displayName": "UPDATE",
        "notes": "DELETE",
    }


def test_a_refresh_leaves_inputs_as_they_were_written(plugin: Plugin) -> None:
    inputs = {
        "claimValues": ["b", "a"],
        "servicePrincipalObjectId": ME,
        "resourceServicePrincipalObjectId": OTHER,
    }
    graph_principals = [
        plugin.create(SERVICE_PRINCIPAL, {"clientId": client})[1]["objectId"] for client in (ME, OTHER)
    ]
    inputs |= {
        "servicePrincipalObjectId": graph_principals[0],
        "resourceServicePrincipalObjectId": graph_principals[1],
    }
    made = plugin.create(GRANT, inputs)
    assert values(plugin.read(GRANT, made, inputs).inputs)["claimValues"] == ["b", "a"]


@pytest.mark.parametrize("gone", ["/applications/gone", "22222222-0000-4000-8000-000000000009/password/key"])
def test_what_is_gone_is_read_as_nothing_at_all(plugin: Plugin, gone: str) -> None:
    answer = plugin.read(PASSWORD if "password" in gone else APPLICATION, (gone, {}), {})
    assert answer == provider_pb2.ReadResponse()


def test_an_import_brings_the_inputs_that_are_not_defaults(plugin: Plugin) -> None:
    inputs = {"displayName": "a", "requiredResourceAccesses": [access(ME)]}
    resource_id, _ = plugin.create(APPLICATION, inputs)
    found = values(plugin.read(APPLICATION, (resource_id, {}), {}).inputs)
    assert found == {"__defaults": [], **inputs}


def test_an_id_of_another_form_is_refused(plugin: Plugin) -> None:
    with pytest.raises(grpc.RpcError, match="/applications/<object id>"):
        plugin.read(APPLICATION, (ME, {}), {})


def test_the_schema_names_every_resource(plugin: Plugin) -> None:
    schema = plugin.schema()
    assert {APPLICATION, SERVICE_PRINCIPAL, PASSWORD, ASSIGNMENT, GRANT} <= set(schema["resources"])
    assert schema["resources"][PASSWORD]["properties"]["value"] == {"type": "string", "secret": True}
