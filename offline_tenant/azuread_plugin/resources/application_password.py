"""``azuread.ApplicationPassword``: a client secret, made by the service and shown once."""

from typing import Any, Final

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.pace import MISSES
from offline_tenant.azuread_plugin.properties import Property, outputs
from offline_tenant.azuread_plugin.resources.application import PREFIX
from offline_tenant.azuread_plugin.resources.credentials import (
    CredentialId,
    credential_id,
    end_time,
    sent_time,
)
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target, Timeouts, id_part
from offline_tenant.azuread_plugin.values import Values

KIND: Final = "password"


class ApplicationPassword(Resource):
    """A client secret; its id is ``<application's object id>/password/<key id>``. Every change makes a new one."""

    token = "azuread:index/applicationPassword:ApplicationPassword"  # noqa: S105 - a type token
    properties = (
        Property("applicationId", required=True, replaces=True),
        Property("displayName", computed=True, replaces=True),
        Property("endDate", "time", computed=True, replaces=True),
        # The real plugin takes it and sends nothing of it: the secret then lives for two years.
        Property("endDateRelative", replaces=True, absent="the real plugin ignores it; use end_date"),
        Property("rotateWhenChanged", "map", replaces=True),
        Property("startDate", "time", computed=True, replaces=True),
        *outputs("keyId"),
        Property("value", output=True, secret=True),
    )
    timeouts = Timeouts(create=900)

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """GET the application, addPassword, poll until the key stays visible."""
        application = id_part(inputs["applicationId"], PREFIX)
        path = f"/v1.0/applications/{application}"
        with operation.session.application_lock(application):
            with described(f"Retrieving application with object ID {application!r}"):
                operation.get(path)
            with described(f"Adding password for application with object ID {application!r}"):
                made = operation.post(f"{path}/addPassword", {"passwordCredential": _credential(inputs)})
            _require(made)
            new = CredentialId(application, KIND, made["keyId"])
            with described(f"Waiting for password credential for application with object ID {application!r}"):
                operation.settle(
                    lambda: _find(operation.get(path), new.key) is not None, interval=1.0, misses=MISSES
                )
        creation.id, creation.outputs = str(new), {"value": made["secretText"]}

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the application, and find the key in it; its value is known from the create alone."""
        this = credential_id(resource_id, KIND)
        with described(f"Retrieving application with object ID {this.application!r}"):
            app = operation.find(this.path)
        found = _find(app or {}, this.key)
        if found is None:
            return None
        return {
            "applicationId": PREFIX + this.application,
            "displayName": found.get("displayName"),
            "endDate": found.get("endDateTime") or "",
            "keyId": this.key,
            "startDate": found.get("startDateTime") or "",
        }

    def delete(self, operation: Operation, target: Target) -> None:
        """Call removePassword, and poll until the key stays away."""
        this = credential_id(target.id, KIND)
        what = f"password credential {this.key!r} from application with object ID {this.application!r}"
        with operation.session.application_lock(this.application):
            with described(f"Removing {what}"):
                operation.post(f"{this.path}/removePassword", {"keyId": this.key})
            with described(f"Waiting for deletion of {what}"):
                operation.settle(lambda: _find(operation.get(this.path), this.key) is None, interval=5.0)


def _credential(inputs: Values) -> dict[str, Any]:
    credential = {"displayName": inputs.get("displayName"), "endDateTime": end_time(inputs)}
    if inputs.get("startDate"):
        credential["startDateTime"] = sent_time(inputs["startDate"])
    return {name: value for name, value in credential.items() if value is not None}


def _require(made: Values) -> None:
    for name in ("keyId", "secretText"):
        if not made.get(name):
            raise PluginError(f"API error adding password for application: nil or empty {name} received")


def _find(app: Values, key: str) -> Values | None:
    credentials: list[Values] = app.get("passwordCredentials") or []
    return next((found for found in credentials if str(found.get("keyId")).lower() == key.lower()), None)
