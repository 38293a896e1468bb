"""Directory roles, and trust by expression: what is refused, what is waited for, what a refresh finds."""

from collections.abc import Callable
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from pulumi.runtime.proto import provider_pb2

from tests.offline.azuread_plugin_helper import (
    FLEXIBLE,
    ME,
    ROLE,
    ROLE_ASSIGNMENT,
    Fault,
    Graph,
    Plugin,
    values,
)

pytest_plugins = ["tests.offline.azuread_plugin_fixtures"]

TEMPLATE = "29232cdf-9323-42fd-ade2-1d097af3e4de"
OTHER = "33333333-0000-4000-8000-000000000001"
ASSIGNED = {"roleId": TEMPLATE, "principalObjectId": ME}
ASSIGNMENTS = "/v1.0/roleManagement/directory/roleAssignments"
DENIED = ("Authorization_RequestDenied", "Insufficient privileges")


@pytest.fixture(autouse=True)
def _template(graph: Graph) -> None:
    shown = {"id": TEMPLATE, "displayName": "Exchange Administrator"}
    graph.objects[f"/directoryRoleTemplates/{TEMPLATE}"] = shown


@pytest.fixture
def trusted(graph: Graph) -> dict[str, Any]:
    """The inputs of a trust in an application that is there."""
    return {
        "applicationId": f"/applications/{graph.add('applications', displayName='a', owners=[])}",
        "audience": "api://AzureADTokenExchange",
        "claimsMatchingExpression": "claims['sub'] matches 'repo:a:*'",
        "displayName": "ci",
        "issuer": "https://token.actions.githubusercontent.com",
    }


def failure(call: Callable[[], Any]) -> str:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return str(caught.value.details())


@pytest.mark.parametrize(
    ("token", "inputs", "reasons"),
    [
        (ROLE, {}, ['"display_name": one of `display_name,template_id` must be specified']),
        (
            ROLE,
            {"displayName": "a", "templateId": ME},
            [
                (
                    '"display_name": only one of `display_name,template_id` can be specified,'
                    " but `display_name,template_id` were specified."
                )
            ],
        ),
        (
            ROLE_ASSIGNMENT,
            ASSIGNED | {"appScopeId": "/a", "directoryScopeId": "/"},
            ['"appScopeId": conflicts with directoryScopeId'],
        ),
        (
            ROLE_ASSIGNMENT,
            {"roleId": "x", "principalObjectId": ME},
            ["expected 'roleId' to be a valid UUID"],
        ),
        (
            FLEXIBLE,
            {},
            [
                f"Missing required property '{name}'"
                for name in ("applicationId", "audience", "claimsMatchingExpression", "displayName", "issuer")
            ],
        ),
    ],
)
def test_inputs_that_do_not_fit(
    plugin: Plugin, token: str, inputs: dict[str, Any], reasons: list[str]
) -> None:
    assert [failure.reason for failure in plugin.check(token, inputs).failures] == reasons


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"displayName": "Nobody"}, "no directory role template found"),
        ({"templateId": OTHER}, f'no directory role template with object ID "{OTHER}" was found'),
    ],
)
def test_a_role_that_nobody_knows(plugin: Plugin, inputs: dict[str, str], said: str) -> None:
    assert failure(lambda: plugin.create(ROLE, inputs)) == said


def test_a_role_goes_by_its_name_in_any_letters(plugin: Plugin, graph: Graph) -> None:
    role = graph.add("directoryRoles", displayName="Exchange Administrator", roleTemplateId=TEMPLATE)
    inputs = {"displayName": "exchange administrator"}
    resource_id, state = plugin.create(ROLE, inputs)
    assert (resource_id, state["templateId"]) == (f"/directoryRoles/{role}", TEMPLATE)
    assert plugin.diff(ROLE, state, inputs).changes == provider_pb2.DiffResponse.DIFF_NONE
    assert list(plugin.diff(ROLE, state, {"displayName": "Global Reader"}).replaces) == ["displayName"]
    imported = values(plugin.read(ROLE, (resource_id, {}), {}).inputs)
    assert imported == {"__defaults": [], "displayName": "Exchange Administrator"}


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_an_assignment_that_is_refused_is_not_kept(plugin: Plugin, graph: Graph, status: int) -> None:
    graph.faults.append(Fault(f"POST {ASSIGNMENTS}", status, *DENIED, times=9))
    said = failure(lambda: plugin.create(ROLE_ASSIGNMENT, ASSIGNED))
    assert said.startswith(f'Assigning directory role "{TEMPLATE}" to directory principal "{ME}": unexpected')
    assert said.endswith("with error: Authorization_RequestDenied: Insufficient privileges")
    assert graph.take_requests() == [f"POST {ASSIGNMENTS}"]


