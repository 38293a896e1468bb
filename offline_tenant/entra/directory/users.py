"""Users: accounts that people sign in with, and their passwords, of which only hashes are kept.

https://learn.microsoft.com/graph/api/resources/user
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

from offline_tenant.entra.directory import deleted_items
from offline_tenant.entra.directory.errors import bad_request, conflict, not_found
from offline_tenant.entra.directory.objects import Directory
from offline_tenant.entra.directory.people_types import USER
from offline_tenant.entra.directory.schema import Place, required
from offline_tenant.state.store import Document

KIND: Final = "users"
PASSWORDS: Final = "userPasswords"
VALID_FROM: Final = "signInSessionsValidFromDateTime"
EPOCH: Final = "1970-01-01T00:00:00Z"
PROFILE: Final = "passwordProfile"
KEPT: Final = ("displayName", "mailNickname", "userPrincipalName")  # what nobody can be without
SHORTEST: Final = 8  # characters of a password, as Entra's own policy has it


def create(directory: Directory, body: Mapping[str, Any]) -> Document:
    """Make an account.

    Raises:
        DirectoryError: a property does not fit, a name outside the tenant's domains, a name taken (400).
    """
    required(body, ("accountEnabled", "displayName", "mailNickname", "userPrincipalName"), USER.name)
    if PROFILE not in body:
        raise Place(USER.name, PROFILE).missing()
    document = USER.new({name: value for name, value in body.items() if name != PROFILE})
    _check_name(directory, document)
    document |= {"id": directory.tenant.ids.uuid(), "createdDateTime": directory.now()}
    document[VALID_FROM] = directory.now()
    set_password(directory, document, _password(body[PROFILE]))
    return directory.add(KIND, document)


def update(directory: Directory, user: Document, body: Mapping[str, Any]) -> None:
    """Change an account; a new password ends every session that began with the old one.

    Raises:
        DirectoryError: a property does not fit (400).
    """
    rest = {name: value for name, value in body.items() if name != PROFILE}
    changed = USER.changed(user, rest)
    for name in KEPT:
        if not changed[name]:
            raise Place(USER.name, name).invalid()
    if changed["userPrincipalName"] != user["userPrincipalName"]:
        _check_name(directory, changed)
    if PROFILE in body:
        set_password(directory, changed, _password(body[PROFILE]))
        changed[VALID_FROM] = directory.now()
    directory.change(KIND, changed)


def delete(directory: Directory, user: Document) -> None:
    """Take an account away; it can be restored with its password for thirty days."""
    secret = directory.primary.get(PASSWORDS, user["id"])
    deleted_items.bury(directory, KIND, user, [(PASSWORDS, secret)] if secret else [])


def revoke_sessions(directory: Directory, user: Document) -> None:
    """End every session and refresh token of a user."""
    directory.change(KIND, user | {VALID_FROM: directory.now()})


def valid_from(user: Document) -> str:
    """When the sessions that still hold began at the earliest, as Graph writes it."""
    return str(user.get(VALID_FROM) or EPOCH)


def named(directory: Directory, name: str) -> Document:
    """The user with this id or principal name.

    Raises:
        DirectoryError: there is none (404).
    """
    if (found := directory.get(KIND, name) or by_name(directory, name)) is None:
        raise not_found(name)
    return found


def by_name(directory: Directory, name: str) -> Document | None:
    """The user with this principal name, or None."""
    return next(iter(directory.find(KIND, "userPrincipalName", name)), None)


def set_password(directory: Directory, user: Document, password: str) -> None:
    """Let this be the user's password from now on."""
    directory.tenant.documents(PASSWORDS).put(user["id"], {"id": user["id"], "hash": _hash(user, password)})


def has_password(directory: Directory, user: Document, password: str) -> bool:
    """Whether this is the user's password."""
    kept = directory.primary.get(PASSWORDS, user["id"])
    return kept is not None and hmac.compare_digest(kept["hash"], _hash(user, password))


def is_enabled(user: Document) -> bool:
    """Whether the user may sign in."""
    return user.get("accountEnabled") is not False


def _check_name(directory: Directory, document: Document) -> None:
    name = document["userPrincipalName"]
    organizations = directory.primary.all("organization")
    domains = {domain["name"] for one in organizations for domain in one["verifiedDomains"]}
    if name.partition("@")[2].casefold() not in domains:
        raise bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified "
            "domain names in your organization."
        )
    if by_name(directory.primary, name):
        raise conflict("Another object with the same value for property userPrincipalName already exists.")


def _password(profile: Any) -> str:
    password = profile.get("password") if isinstance(profile, dict) else None
    if not isinstance(password, str):
        raise Place(USER.name, PROFILE).invalid()
    if len(password) < SHORTEST:
        raise bad_request(
            "The specified password does not comply with password complexity requirements. "
            "Please provide a different password."
        )
    return password


def _hash(user: Document, password: str) -> str:
    # Cheap on purpose: it guards the public passwords of a toy, hundreds of times in a test run.
    return hashlib.sha256(f"{user['id']}:{password}".encode()).hexdigest()
