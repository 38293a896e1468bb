"""Replication lag: how long what is new or changed stays unseen, by kind."""

from typing import Any, Final

from offline_tenant.control.bodies import Lag, Nothing
from offline_tenant.control.frame import Row, done, read, refusal
from offline_tenant.exchange import throttle
from offline_tenant.state import delays, propagation
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
    # "404 / not found right after New-ServicePrincipal": one miss at least.
    "exchangeServicePrincipals": {"reads": 1, "seconds": 60},
    # Usually minutes, up to two hours; half an hour of allowed and denied in turn was reported.
    "mailboxPermissions": {"seconds": 300, "flaps": 1500},
    "recipientPermissions": {"seconds": 900},
    "casMailboxes": {"seconds": 900},
    "transportConfig": {"seconds": 900},
    # "between 30 minutes and 2 hours depending on the app's recent usage"
    "managementRoleAssignments": {"seconds": 3600},
}


def _show(call: Call) -> Answer:
    return Answer(200, delays.configured(call.installation.settings))


def _put(call: Call) -> Answer:
    return _configured(call, {})


def _change(call: Call) -> Answer:
    return _configured(call, delays.configured(call.installation.settings))


def _configured(call: Call, known: dict[str, Any]) -> Answer:
    given = {kind: delay and delay.told() for kind, delay in read(call, Lag).root.items()}
    return _told(call, {kind: delay for kind, delay in {**known, **given}.items() if delay is not None})


def _realistic(call: Call) -> Answer:
    read(call, Nothing)
    throttle.configure(call.installation.settings, throttle.REALISTIC)
    return _told(call, REALISTIC)


def _told(call: Call, wanted: dict[str, Any]) -> Answer:
    try:
        delays.configure(call.installation.settings, wanted)
    except ValueError as error:
        raise refusal(400, str(error)) from error
    for tenant in call.installation.tenants():
        propagation.release(tenant, wanted)
    return _show(call)


def _off(call: Call) -> None:
    _told(call, {})


ROWS: Final = (
    Row("GET", "lag", _show, "how long what is new or changed stays unseen, by kind"),
    Row("PUT", "lag", _put, "these kinds and no others"),
    Row("POST", "lag", _change, "these kinds too; null takes one away"),
    Row("POST", "lag/realistic", _realistic, "as it is seen in real tenants; throttling, too"),
    Row("DELETE", "lag", done(_off), "everything is seen at once"),
)
