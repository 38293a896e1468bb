"""``azuread.ApplicationFlexibleFederatedIdentityCredential``: trust in tokens that an expression matches."""

from typing import Any, Final

from offline_tenant.azuread_plugin.errors import GraphError, PluginError, described
from offline_tenant.azuread_plugin.graph import Operation, shown
from offline_tenant.azuread_plugin.properties import Property, outputs
from offline_tenant.azuread_plugin.resources.application import PREFIX
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target, Timeouts, id_part
from offline_tenant.azuread_plugin.values import Values

KIND: Final = "federatedIdentityCredentials"
# The expression language has one version, which must be told all the same.
LANGUAGE: Final = 1
FIRST_LOOK: Final = 10.0  # seconds after the credential was made


class ApplicationFlexibleFederatedIdentityCredential(Resource):
    """A trust by expression, which only beta knows.

    Its id is ``/applications/<object id>/federatedIdentityCredentials/<id>``: so the real plugin writes and reads it,
    whatever its documentation says of imports.
    """

    token = "azuread:index/applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential"  # noqa: S105
    properties = (
        Property("applicationId", required=True, replaces=True),
        Property("audience", "filled", required=True),
        Property("claimsMatchingExpression", "filled", required=True),
        Property("description"),
        Property("displayName", "filled", required=True, replaces=True),
        Property("issuer", "filled", required=True),
        *outputs("credentialId"),
    )
    schema_version = 0
    timeouts = Timeouts(create=900)

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """GET the application, POST the credential, look whether it has arrived."""
        application = id_part(inputs["applicationId"], PREFIX)
        named = f"Application (Application: {shown(application)})"
        path = f"{PREFIX}{application}"
        with operation.session.application_lock(application):
            with described(f"retrieving {named}"):
                operation.get(f"/beta{path}")
            made = _add(operation, f"/beta{path}/{KIND}", inputs, named)
            operation.rest(FIRST_LOOK)
            new = f"{path}/{KIND}/{made['id']}"
            with described(f"waiting for {new}"):
                operation.settle(lambda: operation.find(f"/beta{new}") is not None, interval=1.0, times=1)
        creation.id = new

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the credential."""
        application, credential = _parts(resource_id)
        with described(f"retrieving {resource_id}"):
            found = operation.find(f"/beta{resource_id}")
        if found is None:
            return None
        return {
            "applicationId": PREFIX + application,
            "audience": next(iter(found.get("audiences") or ()), ""),
            "claimsMatchingExpression": (found.get("claimsMatchingExpression") or {}).get("value") or "",
            "credentialId": credential,
            "description": found.get("description") or "",
            "displayName": found.get("name") or "",
            "issuer": found.get("issuer") or "",
        }

    def update(self, operation: Operation, target: Target) -> None:
        """PATCH the whole credential."""
        application, credential = _parts(target.id)
        body = _body(target.inputs) | {"id": credential}
        with operation.session.application_lock(application), described(f"updating {target.id}"):
            operation.patch(f"/beta{target.id}", body)

    def delete(self, operation: Operation, target: Target) -> None:
        """DELETE the credential, and poll until it stays away."""
        application, _ = _parts(target.id)
        with operation.session.application_lock(application):
            with described(f"deleting {target.id}"):
                operation.delete(f"/beta{target.id}")
            with described(f"waiting for deletion of {target.id}"):
                operation.settle(lambda: operation.find(f"/beta{target.id}") is None, interval=5.0)


def _add(operation: Operation, path: str, inputs: Values, named: str) -> Any:
    try:
        return operation.post(path, _body(inputs))
    except GraphError as error:
        # The real plugin does not tell what Graph said.
        raise PluginError(f"adding flexible federated identity credential for {named}") from error


def _parts(resource_id: str) -> tuple[str, str]:
    match resource_id.split("/"):
        case ["", "applications", application, found, credential] if (
            application and credential and found == KIND
        ):
            return application, credential
    raise PluginError(
        f"parsing {resource_id!r}: expected an ID of the form /applications/<object id>/{KIND}/<credential id>"
    )


def _body(inputs: Values) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.federatedIdentityCredential",
        "audiences": [inputs["audience"]],
        "claimsMatchingExpression": {
            "@odata.type": "#microsoft.graph.federatedIdentityExpression",
            "languageVersion": LANGUAGE,
            "value": inputs["claimsMatchingExpression"],
        },
        "description": inputs.get("description") or "",
        "issuer": inputs["issuer"],
        "name": inputs["displayName"],
    }
