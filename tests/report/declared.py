"""What a plan declares, as Pulumi's own mocks hear it; and the preview that an engine would write between two of them.

It knows of resources what engine and providers know: whose children they are, which changes replace them, and what is
known only later.
"""

import asyncio
import contextlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.sync_await import _sync_await

from mailgrant import client
from mailgrant.exchange.resources import AuthenticationPolicy, MailboxProtocols, TransportSettings
from mailgrant.model import Plan
from offline_tenant.entra.first_party import PUBLISHED

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PROJECT, NAME = "mailgrant", "dev"
STACK: Final = f"urn:pulumi:{NAME}::{PROJECT}::pulumi:pulumi:Stack::{PROJECT}-{NAME}"
OWNER: Final = "87e8f8b8-4203-49da-9453-5e69d790c83f"
SIGNATURE: Final = (
    "4dabf18193072939515e22adb298388d"  # marks a secret: pulumi/sdk/python/lib/pulumi/runtime/rpc.py
)
ALIAS: Final = ("index:DelegatedClient", "index:DaemonClient")
EXCHANGE: Final = "pulumi-python:dynamic/exchange:"
REPLACING: Final[Mapping[str, frozenset[str]]] = {
    "azuread:index/servicePrincipal:ServicePrincipal": frozenset({"clientId"}),
    "azuread:index/applicationPassword:ApplicationPassword": frozenset({"endDate", "applicationId"}),
    "azuread:index/applicationCertificate:ApplicationCertificate": frozenset(
        {"endDate", "applicationId", "value"}
    ),
    "azuread:index/appRoleAssignment:AppRoleAssignment": frozenset({"appRoleId", "principalObjectId"}),
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant": frozenset(
        {"servicePrincipalObjectId", "userObjectId"}
    ),
    f"{EXCHANGE}MailboxAccess": frozenset({"principal", "app_id"}),
    "pulumi-python:dynamic/credentials:ClientCertificate": frozenset({"not_before", "not_after", "subject"}),
}


@contextlib.contextmanager
def event_loop() -> Iterator[None]:
    """One for all programs: Pulumi's runtime keeps some of what it makes for the next."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _declare(plan: Plan) -> None:
    found = client.ask(plan)
    for name, one in plan.clients.items():
        client.make(name, one, plan, found)
    if plan.mailboxes:
        MailboxProtocols("mailboxes", protocols=plan.mailboxes)
    if plan.tenant.smtp_auth:
        TransportSettings("tenant", smtp_auth=plan.tenant.smtp_auth)
    if plan.tenant.everyone or plan.tenant.block_basic_auth:
        AuthenticationPolicy("tenant", users=plan.tenant.block_basic_auth, default=plan.tenant.everyone)


@dataclass(frozen=True)
class Declared:
    """One resource, as a program declares it."""

    type: str
    parent: str
    custom: bool
    inputs: Mapping[str, Any]
    id: str
    outputs: Mapping[str, Any]


def id_of(*parts: str) -> str:
    """The same for the same parts, as if the tenant had made it once."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


