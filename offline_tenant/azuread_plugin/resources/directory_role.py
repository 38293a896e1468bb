"""``azuread.DirectoryRole``: a directory role that is activated in the tenant, once and for all."""

from typing import Final

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.graph import Operation, quoted, shown
from offline_tenant.azuread_plugin.properties import Property, outputs
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target, Timeouts, id_part
from offline_tenant.azuread_plugin.values import Values

PREFIX: Final = "/directoryRoles/"
TEMPLATES: Final = "/v1.0/directoryRoleTemplates"
ROLES: Final = "/v1.0/directoryRoles"


class DirectoryRole(Resource):
    """An activated role; its id is ``/directoryRoles/<object id>``."""

    token = "azuread:index/directoryRole:DirectoryRole"  # noqa: S105 - a type token
    properties = (
        Property("displayName", "filled", computed=True, replaces=True, caseless=True),
        Property("templateId", "uuid", computed=True, replaces=True),
        *outputs("description", "objectId"),
    )
    timeouts = Timeouts(update=None)
    exactly_one = ("displayName", "templateId")

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """Look for the template, then for the role that was made of it; activate it if there is none."""
        template = _template(operation, inputs)["id"]
        with described(f"retrieving directory role with template ID {shown(template)}"):
            found = operation.list(ROLES, filter=f"roleTemplateId eq {quoted(template)}")
        if not found:
            with described(f"activating directory role for template ID {shown(template)}"):
                found = [operation.post(ROLES, {"roleTemplateId": template})]
        creation.id = PREFIX + found[0]["id"]

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the role."""
        path = f"/v1.0{PREFIX}{id_part(resource_id, PREFIX)}"
        with described(f"retrieving {resource_id}"):
            found = operation.find(path)
        if found is None:
            return None
        return {
            "description": found.get("description") or "",
            "displayName": found.get("displayName") or "",
            "objectId": found["id"],
            "templateId": found.get("roleTemplateId") or "",
        }

    def delete(self, operation: Operation, target: Target) -> None:
        """Nothing: nobody deactivates a role."""


def _template(operation: Operation, inputs: Values) -> Values:
    if inputs.get("displayName"):
        return _named(operation, inputs["displayName"])
    template = inputs["templateId"]
    with described(f"retrieving directory role template with object ID {shown(template)}"):
        found = operation.find(f"{TEMPLATES}/{template}")
    if found is None:
        raise PluginError(f"no directory role template with object ID {shown(template)} was found")
    return found


def _named(operation: Operation, name: str) -> Values:
    with described("listing directory role templates"):
        templates = operation.list(TEMPLATES)
    for template in templates:
        if str(template.get("displayName")).casefold() == name.casefold():
            return template
    raise PluginError("no directory role template found")
