"""The pool of sessions: opened when there is work, no more than needed, whole again when a host is lost."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest

from mailgrant.errors import (
    CancelledError,
    CmdletError,
    HostLostError,
    MailgrantError,
    SessionEndedError,
    SetupError,
    ThrottledError,
)
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.pool import PATIENCE, SessionPool
from mailgrant.exchange.session import Carrier
from mailgrant.exchange.throttle import STREAK, Throttle


class Exchange(Carrier):
    """What carriers of these tests reach: it answers each call with its target, and keeps books."""

    def __init__(self) -> None:
        self.opened = self.closed = 0
        self.calls: Counter[str] = Counter()
        self.answer: Callable[[Call], Reply] = lambda call: Reply(({"target": call.target},))
        self.lock = threading.Lock()

    def connect(self) -> Carrier:
        with self.lock:
            self.opened += 1
        return self

    def run(self, call: Call) -> Reply:
        with self.lock:
            self.calls[call.target] += 1
        return self.answer(call)

    def close(self) -> None:
        with self.lock:
            self.closed += 1


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


class Clock:
    """Time that passes only while somebody pauses."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def now(self) -> float:
        return sum(self.pauses)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(exchange: Exchange, clock: Clock) -> Iterator[SessionPool]:
    pool = SessionPool(exchange.connect, width=4, pause=clock.pause, clock=clock.now)
    yield pool
    pool.close()


def _calls(count: int) -> list[Call]:
    return [Call("Get-Mailbox", target=str(number)) for number in range(count)]


def test_nothing_is_opened_before_there_is_work(pool: SessionPool, exchange: Exchange) -> None:
    assert exchange.opened == 0

    pool.run(Call("Get-Mailbox"))

    assert exchange.opened == 1


def test_little_work_opens_one_session(pool: SessionPool, exchange: Exchange) -> None:
    replies = {call.target: reply for call, reply in pool.run_each(_calls(PATIENCE))}

    assert replies == {str(number): Reply(({"target": str(number)},)) for number in range(PATIENCE)}
    assert exchange.opened == 1


def test_much_work_opens_as_many_sessions_as_allowed(pool: SessionPool, exchange: Exchange) -> None:
    begun = threading.Barrier(4)

    def answer(call: Call) -> Reply:
        if call.target in {"0", "1", "2", "3"}:
            begun.wait()  # each in a session of its own, or this never ends
        return Reply()

    exchange.answer = answer

    assert len(list(pool.run_each(_calls(10 * PATIENCE)))) == 10 * PATIENCE
    assert exchange.opened == 4
    assert set(exchange.calls.values()) == {1}


def test_every_session_is_closed(exchange: Exchange) -> None:
    pool = SessionPool(exchange.connect, width=4)
    list(pool.run_each(_calls(10 * PATIENCE)))

    pool.close()

    assert exchange.closed == exchange.opened


def test_an_error_belongs_to_its_call(pool: SessionPool, exchange: Exchange) -> None:
    def answer(call: Call) -> Reply:
        if call.target == "1":
            raise CmdletError(call.cmdlet, call.target, "no")
        return Reply()

    exchange.answer = answer
    results = {call.target: reply for call, reply in pool.run_each(_calls(3))}

    assert isinstance(results["1"], CmdletError)
    assert results["0"] == results["2"] == Reply()


def test_a_lost_host_is_replaced_and_the_call_sent_again(pool: SessionPool, exchange: Exchange) -> None:
    def answer(call: Call) -> Reply:
        if exchange.calls[call.target] == 1:
            raise HostLostError("pwsh ended")
        return Reply()

    exchange.answer = answer

    assert pool.run(Call("Get-Mailbox", target="x")) == Reply()
    assert (exchange.opened, exchange.closed) == (2, 1)


def test_a_host_that_is_lost_every_time_is_an_error(pool: SessionPool, exchange: Exchange) -> None:
    def answer(_: Call) -> Reply:
        raise HostLostError("pwsh ended")

    exchange.answer = answer

    with pytest.raises(HostLostError, match="pwsh ended"):
        pool.run(Call("Get-Mailbox", target="x"))
    assert exchange.calls["x"] == 3


