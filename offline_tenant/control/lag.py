"""Replication lag: how long new objects stay unseen, by kind."""

from typing import Any, Final

from offline_tenant.control.bodies import Lag, Nothing
from offline_tenant.control.frame import Row, done, read
from offline_tenant.state import lag
from offline_tenant.state.kinds import KINDS
from offline_tenant.web.call import Answer, Call

# What people see in real tenants; where a range is known, its lower half, so that trying things out stays bearable.
# Microsoft documents up to 15 minutes for directory roles; a new token has them before Exchange knows of them:
# https://learn.microsoft.com/entra/identity/role-based-access-control/troubleshoot-role-based-access-control
REALISTIC: Final[dict[str, dict[str, Any]]] = {
    "applications": {"reads": 1, "seconds": 5},
    "servicePrincipals": {"reads": 2, "seconds": 20},
    "appRoleAssignments": {"reads": 1, "seconds": 30},
    "oauth2PermissionGrants": {"reads": 1, "seconds": 30},
    "directoryRoleAssignments": {"seconds": 60},
    "exchangeDirectoryRoles": {"seconds": 900},
    "exchangeServicePrincipals": {"reads": 1, "seconds": 60},
    "mailboxPermissions": {"seconds": 900},
    "managementRoleAssignments": {"seconds": 1800},
}


def _show(call: Call) -> Answer:
    return Answer(200, lag.configured(call.installation.settings))


def _put(call: Call) -> Answer:
    return _configured(call, {})


def _change(call: Call) -> Answer:
    return _configured(call, lag.configured(call.installation.settings))


def _configured(call: Call, known: dict[str, Any]) -> Answer:
    wanted = {**known, **read(call, Lag).model_dump()}
    return _told(call, {kind: delay for kind, delay in wanted.items() if delay is not None})


def _realistic(call: Call) -> Answer:
    read(call, Nothing)
    return _told(call, {kind: delay for kind, delay in REALISTIC.items() if kind in KINDS})


def _told(call: Call, delays: dict[str, Any]) -> Answer:
    lag.configure(call.installation.settings, delays)
    return _show(call)


def _off(call: Call) -> None:
    lag.configure(call.installation.settings, {})


ROWS: Final = (
    Row("GET", "lag", _show, "how long new objects stay unseen, by kind"),
    Row("PUT", "lag", _put, "these kinds and no others"),
    Row("POST", "lag", _change, "these kinds too; null takes one away"),
    Row("POST", "lag/realistic", _realistic, "as it is seen in real tenants"),
    Row("DELETE", "lag", done(_off), "everything is seen at once"),
)
