"""Browser sessions: one sealed cookie that remembers who signed in, and guards the forms of the pages.

A form is believed only with a token that follows from the cookie of the same browser: another site can make a
browser send a form, but it cannot know the token.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final

from offline_tenant.entra.directory import users
from offline_tenant.entra.directory.objects import Directory, moment
from offline_tenant.entra.keys import signing_key
from offline_tenant.entra.signin import sealed
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Installation, Tenant

COOKIE: Final = "ESTSAUTH"
LIFETIME: Final = 86_400  # seconds; longer ones of Entra's need "Stay signed in?"
ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"


@dataclass(frozen=True)
class Session:
    """What one browser brings with it.

    Args:
        nonce: told from other browsers by.
        began: when somebody signed in, in seconds of the epoch.
        tenant_id: of the person; empty before anybody signed in.
        user_id: of the person; empty before anybody signed in.
    """

    nonce: str
    began: int = 0
    tenant_id: str = ""
    user_id: str = ""


def read(installation: Installation, headers: Mapping[str, str]) -> Session:
    """The session of a request; a new one if it brings none."""
    claims = sealed.opened(installation.store, sealed.SESSION, _cookie(headers)) or {}
    try:
        return Session(**claims)
    except TypeError:
        return Session(installation.ids.uuid())


def signed_in(tenant: Tenant, user: Document) -> Session:
    """The session of a person who has just signed in; what the browser brought before counts no more."""
    return Session(tenant.ids.uuid(), int(tenant.clock.now().timestamp()), tenant.id, user["id"])


def person(installation: Installation, session: Session) -> tuple[Tenant, Document] | None:
    """Who is signed in with a session that still holds, and where; None if nobody is."""
    tenant = installation.tenant(session.tenant_id)
    user = Directory(tenant).get("users", session.user_id) if tenant else None
    if tenant is None or user is None or not users.is_enabled(user):
        return None
    since = max(moment(users.valid_from(user)).timestamp(), tenant.clock.now().timestamp() - LIFETIME)
    return (tenant, user) if session.began >= int(since) else None


def set_cookie(installation: Installation, session: Session) -> str:
    """The header that gives a browser its session."""
    claims = {
        "nonce": session.nonce,
        "began": session.began,
        "tenant_id": session.tenant_id,
        "user_id": session.user_id,
    }
    return f"{COOKIE}={sealed.seal(installation.store, sealed.SESSION, claims)}; {ATTRIBUTES}"


def form_token(installation: Installation, session: Session) -> str:
    """What a form of this browser must carry."""
    key = signing_key(installation.store).derived("form token")
    return hmac.new(key, session.nonce.encode(), hashlib.sha256).hexdigest()


def is_own_form(installation: Installation, session: Session, form: Mapping[str, str]) -> bool:
    """Whether a form came from a page that this browser was shown."""
    wanted = form_token(installation, session)
    return hmac.compare_digest(form.get("form_token", "").encode(), wanted.encode())


def _cookie(headers: Mapping[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
