"""The Graph calls of every operation, in order, against the list that was recorded from the real plugin.

The lists follow the record of pulumi-azuread 6.10.0 line by line; {A}, {S}, … stand for object ids.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.offline.azuread_plugin_helper import (
    APPLICATION,
    ASSIGNMENT,
    CERTIFICATE,
    CLIENT_ID,
    FEDERATED,
    FLEXIBLE,
    GET_CLIENT_CONFIG,
    GET_SERVICE_PRINCIPAL,
    GRANT,
    ME,
    PASSWORD,
    ROLE,
    ROLE_ASSIGNMENT,
    SERVICE_PRINCIPAL,
)
from tests.offline.azuread_plugin_world import TEMPLATE, Made, World

pytest_plugins = ["tests.offline.azuread_plugin_fixtures"]

READ_APPLICATION = [
    "GET /v1.0/applications/{A}",
    "GET /beta/applications/{A}?$select=oauth2RequirePostResponse",
    "GET /v1.0/applications/{A}/owners",
]
READ_PRINCIPAL = [
    "GET /v1.0/servicePrincipals/{S}",
    "GET /beta/servicePrincipals/{S}?$select=samlMetadataUrl",
    "GET /v1.0/servicePrincipals/{S}/owners",
]
READ_ASSIGNMENT = ["GET /v1.0/servicePrincipals/{R}/appRoleAssignedTo/{N}"]
READ_GRANT = ["GET /v1.0/oauth2PermissionGrants/{N}"]
GET_APPLICATION = "GET /v1.0/applications/{A}"
FEDERATED_PATH = "/v1.0/applications/{A}/federatedIdentityCredentials"
FLEXIBLE_PATH = "/beta/applications/{A}/federatedIdentityCredentials"
ROLE_ASSIGNMENTS = "/v1.0/roleManagement/directory/roleAssignments"
FIND_ROLE = "GET /v1.0/directoryRoles?$filter=roleTemplateId eq '{T}'"
FIND_PRINCIPAL = "GET /v1.0/servicePrincipals?$filter=appId eq '{C}'"


@dataclass(frozen=True)
class Row:
    """One operation: what is there before, what is done to it, and the requests of the doing."""

    name: str
    act: Callable[[World, Any], object]
    requests: list[str]
    before: Callable[[World], Any] = lambda world: None  # noqa: ARG005


def new_principal(world: World, before: Any, **inputs: Any) -> Made:
    return world.plugin.create(SERVICE_PRINCIPAL, {"clientId": before or world.client_id, **inputs})


TABLE = [
    Row("getClientConfig", lambda w, _: w.plugin.invoke(GET_CLIENT_CONFIG, {}), []),
    Row(
        "getServicePrincipal",
        lambda w, _: w.plugin.invoke(GET_SERVICE_PRINCIPAL, {"clientId": w.client_id}),
        [FIND_PRINCIPAL, "GET /beta/servicePrincipals/{S}?$select=samlMetadataUrl"],
    ),
    Row(
        "Application create",
        lambda w, _: w.plugin.create(APPLICATION, {"displayName": "new"}),
        [
            "POST /v1.0/applications",
            "PATCH /v1.0/applications/{N}",
            "PATCH /v1.0/applications/{N}",
            "DELETE /v1.0/applications/{N}/owners/{me}/$ref",
            *[request.replace("{A}", "{N}") for request in READ_APPLICATION],
        ],
    ),
    Row(
        "Application read",
        lambda w, _: w.plugin.read(
            APPLICATION, w.existing("applications", w.application), {"displayName": "old"}
        ),
        READ_APPLICATION,
    ),
    Row(
        "Application import",
        lambda w, _: w.plugin.read(APPLICATION, (f"/applications/{w.application}", {}), {}),
        READ_APPLICATION,
    ),
    Row(
        "Application update",
        lambda w, _: w.plugin.update(
            APPLICATION, w.existing("applications", w.application), {"displayName": "new"}
        ),
        ["PATCH /v1.0/applications/{A}", *READ_APPLICATION],
    ),
    Row(
        "Application delete",
        lambda w, _: w.plugin.delete(APPLICATION, w.existing("applications", w.application)),
        ["DELETE /v1.0/applications/{A}", *["GET /v1.0/applications/{A}"] * 5],
    ),
    Row(
        "ServicePrincipal create",
        new_principal,
        [
            "GET /v1.0/servicePrincipals?$filter=appId eq '{O}'",
            "POST /v1.0/servicePrincipals",
            "PATCH /v1.0/servicePrincipals/{N}",
            "DELETE /v1.0/servicePrincipals/{N}/owners/{me}/$ref",
            *[request.replace("{S}", "{N}") for request in READ_PRINCIPAL],
        ],
        before=lambda w: w.graph.uuid(),
    ),
    Row(
        "ServicePrincipal create, use_existing adopts",
        lambda w, before: new_principal(w, before, useExisting=True),
        [FIND_PRINCIPAL, "PATCH /v1.0/servicePrincipals/{S}", *READ_PRINCIPAL],
    ),
    Row(
        "ServicePrincipal read",
        lambda w, _: w.plugin.read(
            SERVICE_PRINCIPAL, w.existing("servicePrincipals", w.principal), {"clientId": w.client_id}
        ),
        READ_PRINCIPAL,
    ),
    Row(
        "ServicePrincipal delete",
        lambda w, _: w.plugin.delete(SERVICE_PRINCIPAL, w.existing("servicePrincipals", w.principal)),
        ["DELETE /v1.0/servicePrincipals/{S}", *["GET /v1.0/servicePrincipals/{S}"] * 5],
    ),
    Row(
        "ServicePrincipal delete, adopted",
        lambda w, _: w.plugin.delete(
            SERVICE_PRINCIPAL, (f"/servicePrincipals/{w.principal}", {"useExisting": True})
        ),
        ["DELETE /v1.0/servicePrincipals/{S}"],
    ),
    Row(
        "ApplicationPassword create",
        lambda w, _: w.password(),
        [
            "GET /v1.0/applications/{A}",
            "POST /v1.0/applications/{A}/addPassword",
            *["GET /v1.0/applications/{A}"] * 5,
            "GET /v1.0/applications/{A}",
        ],
    ),
    Row(
        "ApplicationPassword refresh",
        lambda w, made: w.plugin.read(PASSWORD, made, {"applicationId": f"/applications/{w.application}"}),
        ["GET /v1.0/applications/{A}"],
        before=World.password,
    ),
    Row(
        "ApplicationPassword delete",
        lambda w, made: w.plugin.delete(PASSWORD, made),
        ["POST /v1.0/applications/{A}/removePassword", *["GET /v1.0/applications/{A}"] * 5],
        before=World.password,
    ),
    # Not recorded, but read in the source of the real plugin: certificates and federated credentials.
    Row(
        "ApplicationCertificate create",
        lambda w, _: w.certificate(),
        [GET_APPLICATION, "PATCH /v1.0/applications/{A}", *[GET_APPLICATION] * 5, GET_APPLICATION],
    ),
    Row(
        "ApplicationCertificate delete",
        lambda w, made: w.plugin.delete(CERTIFICATE, made),
        [GET_APPLICATION, "PATCH /v1.0/applications/{A}", *[GET_APPLICATION] * 5],
        before=World.certificate,
    ),
    Row(
        "ApplicationFederatedIdentityCredential create",
        lambda w, _: w.federated(),
        [GET_APPLICATION, f"POST {FEDERATED_PATH}", *[f"GET {FEDERATED_PATH}/{{N}}"] * 6],
    ),
    Row(
        "ApplicationFederatedIdentityCredential update",
        lambda w, made: w.plugin.update(FEDERATED, made, w.federated_inputs("repo:b")),
        [f"PATCH {FEDERATED_PATH}/{{O}}", f"GET {FEDERATED_PATH}/{{O}}"],
        before=World.federated,
    ),
    Row(
        "ApplicationFederatedIdentityCredential delete",
        lambda w, made: w.plugin.delete(FEDERATED, made),
        [f"DELETE {FEDERATED_PATH}/{{O}}", *[f"GET {FEDERATED_PATH}/{{O}}"] * 5],
        before=World.federated,
    ),
    Row(
        "ApplicationFlexibleFederatedIdentityCredential create",
        lambda w, _: w.flexible(),
        ["GET /beta/applications/{A}", f"POST {FLEXIBLE_PATH}", *[f"GET {FLEXIBLE_PATH}/{{N}}"] * 2],
    ),
    Row(
        "ApplicationFlexibleFederatedIdentityCredential update",
        lambda w, made: w.plugin.update(FLEXIBLE, made, w.flexible_inputs("claims['sub'] eq 'repo:b'")),
        [f"PATCH {FLEXIBLE_PATH}/{{O}}", f"GET {FLEXIBLE_PATH}/{{O}}"],
        before=World.flexible,
    ),
    Row(
        "ApplicationFlexibleFederatedIdentityCredential import",
        lambda w, made: w.plugin.read(FLEXIBLE, (made[0], {}), {}),
        [f"GET {FLEXIBLE_PATH}/{{O}}"],
        before=World.flexible,
    ),
    Row(
        "ApplicationFlexibleFederatedIdentityCredential delete",
        lambda w, made: w.plugin.delete(FLEXIBLE, made),
        [f"DELETE {FLEXIBLE_PATH}/{{O}}", *[f"GET {FLEXIBLE_PATH}/{{O}}"] * 5],
        before=World.flexible,
    ),
    Row(
        "DirectoryRole create, by template",
        lambda w, _: w.role(),
        [
            "GET /v1.0/directoryRoleTemplates/{T}",
            FIND_ROLE,
            "POST /v1.0/directoryRoles",
            "GET /v1.0/directoryRoles/{N}",
        ],
    ),
    Row(
        "DirectoryRole create, by name, activated before",
        lambda w, _: w.plugin.create(ROLE, {"displayName": "exchange administrator"}),
        ["GET /v1.0/directoryRoleTemplates", FIND_ROLE, "GET /v1.0/directoryRoles/{O}"],
        before=World.role,
    ),
    Row("DirectoryRole delete", lambda w, made: w.plugin.delete(ROLE, made), [], before=World.role),
    Row(
        "DirectoryRoleAssignment create",
        lambda w, _: w.role_assignment(),
        [f"POST {ROLE_ASSIGNMENTS}", *[f"GET {ROLE_ASSIGNMENTS}/{{N}}"] * 4],
    ),
    Row(
        "DirectoryRoleAssignment import",
        lambda w, made: w.plugin.read(ROLE_ASSIGNMENT, (made[0], {}), {}),
        [f"GET {ROLE_ASSIGNMENTS}/{{O}}"],
        before=World.role_assignment,
    ),
    Row(
        "DirectoryRoleAssignment delete",
        lambda w, made: w.plugin.delete(ROLE_ASSIGNMENT, made),
        [f"DELETE {ROLE_ASSIGNMENTS}/{{O}}"],
        before=World.role_assignment,
    ),
    Row(
        "AppRoleAssignment create",
        lambda w, _: w.assignment(),
        [
            "GET /v1.0/servicePrincipals/{R}",
            "POST /v1.0/servicePrincipals/{R}/appRoleAssignedTo",
            *READ_ASSIGNMENT,
        ],
    ),
    Row(
        "AppRoleAssignment import",
        lambda w, made: w.plugin.read(ASSIGNMENT, (made[0], {}), {}),
        [request.replace("{N}", "{O}") for request in READ_ASSIGNMENT],
        before=World.assignment,
    ),
    Row(
        "AppRoleAssignment delete",
        lambda w, made: w.plugin.delete(ASSIGNMENT, made),
        ["DELETE /v1.0/servicePrincipals/{R}/appRoleAssignedTo/{O}"],
        before=World.assignment,
    ),
    Row(
        "DelegatedPermissionGrant create",
        lambda w, _: w.grant(),
        [
            "GET /v1.0/servicePrincipals/{S}",
            "GET /v1.0/servicePrincipals/{R}",
            "POST /v1.0/oauth2PermissionGrants",
            *READ_GRANT,
        ],
    ),
    Row(
        "DelegatedPermissionGrant update",
        lambda w, made: w.plugin.update(GRANT, made, w.grant_inputs("SMTP.Send", "POP.AccessAsUser.All")),
        ["PATCH /v1.0/oauth2PermissionGrants/{O}", "GET /v1.0/oauth2PermissionGrants/{O}"],
        before=World.grant,
    ),
    Row(
        "DelegatedPermissionGrant delete",
        lambda w, made: w.plugin.delete(GRANT, made),
        ["DELETE /v1.0/oauth2PermissionGrants/{O}"],
        before=World.grant,
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_an_operation_makes_the_recorded_calls(world: World, row: Row) -> None:
    before = row.before(world)
    older = {path.rpartition("/")[2] for path in world.graph.objects} | _ids(before)
    world.graph.take_requests()
    row.act(world, before)
    assert [_named(world, older, request) for request in world.graph.take_requests()] == row.requests


def _ids(before: Any) -> set[str]:
    return set(before[0].split("/")) if isinstance(before, tuple) else {str(before)}


def _named(world: World, older: set[str], request: str) -> str:
    known = {
        world.application: "{A}",
        world.principal: "{S}",
        world.resource: "{R}",
        world.client_id: "{C}",
        ME: "{me}",
        CLIENT_ID: "{caller}",
        TEMPLATE: "{T}",
    }
    return re.sub(
        r"\w{8}(-\w{4}){3}-\w{12}",
        lambda found: known.get(found[0], "{O}" if found[0] in older else "{N}"),
        request,
    )
