"""Many calls at once, each known by what it is for, with words about how far they are."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from mailgrant.errors import CmdletError, MailgrantError, NotFoundError
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.progress import Progress
from mailgrant.exchange.session import Session

Key = TypeVar("Key", bound=Hashable)


def run(
    session: Session, calls: Mapping[Key, Call], progress: Progress
) -> Iterator[tuple[Key, Reply | MailgrantError]]:
    """Run them; each comes back under its key with its reply or its error, in the order in which they end."""
    key_of = {id(call): key for key, call in calls.items()}
    for call, reply in session.run_each(calls.values()):
        progress.step(failed=isinstance(reply, MailgrantError) and not _is_an_answer(call, reply))
        yield key_of[id(call)], reply


def _is_an_answer(call: Call, error: MailgrantError) -> bool:
    """Whether somebody asked for something, and it is not there."""
    return isinstance(error, NotFoundError) and call.cmdlet.startswith("Get-")


def raise_if_nothing_was_done(replies: Iterable[object]) -> None:
    """Raise the reason if every call failed for one that is not its own, such as a session that cannot be opened.

    A call whose answer was lost may have done something.

    Raises:
        MailgrantError: that reason.
    """
    everything = list(replies)
    common = [
        reply
        for reply in everything
        if isinstance(reply, MailgrantError) and not isinstance(reply, CmdletError) and not reply.answer_lost
    ]
    if common and len(common) == len(everything):
        raise common[0]


def reason(error: MailgrantError) -> str:
    """An error in the words that a resource keeps: without the cmdlet and the target, which its place tells."""
    return error.text if isinstance(error, CmdletError) else error.message


def remedy(error: MailgrantError) -> str:
    """What to do about it, in the words that a resource keeps once for all its mailboxes; empty if nobody knows."""
    if not error.remedy or not isinstance(error, CmdletError) or error.cmdlet in error.remedy:
        return error.remedy
    return f"{error.cmdlet}: {error.remedy}"
