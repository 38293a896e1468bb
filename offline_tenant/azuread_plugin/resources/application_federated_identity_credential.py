"""``azuread.ApplicationFederatedIdentityCredential``: trust in the tokens of another identity provider."""

from typing import Any, Final

from offline_tenant.azuread_plugin.errors import described
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.pace import MISSES
from offline_tenant.azuread_plugin.properties import Property, outputs
from offline_tenant.azuread_plugin.resources.application import PREFIX
from offline_tenant.azuread_plugin.resources.credentials import CredentialId, credential_id
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target, Timeouts, id_part
from offline_tenant.azuread_plugin.values import Values

KIND: Final = "federatedIdentityCredential"


class ApplicationFederatedIdentityCredential(Resource):
    """A trust; its id is ``<application's object id>/federatedIdentityCredential/<id>``."""

    token = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"  # noqa: S105
    properties = (
        Property("applicationId", required=True, replaces=True),
        Property("audiences", "texts", required=True),
        Property("description"),
        Property("displayName", "filled", required=True, replaces=True),
        Property("issuer", required=True),
        Property("subject", required=True),
        *outputs("credentialId"),
    )
    schema_version = 0
    timeouts = Timeouts(create=900)

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """GET the application, POST the credential, poll until it stays visible."""
        application = id_part(inputs["applicationId"], PREFIX)
        path = f"/v1.0/applications/{application}"
        with operation.session.application_lock(application):
            with described(f"retrieving application with object ID {application!r}"):
                operation.get(path)
            with described(
                f"Adding federated identity credential for application with object ID {application!r}"
            ):
                made = operation.post(f"{path}/{KIND}s", _body(inputs))
            new = CredentialId(application, KIND, made["id"])
            with described(f"Waiting for {new}"):
                operation.settle(lambda: operation.find(_path(new)) is not None, interval=1.0, misses=MISSES)
        creation.id = str(new)

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the credential."""
        this = credential_id(resource_id, KIND)
        with described(f"Retrieving federated identity credential with ID {this.key!r}"):
            found = operation.find(_path(this))
        if found is None:
            return None
        return {
            "applicationId": PREFIX + this.application,
            "audiences": found.get("audiences") or [],
            "credentialId": this.key,
            "description": found.get("description") or "",
            "displayName": found.get("name") or "",
            "issuer": found.get("issuer") or "",
            "subject": found.get("subject") or "",
        }

    def update(self, operation: Operation, target: Target) -> None:
        """PATCH the whole credential."""
        this = credential_id(target.id, KIND)
        with operation.session.application_lock(this.application), described(f"Updating {target.id}"):
            operation.patch(_path(this), _body(target.inputs))

    def delete(self, operation: Operation, target: Target) -> None:
        """DELETE the credential, and poll until it stays away."""
        this = credential_id(target.id, KIND)
        with operation.session.application_lock(this.application):
            with described(f"Removing {target.id}"):
                operation.delete(_path(this))
            with described(f"Waiting for deletion of {target.id}"):
                operation.settle(lambda: operation.find(_path(this)) is None, interval=5.0)


def _path(this: CredentialId) -> str:
    return f"{this.path}/{KIND}s/{this.key}"


def _body(inputs: Values) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.federatedIdentityCredential",
        "audiences": inputs["audiences"],
        "description": inputs.get("description") or "",
        "issuer": inputs["issuer"],
        "name": inputs["displayName"],
        "subject": inputs["subject"],
    }
