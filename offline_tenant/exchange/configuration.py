"""Objects of an organization's configuration: policies, scopes, role assignments. How they are named, found and shown."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from offline_tenant.exchange import errors
from offline_tenant.exchange.invocation import Invocation, Outcome, Record, one
from offline_tenant.exchange.names import configuration_name, organization
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Tenant

POLICIES: Final = "authenticationPolicies"
SCOPES: Final = "managementScopes"
ASSIGNMENTS: Final = "managementRoleAssignments"

FIRST_NAME: Final = re.compile(r"CN=((?:\\.|[^\\,])*),", re.IGNORECASE)
LONGEST: Final = 64  # characters of a name, say the pages of all three
# Where each kind lies in the directory, the innermost container first.
CONTAINERS: Final[Mapping[str, tuple[str, ...]]] = {
    POLICIES: ("Auth Policies",),
    SCOPES: ("Scopes", "RBAC"),
    ASSIGNMENTS: ("Role Assignments", "RBAC"),
}


def create(tenant: Tenant, kind: str, name: str, properties: Mapping[str, object]) -> Document:
    """Keep a new object under a GUID of its own.

    Raises:
        CmdletError: the name is too long, or taken.
    """
    refuse_name(tenant, kind, name)
    guid = tenant.ids.uuid()
    document: Document = {
        "id": guid,
        "Guid": guid,
        "Name": name,
        "WhenCreated": tenant.clock.now().isoformat(),
    }
    document |= {**properties, "WhenChanged": document["WhenCreated"]}
    tenant.documents(kind).insert(guid, document)
    return document


def change(tenant: Tenant, kind: str, document: Document, changes: Mapping[str, object]) -> bool:
    """Change an object; False where all of it had these values already."""
    wanted = {**document, **changes}
    if wanted == document:
        return False
    tenant.documents(kind).replace(document["Guid"], wanted | {"WhenChanged": tenant.clock.now().isoformat()})
    return True


def refuse_name(tenant: Tenant, kind: str, name: str, own: str = "") -> None:
    """Refuse a name that cannot be, or is another's.

    Args:
        tenant: where.
        kind: of what.
        name: the wanted one.
        own: the GUID of the object that gets it, if that is there already.

    Raises:
        CmdletError: it is too long, or taken.
    """
    if len(name) > LONGEST:
        raise errors.invalid_name("Name", name, LONGEST)
    if any(other["Guid"] != own for other in tenant.documents(kind).find("Name", name)):
        raise errors.already_exists(full_name(tenant, kind, name))


def full_name(tenant: Tenant, kind: str, name: str) -> str:
    """The distinguished name of an object of a kind."""
    return configuration_name(tenant, name, *CONTAINERS[kind])


def lookup(tenant: Tenant, kind: str, identity: str) -> Document | None:
    r"""The object that an identity means: name, GUID, distinguished name, or ``<organization>\<name>``."""
    objects = tenant.documents(kind)
    domain, _, bare = identity.rpartition("\\")
    names = [identity, *([bare] if domain.casefold() == organization(tenant).casefold() else [])]
    if first := FIRST_NAME.match(identity):
        name = re.sub(r"\\(.)", r"\1", first[1])
        names += [name] if full_name(tenant, kind, name).casefold() == identity.casefold() else []
    found = (known for name in names for known in objects.find("Name", name))
    return objects.get(identity) or next(found, None)


def find(tenant: Tenant, kind: str, identity: str) -> Document:
    """The same for an object that must be there.

    Raises:
        NotFoundError: it is not.
    """
    if (found := lookup(tenant, kind, identity)) is None:
        raise errors.not_found(identity)
    return found


def shown(call: Invocation, found: Record | None) -> Outcome | None:
    """What a Get- cmdlet gives for its -Identity: the record; None stands for all there are.

    Raises:
        NotFoundError: nothing has the identity, and that is an error in this tenant.
    """
    if found is not None:
        return one(found)
    if call.get("Identity") and call.settings["unknown_identity"] != "everything":
        raise errors.not_found(call["Identity"])
    return None


def common(tenant: Tenant, kind: str, document: Document) -> Record:
    """The properties that every configuration object ends with."""
    return tail(
        tenant,
        document["Name"],
        document["Guid"],
        full_name(tenant, kind, document["Name"]),
        (document["WhenCreated"], document["WhenChanged"]),
    )


def tail(tenant: Tenant, name: str, guid: str, distinguished_name: str, times: tuple[str, str]) -> Record:
    """The same for whatever has a name, a GUID, a place, and the times of its making and of its last change."""
    created, changed = (datetime.fromisoformat(time) for time in times)
    return {
        "AdminDisplayName": "",
        "ExchangeVersion": "0.20 (15.0.0.0)",
        "Name": name,
        "DistinguishedName": distinguished_name,
        "Identity": name,
        "Id": name,
        "Guid": UUID(guid),
        "OrganizationId": organization(tenant),
        "WhenChanged": changed,
        "WhenCreated": created,
        "WhenChangedUTC": changed,
        "WhenCreatedUTC": created,
        "IsValid": True,
        "ObjectState": "Unchanged",
    }
