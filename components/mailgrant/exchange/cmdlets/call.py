"""What goes out and what comes back: calls, replies with records, and errors by name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mailgrant.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    AmbiguousError,
    CmdletError,
    DelegationError,
    FullError,
    NotCustomizedError,
    NotFoundError,
    OutOfScopeError,
    SessionEndedError,
    ThrottledError,
    UnsendableError,
)

Record = Mapping[str, Any]
HALF: Final = re.compile("[\ud800-\udfff]")  # of a character: a surrogate that Python has not paired


@dataclass(frozen=True)
class Call:
    """One cmdlet with typed parameters; never a script, so no value is ever parsed as PowerShell.

    Args:
        cmdlet: such as ``Add-MailboxPermission``.
        parameters: by name without the dash; texts, booleans, numbers, or lists of texts.
        target: what it works on, for messages.

    Raises:
        UnsendableError: a text holds what no text can be sent with; see there.
    """

    cmdlet: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""

    def __post_init__(self) -> None:
        for name, value in self.parameters.items():
            for half in filter(None, map(HALF.search, _texts(value))):
                raise UnsendableError(self.cmdlet, self.target, name, half[0], half.start())


@dataclass(frozen=True)
class Reply:
    """What a cmdlet gave.

    Args:
        records: its output, by property name; values are texts, booleans, numbers, None, or lists of them.
        warnings: what it warned of, in order.
    """

    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()


# What the fully qualified id or the text of an error holds → what it means. Names of .NET types come first, because
# texts may be localised.
MEANINGS: Final[tuple[tuple[str, type[CmdletError]], ...]] = (
    ("ManagementObjectNotFoundException", NotFoundError),
    ("ManagementObjectAmbiguousException", AmbiguousError),
    ("ADObjectAlreadyExistsException", AlreadyExistsError),
    ("CommandNotFoundException", AccessDeniedError),
    ("CmdletAccessDeniedException", AccessDeniedError),
    ("TooManyRequests", ThrottledError),
    ("MaxRetryReached", ThrottledError),  # the module gave up after its own tries
    ("does not indicate success: 429", ThrottledError),
    ("does not indicate success: 503", ThrottledError),
    ("does not indicate success: 401", SessionEndedError),
    ("already exist", AlreadyExistsError),
    ("already registered", AlreadyExistsError),
    ("isn't within your current write scopes", OutOfScopeError),
    ("must be assigned a delegating role assignment", DelegationError),
    ("InvalidOperationInDehydratedContextException", NotCustomizedError),
    ("Enable-OrganizationCustomization", NotCustomizedError),
    ("limit of maximum allowed access control entries", FullError),
)

# What stands before the words for people; those may hold a bar themselves.
ORIGIN: Final = re.compile(r"\A(?:[^|\s]*\|)?[\w.]*Exception\|")
CONFIRMED: Final = {"Confirm": False}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)


def are_of_one_mailbox(records: Sequence[Record]) -> bool:
    """Whether an answer is about the one mailbox that was asked for.

    Asked for one that is unknown, Exchange's Get- cmdlets may answer with everything (the warning in each of their
    pages), and a record does not hold the address that was asked for.
    """
    return len({text(record, "Identity") for record in records}) == 1


def identity(reply: Reply) -> str:
    """What Exchange calls the object that a reply is about; empty if it does not say."""
    return text(reply.records[0], "Identity") if reply.records else ""


def error(call: Call, qualified_id: str, text: str) -> CmdletError:
    """The typed error for what Exchange said.

    Args:
        call: what failed.
        qualified_id: PowerShell's FullyQualifiedErrorId; may be empty.
        text: the message; of the form ``Ex6F9304|<.NET type>|<text>`` the last part is for people.
    """
    known = (kind for mark, kind in MEANINGS if mark.lower() in f"{qualified_id}|{text}".lower())
    said = ORIGIN.sub("", text).strip()
    return next(known, CmdletError)(call.cmdlet, call.target, said or "no reason given")


def text(record: Record, name: str) -> str:
    """A property as text; empty if it is null or not there."""
    value = record.get(name)
    return "" if value is None else str(value)


def is_true(value: Any) -> bool:
    """Whether a property is true, as a truth value or as text."""
    return str(value).lower() == "true"
