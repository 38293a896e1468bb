"""Every login that a stack promises, tried for real: client × credential × mailbox × protocol."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol

from mailgrant.errors import LoginError, MailgrantError, SetupError, SignInError
from mailgrant.facts import Host
from mailgrant.identities.identity import Identity, TokenSource
from mailgrant.identities.proofs import Certificate, Secret
from mailgrant.login import imap, pop, scope, smtp
from mailgrant.stack.outputs import Client, Credential

# From server, mailbox, token and time limit to what was proven.
Proof = Callable[[Host, str, str, float], str]

PROOFS: Final[Mapping[str, Proof]] = {"imap": imap.prove, "pop": pop.prove, "smtp": smtp.prove}
# As PROOFS, where a message may be sent for it.
SENDING: Final[Mapping[str, Proof]] = {**PROOFS, "smtp": smtp.send}
# Why a login is not tried.
PEOPLE: Final = "people sign in there; with --sign-in {} somebody can"
SCOPED: Final = (
    "which mailboxes its scope finds, only Exchange knows; name one of {within}: "
    "mailgrant verify --send --client {name} --mailbox ADDRESS"
)
OTHERS: Final[Mapping[str, str]] = {
    "certificate": "the private key is with its consumer",
    "federated": "only the workload that it trusts can sign in",
    "external": "somebody else keeps it",
}
TIMEOUT: Final = 30.0  # seconds for each step of a login
WIDTH: Final = 8  # logins at once; Exchange allows about 20 connections a user


class Tokens(Protocol):
    """Whoever gives access tokens."""

    def token(self, scope: str) -> str:
        """One for a scope; raises SignInError if there is none."""


@dataclass(frozen=True)
class Login:
    """One login to try.

    Args:
        tokens: gives the client's access token.
        server: of the protocol.
        scope: what the token is asked for.
        not_granted: why the last update could not grant this mailbox; empty if it could.
        remedies: what to do, by verdict, where it is something else than for applications.
        within: where a scope decides, the mailboxes in it, for people. ``mailbox`` may be empty then: only the token is
            looked at.
    """

    client: str
    credential: str
    mailbox: str
    protocol: str
    tokens: Tokens
    server: Host
    scope: str
    not_granted: str = ""
    remedies: Mapping[str, str] = field(default_factory=dict)
    within: str = ""


@dataclass(frozen=True)
class Result:
    """How it went: one entry of ``mailgrant verify --json``.

    Args:
        verdict: ``ok``, or a stable id of the cause.
        message: what was said and what it means.
        remedy: what to do.
        seconds: how long it took.
    """

    client: str
    credential: str
    mailbox: str
    protocol: str
    ok: bool
    verdict: str
    message: str
    remedy: str
    seconds: float


def logins(clients: Mapping[str, Client], mailboxes: Collection[str] = ()) -> list[Login]:
    """The logins that follow from a stack's output ``clients``.

    Args:
        clients: by name.
        mailboxes: only these; a client with a scope tries them all, and without any its token alone.

    Raises:
        SetupError: one of the mailboxes is nobody's.
    """
    known = {mailbox for client in clients.values() for mailbox in (*client.mailboxes, *client.not_granted)}
    if not any(client.smtp_scope for client in clients.values()) and (others := set(mailboxes) - known):
        names = " and ".join(sorted(others))
        opened = f"Those that are opened: {', '.join(sorted(known)) or 'none'}."
        raise SetupError(
            f"no client opens {names} by itself", f"{opened} With --sign-in somebody can open others."
        )
    return [
        Login(
            name,
            consumer,
            mailbox,
            protocol,
            tokens,
            Host(client.protocols[protocol].host, client.protocols[protocol].port),
            client.own_scope or "",
            client.not_granted.get(mailbox, ""),
            within=_within(client, protocol),
        )
        for name, client in clients.items()
        for consumer, tokens in token_sources(client)
        for mailbox, protocol in _targets(client, mailboxes)
    ]


def _targets(client: Client, wanted: Collection[str]) -> Iterator[tuple[str, str]]:
    for mailbox in sorted({*client.mailboxes, *client.not_granted}):
        if not wanted or mailbox in wanted:
            yield from ((mailbox, one) for one in client.protocols if not _within(client, one))
    for protocol in client.protocols:
        if _within(client, protocol):
            yield from ((mailbox, protocol) for mailbox in wanted or ("",))


def _within(client: Client, protocol: str) -> str:
    return str(client.smtp_scope) if client.smtp_scope and protocol == "smtp" else ""


def token_sources(client: Client) -> Iterator[tuple[str, TokenSource]]:
    """Who can sign in for a client with what its stack holds, by consumer."""
    for consumer, credential in client.credentials.items():
        if proof := _proof(credential):
            yield consumer, TokenSource(Identity(client.tenant_id, client.client_id, proof), client.authority)


def _proof(credential: Credential) -> Secret | Certificate | None:
    """What proves a credential; None where somebody else keeps it."""
    if credential.value is None:
        return None
    value = credential.value.get_secret_value()
    return Certificate(value, credential.certificate) if credential.certificate else Secret(value)


def not_tried(clients: Mapping[str, Client], mailboxes: Collection[str] = ()) -> dict[str, str]:
    """Why logins of a client, with one of its credentials, or over a protocol, are not tried; by place."""
    people = {name: PEOPLE.format(name) for name, client in clients.items() if client.is_for_people}
    others = {
        f"{name}.{consumer}": OTHERS[credential.type]
        for name, client in clients.items()
        for consumer, credential in client.credentials.items()
        # Without mailboxes of its own, a client for people has nothing that a credential alone would open.
        if (client.mailboxes or not client.is_for_people) and _proof(credential) is None
    }
    scoped = {
        f"{name} over smtp": SCOPED.format(within=within, name=name)
        for name, client in clients.items()
        if (within := _within(client, "smtp")) and not mailboxes
    }
    return {**people, **others, **scoped}


def attempt(login: Login, proofs: Mapping[str, Proof] = PROOFS) -> Result:
    """Try one login; a failure is a result, too."""
    begin = time.monotonic()
    if login.not_granted:
        message = f"the last pulumi up could not grant it: {login.not_granted}"
        return _result(login, begin, "not-granted", message, "Mend the cause and run pulumi up again.")
    try:
        token = login.tokens.token(login.scope)
        proven = _proven(login, token, proofs[login.protocol])
    except MailgrantError as error:
        verdict = _verdict(error)
        return _result(login, begin, verdict, error.message, login.remedies.get(verdict, error.remedy))
    return _result(login, begin, "ok", proven, "")


def _proven(login: Login, token: str, proof: Proof) -> str:
    if not login.within:
        return proof(login.server, login.mailbox, token, TIMEOUT)
    scope.check(token)
    if not login.mailbox:
        return scope.UNPROVEN
    try:
        return proof(login.server, login.mailbox, token, TIMEOUT)
    except LoginError as error:
        raise scope.explained(error, login.within) from None


def attempt_all(wanted: list[Login], *, send: bool = False) -> Iterator[Result]:
    """Try many side by side; results come in the order of the logins.

    Args:
        wanted: the logins.
        send: prove SMTP with a real message from each mailbox to itself.
    """
    proofs = SENDING if send else PROOFS
    with ThreadPoolExecutor(WIDTH) as pool:
        yield from pool.map(lambda login: attempt(login, proofs), wanted)


def report(results: list[Result]) -> dict[str, Any]:
    """The answer for programs; ``ok`` only if there were logins and all of them worked."""
    ok = bool(results) and all(result.ok for result in results)
    return {"ok": ok, "results": [asdict(result) for result in results]}


def _verdict(error: MailgrantError) -> str:
    if isinstance(error, LoginError):
        return error.verdict
    return f"sign-in-{error.code.lower()}" if isinstance(error, SignInError) else "error"


def _result(login: Login, begin: float, verdict: str, message: str, remedy: str) -> Result:
    return Result(
        client=login.client,
        credential=login.credential,
        mailbox=login.mailbox,
        protocol=login.protocol,
        ok=verdict == "ok",
        verdict=verdict,
        message=message,
        remedy=remedy,
        seconds=round(time.monotonic() - begin, 3),
    )
