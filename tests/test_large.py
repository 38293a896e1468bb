"""Very many mailboxes: the work grows as they do, counted in calls of functions, and what is said stays short."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pytest

from mailgrant.errors import CmdletError, MailgrantError
from mailgrant.exchange import mailbox_access
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.mailbox_access import Earlier
from mailgrant.exchange.progress import TOLD, not_yet
from mailgrant.exchange.provider import MailboxAccessProvider

PRINCIPAL, APP_ID = "bbbbbbbb-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000001"
RECORD = {"AppId": APP_ID, "ObjectId": PRINCIPAL, "DisplayName": "large", "Sid": "S-1-5-21-1"}
FEW, TIMES = 200, 8


class Exchange:
    """Gives what it is asked for, or refuses everything."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses

    def run(self, _: Call) -> Reply:
        return Reply((RECORD,))

    def run_each(self, calls: Iterable[Call]) -> Iterator[tuple[Call, Reply | MailgrantError]]:
        for call in calls:
            record = {"Identity": call.target, "User": PRINCIPAL, "AccessRights": ["FullAccess"]}
            refusal = CmdletError(call.cmdlet, call.target, "no")
            yield call, refusal if self.refuses else Reply((record,))


def properties(number: int) -> dict[str, object]:
    access = {f"team{one}@contoso.com": "full-access, send-as" for one in range(number)}
    names = {mailbox: mailbox for mailbox in access}
    failed = dict.fromkeys(access, "no")
    own = {"app_id": APP_ID, "principal": PRINCIPAL, "access": access}
    return {**own, "granted": access, "failed": failed, "identities": names}


def grant(number: int, *, refuses: bool = False) -> None:
    wanted = {f"team{one}@contoso.com": "full-access, send-as" for one in range(number)}
    outcome = mailbox_access.change(Exchange(refuses=refuses), PRINCIPAL, {}, wanted, lambda _: None)
    assert len(outcome.failed if refuses else outcome.granted) == number
    mailbox_access.failures(outcome.failed, "was not granted")


def revoke(number: int) -> None:
    held = {f"team{one}@contoso.com": "full-access" for one in range(number)}
    outcome = mailbox_access.change(
        Exchange(), PRINCIPAL, held, {}, lambda _: None, Earlier({one: one for one in held})
    )
    assert outcome.granted == outcome.names.known == {}


def read(number: int) -> None:
    held = {f"team{one}@contoso.com": "full-access" for one in range(number)}
    assert len(mailbox_access.read(Exchange(), PRINCIPAL, APP_ID, held, lambda _: None)) == number


def check(number: int) -> None:
    assert MailboxAccessProvider().check({}, properties(number)).failures == []


def check_nonsense(number: int) -> None:
    nonsense = {"access": {f"team{one}": "everything" for one in range(number)}}
    assert len(MailboxAccessProvider().check({}, nonsense).failures) >= number


def diff(number: int) -> None:
    assert MailboxAccessProvider().diff("id", properties(number), properties(number)).changes


def steps(work: Callable[[int], None], number: int) -> int:
    """How many functions are called, of Python's and of others."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work(number)
    finally:
        sys.setprofile(None)
    return calls


WORKS: dict[str, Callable[[int], None]] = {
    "grant": grant,
    "grant, refused": partial(grant, refuses=True),
    "revoke": revoke,
    "read": read,
    "check": check,
    "check of nonsense": check_nonsense,
    "diff": diff,
}


@pytest.mark.parametrize("name", WORKS)
def test_work_grows_as_the_mailboxes_do(name: str) -> None:
    steps(WORKS[name], FEW)  # what is made once is made now

    few, many = (steps(WORKS[name], number) for number in (FEW, TIMES * FEW))

    assert few >= FEW or name == "check"  # it did something, mostly in Python
    assert many <= 1.1 * TIMES * few


def test_a_preview_tells_of_some_and_counts_the_others() -> None:
    said: list[str] = []

    not_yet({f"team{one}@contoso.com": "no" for one in range(10_000)}, "granted", said.append)

    assert len(said) == TOLD + 1
    assert said[0] == "team0@contoso.com is not granted yet (no); it will be tried again"
    assert said[-1] == "and 9,980 more are not granted yet; they will be tried again"