def slow_down(call: Call, seconds: float | None = None) -> ThrottledError:
    error = ThrottledError(call.cmdlet, call.target, "slow down")
    error.retry_after = seconds
    return error


def test_throttled_calls_wait_longer_each_time_and_are_sent_again(
    pool: SessionPool, exchange: Exchange, clock: Clock
) -> None:
    def answer(call: Call) -> Reply:
        if exchange.calls[call.target] < 4:
            raise slow_down(call)
        return Reply()

    exchange.answer = answer

    assert pool.run(Call("Get-Mailbox", target="x")) == Reply()
    assert len(clock.pauses) == 3
    assert all(2**n <= pause <= 2**n * 1.25 for n, pause in enumerate(clock.pauses, 1))


def test_exchange_is_left_alone_for_as_long_as_it_asks(
    pool: SessionPool, exchange: Exchange, clock: Clock
) -> None:
    def answer(call: Call) -> Reply:
        if exchange.calls[call.target] == 1:
            raise slow_down(call, 37.0)
        return Reply()

    exchange.answer = answer

    assert pool.run(Call("Get-Mailbox", target="x")) == Reply()
    assert clock.pauses == [37.0]


def test_a_tenant_that_throttles_for_ten_minutes_is_outlasted(
    pool: SessionPool, exchange: Exchange, clock: Clock
) -> None:
    def answer(call: Call) -> Reply:
        if clock.now() < 600:
            raise slow_down(call)
        return Reply()

    exchange.answer = answer

    assert all(reply == Reply() for _, reply in pool.run_each(_calls(50)))


def test_a_tenant_that_throttles_for_ever_is_an_error_in_the_end(
    pool: SessionPool, exchange: Exchange, clock: Clock
) -> None:
    def answer(call: Call) -> Reply:
        raise slow_down(call)

    exchange.answer = answer

    with pytest.raises(ThrottledError):
        pool.run(Call("Get-Mailbox", target="x"))
    assert 900 <= clock.now() < 1000


def test_after_a_refusal_fewer_calls_run_side_by_side_until_all_goes_well_again(clock: Clock) -> None:
    throttle = Throttle(4, clock.pause, clock.now)

    throttle.refused(10.0)
    throttle.refused(10.0)  # one of those that had begun together with the first
    assert throttle.allowed == 2

    for _ in range(2 * STREAK):
        throttle.accepted()
    assert throttle.allowed == 4


def test_a_session_takes_as_many_calls_at_once_as_its_carrier_can(exchange: Exchange) -> None:
    taken: list[int] = []

    def run_many(calls: Sequence[Call]) -> list[Reply | CmdletError]:
        taken.append(len(calls))
        return [
            CmdletError(call.cmdlet, call.target, "no") if call.target == "7" else Reply() for call in calls
        ]

    exchange.run_many = run_many  # type: ignore[method-assign]
    pool = SessionPool(exchange.connect, width=1, batch=10)

    results = {call.target: reply for call, reply in pool.run_each(_calls(100))}
    pool.close()

    assert taken == [10] * 10
    assert [target for target, reply in results.items() if isinstance(reply, CmdletError)] == ["7"]


def test_sessions_side_by_side_share_no_batch_and_cut_none_short(exchange: Exchange) -> None:
    taken: list[int] = []

    def run_many(calls: Sequence[Call]) -> list[Reply | CmdletError]:
        taken.append(len(calls))
        return [Reply() for _ in calls]

    exchange.run_many = run_many  # type: ignore[method-assign]
    pool = SessionPool(exchange.connect, width=8, batch=10)

    assert sum(1 for _ in pool.run_each(_calls(9_995))) == 9_995
    pool.close()

    assert sorted(taken) == [5, *[10] * 999]


def test_a_pool_that_closes_begins_nothing_more(exchange: Exchange) -> None:
    def answer(_: Call) -> Reply:
        closing.start()
        pool._closing.wait()  # noqa: SLF001 - nobody else needs to know
        return Reply()

    pool = SessionPool(exchange.connect, width=1)
    closing = threading.Thread(target=pool.close)
    exchange.answer = answer

    replies = [reply for _, reply in pool.run_each(_calls(50))]
    closing.join()

    assert exchange.calls.total() == 1
    assert sum(isinstance(reply, CancelledError) and not reply.answer_lost for reply in replies) == 49


