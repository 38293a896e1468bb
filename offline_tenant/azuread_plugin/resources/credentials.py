"""What passwords, certificates and federated credentials of an application share: ids and dates."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from offline_tenant.azuread_plugin.errors import PluginError
from offline_tenant.azuread_plugin.values import Values

UNITS: Final = {"h": "hours", "m": "minutes", "s": "seconds"}
DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([hms])")


class CredentialId(NamedTuple):
    """The id of a credential: ``<application's object id>/<kind>/<key id>``.

    Args:
        application: its object id.
        kind: ``password``, ``certificate``, ``federatedIdentityCredential``.
        key: the key id.
    """

    application: str
    kind: str
    key: str

    def __str__(self) -> str:
        return "/".join(self)

    @property
    def path(self) -> str:
        """The application in Graph."""
        return f"/v1.0/applications/{self.application}"


def credential_id(resource_id: str, kind: str) -> CredentialId:
    """Take an id apart.

    Raises:
        PluginError: it is no id of such a credential.
    """
    parts = resource_id.split("/")
    match parts:
        case [application, found, key] if application and found == kind and key:
            return CredentialId(application, kind, key)
    raise PluginError(f"parsing {resource_id!r}: expected an ID of the form <object id>/{kind}/<key id>")


def sent_time(text: str) -> str:
    """A time as the real plugin sends it: whole seconds, and an offset of zero written Z."""
    time = datetime.fromisoformat(text).replace(microsecond=0)
    return (
        time.isoformat().removesuffix("+00:00") + "Z" if time.utcoffset() == timedelta() else time.isoformat()
    )


def end_time(inputs: Values) -> str | None:
    """When a credential shall end, if the program says so.

    Raises:
        PluginError: ``endDateRelative`` is no duration such as 240h.
    """
    if inputs.get("endDate"):
        return sent_time(inputs["endDate"])
    if not inputs.get("endDateRelative"):
        return None
    start = datetime.fromisoformat(inputs["startDate"]) if inputs.get("startDate") else datetime.now(UTC)
    return sent_time((start + _duration(inputs["endDateRelative"])).isoformat())


def _duration(text: str) -> timedelta:
    if not re.fullmatch(rf"(?:{DURATION.pattern})+", text):
        raise PluginError(f"unable to parse `end_date_relative` ({text!r}) as a duration")
    given = {UNITS[unit]: float(number) for number, unit in DURATION.findall(text)}
    return timedelta(**given)
