"""Which mailboxes a principal may open: the difference between two maps, made true grant by grant.

Nothing is lost when a part fails: the outcome says what is granted and what is not, and the next run takes up
exactly what is missing. Revocations come before grants.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mailgrant.errors import CmdletError, ExchangeError, MailgrantError, NotFoundError
from mailgrant.exchange import cmdlets, service_principal
from mailgrant.exchange.cmdlets import Call, Reply, ServicePrincipalRecord
from mailgrant.exchange.progress import Progress, Report
from mailgrant.exchange.rights import RIGHTS, Access, Grant, access, grants
from mailgrant.exchange.session import Session

Result = tuple[Grant, Reply | MailgrantError]


@dataclass
class Outcome:
    """What came of it.

    Args:
        held: the grants that exist now.
        failed: the reason by mailbox, for what is not as wanted.
        identities: what Exchange calls the mailboxes that are held: two addresses of one mailbox show here.
    """

    held: set[Grant]
    failed: dict[str, str] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)

    @property
    def granted(self) -> dict[str, str]:
        """The rights by mailbox that exist now."""
        return access(self.held)


def change(
    session: Session,
    principal: str,
    before: Access,
    wanted: Access,
    report: Report,
    identities: Mapping[str, str] | None = None,
) -> Outcome:
    """Go from what was granted to what is wanted: one write for each difference, and nothing else.

    Args:
        session: to Exchange.
        principal: the ObjectId of the Exchange service principal.
        before: what is granted now, as far as is known.
        wanted: what shall be granted.
        report: gets a line of progress now and then.
        identities: what Exchange calls the mailboxes that are granted now, as an earlier outcome told.

    Raises:
        MailgrantError: nothing at all could be done, for a reason that is no mailbox's own.
    """
    had, wants = set(grants(before)), set(grants(wanted))
    revoke = [grant for grant in grants(before) if grant not in wants]
    add = [grant for grant in grants(wanted) if grant not in had]
    outcome = Outcome(held=had, identities=dict(identities or {}))
    results = [
        *_revoke(session, principal, revoke, outcome, report),
        *_grant(session, principal, add, outcome, report),
    ]
    _raise_if_nothing_was_done(results)
    return outcome


def read(session: Session, principal: str, app_id: str, known: Access, report: Report) -> dict[str, str]:
    """What of the known grants exists in Exchange; one read a mailbox.

    Raises:
        ExchangeError: something could not be read; that never means that it is not there.
    """
    record = service_principal.find(session, app_id, principal)
    if record is None:
        return {}
    held, unreadable = _held(session, record, grants(known), report)
    if unreadable:
        raise next(iter(unreadable.values()))
    return access(held)


def _revoke(
    session: Session, principal: str, wanted: list[Grant], outcome: Outcome, report: Report
) -> Iterator[Result]:
    calls = [RIGHTS[right].remove(mailbox, principal) for mailbox, right in wanted]
    for grant, reply in _run(session, wanted, calls, Progress("revoked", len(calls), report)):
        # A mailbox or a grant that is gone is as wanted.
        if isinstance(reply, Reply | NotFoundError):
            outcome.held.discard(grant)
            outcome.identities.pop(grant[0], None)
        else:
            outcome.failed[grant[0]] = _reason(reply)
        yield grant, reply


def _grant(
    session: Session, principal: str, wanted: list[Grant], outcome: Outcome, report: Report
) -> Iterator[Result]:
    doubtful: list[Grant] = []
    calls = [RIGHTS[right].add(mailbox, principal) for mailbox, right in wanted]
    for grant, reply in _run(session, wanted, calls, Progress("granted", len(calls), report)):
        if isinstance(reply, MailgrantError):
            outcome.failed[grant[0]] = _reason(reply)
        elif reply.warnings:
            doubtful.append(grant)
        else:
            _hold(outcome, grant, reply)
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
        outcome.failed |= {mailbox: _reason(error) for mailbox, _ in doubtful}
        return
    held, unreadable = _held(session, record, doubtful, report) if record else ({}, {})
    for grant, reply in held.items():
        _hold(outcome, grant, reply)
    for grant in set(doubtful) - held.keys():
        reason = unreadable.get(grant)
        outcome.failed[grant[0]] = (
            _reason(reason) if reason else "Exchange only warned, and the grant is not there"
        )


def _held(
    session: Session, record: ServicePrincipalRecord, asked: list[Grant], report: Report
) -> tuple[dict[Grant, Reply], dict[Grant, MailgrantError]]:
    """Which of the grants exist, and which could not be looked at; a mailbox that is gone has none."""
    held: dict[Grant, Reply] = {}
    unreadable: dict[Grant, MailgrantError] = {}
    calls = [RIGHTS[right].read(mailbox) for mailbox, right in asked]
    for grant, reply in _run(session, asked, calls, Progress("read", len(calls), report)):
        if isinstance(reply, Reply):
            held |= {grant: reply} if _shows(reply, grant, record) else {}
        elif not isinstance(reply, NotFoundError):
            unreadable[grant] = reply
    return held, unreadable


def _hold(outcome: Outcome, grant: Grant, reply: Reply) -> None:
    """Note a grant that exists, unless it is the grant of a mailbox that has another name in the same map.

    With both of them noted, removing one name would take the access from the other, and nobody would see it.
    """
    mailbox, identity = grant[0], cmdlets.identity(reply)
    others = (other for other, known in outcome.identities.items() if known == identity and other != mailbox)
    if identity and (other := next(others, None)):
        outcome.failed[mailbox] = f"is the same mailbox as {other}: name it once"
        return
    outcome.held.add(grant)
    outcome.identities |= {mailbox: identity} if identity else {}


def _shows(reply: Reply, grant: Grant, record: ServicePrincipalRecord) -> bool:
    holds = any(RIGHTS[grant[1]].holds(entry, record) for entry in reply.records)
    return holds and cmdlets.are_of_one_mailbox(reply.records)


def _run(session: Session, asked: list[Grant], calls: list[Call], progress: Progress) -> Iterator[Result]:
    of = {id(call): grant for call, grant in zip(calls, asked, strict=True)}
    for call, reply in session.run_each(calls):
        progress.step(failed=isinstance(reply, MailgrantError))
        yield of[id(call)], reply


def _raise_if_nothing_was_done(results: Iterable[Result]) -> None:
    replies = [reply for _, reply in results]
    common = [
        reply for reply in replies if isinstance(reply, MailgrantError) and not isinstance(reply, CmdletError)
    ]
    if common and len(common) == len(replies):
        raise common[0]


def _reason(error: MailgrantError) -> str:
    return error.text if isinstance(error, CmdletError) else error.message


def revoke_all(session: Session, principal: str, held: Access, report: Report) -> None:
    """Take everything back.

    Raises:
        MailgrantError: a part is still there, with each mailbox and the reason.
    """
    outcome = change(session, principal, held, {}, report)
    if outcome.failed:
        raise ExchangeError(failures(outcome.failed, "could not be taken back"))


def failures(failed: Access, what: str) -> str:
    """One line for the whole and one for each mailbox."""
    noun = "mailbox" if len(failed) == 1 else "mailboxes"
    lines = [f"access to {len(failed)} {noun} {what}:"]
    return "\n".join([*lines, *(f"  - {mailbox}: {reason}" for mailbox, reason in sorted(failed.items()))])
