"""One cell of the matrix, run: what the tenant, the outputs and the cmdlets look like in the end."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi.dynamic import CreateResult

from mailgrant.errors import HostLostError, MailgrantError
from mailgrant.exchange.cmdlets.call import Call
from mailgrant.exchange.provider import GONE
from tests.exchange.conftest import TenantSession
from tests.exchange.settings_subjects import (
    AUTHENTICATION_POLICY,
    MAILBOX_PROTOCOLS,
    POLICY,
    SMTP_SCOPE,
    TRANSPORT_SETTINGS,
)
from tests.exchange.subjects import MAILBOX_ACCESS, SERVICE_PRINCIPAL, Properties, Subject

SUBJECTS: Final[Mapping[str, Subject]] = {
    "ServicePrincipal": SERVICE_PRINCIPAL,
    "MailboxAccess": MAILBOX_ACCESS,
    "MailboxProtocols": MAILBOX_PROTOCOLS,
    "TransportSettings": TRANSPORT_SETTINGS,
    "AuthenticationPolicy": AUTHENTICATION_POLICY,
    "SmtpApplicationScope": SMTP_SCOPE,
}
NOT_FOUND: Final = r"The operation couldnt be performed because object \S+ couldnt be found on \S+\.COM\."
# What a program had asked for when the state came about.
BEFORE: Final[Mapping[str, Callable[[Subject], Properties | None]]] = {
    "create": lambda _: None,
    "read": lambda subject: subject.wanted,
    "update": lambda subject: subject.before,
    "delete": lambda subject: subject.wanted,
}


@dataclass(frozen=True)
class Cell:
    """What came of an operation that was run twice from one state.

    Args:
        cmdlets: in short; of the second run behind a slash, where they are others.
        told: the outputs that tell how it went, or the error; what a refresh tells in its inputs.
        tenant: what is there in the end.
    """

    cmdlets: str
    told: str
    tenant: str


def run_twice(session: TenantSession, resource: str, state: str, operation: str) -> Cell:
    """Run an operation twice from one state, as after a kill: the second time it knows what the first one knew."""
    subject = SUBJECTS[resource]
    subject.prepare(session)
    provider = subject.over(session)
    had = BEFORE[operation](subject)
    made = provider.create(dict(had)) if had else CreateResult("", {})
    subject.states[state](session)
    order = _listen(session, subject, deaf=state == "unreadable")
    cmdlets, told = [], []
    for _ in range(2):
        told.append(_outcome(lambda: RUN[operation](provider, subject, made)))
        cmdlets.append(", ".join(order) or "nothing")
        order.clear()
    return Cell(" / ".join(dict.fromkeys(cmdlets)), " / ".join(dict.fromkeys(told)), subject.shows(session))


def _listen(session: TenantSession, subject: Subject, *, deaf: bool) -> list[str]:
    """The cmdlets from now on, in short."""
    order: list[str] = []

    def before(call: Call) -> None:
        order.append(subject.short[call.cmdlet])
        if deaf and call.cmdlet.startswith("Get-"):
            raise HostLostError("no answer")

    session.before = before
    return order


def _read(provider: Any, subject: Subject, made: CreateResult) -> str:
    result = provider.read(made.id, dict(made.outs or {}))
    if result.id == GONE:
        return "gone"
    mended = provider.diff(made.id, result.outs, {**subject.wanted, "found": {}, "unread": {}}).changes
    return f"{_in_short(result.inputs, subject.drifts)}, {'to be mended' if mended else 'as wanted'}"


# What is given to an operation: the provider, its subject, and what the run before made.
RUN: Final[Mapping[str, Callable[[Any, Subject, CreateResult], str]]] = {
    "create": lambda provider, subject, _: _in_short(
        provider.create(dict(subject.wanted)).outs, subject.outs
    ),
    "read": _read,
    "update": lambda provider, subject, made: _in_short(
        provider.update(made.id, dict(made.outs or {}), dict(subject.wanted)).outs, subject.outs
    ),
    "delete": lambda provider, _, made: str(provider.delete(made.id, dict(made.outs or {})) or "done"),
}


def _outcome(run: Callable[[], str]) -> str:
    try:
        return run()
    except MailgrantError as error:
        return f"error: {' '.join(error.message.split())}".replace("@contoso.com", "")


def _in_short(properties: Properties, names: tuple[str, ...]) -> str:
    found = {name: properties[name] for name in names if properties.get(name)}
    text = (
        str(found)[1:-1].replace("'", "").replace('"', "").replace("@contoso.com", "").replace(POLICY, "ours")
    )
    return re.sub(NOT_FOUND, "not found", text) or "nothing"
