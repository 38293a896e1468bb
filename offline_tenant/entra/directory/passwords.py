"""Client secrets: shown once by ``addPassword``, kept as hashes, compared at sign-in."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits
from typing import Any, Final

from offline_tenant.entra.directory import policies
from offline_tenant.entra.directory.credential_types import PASSWORD_CREDENTIAL
from offline_tenant.entra.directory.errors import bad_request
from offline_tenant.entra.directory.objects import Directory, as_text, moment
from offline_tenant.entra.directory.schema import Place, Property, required
from offline_tenant.state.store import Document

LIFETIME: Final = timedelta(days=730)  # without an endDateTime Graph gives two years
LAST: Final = datetime.max.replace(tzinfo=UTC)
LETTERS: Final = ascii_letters + digits + "-_.~"
CREDENTIALS: Final = Property(dict, default=[], many=True)
MADE_HERE: Final = ("keyId", "secretText", "hint")
BROUGHT_ALONG: Final = "New password credentials must be generated with service actions."
HINT: Final = 3  # characters of the secret that Graph goes on showing


def add(directory: Directory, kind: str, holder: Document, body: Mapping[str, Any]) -> Document:
    """Give an application one more secret.

    Args:
        directory: of the tenant.
        kind: ``applications`` or ``servicePrincipals``.
        holder: the object that gets it.
        body: ``displayName``, ``startDateTime``, ``endDateTime``; all optional.

    Returns:
        The credential with its ``secretText``, this once.

    Raises:
        DirectoryError: a property does not fit (400).
    """
    ids = directory.tenant.ids
    # The form of Entra's own secrets: 3 characters, 8Q~, 34 more.
    text = f"{ids.text(HINT, ascii_letters + digits)}8Q~{ids.text(34, LETTERS)}"
    return keep(directory, kind, holder, body, text)


def keep(directory: Directory, kind: str, holder: Document, body: Mapping[str, Any], text: str) -> Document:
    """Give an application this very secret; for the seed, which must know it beforehand."""
    credential = PASSWORD_CREDENTIAL.new(body)
    starts, ends = _times(directory, credential)
    policies.check_password(directory, kind, holder, starts, ends)
    credential |= {"startDateTime": as_text(starts), "endDateTime": as_text(ends)}
    credential |= {"keyId": directory.tenant.ids.uuid(), "hint": text[:HINT]}
    secret = {"id": credential["keyId"], "applicationId": holder["id"], "hash": _hash(text)}
    directory.add("secrets", secret)
    credentials = [*holder["passwordCredentials"], credential]
    directory.change(kind, holder | {"passwordCredentials": credentials})
    return credential | {"secretText": text}


def keep_all(directory: Directory, kind: str, holder: Document, wanted: Any) -> Document:
    """Give a new application the secrets that it is made with.

    https://learn.microsoft.com/graph/api/application-post-applications (example 2)

    Args:
        directory: of the tenant.
        kind: ``applications``.
        holder: the object, which has none yet.
        wanted: ``passwordCredentials`` of the request, or None.

    Returns:
        The object with each credential's ``secretText``, this once.

    Raises:
        DirectoryError: no list of credentials, or one that brings its own secret or key id (400).
    """
    given: list[Document] = []
    for body in _wanted(wanted):
        kept = [one | {"secretText": None} for one in given]
        given.append(add(directory, kind, holder | {"passwordCredentials": kept}, body))
    return holder | {"passwordCredentials": given}


def refuse_new(holder: Document, wanted: Any) -> None:
    """Refuse secrets that a PATCH would add.

    Raises:
        DirectoryError: no list of credentials, or one that the object has not (400).
    """
    known = {one["keyId"] for one in holder["passwordCredentials"]}
    if any(str(one.get("keyId")).casefold() not in known for one in _credentials(wanted)):
        raise bad_request(BROUGHT_ALONG)


def remove(directory: Directory, kind: str, holder: Document, key_id: Any) -> None:
    """Take a secret away.

    Raises:
        DirectoryError: no key id, or there is none with this one (400).
    """
    required({"keyId": key_id}, ("keyId",), PASSWORD_CREDENTIAL.name)
    kept = [one for one in holder["passwordCredentials"] if one["keyId"] != str(key_id).casefold()]
    if len(kept) == len(holder["passwordCredentials"]):
        raise bad_request(f"No password credential found with keyId '{key_id}'.")
    directory.change(kind, holder | {"passwordCredentials": kept})
    directory.remove("secrets", str(key_id).casefold())


def matching(directory: Directory, holder: Document, text: str) -> Document | None:
    """The credential whose secret this is, in force or not; None if it is none of them."""
    secrets = directory.find("secrets", "applicationId", holder["id"])
    held = {secret["id"] for secret in secrets if hmac.compare_digest(secret["hash"], _hash(text))}
    return next((one for one in holder["passwordCredentials"] if one["keyId"] in held), None)


def visible(directory: Directory, holder: Document) -> Document:
    """The holder with those of its credentials that a replica shows."""
    known = {secret["id"] for secret in directory.find("secrets", "applicationId", holder["id"])}
    shown = [one for one in holder["passwordCredentials"] if one["keyId"] in known]
    return holder | {"passwordCredentials": shown}


def _wanted(value: Any) -> list[Document]:
    found = _credentials(value)
    if any(one.get(name) is not None for one in found for name in MADE_HERE):
        raise bad_request(BROUGHT_ALONG)
    return found


def _credentials(value: Any) -> list[Document]:
    found: list[Document] = CREDENTIALS.accept(value, Place("Application", "passwordCredentials"))
    return found


def _times(directory: Directory, wanted: Document) -> tuple[datetime, datetime]:
    now = directory.tenant.clock.now()
    starts = moment(wanted["startDateTime"]) if wanted["startDateTime"] else now
    # Nothing begins so late that it could not last for its time.
    usual = min(starts, LAST - LIFETIME) + LIFETIME
    ends = moment(wanted["endDateTime"]) if wanted["endDateTime"] else usual
    if ends <= starts:
        raise bad_request("The end date must be later than the start date.")
    return starts, ends


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
