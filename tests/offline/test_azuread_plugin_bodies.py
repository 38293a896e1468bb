"""What the plugin sends: its sign-in, headers, and the bodies of what it makes."""

import base64

from tests.offline.azuread_plugin_helper import (
    APPLICATION,
    CERTIFICATE,
    GET_CLIENT_CONFIG,
    GET_SERVICE_PRINCIPAL,
    GRANT,
    ME,
    SERVICE_PRINCIPAL,
    Graph,
    Plugin,
)
from tests.offline.azuread_plugin_world import EXCHANGE, IMAP, TEMPLATE, World

pytest_plugins = ["tests.offline.azuread_plugin_fixtures"]


def test_a_process_signs_in_once_at_the_first_need(plugin: Plugin, graph: Graph) -> None:
    plugin.configure(graph)
    plugin.checked(APPLICATION, {"displayName": "new"})
    plugin.create(APPLICATION, {"displayName": "new"}, preview=True)
    assert graph.take_requests() == []
    for _ in range(2):
        plugin.invoke(GET_CLIENT_CONFIG, {})
    assert graph.take_requests() == [
        "GET /metadata/endpoints?api-version=2022-09-01",
        "POST /11111111-0000-4000-8000-000000000003/oauth2/v2.0/token",
    ]


def test_every_graph_call_carries_the_recorded_headers(plugin: Plugin, graph: Graph) -> None:
    graph.headers.clear()
    made = plugin.create(APPLICATION, {"displayName": "new"})
    plugin.delete(APPLICATION, made)
    expected = {
        "Content-Type": "application/json; charset=utf-8",
        "Accept": "application/json; charset=utf-8; IEEE754Compatible=false",
    }
    for headers in graph.headers:
        assert expected.items() <= headers.items()
        assert headers["Odata-Version"] == headers["Odata-Maxversion"] == "4.0"
        assert headers["Authorization"].startswith("Bearer ")
        assert "terraform-provider-azuread" in headers["User-Agent"]
        assert not {"Prefer", "ConsistencyLevel", "If-Match"} & set(headers)


def test_a_new_application_is_sent_whole(plugin: Plugin, graph: Graph) -> None:
    access = [{"resourceAppId": EXCHANGE, "resourceAccesses": [{"id": IMAP, "type": "Role"}]}]
    graph.bodies.clear()
    plugin.create(APPLICATION, {"displayName": "new", "requiredResourceAccesses": access})
    made, parked, named, *_ = graph.bodies
    assert made["requiredResourceAccess"] == [
        {"resourceAppId": EXCHANGE, "resourceAccess": [{"id": IMAP, "type": "Role"}]}
    ]
    assert made["owners@odata.bind"] == [f"{graph.base}/v1.0/directoryObjects/{ME}"]
    assert made["@odata.type"] == "#microsoft.graph.application"
    assert made["api"]["requestedAccessTokenVersion"] == 1
    assert made["groupMembershipClaims"] is None
    assert parked["displayName"].startswith("TERRAFORM_UPDATE_")
    assert named == {"displayName": "new"}


def test_a_rename_sends_nearly_the_whole_object(plugin: Plugin, graph: Graph) -> None:
    made = plugin.create(APPLICATION, {"displayName": "old"})
    graph.bodies.clear()
    plugin.update(APPLICATION, made, {"displayName": "new"})
    sent = graph.bodies[0]
    assert sent["displayName"] == "new"
    assert not {"identifierUris", "appRoles", "requiredResourceAccess", "owners@odata.bind"} & set(sent)
    assert "oauth2PermissionScopes" not in sent["api"]


def test_adopting_overwrites_with_the_defaults(plugin: Plugin, graph: Graph) -> None:
    there = graph.add("servicePrincipals", appId=EXCHANGE, notes="kept?", tags=["HideApp"], owners=[])
    resource_id, state = plugin.create(SERVICE_PRINCIPAL, {"clientId": EXCHANGE, "useExisting": True})
    assert resource_id == f"/servicePrincipals/{there}"
    assert (state["notes"], state["tags"]) == ("", [])


def test_a_grant_for_one_person_is_sent_as_theirs(world: World) -> None:
    world.graph.bodies.clear()
    _, state = world.plugin.create(GRANT, world.grant_inputs("SMTP.Send") | {"userObjectId": ME})
    sent = next(body for body in world.graph.bodies if body)
    assert (sent["consentType"], sent["principalId"], sent["scope"]) == ("Principal", ME, "SMTP.Send")
    assert state["userObjectId"] == ME


def test_a_trust_by_expression_is_sent_with_its_language(world: World) -> None:
    world.graph.bodies.clear()
    resource_id, state = world.flexible()
    sent = next(body for body in world.graph.bodies if body)
    assert sent["claimsMatchingExpression"]["languageVersion"] == 1
    assert sent["claimsMatchingExpression"]["value"] == "claims['sub'] matches 'repo:a:*'"
    assert (sent["audiences"], sent["name"]) == (["api://AzureADTokenExchange"], "ci")
    assert "subject" not in sent
    assert (
        resource_id
        == f"/applications/{world.application}/federatedIdentityCredentials/{state['credentialId']}"
    )


def test_a_role_is_assigned_over_the_whole_tenant_unless_told_otherwise(world: World) -> None:
    world.graph.bodies.clear()
    resource_id, state = world.role_assignment()
    sent = next(body for body in world.graph.bodies if body)
    assert (sent["principalId"], sent["roleDefinitionId"], sent["directoryScopeId"]) == (
        world.principal,
        TEMPLATE,
        "/",
    )
    assert "appScopeId" not in sent
    assert resource_id.startswith("/roleManagement/directory/roleAssignments/")
    assert (state["directoryScopeId"], state["appScopeId"]) == ("/", "")


def test_a_certificate_is_added_to_those_that_are_there_and_taken_away_alone(world: World) -> None:
    app = world.graph.objects[f"/applications/{world.application}"]
    app["keyCredentials"] = [{"keyId": "older"}]
    made = world.certificate()
    older, new = app["keyCredentials"]
    assert older == {"keyId": "older"}
    assert (new["type"], new["usage"], base64.b64decode(new["key"])) == (
        "AsymmetricX509Cert",
        "Verify",
        b"pem",
    )
    world.plugin.delete(CERTIFICATE, made)
    assert app["keyCredentials"] == [{"keyId": "older"}]


def test_lists_are_read_to_their_last_page(plugin: Plugin, graph: Graph) -> None:
    graph.paged = True
    graph.add("servicePrincipals", appId="other", displayName="x", owners=[])
    graph.add("servicePrincipals", appId=EXCHANGE, displayName="x", owners=[])
    plugin.invoke(GET_SERVICE_PRINCIPAL, {"clientId": EXCHANGE})
    listed = [request for request in graph.take_requests() if "?$filter" in request]
    assert len(listed) == 2