def test_an_assignment_must_stay_visible_before_it_is_believed(plugin: Plugin, graph: Graph) -> None:
    graph.faults.append(Fault(f"GET {ASSIGNMENTS}/.*", 404, "Request_ResourceNotFound", "not yet", times=2))
    plugin.create(ROLE_ASSIGNMENT, ASSIGNED)
    assert len(graph.take_requests()) == 1 + 2 + 3 + 1


def test_an_assignment_that_was_taken_away_is_found_by_a_refresh(plugin: Plugin, graph: Graph) -> None:
    made = plugin.create(ROLE_ASSIGNMENT, ASSIGNED)
    assert values(plugin.read(ROLE_ASSIGNMENT, made, ASSIGNED).inputs) == ASSIGNED | {"__defaults": []}
    del graph.objects[made[0]]
    assert plugin.read(ROLE_ASSIGNMENT, made, ASSIGNED) == provider_pb2.ReadResponse()
    assert "unexpected status 404" in failure(lambda: plugin.delete(ROLE_ASSIGNMENT, made))


def test_an_imported_assignment_brings_its_inputs(plugin: Plugin) -> None:
    made = plugin.create(ROLE_ASSIGNMENT, ASSIGNED)
    found = values(plugin.read(ROLE_ASSIGNMENT, (made[0], {}), {}).inputs)
    assert found == ASSIGNED | {"__defaults": [], "directoryScopeId": "/"}


def test_a_change_of_a_trust_is_no_new_one_unless_its_name_is_new(
    plugin: Plugin, trusted: dict[str, Any]
) -> None:
    _, state = plugin.create(FLEXIBLE, trusted)
    changed = trusted | {"claimsMatchingExpression": "claims['sub'] eq 'repo:b'", "description": "d"}
    found = plugin.diff(FLEXIBLE, state, changed)
    assert set(found.detailedDiff) == {"claimsMatchingExpression", "description"}
    assert list(found.replaces) == []
    assert list(plugin.diff(FLEXIBLE, state, trusted | {"displayName": "x"}).replaces) == ["displayName"]


def test_drift_of_a_trust_is_found_by_a_refresh(
    plugin: Plugin, graph: Graph, trusted: dict[str, Any]
) -> None:
    made = plugin.create(FLEXIBLE, trusted)
    wider = {"value": "claims['sub'] matches '*'", "languageVersion": 1}
    graph.objects[made[0]]["claimsMatchingExpression"] = wider
    found = values(plugin.read(FLEXIBLE, made, trusted).inputs)
    assert found == trusted | {"claimsMatchingExpression": wider["value"], "__defaults": []}
    plugin.delete(FLEXIBLE, made)
    assert plugin.read(FLEXIBLE, made, trusted) == provider_pb2.ReadResponse()
    assert "unexpected status 404" in failure(lambda: plugin.delete(FLEXIBLE, made))


def test_why_a_trust_is_refused_the_real_plugin_does_not_tell(
    plugin: Plugin, graph: Graph, trusted: dict[str, Any]
) -> None:
    graph.faults.append(Fault("POST /beta/.*", 400, "Request_BadRequest", "no such operator"))
    said = failure(lambda: plugin.create(FLEXIBLE, trusted))
    application = trusted["applicationId"].rpartition("/")[2]
    assert said == (
        f'adding flexible federated identity credential for Application (Application: "{application}")'
    )


def test_the_id_of_a_trust_is_not_the_one_of_the_documentation(plugin: Plugin) -> None:
    said = failure(lambda: plugin.read(FLEXIBLE, (f"{ME}/federatedIdentityCredential/{OTHER}", {}), {}))
    assert "/applications/<object id>/federatedIdentityCredentials/<credential id>" in said
