"""``azuread.Application``: the registration of an application."""

from typing import Final
from uuid import uuid4

from offline_tenant.azuread_plugin.differences import differences, top_level
from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.graph import NOT_FOUND, Operation, Retry, quoted
from offline_tenant.azuread_plugin.resources import owners
from offline_tenant.azuread_plugin.resources.application_shapes import (
    COLLECTIONS,
    PROPERTIES,
    graph_api,
    graph_application,
    graph_collection,
    state_of,
)
from offline_tenant.azuread_plugin.resources.permissions import graph_permission
from offline_tenant.azuread_plugin.resources.resource import (
    Creation,
    Resource,
    Target,
    Timeouts,
    id_part,
    nullable,
)
from offline_tenant.azuread_plugin.values import Values

KIND: Final = "application"
PREFIX: Final = "/applications/"
LAG: Final[Retry] = {
    NOT_FOUND: "",
    409: "",
    400: r"Permission \(scope or role\) cannot be deleted or updated unless disabled first",
}


class Application(Resource):
    """An application's registration; its id is ``/applications/<object id>``."""

    token = "azuread:index/application:Application"  # noqa: S105 - a type token
    properties = PROPERTIES
    schema_version = 2
    timeouts = Timeouts(create=600, update=600)
    recomputed = (("appRoles", "appRoleIds"), ("api", "oauth2PermissionScopeIds"))
    conflicts = (("tags", "featureTags"),)

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """POST; prove by two PATCHes of its name that it has arrived; hand back the ownership."""
        _refuse_duplicate(operation, inputs)
        body = graph_application(inputs, []) | owners.binding(operation, inputs.get("owners"))
        body |= {"api": _full_api(inputs)}
        for name in COLLECTIONS:
            body |= graph_collection(name, inputs)
        with described("Could not create application"):
            object_id = operation.post("/v1.0/applications", body)["id"]
        creation.id = PREFIX + object_id
        path = f"/v1.0/applications/{object_id}"
        with described("Failed to patch application after creating"):
            operation.patch(path, {"displayName": f"TERRAFORM_UPDATE_{uuid4()}"}, LAG)
            operation.patch(path, {"displayName": inputs["displayName"]}, LAG)
        owners.finish(operation, path, inputs.get("owners"), KIND)

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the application, its one beta property, and its owners."""
        path = PREFIX + id_part(resource_id, PREFIX)
        with described(f"Retrieving application {resource_id}"):
            app = operation.find(f"/v1.0{path}")
            if app is None:
                return None
            beta = operation.get(f"/beta{path}", select="oauth2RequirePostResponse")
            owned_by = owners.read(operation, f"/v1.0{path}")
        return state_of(app) | {
            "oauth2PostResponseRequired": beta.get("oauth2RequirePostResponse") or False,
            "owners": nullable(owned_by),
            "logoImage": "",
        }

    def update(self, operation: Operation, target: Target) -> None:
        """One PATCH with nearly the whole object."""
        old, new = target.state, target.inputs
        path = f"/v1.0{PREFIX}{id_part(target.id, PREFIX)}"
        changed = {top_level(found) for found in differences(PROPERTIES, old, new, ())}
        if "displayName" in changed:
            _refuse_duplicate(operation, new)
        body = graph_application(new, old.get("tags") or [])
        body |= {"api": (_full_api if "api" in changed else _api)(new)}
        for name in COLLECTIONS:
            body |= graph_collection(name, new) if name in changed else {}
        with described(f"Updating {KIND} {target.id}"):
            operation.patch(path, body)
        owners.change(operation, path, old, new, KIND)

    def delete(self, operation: Operation, target: Target) -> None:
        """DELETE, and poll until it stays away."""
        path = f"/v1.0{PREFIX}{id_part(target.id, PREFIX)}"
        with described(f"Deleting {KIND} {target.id}"):
            operation.delete(path)
        with described(f"Waiting for deletion of {KIND} {target.id}"):
            operation.settle(lambda: operation.find(path) is None, interval=5.0)


def _api(inputs: Values) -> Values:
    return graph_api(inputs.get("api") or {})


def _full_api(inputs: Values) -> Values:
    scopes = (inputs.get("api") or {}).get("oauth2PermissionScopes") or []
    return _api(inputs) | {"oauth2PermissionScopes": [graph_permission(scope) for scope in scopes]}


def _refuse_duplicate(operation: Operation, inputs: Values) -> None:
    if not inputs.get("preventDuplicateNames"):
        return
    name = inputs["displayName"]
    with described("Could not check for existing application(s)"):
        found = operation.list("/v1.0/applications", filter=f"displayName eq {quoted(name)}")
    for app in found:
        if app.get("displayName") == name:
            raise PluginError(
                f"`prevent_duplicate_names` was specified and an existing azuread_application was found with"
                f" display name {name!r} and ID {app['id']!r}. To manage it, import it."
            )
