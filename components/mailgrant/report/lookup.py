"""Asks the tenant what a preview cannot know: whether the names in a change are there, and what others have changed.

It reads and changes nothing. Which cmdlets: those by which an update would find the same things, so that the answer is
the one that the update would get; and Get-Recipient for what they do not find.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mailgrant.configuration.loading import TO_CONNECT
from mailgrant.errors import (
    AccessDeniedError,
    AmbiguousError,
    ConnectError,
    MailgrantError,
    NotFoundError,
    SessionEndedError,
)
from mailgrant.exchange import batch
from mailgrant.exchange.cancellation import CANCELLATION
from mailgrant.exchange.cmdlets import application_scope, authentication_policy, mailbox, recipient
from mailgrant.exchange.cmdlets.call import Call, Record, Reply
from mailgrant.exchange.connection import connect
from mailgrant.exchange.progress import Progress
from mailgrant.exchange.session import Session
from mailgrant.project import project
from mailgrant.report import engine
from mailgrant.report.live import Live, Missing, Named, Problem, Sort, Unseen
from mailgrant.report.named import named
from mailgrant.report.preview import Preview
from mailgrant.report.report import report
from mailgrant.report.values import HIDDEN, NOT_KNOWN
from mailgrant.schema.places import NAMESPACE

Say = Callable[[str], object]

QUESTIONS: Final[Mapping[Sort, Callable[[str], Call]]] = {
    Sort.MAILBOX: mailbox.get_mailbox,
    Sort.GROUP: application_scope.get_group,
    Sort.PERSON: authentication_policy.get_assignment,
}
NEEDED: Final = frozenset(f"{NAMESPACE}{name}" for name in (*TO_CONNECT, "extends"))
NAMELESS: Final = frozenset({"", NOT_KNOWN, HIDDEN})
UNNAMED: Final = "the preview does not show which they are"
READER: Final = (
    "To look, an identity needs the application permission Exchange.ManageAsApp and the Entra role Global Reader, and "
    "mailgrant:organization must be the tenant's first domain. A role that was just assigned can take 15 minutes to arrive."
)
REFUSALS: Final = (AccessDeniedError, ConnectError, SessionEndedError)
ELSEWHERE: Final = "it is not of the Pulumi project in this folder, which says who signs in where"
HERE: Final = "Run this in the folder of the project."


def live(preview: Preview, stack: str, folder: Path, say: Say) -> Live:
    """What the tenant says of a stack: one read a name, and one of each thing that the stack has made.

    Whatever keeps it from being asked is told in the result.

    Args:
        preview: of the stack.
        stack: its name, as Pulumi's command takes it.
        folder: in which somebody works.
        say: gets a line of progress now and then.
    """
    names = named(preview.steps)
    if preview.project != engine.project(folder):
        return Live(names, unseen=_unseen(names, ELSEWHERE, HERE), drift=None, blind=(ELSEWHERE, HERE))
    try:
        return _with_drift(_looked_up(names, stack, say), preview, stack)
    except KeyboardInterrupt:
        CANCELLATION.ask()
        raise


def _looked_up(names: Sequence[Named], stack: str, say: Say) -> Live:
    asked = tuple(one for one in names if one.name not in NAMELESS)
    hidden = tuple(one for one in names if one.name in NAMELESS)
    if not asked:
        return Live(hidden, unseen=_unseen(hidden, UNNAMED))
    try:
        found = look(asked, connect(project(stack, _is_needed).value), say)
    except MailgrantError as error:
        found = Live(asked, unseen=_unseen(asked, error.message, error.remedy))
    return replace(found, asked=tuple(names), unseen=(*found.unseen, *_unseen(hidden, UNNAMED)))


def _is_needed(key: str) -> bool:
    return key in NEEDED or key.startswith("azuread:")


def _unseen(names: Sequence[Named], reason: str, remedy: str = "") -> tuple[Unseen, ...]:
    return (Unseen(tuple(names), reason, remedy),) if names else ()


def _with_drift(found: Live, preview: Preview, stack: str) -> Live:
    if not any(step.old and step.state.custom for step in preview.steps):
        return found  # nothing was made yet
    try:
        drift = report([engine.drift(stack)]).changes
    except MailgrantError as error:
        return replace(found, drift=None, blind=(error.message, error.remedy))
    return replace(found, drift=drift)


@dataclass
class _Answers:
    """What came back so far."""

    addresses: dict[Named, str] = field(default_factory=dict)
    absent: list[Named] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    unseen: dict[tuple[str, str], list[Named]] = field(default_factory=dict)

    def take(self, one: Named, reply: Reply | MailgrantError) -> None:
        """Note the answer to the first question about a name."""
        match reply:
            case Reply():
                self._found(one, _that_fit(one.name, reply.records))
            case NotFoundError():
                self.absent.append(one)
            case AmbiguousError():
                self.missing.append(Missing(one, Problem.AMBIGUOUS))
            case _:
                remedy = READER if isinstance(reply, REFUSALS) else batch.remedy(reply)
                self.unseen.setdefault((batch.reason(reply), remedy), []).append(one)

    def _found(self, one: Named, records: Sequence[Record]) -> None:
        if len(records) > 1:
            self.missing.append(Missing(one, Problem.AMBIGUOUS))
        elif records:
            self.addresses[one] = mailbox.primary_address(records[0])
        else:
            self.absent.append(one)


def look(names: Sequence[Named], session: Session, say: Say) -> Live:
    """Ask Exchange for names: one read each, and one more for each that is not what it is to be.

    Args:
        names: of what.
        session: to Exchange.
        say: gets a line of progress now and then.
    """
    # No name in Exchange holds a letter that cannot be seen, and not every carrier takes one.
    answers = _Answers(missing=[Missing(one, Problem.ABSENT) for one in names if not one.name.isprintable()])
    calls = {one: QUESTIONS[one.sort](one.name) for one in names if one.name.isprintable()}
    for one, reply in batch.run(session, calls, Progress("looked up", len(calls), say, "names")):
        answers.take(one, reply)
    same = list(_same(answers.addresses))
    doubled = {one.named for one in same}
    missing = [*answers.missing, *same, *_explained(answers.absent, session, say)]
    return Live(
        tuple(names),
        tuple(sorted(missing, key=lambda one: one.named)),
        tuple(one for one in _renamed(answers.addresses) if one[0] not in doubled),
        tuple(Unseen(tuple(sorted(whose)), *why) for why, whose in sorted(answers.unseen.items())),
    )


def _that_fit(name: str, records: Sequence[Record]) -> Sequence[Record]:
    """The records of this name; asked for one that is unknown, Exchange's Get- cmdlets may answer with everything."""
    fitting = [record for record in records if name.lower() in recipient.names(record)]
    return fitting or (records if len(records) == 1 else ())


