"""New-, Get-, Set- and Remove-ServicePrincipal: the pointers that Exchange keeps to enterprise applications.

https://learn.microsoft.com/powershell/module/exchangepowershell/new-serviceprincipal
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from offline_tenant.exchange import errors
from offline_tenant.exchange.configuration import ASSIGNMENTS
from offline_tenant.exchange.invocation import Body, Invocation, Outcome, Record, changed, one
from offline_tenant.exchange.names import distinguished_name, name_in, organization, sid_of
from offline_tenant.state import propagation
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

KIND: Final = "exchangeServicePrincipals"
OVERRIDE: Final = "OverrideEnforceExoAppRbacPermissions"
SETTABLE: Final = ("DisplayName", OVERRIDE)
LONGEST: Final = {"AppId": 64, "ObjectId": 64, "DisplayName": 256}  # characters


def new(call: Invocation) -> Outcome:
    """New-ServicePrincipal. AppId and ObjectId are taken as they are: a wrong ObjectId makes a useless record."""
    for name, longest in LONGEST.items():
        if len(value := call.get(name, "")) > longest:
            raise errors.invalid_name(name, value, longest)
    _refuse_duplicate(call.tenant, call["AppId"], call["ObjectId"])
    if call.settings.get("validate_object_id"):
        _refuse_unregistered(call.tenant, call["ObjectId"])
    guid = call.tenant.ids.uuid()
    document = {"Guid": guid, "Sid": sid_of(guid), "WhenCreated": call.tenant.clock.now().isoformat()}
    document |= {name: call.get(name) for name in LONGEST}
    call.tenant.documents(KIND).insert(guid, document)
    return one(_record(call.tenant, document))


def get(call: Invocation) -> Outcome:
    """Get-ServicePrincipal: all of them, or those that an identity means."""
    identity = call.get("Identity")
    found = matching(call.tenant, identity) if identity else []
    if identity and not found and call.settings.get("unknown_identity") != "everything":
        raise errors.not_found(identity)
    if found:
        return one(_record(call.tenant, _single(found, identity)))
    return Outcome(lambda offset, limit: _page(call.tenant, offset, limit))


def set_(call: Invocation) -> Outcome:
    """Set-ServicePrincipal: ids cannot change. What the override does is nowhere described; it is kept and shown."""
    document = find(call.tenant, call["Identity"])
    wanted = document | {name: call.parameters[name] for name in SETTABLE if name in call.parameters}
    if len(name := wanted["DisplayName"] or "") > LONGEST["DisplayName"]:
        raise errors.invalid_name("DisplayName", name, LONGEST["DisplayName"])
    call.tenant.documents(KIND).replace(document["Guid"], wanted)
    return changed(document["ObjectId"], something=wanted != document)


def remove(call: Invocation) -> Outcome:
    """Remove-ServicePrincipal. What it was granted stays behind, under a Sid that nobody has any more.

    Its role assignments go with it, as links in a directory do.
    """
    guid = find(call.tenant, call["Identity"])["Guid"]
    call.tenant.documents(KIND).delete(guid)
    assignments = call.tenant.documents(ASSIGNMENTS)
    for assignment in assignments.find("RoleAssignee", guid):
        assignments.delete(assignment["Guid"])
    return Outcome()


def creation_prompt(call: Invocation) -> str:
    """What New-ServicePrincipal asks with -Confirm."""
    return f'Creating the service principal "{call["ObjectId"]}".'


def change_prompt(call: Invocation) -> str:
    """What Set-ServicePrincipal asks with -Confirm."""
    return f'Changing the service principal "{find(call.tenant, call["Identity"])["ObjectId"]}".'


def removal_prompt(call: Invocation) -> str:
    """What Remove-ServicePrincipal asks."""
    return f'Removing the service principal "{find(call.tenant, call["Identity"])["ObjectId"]}".'


def matching(tenant: Tenant, identity: str) -> list[Document]:
    """Every service principal that an identity may mean: Guid, AppId, ObjectId, Sid, distinguished or display name."""
    principals = tenant.documents(KIND)
    if known := principals.get(identity):
        return [known]
    for field in ("ObjectId", "AppId", "Sid", "DisplayName"):
        if found := principals.find(field, identity):
            return found
    name = name_in(tenant, identity)
    return principals.find("ObjectId", name) if name else []


def find_materialised(tenant: Tenant, identity: str) -> Document:
    """The one service principal that an identity means, once the rest of Exchange sees it.

    Raises:
        CmdletError: there is none, it is too new, or there are several.
    """
    document = find(tenant, identity)
    if propagation.seen(tenant, KIND, document["Guid"]) is None:
        raise errors.not_found(identity)
    return document


def find(tenant: Tenant, identity: str) -> Document:
    """The one service principal that an identity means.

    Raises:
        CmdletError: there is none, or there are several.
    """
    if not (found := matching(tenant, identity)):
        raise errors.not_found(identity)
    return _single(found, identity)


def _single(found: Sequence[Document], identity: str) -> Document:
    if len(found) > 1:
        raise errors.ambiguous(identity)
    return found[0]


def _refuse_duplicate(tenant: Tenant, app_id: str, object_id: str) -> None:
    principals = tenant.documents(KIND)
    for taken in (*principals.find("AppId", app_id), *principals.find("ObjectId", object_id)):
        raise errors.already_exists(distinguished_name(tenant, taken["ObjectId"]))


def _refuse_unregistered(tenant: Tenant, object_id: str) -> None:
    if tenant.documents("servicePrincipals").get(object_id) is None:
        raise errors.not_registered(object_id)


def _page(tenant: Tenant, offset: int, limit: int) -> list[Record]:
    return [_record(tenant, document) for document in tenant.documents(KIND).all(offset=offset, limit=limit)]


def _record(tenant: Tenant, document: Document) -> Record:
    name = document["ObjectId"]
    created = datetime.fromisoformat(document["WhenCreated"])
    return {
        "DisplayName": document["DisplayName"],
        OVERRIDE: document.get(OVERRIDE),
        "AppId": document["AppId"],
        "ObjectId": name,
        "Sid": document["Sid"],
        "RecipientType": "User",
        "RecipientTypeDetails": "ServicePrinciple",  # Exchange's own spelling
        "ExchangeVersion": "0.20 (15.0.0.0)",
        "Name": name,
        "DistinguishedName": distinguished_name(tenant, name),
        "Identity": name,
        "Id": name,
        "Guid": UUID(document["Guid"]),
        "OrganizationId": organization(tenant),
        "WhenChanged": created,
        "WhenCreated": created,
        "WhenChangedUTC": created,
        "WhenCreatedUTC": created,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }


BODIES: Final[Mapping[str, Body]] = {
    "New-ServicePrincipal": Body(new, creation_prompt),
    "Get-ServicePrincipal": Body(get),
    "Set-ServicePrincipal": Body(set_, change_prompt),
    "Remove-ServicePrincipal": Body(remove, removal_prompt),
}
