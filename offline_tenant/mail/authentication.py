"""Who may log in to which mailbox: Exchange's decision, the same for every protocol.

Two steps, as in Exchange. The token decides whether there is a login at all; the mailbox then decides whether
the login is connected to it. App-only: Exchange compares the token's ``oid`` with the ObjectId of its own
service principals and wants FullAccess. Delegated: the person's own mailbox, or one that FullAccess opens.
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from offline_tenant.entra.verification import EXCHANGE_AUDIENCES, Claims, TokenError, issuing_tenant, verify
from offline_tenant.exchange.access import has_full_access, mailbox_of, principal_of
from offline_tenant.exchange.smtp_app_access import in_scope
from offline_tenant.state.store import Document
from offline_tenant.state.tenant import Installation, Tenant


@dataclass(frozen=True)
class Protocol:
    """What one mail protocol asks of a token and of a mailbox.

    Args:
        role: the application permission of Office 365 Exchange Online.
        scope: the delegated permission.
        switch: the property of the mailbox that turns the protocol off when it is False; absent is on.
        opens: whether the login opens the mailbox; SMTP opens it only when a message comes.
        scoped: whether RBAC for Applications lets applications in whose token lacks the role.
    """

    role: str
    scope: str
    switch: str | None
    opens: bool = True
    scoped: bool = False


PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "imap": Protocol("IMAP.AccessAsApp", "IMAP.AccessAsUser.All", "ImapEnabled"),
    "pop": Protocol("POP.AccessAsApp", "POP.AccessAsUser.All", "PopEnabled"),
    "smtp": Protocol("SMTP.SendAsApp", "SMTP.Send", None, opens=False, scoped=True),
}


_NO_SCOPE: Final = ", and no scope of RBAC for Applications has the mailbox"


class Outcome(Enum):
    """How a login ends; the values are what the counters call it."""

    CONNECTED = "ok"
    NOT_CONNECTED = "not connected"
    REFUSED = "failed"


@dataclass(frozen=True)
class Decision:
    """The answer to one login attempt.

    Args:
        outcome: logged in, logged in without a mailbox, or refused.
        reason: why, for the log and never for the client; without any part of the token.
        tenant: the tenant of the mailbox; None when refused.
        mailbox: the mailbox as Exchange keeps it; None when refused.
        principal: who it is: an Exchange service principal, or the mailbox of a person; None when refused.
        app_only: whether no person stands behind the login.
        by_scope: whether RBAC for Applications let it in, so that no permission of the mailbox counts.
    """

    outcome: Outcome
    reason: str
    tenant: Tenant | None = None
    mailbox: Document | None = None
    principal: Document | None = None
    app_only: bool = False
    by_scope: bool = False


def refused(reason: str) -> Decision:
    """A login that fails, and why."""
    return Decision(Outcome.REFUSED, reason)


class _RefusedError(Exception):
    pass


def authenticate(installation: Installation, protocol: str, user: str, token: str) -> Decision:
    """Decide about a login in whatever tenant the token names.

    Args:
        installation: all tenants.
        protocol: a key of ``PROTOCOLS``.
        user: the address of the target mailbox.
        token: the bare access token.
    """
    try:
        tenant = issuing_tenant(installation, token)
    except TokenError as error:
        return refused(error.reason)
    if tenant is None:
        return refused("the token names a tenant that does not exist")
    return decide(tenant, protocol, user, token)


def decide(tenant: Tenant, protocol: str, user: str, token: str) -> Decision:
    """Decide about a login in one tenant; changes nothing.

    Args:
        tenant: the one that the token names.
        protocol: a key of ``PROTOCOLS``.
        user: the address of the target mailbox, primary or alias.
        token: the bare access token.
    """
    wanted = PROTOCOLS[protocol]
    try:
        claims = verify(tenant, token, EXCHANGE_AUDIENCES)
        mailbox = _target(tenant, user)
        by_scope = claims.app_only and _in_scope(tenant, wanted, claims, mailbox)
        principal = (
            _application(tenant, wanted, claims, by_scope=by_scope)
            if claims.app_only
            else _person(tenant, wanted, claims)
        )
    except TokenError as error:
        return refused(error.reason)
    except _RefusedError as error:
        return refused(str(error))
    obstacle = _obstacle(tenant, wanted, mailbox, principal)
    return Decision(
        Outcome.NOT_CONNECTED if obstacle else Outcome.CONNECTED,
        obstacle or "connected",
        tenant,
        mailbox,
        principal,
        claims.app_only,
        by_scope,
    )


def _in_scope(tenant: Tenant, wanted: Protocol, claims: Claims, mailbox: Document) -> bool:
    # With the role in its token an application is judged by the permissions of the mailbox, scope or not.
    if not wanted.scoped or wanted.role in claims.roles:
        return False
    principal = principal_of(tenant, claims.oid)
    return principal is not None and in_scope(tenant, principal, mailbox) is True


def _application(tenant: Tenant, wanted: Protocol, claims: Claims, *, by_scope: bool) -> Document:
    if wanted.role not in claims.roles and not by_scope:
        raise _RefusedError(f"the token has no role {wanted.role}{_NO_SCOPE if wanted.scoped else ''}")
    principal = principal_of(tenant, claims.oid)
    if principal is None:
        raise _RefusedError("no Exchange service principal has the token's oid as its ObjectId")
    return principal


def _person(tenant: Tenant, wanted: Protocol, claims: Claims) -> Document:
    if wanted.scope not in claims.scopes:
        raise _RefusedError(f"the token has no scope {wanted.scope}")
    own = tenant.documents("mailboxes").find("ExternalDirectoryObjectId", claims.oid)
    if not own:
        raise _RefusedError("the person has no mailbox")
    return own[0]


def _target(tenant: Tenant, address: str) -> Document:
    mailbox = mailbox_of(tenant, address)
    if mailbox is None:
        raise _RefusedError("no mailbox has this address")
    return mailbox


def _obstacle(tenant: Tenant, wanted: Protocol, mailbox: Document, principal: Document) -> str | None:
    if wanted.switch and mailbox.get(wanted.switch) is False:
        return f"{wanted.switch} of the mailbox is False"
    if wanted.opens and not has_full_access(tenant, mailbox, principal):
        return "the principal has no FullAccess to the mailbox"
    return None