def _explained(absent: Sequence[Named], session: Session, say: Say) -> Iterator[Missing]:
    """What each of these is in place of what it is to be."""
    calls = {one: recipient.get_recipient(one.name) for one in absent if one.sort != Sort.PERSON}
    known = dict(batch.run(session, calls, Progress("looked closer at", len(calls), say, "names")))
    for one in absent:
        reply = known.get(one)
        records = _that_fit(one.name, reply.records) if isinstance(reply, Reply) else ()
        yield _explanation(one, records[0]) if len(records) == 1 else Missing(one, Problem.ABSENT)


def _explanation(one: Named, record: Record) -> Missing:
    wide, narrow = recipient.kinds(record)
    # Get-Mailbox does not show it, and it is a mailbox: one that is deleted.
    if one.sort == Sort.MAILBOX and wide == recipient.MAILBOX:
        return Missing(one, Problem.SOFT_DELETED)
    return Missing(one, Problem.ANOTHER_KIND, narrow or wide)


def _same(addresses: Mapping[Named, str]) -> Iterator[Missing]:
    """Names of a mailbox that has another one in the same resource, which an update refuses."""
    first: dict[tuple[str, str], Named] = {}
    for one, address in sorted(addresses.items()):
        clients = {client for client, _ in one.uses}
        others = [first[address, client] for client in sorted(clients) if (address, client) in first]
        if one.sort == Sort.MAILBOX and address and others:
            yield Missing(one, Problem.SAME_MAILBOX, others[0].name)
        elif one.sort == Sort.MAILBOX:
            first |= {(address, client): one for client in clients}


def _renamed(addresses: Mapping[Named, str]) -> Iterable[tuple[Named, str]]:
    return [
        (one, address) for one, address in sorted(addresses.items()) if address not in {"", one.name.lower()}
    ]
