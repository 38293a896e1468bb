"""Policies over the credentials of single applications, in the place of the tenant's own.

https://learn.microsoft.com/graph/api/resources/appmanagementpolicy
"""

from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.entra.directory import policies
from offline_tenant.entra.directory.errors import bad_request, not_found
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.policy_types import APP_POLICY
from offline_tenant.entra.directory.schema import required
from offline_tenant.state.store import Document

KIND: Final = policies.OWN_POLICIES
HELD: Final = policies.OWN_POLICY


def create(directory: Directory, body: Mapping[str, Any]) -> Document:
    """A policy that no application has yet.

    Raises:
        DirectoryError: a property does not fit (400), a restriction that is not emulated (501).
    """
    required(body, ("displayName",), APP_POLICY.name)
    document = APP_POLICY.new(body)
    policies.check_restrictions(document["restrictions"])
    return directory.add(KIND, document | {"id": directory.tenant.ids.uuid()})


def update(directory: Directory, policy: Document, body: Mapping[str, Any]) -> None:
    """Change a policy, for all who have it.

    Raises:
        DirectoryError: see ``create``.
    """
    changed = APP_POLICY.changed(policy, body)
    policies.check_restrictions(changed["restrictions"])
    directory.change(KIND, changed)


def held(directory: Directory, holder: Document) -> list[Document]:
    """The policy of an application or service principal; it can have one."""
    found = directory.get(KIND, holder.get(HELD) or "")
    return [] if found is None else [found]


def give(directory: Directory, kind: str, holder: Document, policy_id: str) -> None:
    """Let an application go by a policy.

    Raises:
        DirectoryError: no such policy (404), it has one already (400; worded after Graph's manner).
    """
    if directory.get(KIND, policy_id) is None:
        raise not_found(policy_id)
    if held(directory.primary, holder):
        raise bad_request(
            "Only one app management policy can be assigned to an application or service principal."
        )
    directory.change(kind, holder | {HELD: policy_id.casefold()})


def take(directory: Directory, kind: str, holder: Document, policy_id: str) -> None:
    """Let an application go by the tenant's policy again.

    Raises:
        DirectoryError: it does not have this one (404).
    """
    if policy_id.casefold() not in {policy["id"] for policy in held(directory, holder)}:
        raise not_found(policy_id)
    directory.change(kind, {name: value for name, value in holder.items() if name != HELD})