@dataclass
class Monitor(mocks.MockMonitor):
    """Keeps what is declared, with its parent, which Pulumi's own forgets."""

    found: Mapping[str, Mapping[str, str]]
    declared: dict[str, Declared] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(Functions())

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """With the types of all ancestors, as the engine writes it; Pulumi's mocks take the parent's alone."""
        types = parent.split("::")[2] if parent else "pulumi:pulumi:Stack"
        whole = type_ if types == "pulumi:pulumi:Stack" else f"{types}${type_}"
        return f"urn:pulumi:{NAME}::{PROJECT}::{whole}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - Pulumi's name
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        with event_loop():  # of this thread, which is one of Pulumi's own
            return self._registered(request, urn)

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - Pulumi's name
        with event_loop():
            return super().Invoke(request)  # type: ignore[no-untyped-call]

    def _registered(self, request: Any, urn: str) -> Any:
        inputs = rpc.deserialize_properties(request.object)
        id_ = id_of(urn.replace(*ALIAS), str(inputs.get("clientId", "")))
        outputs = {**inputs, **self._outputs(request.type, id_, inputs)}
        self.declared[urn] = Declared(request.type, request.parent, request.custom, inputs, id_, outputs)
        serialized = _sync_await(rpc.serialize_properties(outputs, {}))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=serialized)

    def _outputs(self, type_: str, id_: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        if type_.endswith(":Application"):
            return {"clientId": id_of(id_, "client"), "objectId": id_}
        if type_.endswith(":MailboxAccess"):
            return {"granted": inputs["access"], "failed": {}}
        if type_.endswith(":SettingsSnapshot"):
            asked = inputs["switches"].items()
            return {"found": {place: self._said(place, names) for place, names in asked}, "failed": {}}
        if type_.endswith(":ClientCertificate"):
            return {"certificate": f"certificate of {id_}", "private_key": "key"}
        return {"objectId": id_, "keyId": id_}

    def _said(self, place: str, switches: list[str]) -> dict[str, str]:
        return {switch: word for switch, word in self.found.get(place, {}).items() if switch in switches}


class Functions(mocks.Mocks):
    """What the azuread provider answers."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return _FUNCTIONS[args.token.rpartition(":")[2]](args.args), []

    def new_resource(self, _args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        raise AssertionError("the monitor answers itself")


def _service_principal(given: Mapping[str, Any]) -> dict[str, Any]:
    known = PUBLISHED[given["clientId"]]
    ids = {"appRoleIds": dict(known.app_roles), "oauth2PermissionScopeIds": dict(known.scopes)}
    return {"objectId": id_of("resource", given["clientId"]), **ids}


def _users(given: Mapping[str, Any]) -> dict[str, Any]:
    names = given["userPrincipalNames"]
    return {
        "users": [
            {"userPrincipalName": name, "objectId": id_of("user", name), "mail": name} for name in names
        ]
    }


_FUNCTIONS: Final[Mapping[str, Any]] = {
    "getClientConfig": lambda _: {"objectId": OWNER, "tenantId": id_of("tenant"), "clientId": id_of("me")},
    "getServicePrincipal": _service_principal,
    "getServicePrincipals": lambda _: {"servicePrincipals": []},
    "getUsers": _users,
}


def declared(plan: Plan, found: Mapping[str, Mapping[str, str]]) -> dict[str, Declared]:
    """The resources of a plan by URN.

    Args:
        plan: what to declare.
        found: what the switches of mailboxes say before mailgrant touches them.
    """
    monitor = Monitor(found)
    mocks.set_mocks(
        monitor.mocks, project=PROJECT, stack=NAME, monitor=monitor, preview=False, organization="contoso"
    )
    mocks.test(lambda: _declare(plan))()  # type: ignore[no-untyped-call]
    return monitor.declared


def preview(before: Mapping[str, Declared], after: Mapping[str, Declared]) -> dict[str, Any]:
    """What ``pulumi preview --json`` would write."""
    before = {_aliased(urn, after): one for urn, one in before.items()}
    fresh = {one.id for urn, one in after.items() if urn not in before or _op(before[urn], one) == "replace"}
    fresh |= {one.outputs["clientId"] for one in after.values() if one.id in fresh and _is_application(one)}
    later = _with_changed_snapshots(before, after)
    steps = [*_steps(before, after, fresh, later)]
    summary: dict[str, int] = {}
    for step in steps:
        summary[step["op"]] = summary.get(step["op"], 0) + 1
    root = {"op": "same", "urn": STACK, "oldState": {"type": "pulumi:pulumi:Stack"}}
    return {"steps": [root, *steps], "changeSummary": summary}


def _aliased(urn: str, after: Mapping[str, Declared]) -> str:
    """Under which URN the engine finds it again: our components say which type they may have been of before."""
    other = urn.replace(*ALIAS) if ALIAS[0] in urn else urn.replace(ALIAS[1], ALIAS[0])
    return urn if urn in after else other if other in after else urn


def _is_application(one: Declared) -> bool:
    return one.type.endswith(":Application")


def _op(old: Declared, new: Declared) -> str:
    changed = {name for name in {**old.inputs, **new.inputs} if old.inputs.get(name) != new.inputs.get(name)}
    if not changed:
        return "same"
    return "replace" if changed & REPLACING.get(new.type, frozenset()) else "update"


def _with_changed_snapshots(before: Mapping[str, Declared], after: Mapping[str, Declared]) -> set[str]:
    """The kinds of settings whose snapshot is taken anew, so that nobody knows yet what it will say."""
    snapshots = ((urn, one) for urn, one in after.items() if one.type.endswith(":SettingsSnapshot"))
    return {
        one.inputs["kind"] for urn, one in snapshots if urn not in before or _op(before[urn], one) != "same"
    }


def _steps(
    before: Mapping[str, Declared], after: Mapping[str, Declared], fresh: set[str], later: set[str]
) -> Iterator[dict[str, Any]]:
    for urn, new in after.items():
        inputs = _unknown(new.inputs, fresh)
        if new.type.rpartition(":")[2] in later and "found" in inputs:
            inputs = {**inputs, "found": UNKNOWN, "unread": UNKNOWN}
        old = before.get(urn)
        seen = Declared(new.type, new.parent, new.custom, inputs, new.id, {})
        if old is None:
            yield {"op": "create", "urn": urn, "newState": state(seen)}
        else:
            op = _op(old, seen)
            yield {"op": op, "urn": urn, "oldState": state(old), "newState": state(seen)}
    for urn, old in before.items():
        if urn not in after:
            yield {"op": "delete", "urn": urn, "oldState": state(old)}


def _unknown(value: Any, fresh: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _unknown(one, fresh) for name, one in value.items()}
    if isinstance(value, list):
        return [_unknown(one, fresh) for one in value]
    told = value.rpartition(" ")[2] if isinstance(value, str) else value
    return UNKNOWN if told in fresh else value


def state(one: Declared) -> dict[str, Any]:
    return {
        "type": one.type,
        "custom": one.custom,
        "parent": one.parent,
        "inputs": _masked(one.inputs),
        "outputs": _masked(one.outputs),
    }


def _masked(value: Any) -> Any:
    """With secrets as a preview shows them."""
    if isinstance(value, Mapping):
        return "[secret]" if SIGNATURE in value else {name: _masked(one) for name, one in value.items()}
    return list(map(_masked, value)) if isinstance(value, list) else value


def written(before: Mapping[str, Declared], after: Mapping[str, Declared]) -> str:
    """The same as text."""
    return json.dumps(preview(before, after))