def test_a_connection_is_replaced_before_it_ends(pool: SessionPool, exchange: Exchange) -> None:
    exchange.ends_at = time.time() + 3600
    pool.run(Call("Get-Mailbox", target="x"))
    pool.run(Call("Get-Mailbox", target="x"))
    assert exchange.opened == 1

    exchange.ends_at = time.time() + 60
    pool.run(Call("Get-Mailbox", target="x"))

    assert (exchange.opened, exchange.closed) == (2, 1)


def test_without_a_session_every_call_that_waits_fails_at_once(exchange: Exchange) -> None:
    tries: list[int] = []

    def refuse() -> Carrier:
        tries.append(1)
        raise SetupError("no pwsh")

    pool = SessionPool(refuse, width=1)
    results = list(pool.run_each(_calls(50)))
    pool.close()

    assert {str(reply) for _, reply in results if isinstance(reply, MailgrantError)} == {"no pwsh"}
    assert len(results) == 50
    assert len(tries) <= 50


def test_a_second_session_that_cannot_be_opened_leaves_the_work_to_the_first(exchange: Exchange) -> None:
    connected = threading.Event()

    def connect() -> Carrier:
        with exchange.lock:
            first = not connected.is_set()
            connected.set()
        if first:
            return exchange
        raise SetupError("too many sessions")

    pool = SessionPool(connect, width=4)
    results = list(pool.run_each(_calls(10 * PATIENCE)))
    pool.close()

    assert all(isinstance(reply, Reply) for _, reply in results)
    assert set(exchange.calls.values()) == {1}


def test_a_carrier_that_cannot_be_closed_takes_nobody_with_it(exchange: Exchange) -> None:
    def answer(call: Call) -> Reply:
        if exchange.calls[call.target] == 1:
            raise HostLostError("pwsh ended")
        return Reply()

    def break_on_close() -> None:
        raise BrokenPipeError

    exchange.answer = answer
    exchange.close = break_on_close  # type: ignore[method-assign]
    pool = SessionPool(exchange.connect, width=1)

    assert pool.run(Call("Get-Mailbox", target="x")) == Reply()
    pool.close()


def test_a_carrier_that_failed_in_an_unknown_way_is_not_used_again(
    pool: SessionPool, exchange: Exchange
) -> None:
    def answer(call: Call) -> Reply:
        if call.target == "odd":
            raise ValueError("fragment 3 came before 2")
        return Reply()

    exchange.answer = answer

    with pytest.raises(ValueError, match="fragment 3"):
        pool.run(Call("Get-Mailbox", target="odd"))
    assert pool.run(Call("Get-Mailbox", target="x")) == Reply()
    assert (exchange.opened, exchange.closed) == (2, 1)


def test_a_token_that_is_refused_in_mid_run_is_renewed_once_and_the_call_sent_again(
    exchange: Exchange,
) -> None:
    renewed: list[int] = []

    def answer(call: Call) -> Reply:
        if not renewed:
            raise SessionEndedError(call.cmdlet, call.target, "Exchange refused the token")
        return Reply()

    exchange.answer = answer
    pool = SessionPool(exchange.connect, width=1, renew=lambda: renewed.append(1))

    assert pool.run(Call("Get-Mailbox", target="x")) == Reply()
    pool.close()
    assert (renewed, exchange.opened) == ([1], 2)


def test_a_token_that_is_refused_for_ever_is_the_calls_own_error(exchange: Exchange) -> None:
    def answer(call: Call) -> Reply:
        raise SessionEndedError(call.cmdlet, call.target, "Exchange refused the token")

    exchange.answer = answer
    pool = SessionPool(exchange.connect, width=1)

    with pytest.raises(SessionEndedError, match="refused the token"):
        pool.run(Call("Get-Mailbox", target="x"))
    pool.close()
    assert exchange.calls["x"] == 3
