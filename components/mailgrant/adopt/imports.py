"""The list for ``pulumi import --file``: every resource of Entra that a client's stack declares and that is there already.

Types, names and parents are those that ``mailgrant.client`` and ``mailgrant.entra`` give them, or the next ``up`` would
make everything once more; ids are as azuread's own pages have them. What Exchange holds cannot be imported, because its
providers are a part of their resources: the next ``up`` finds it there, and takes it over.
"""

from collections.abc import Iterator
from typing import Any, Final

from mailgrant.adopt import declared
from mailgrant.adopt.changes import Taken
from mailgrant.adopt.found import Registration
from mailgrant.facts import EXCHANGE_ONLINE_APP_ID
from mailgrant.model import ClientPlan, DaemonPlan, DelegatedPlan, ThirdPartyPlan

COMPONENT: Final = "mailgrant:index:{}"
CLIENTS: Final[dict[type[ClientPlan], tuple[str, str]]] = {
    DaemonPlan: ("DaemonClient", "EntraApplication"),
    DelegatedPlan: ("DelegatedClient", "EntraApplication"),
    ThirdPartyPlan: ("ThirdPartyClient", "PublishedApplication"),
}
TOKENS: Final = {
    kind: f"azuread:index/{kind[0].lower()}{kind[1:]}:{kind}"
    for kind in (
        *("Application", "ServicePrincipal", "AppRoleAssignment", "ServicePrincipalDelegatedPermissionGrant"),
        *("ApplicationFederatedIdentityCredential", "ApplicationFlexibleFederatedIdentityCredential"),
    )
}
Entry = dict[str, Any]
Resource = tuple[str, str, str]  # the kind of an azuread resource, its name in Pulumi, its id


def import_list(name: str, taken: Taken) -> dict[str, list[Entry]]:
    """The file's content.

    Args:
        name: of the client in the stack.
        taken: what is there, and what the stack declares.
    """
    outer, inner = CLIENTS[type(taken.client.plan)]
    parent = f"{name} {inner}"
    components = [
        _entry(f"{name} {outer}", COMPONENT.format(outer), name) | {"component": True},
        _entry(parent, COMPONENT.format(inner), name, f"{name} {outer}") | {"component": True},
    ]
    # Pulumi finds parents by the names in the file, which must differ; the logical names are those of the program.
    resources = [
        _entry(f"{logical} {kind}", TOKENS[kind], logical, parent) | {"id": id_}
        for kind, logical, id_ in _resources(name, taken)
    ]
    return {"resources": [*components, *resources]}


def _entry(name: str, token: str, logical: str, parent: str = "") -> Entry:
    return {"type": token, "name": name, "logicalName": logical} | ({"parent": parent} if parent else {})


def _resources(name: str, taken: Taken) -> Iterator[Resource]:
    registration = taken.found.registration
    if registration:
        yield "Application", name, f"/applications/{registration.object_id}"
        yield "ServicePrincipal", name, f"/servicePrincipals/{taken.found.principal}"
        yield from _trusts(name, taken, registration)
    roles = {(EXCHANGE_ONLINE_APP_ID, role, True) for role in declared.roles(taken.client.plan)}
    for held in taken.found.held:
        if held.permission.key in roles:
            id_ = f"/servicePrincipals/{held.resource}/appRoleAssignedTo/{held.id}"
            yield "AppRoleAssignment", f"{name}.{held.permission.value}", id_
    yield from _grants(name, taken)


def _grants(name: str, taken: Taken) -> Iterator[Resource]:
    plan = taken.client.plan
    prefix = plan.client_id if isinstance(plan, ThirdPartyPlan) else name
    there = {(one.api, one.person): one.id for one in taken.found.consents}
    for grant in declared.grants(plan):
        if id_ := there.get((grant.api, grant.person)):
            logical = ".".join(filter(None, (prefix, grant.key, grant.person)))
            yield "ServicePrincipalDelegatedPermissionGrant", logical, f"/oauth2PermissionGrants/{id_}"


def _trusts(name: str, taken: Taken, registration: Registration) -> Iterator[Resource]:
    for consumer, trust in taken.client.credentials.trusts.items():
        application = registration.object_id
        if trust.claims:
            kind = "ApplicationFlexibleFederatedIdentityCredential"
            yield (
                kind,
                f"{name}.{consumer}",
                f"/applications/{application}/federatedIdentityCredentials/{trust.id}",
            )
        else:
            kind = "ApplicationFederatedIdentityCredential"
            yield kind, f"{name}.{consumer}", f"{application}/federatedIdentityCredential/{trust.id}"
