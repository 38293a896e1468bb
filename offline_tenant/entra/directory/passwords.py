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
from offline_tenant.state.store import Document

LIFETIME: Final = timedelta(days=730)  # without an endDateTime Graph gives two years
LAST: Final = datetime.max.replace(tzinfo=UTC)
LETTERS: Final = ascii_letters + digits + "-_.~"
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


def remove(directory: Directory, kind: str, holder: Document, key_id: Any) -> None:
    """Take a secret away.

    Raises:
        DirectoryError: there is none with this key id (400).
    """
    kept = [one for one in holder["passwordCredentials"] if one["keyId"] != str(key_id).casefold()]
    if len(kept) == len(holder["passwordCredentials"]):
        raise bad_request(f"No password credential found with keyId '{key_id}'.")
    directory.change(kind, holder | {"passwordCredentials": kept})
    directory.remove("secrets", str(key_id))


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
