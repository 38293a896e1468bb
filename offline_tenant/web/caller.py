"""Who says that he calls: the application id in a token or a sign-in form, for the log."""

import binascii
import json
import re
from base64 import b64decode, urlsafe_b64decode
from typing import Final
from urllib.parse import parse_qsl

from offline_tenant.web.call import Call

# Only what looks like an application id reaches the log: never a token, never a secret.
APPLICATION_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
FORM: Final = "application/x-www-form-urlencoded"


def caller(call: Call) -> str | None:
    """The application id that the caller claims, unverified (the answer's status tells); None if there is none."""
    scheme, _, credentials = call.headers.get("authorization", "").partition(" ")
    claimed = _claimed(scheme.casefold(), credentials.strip()) or _in_form(call)
    return claimed if claimed and APPLICATION_ID.fullmatch(claimed) else None


def _claimed(scheme: str, credentials: str) -> str:
    try:
        if scheme == "bearer":
            payload = credentials.split(".")[1]
            return str(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["appid"])
        if scheme == "basic":
            return b64decode(credentials).decode().partition(":")[0]
    except (binascii.Error, IndexError, KeyError, RecursionError, TypeError, ValueError):
        pass
    return ""


def _in_form(call: Call) -> str:
    if not call.headers.get("content-type", "").startswith(FORM):
        return ""
    try:
        return dict(parse_qsl(call.body.decode())).get("client_id", "")
    except ValueError:
        return ""
