"""Somebody wants the run to end: nothing more is begun, what runs is stopped, sessions are closed."""

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest

from mailgrant.errors import CancelledError, HostLostError, MailgrantError
from mailgrant.exchange import cancel_rpc
from mailgrant.exchange.cancellation import Cancellation
from mailgrant.exchange.cmdlets import permissions
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.pool import PATIENCE, SessionPool
from tests.carriers import CARRIERS, target
from tests.kills import wait_for
from tests.test_session import Exchange
from tests.worlds import OfflineTenant

LONG = 60.0  # seconds that a cmdlet takes; nobody waits for its end


def test_everybody_is_told_once_and_whoever_comes_too_late_at_once() -> None:
    cancellation, told = Cancellation(), []
    cancellation.tell(lambda: told.append("early"))
    cancellation.forget(cancellation.tell(lambda: told.append("forgotten")))

    cancellation.ask()
    cancellation.ask()
    with cancellation.telling(lambda: told.append("late")):
        pass

    assert told == ["early", "late"]
    assert cancellation.asked
    assert cancellation.wait(LONG)


def test_calls_that_wait_are_not_begun_and_those_that_run_end() -> None:
    exchange, begun, go_on = Exchange(), threading.Event(), threading.Event()
    pool = SessionPool(exchange.connect, width=1)

    def answer(_: Call) -> Reply:
        begun.set()
        go_on.wait()
        return Reply()

    exchange.answer = answer
    calls = [Call("Get-Mailbox", target=str(number)) for number in range(10 * PATIENCE)]
    with ThreadPoolExecutor() as threads:
        outcomes = threads.submit(lambda: {call.target: outcome for call, outcome in pool.run_each(calls)})
        begun.wait()
        ended = pool.end()
        go_on.set()

    assert outcomes.result().pop("0") == Reply()
    assert {str(outcome) for outcome in outcomes.result().values()} == {str(CancelledError(begun=False))}
    assert exchange.calls == {"0": 1}
    for thread in ended:
        thread.join()
    assert (exchange.opened, exchange.closed) == (1, 1)
    with pytest.raises(CancelledError, match="before it was begun"):
        pool.run(Call("Get-Mailbox"))


def test_a_call_that_was_lost_with_its_host_may_be_done_however_it_ends() -> None:
    exchange = Exchange()
    pool = SessionPool(exchange.connect, width=1)

    def lost(_: Call) -> Reply:
        pool.end()  # before another host is there
        raise HostLostError("pwsh ended")

    exchange.answer = lost

    with pytest.raises(HostLostError) as caught:
        pool.run(Call("Add-MailboxPermission"))
    assert caught.value.answer_lost


def test_nobody_waits_for_a_tenant_that_asks_to_slow_down() -> None:
    exchange, pauses = Exchange(), []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        pool.end()

    pool = SessionPool(exchange.connect, width=2, pause=pause)
    pool._throttle.refused(LONG)  # noqa: SLF001 - as an earlier call would have been

    with pytest.raises(CancelledError):
        pool.run(Call("Get-Mailbox"))
    assert pauses
    assert not exchange.calls


@pytest.mark.parametrize("name", CARRIERS)
def test_a_cmdlet_that_runs_is_stopped(name: str, at_offline: OfflineTenant) -> None:
    cancellation = Cancellation()
    carrier = CARRIERS[name](target(at_offline, cancellation=cancellation))
    at_offline.control("POST", "latency", {"exchange Get-MailboxPermission": LONG})

    error, seconds = _cancelled(
        cancellation,
        lambda: carrier.run(permissions.get_mailbox_permissions("invoices@contoso.com")),
        lambda: at_offline.stats()["exchange"].get("Get-MailboxPermission", 0) > 0,
    )

    assert isinstance(error, CancelledError)
    assert error.answer_lost
    assert seconds < LONG / 4
    carrier.close()


@pytest.mark.parametrize("name", ["pwsh", "wsman"])
def test_a_connection_that_is_being_made_is_given_up(name: str, at_offline: OfflineTenant) -> None:
    cancellation, known = Cancellation(), target(at_offline)
    slow = target(at_offline, known.token, cancellation=cancellation)
    at_offline.control("POST", "latency", {"connect *": LONG})

    error, seconds = _cancelled(
        cancellation,
        lambda: CARRIERS[name](slow),
        lambda: bool(at_offline.stats().get("connect")),
    )

    assert isinstance(error, MailgrantError)
    assert seconds < LONG / 4


def _cancelled(
    cancellation: Cancellation, work: Callable[[], object], begun: Callable[[], bool]
) -> tuple[BaseException | None, float]:
    """What becomes of work that is cancelled once it has begun, and after how many seconds."""
    with ThreadPoolExecutor() as threads:
        running = threads.submit(work)
        wait_for(lambda: begun() or running.done())
        begin = time.monotonic()
        cancellation.ask()
        return running.exception(), time.monotonic() - begin


def test_only_a_process_that_serves_the_engine_can_be_asked() -> None:
    assert cancel_rpc.listen(Cancellation()) is False


def test_cancel_is_heard_while_all_other_threads_are_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    def cancel(*_: object) -> None: ...

    host = ModuleType("host")
    vars(host)[cancel_rpc.SERVICER] = type("Servicer", (), {"Cancel": cancel})
    monkeypatch.setitem(sys.modules, "host", host)
    cancellation = Cancellation()

    assert cancel_rpc.listen(cancellation, "host")
    assert cancel_rpc.listen(Cancellation(), "host")  # the first one stays
    cancel.experimental_thread_pool.submit(cancel).result()  # type: ignore[attr-defined]

    assert cancellation.asked
