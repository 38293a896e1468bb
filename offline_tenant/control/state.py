"""The state as a whole: reset, seed, snapshots; and what is in it."""

from typing import Final

from offline_tenant import seed
from offline_tenant.control.bodies import Nothing, Seed, Snapshot, SnapshotName
from offline_tenant.control.frame import Row, done, read, refusal, tenant_of
from offline_tenant.state.kinds import KINDS
from offline_tenant.state.snapshots import SnapshotError
from offline_tenant.state.store import StateError
from offline_tenant.web.call import Answer, Call

# What people and programs make, and should find gone after they took it back.
OBJECTS: Final = (
    "applications",
    "servicePrincipals",
    "appRoleAssignments",
    "oauth2PermissionGrants",
    "directoryRoleAssignments",
    "federatedIdentityCredentials",
    "users",
    "conditionalAccessPolicies",
    "exchangeServicePrincipals",
    "mailboxes",
    "mailboxPermissions",
    "authenticationPolicies",
    "managementScopes",
    "managementRoleAssignments",
)


def _reset(call: Call) -> None:
    read(call, Nothing)
    _begin_again(call)


def _seed(call: Call) -> None:
    wanted = read(call, Seed)
    try:
        _begin_again(call, wanted)
    except ValueError as error:
        raise refusal(400, f"clock: {error}") from error


def _begin_again(call: Call, wanted: Seed | None = None) -> None:
    installation = call.installation
    installation.store.empty()
    if wanted:
        installation.ids.reseed(wanted.seed)
        if wanted.clock:
            installation.clock.stop(wanted.clock)
    seed.seed(installation)
    call.ledger.reset()
    call.ledger.faults.clear()
    call.ledger.latencies.clear()


def _snapshots(call: Call) -> Answer:
    return Answer(200, call.installation.snapshots.all())


def _save(call: Call) -> Answer:
    wanted = read(call, Snapshot)
    try:
        call.installation.snapshots.save(wanted.name, replace=wanted.replace)
    except SnapshotError as error:
        raise refusal(409, str(error)) from error
    return Answer(201, call.installation.snapshots.all())


def _restore(call: Call) -> None:
    wanted = read(call, SnapshotName)
    try:
        call.installation.snapshots.restore(wanted.name)
    except SnapshotError as error:
        raise refusal(404, str(error)) from error
    except StateError as error:
        raise refusal(409, str(error)) from error


def _delete(call: Call) -> None:
    try:
        call.installation.snapshots.delete(call.query.get("name", ""))
    except SnapshotError as error:
        raise refusal(404, str(error)) from error


def _objects(call: Call) -> Answer:
    tenant = tenant_of(call)
    return Answer(200, {kind: tenant.documents(kind).count() for kind in OBJECTS if kind in KINDS})


ROWS: Final = (
    Row("POST", "reset", done(_reset), "as on the first start; counters, faults, latencies go too"),
    Row("POST", "seed", done(_seed), "as reset, with ids that follow from a number"),
    Row("GET", "snapshots", _snapshots, "the snapshots"),
    Row("POST", "snapshots", _save, "keep all of the state under a name"),
    Row("DELETE", "snapshots", done(_delete), "forget a snapshot: ?name=", ("name",)),
    Row("POST", "restore", done(_restore), "hold again what a snapshot holds"),
    Row("GET", "objects", _objects, "how many objects of each kind a tenant has", ("tenant",)),
)
