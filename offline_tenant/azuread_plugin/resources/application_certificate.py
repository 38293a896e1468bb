"""``azuread.ApplicationCertificate``: the public key of a certificate that an application signs in with."""

import base64
import binascii
from typing import Any, Final
from uuid import uuid4

from offline_tenant.azuread_plugin.errors import PluginError, described
from offline_tenant.azuread_plugin.graph import Operation
from offline_tenant.azuread_plugin.pace import MISSES
from offline_tenant.azuread_plugin.properties import Property
from offline_tenant.azuread_plugin.resources.application import PREFIX
from offline_tenant.azuread_plugin.resources.credentials import (
    CredentialId,
    credential_id,
    end_time,
    sent_time,
)
from offline_tenant.azuread_plugin.resources.resource import Creation, Resource, Target, Timeouts, id_part
from offline_tenant.azuread_plugin.values import Values

KIND: Final = "certificate"
LINE: Final = 64  # characters of base64 in a line of PEM


class ApplicationCertificate(Resource):
    """A certificate; its id is ``<application's object id>/certificate/<key id>``. Every change makes a new one."""

    token = "azuread:index/applicationCertificate:ApplicationCertificate"  # noqa: S105 - a type token
    properties = (
        Property("applicationId", required=True, replaces=True),
        Property("encoding", default="pem", replaces=True),
        Property("endDate", "time", computed=True, replaces=True),
        Property("endDateRelative", "filled", replaces=True),
        Property("keyId", "uuid", computed=True, replaces=True),
        Property("startDate", "time", computed=True, replaces=True),
        Property("type", replaces=True),
        Property("value", required=True, replaces=True, secret=True),
    )
    schema_version = 0
    timeouts = Timeouts()
    conflicts = (("endDate", "endDateRelative"),)

    def create(self, operation: Operation, inputs: Values, creation: Creation) -> None:
        """GET the application, PATCH its keys with one more, poll until the key stays visible."""
        application = id_part(inputs["applicationId"], PREFIX)
        new = CredentialId(application, KIND, inputs.get("keyId") or str(uuid4()))
        added = _credential(inputs, new.key)
        with operation.session.application_lock(application):
            present = _keys(operation, new)
            if _find(present, new.key):
                raise PluginError(
                    f'A resource with the ID "{new}" already exists - to be managed via Terraform this resource'
                    " needs to be imported into the State."
                )
            with described(f"Adding certificate for application with object ID {application!r}"):
                operation.patch(new.path, {"keyCredentials": [*present, added]})
            with described(
                f"Waiting for certificate credential for application with object ID {application!r}"
            ):
                operation.settle(
                    lambda: _find(_keys(operation, new), new.key) is not None, interval=1.0, misses=MISSES
                )
        creation.id = str(new)

    def read(self, operation: Operation, resource_id: str) -> Values | None:
        """GET the application, and find the key in it; Graph does not show the certificate again."""
        this = credential_id(resource_id, KIND)
        found = _find(_keys(operation, this), this.key)
        if found is None:
            return None
        return {
            "applicationId": PREFIX + this.application,
            "endDate": found.get("endDateTime") or "",
            "keyId": this.key,
            "startDate": found.get("startDateTime") or "",
            "type": found.get("type") or "",
        }

    def delete(self, operation: Operation, target: Target) -> None:
        """GET the application, PATCH its keys without this one, poll until it stays away."""
        this = credential_id(target.id, KIND)
        with operation.session.application_lock(this.application):
            kept = [key for key in _keys(operation, this) if not _is(key, this.key)]
            with described(f"Removing certificate credential {target.id}"):
                operation.patch(this.path, {"keyCredentials": kept})
            with described(f"Waiting for deletion of certificate credential {target.id}"):
                operation.settle(lambda: _find(_keys(operation, this), this.key) is None, interval=5.0)


def _keys(operation: Operation, this: CredentialId) -> list[Values]:
    with described(f"Retrieving application with object ID {this.application!r}"):
        return operation.get(this.path).get("keyCredentials") or []


def _find(keys: list[Values], key_id: str) -> Values | None:
    return next((key for key in keys if _is(key, key_id)), None)


def _is(key: Values, key_id: str) -> bool:
    return str(key.get("keyId")).lower() == key_id.lower()


def _credential(inputs: Values, key_id: str) -> dict[str, Any]:
    start = sent_time(inputs["startDate"]) if inputs.get("startDate") else None
    credential = {
        "keyId": key_id,
        "type": inputs.get("type") or "",
        "usage": "Verify",
        "key": base64.b64encode(_pem(inputs["value"], inputs["encoding"])).decode(),
        "startDateTime": start,
        "endDateTime": end_time(inputs),
    }
    return {name: value for name, value in credential.items() if value is not None}


def _pem(value: str, encoding: str) -> bytes:
    if encoding == "pem":
        return value.encode()
    decoders = {"base64": base64.b64decode, "hex": bytes.fromhex}
    if encoding not in decoders:
        raise PluginError(f"expected encoding to be one of base64, hex, pem, got {encoding}")
    try:
        encoded = base64.b64encode(decoders[encoding](value.strip())).decode()
    except (ValueError, binascii.Error) as error:
        raise PluginError(f"failed to decode {encoding} certificate data") from error
    lines = [encoded[start : start + LINE] for start in range(0, len(encoded), LINE)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]).encode()
