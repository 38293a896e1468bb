"""Which mailboxes a principal may open: the difference between two maps, made true grant by grant.

Nothing is lost when a part fails: the outcome says what is granted and what is not, and the next run takes up
exactly what is missing. What may have been granted, because only the answer was lost, is remembered as that: it is
tried again if it is still wanted, and taken back if it is not. Revocations come before grants.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mailgrant.errors import ExchangeError, MailgrantError, NotFoundError
from mailgrant.exchange import batch, service_principal
from mailgrant.exchange.cmdlets.call import Reply, are_of_one_mailbox, identity
from mailgrant.exchange.cmdlets.service_principal import ServicePrincipalRecord
from mailgrant.exchange.names import Names
from mailgrant.exchange.progress import Progress, Report, counted
from mailgrant.exchange.rights import RIGHTS, Access, Grant, access, grants
from mailgrant.exchange.session import Session

Result = tuple[Grant, Reply | MailgrantError]
NOBODY: Final[Access] = {}


@dataclass
class Outcome:
    """What came of it.

    Args:
        held: the grants that exist now.
        reasons: why a grant is not as wanted, by grant.
        names: what Exchange calls the mailboxes that are held.
        unknown: the grants that may exist or not.
        remedies: what to do about the reasons, each once.
    """

    held: set[Grant]
    reasons: dict[Grant, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    unknown: set[Grant] = field(default_factory=set)
    remedies: set[str] = field(default_factory=set)

    @property
    def granted(self) -> dict[str, str]:
        """The rights by mailbox that exist now."""
        return access(self.held)

    @property
    def failed(self) -> dict[str, str]:
        """The reason by mailbox, for what is not as wanted; with the right where the mailbox has several."""
        rights: dict[str, set[str]] = {}
        for mailbox, right in (*self.held, *self.reasons):
            rights.setdefault(mailbox, set()).add(right)
        told: dict[str, list[str]] = {}
        for (mailbox, right), reason in self.reasons.items():
            told.setdefault(mailbox, []).append(f"{right}: {reason}" if len(rights[mailbox]) > 1 else reason)
        return {mailbox: "; ".join(reasons) for mailbox, reasons in told.items()}

    def hold(self, grant: Grant, name: str) -> None:
        """Note a grant that exists, unless it is the grant of a mailbox that has another name in the same map.

        Args:
            grant: the grant.
            name: what Exchange calls its mailbox; empty if it did not say.
        """
        if other := self.names.claim(grant[0], name):
            self.reasons[grant] = f"is the same mailbox as {other}: name it once"
        else:
            self.held.add(grant)

    def miss(self, grant: Grant, error: MailgrantError, *, unknown: bool = False) -> None:
        """Note that a grant is not as wanted.

        Args:
            grant: the grant.
            error: why.
            unknown: whether it may exist all the same.
        """
        self.reasons[grant] = batch.reason(error)
        self.remedies |= {batch.remedy(error)} - {""}
        if unknown and grant not in self.held:
            self.unknown.add(grant)

    def release(self, grant: Grant) -> None:
        """Note that a grant is gone, and with the last one of a mailbox what Exchange calls that."""
        self.held.discard(grant)
        if not any((grant[0], right) in self.held for right in RIGHTS):
            self.names.release(grant[0])


@dataclass(frozen=True)
class Earlier:
    """What an earlier outcome told, beside what was granted.

    Args:
        identities: what Exchange calls the mailboxes.
        unknown: rights that may be granted or not.
    """

    identities: Mapping[str, str] = field(default_factory=dict)
    unknown: Access = field(default_factory=dict)


NOTHING: Final = Earlier()


def change(
    session: Session,
    principal: str,
    before: Access,
    wanted: Access,
    report: Report,
    earlier: Earlier = NOTHING,
) -> Outcome:
    """Go from what was granted to what is wanted: one write for each difference, and nothing else.

    Args:
        session: to Exchange.
        principal: the ObjectId of the Exchange service principal.
        before: what is granted now, as far as is known.
        wanted: what shall be granted.
        report: gets a line of progress now and then.
        earlier: what is known besides.

    Raises:
        MailgrantError: nothing at all could be done, for a reason that is no mailbox's own.
    """
    had, wants = set(grants(before)), set(grants(wanted))
    revoke = [grant for grant in _known(before, earlier.unknown) if grant not in wants]
    add = [grant for grant in grants(wanted) if grant not in had]
    outcome = Outcome(held=had, names=Names(earlier.identities))
    results = [
        *_revoke(session, principal, revoke, outcome, report),
        *_grant(session, principal, add, outcome, report),
    ]
    batch.raise_if_nothing_was_done(reply for _, reply in results)
    return outcome


def read(
    session: Session, principal: str, app_id: str, known: Access, report: Report, unknown: Access = NOBODY
) -> dict[str, str]:
    """What of the known grants exists in Exchange, and of those that may exist; one read a mailbox and right.

    Raises:
        ExchangeError: something could not be read; that never means that it is not there.
    """
    record = service_principal.find(session, app_id, principal)
    if record is None:
        return {}
    held, unreadable = _held(session, record, _known(known, unknown), report)
    if unreadable:
        raise next(iter(unreadable.values()))
    return access(held)


def _known(granted: Access, unknown: Access) -> list[Grant]:
    return list(dict.fromkeys([*grants(granted), *grants(unknown)]))


def _revoke(
    session: Session, principal: str, wanted: list[Grant], outcome: Outcome, report: Report
) -> Iterator[Result]:
    calls = {(mailbox, right): RIGHTS[right].remove(mailbox, principal) for mailbox, right in wanted}
    for grant, reply in batch.run(session, calls, Progress("revoked", len(calls), report)):
        # A mailbox or a grant that is gone is as wanted.
        if isinstance(reply, Reply | NotFoundError):
            outcome.release(grant)
        else:
            outcome.miss(grant, reply, unknown=True)
        yield grant, reply


def _grant(
    session: Session, principal: str, wanted: list[Grant], outcome: Outcome, report: Report
) -> Iterator[Result]:
    doubtful: list[Grant] = []
    calls = {(mailbox, right): RIGHTS[right].add(mailbox, principal) for mailbox, right in wanted}
    for grant, reply in batch.run(session, calls, Progress("granted", len(calls), report)):
        if isinstance(reply, MailgrantError):
            outcome.miss(grant, reply, unknown=reply.answer_lost)
        elif reply.warnings:
            doubtful.append(grant)
        else:
            outcome.hold(grant, identity(reply))
        yield grant, reply
    _settle(session, principal, doubtful, outcome, report)


def _settle(
    session: Session, principal: str, doubtful: list[Grant], outcome: Outcome, report: Report
) -> None:
    """Exchange warned instead of granting, mostly because the grant is there: look, and believe only that."""
    if not doubtful:
        return
    try:
        record = service_principal.find(session, "", principal)
    except MailgrantError as error:
        for grant in doubtful:
            outcome.miss(grant, error, unknown=True)
        return
    held, unreadable = _held(session, record, doubtful, report) if record else ({}, {})
    for grant, reply in held.items():
        outcome.hold(grant, identity(reply))
    for grant in set(doubtful) - held.keys():
        if grant in unreadable:
            outcome.miss(grant, unreadable[grant], unknown=True)
        else:
            outcome.reasons[grant] = "Exchange only warned, and the grant is not there"


def _held(
    session: Session, record: ServicePrincipalRecord, asked: list[Grant], report: Report
) -> tuple[dict[Grant, Reply], dict[Grant, MailgrantError]]:
    """Which of the grants exist, and which could not be looked at; a mailbox that is gone has none."""
    held: dict[Grant, Reply] = {}
    unreadable: dict[Grant, MailgrantError] = {}
    calls = {(mailbox, right): RIGHTS[right].read(mailbox) for mailbox, right in asked}
    for grant, reply in batch.run(session, calls, Progress("read", len(calls), report)):
        if isinstance(reply, Reply):
            held |= {grant: reply} if _shows(reply, grant, record) else {}
        elif not isinstance(reply, NotFoundError):
            unreadable[grant] = reply
    return held, unreadable


def _shows(reply: Reply, grant: Grant, record: ServicePrincipalRecord) -> bool:
    holds = any(RIGHTS[grant[1]].holds(entry, record) for entry in reply.records)
    return holds and are_of_one_mailbox(reply.records)


def revoke_all(
    session: Session, principal: str, held: Access, report: Report, earlier: Earlier = NOTHING
) -> None:
    """Take everything back.

    Raises:
        MailgrantError: a part is still there, with each mailbox and the reason.
    """
    outcome = change(session, principal, held, {}, report, earlier)
    if outcome.failed:
        raise ExchangeError(
            failures(outcome.failed, "could not be taken back"), "\n  → ".join(sorted(outcome.remedies))
        )


def failures(failed: Access, what: str) -> str:
    """One line for the whole and one for each mailbox."""
    lines = [f"access to {counted(len(failed), 'mailboxes')} {what}:"]
    return "\n".join([*lines, *(f"  - {mailbox}: {reason}" for mailbox, reason in sorted(failed.items()))])
