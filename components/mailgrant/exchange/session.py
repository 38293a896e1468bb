"""The Exchange sessions of one run: opened when there is work, more of them when there is much, closed at exit.

A session is a carrier that is connected once. Each has a thread of its own; calls wait in one queue.
"""

import atexit
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, as_completed
from typing import Any, Final, Protocol

from mailgrant.errors import CmdletError, HostLostError, MailgrantError, ThrottledError
from mailgrant.exchange.cmdlets import Call, Reply

# Calls that wait for each open session before another one is opened: connecting costs as much as a few dozen calls.
PATIENCE: Final = 20

# A call is tried again on a new host if its host is lost: every cmdlet that mailgrant sends may be sent twice.
TRIES: Final = 3

THROTTLE_PAUSES: Final = (2.0, 5.0, 15.0, 30.0, 60.0, 120.0)  # seconds

logger = logging.getLogger(__name__)


class Carrier(Protocol):
    """What carries cmdlets to Exchange; it is connected when it is made."""

    def run(self, call: Call) -> Reply:
        """Run one cmdlet; raises CmdletError, or HostLostError when the carrier is of no further use."""

    def close(self) -> None:
        """Give everything back."""


class Session(Protocol):
    """What the provider needs of sessions; the one seam between resources and Exchange."""

    def run(self, call: Call) -> Reply:
        """Run one cmdlet, and wait for its reply."""

    def run_each(self, calls: Iterable[Call]) -> Iterator[tuple[Call, Reply | MailgrantError]]:
        """Run many at once; each comes back with its reply or its error, in the order in which they end."""


class SessionPool:
    """Sessions that work side by side.

    Args:
        connect: makes a connected carrier; called in the thread that will use it.
        width: most sessions at once.
        pause: waits so many seconds, and ends early when the pool closes; for tests.
    """

    def __init__(
        self, connect: Callable[[], Carrier], width: int, pause: Callable[[float], object] | None = None
    ) -> None:
        self._connect, self._width = connect, width
        self._queue: queue.SimpleQueue[tuple[Call, Future[Reply]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._workers: list[threading.Thread] = []
        self._waiting = 0
        self._closing = threading.Event()
        self._pause = pause or self._closing.wait

    def run(self, call: Call) -> Reply:
        """Run one cmdlet, and wait for its reply.

        Raises:
            MailgrantError: it failed, or no session could be opened.
        """
        return self._submit(call).result()

    def run_each(self, calls: Iterable[Call]) -> Iterator[tuple[Call, Reply | MailgrantError]]:
        """Run many at once; each comes back with its reply or its error, in the order in which they end.

        Whoever stops listening stops the work: calls that were not begun never will be.
        """
        pending = {self._submit(call): call for call in calls}
        try:
            for future in as_completed(pending):
                yield pending[future], _outcome(future)
        finally:
            for future in pending:
                future.cancel()

    def close(self) -> None:
        """End all sessions; calls that still wait are not begun."""
        self._closing.set()
        with self._lock:
            workers = list(self._workers)
        for _ in workers:
            self._queue.put(None)
        for worker in workers:
            worker.join()

    def _submit(self, call: Call) -> "Future[Reply]":
        future: Future[Reply] = Future()
        with self._lock:
            self._waiting += 1
            if len(self._workers) < self._width and self._waiting > PATIENCE * len(self._workers):
                self._workers.append(threading.Thread(target=self._work, daemon=True))
                self._workers[-1].start()
        self._queue.put((call, future))
        return future

    def _work(self) -> None:
        """One session's thread: connects at its first call."""
        carrier: Carrier | None = None
        while (job := self._next()) is not None:
            call, future = job
            try:
                carrier = self._serve(carrier, call, future)
            except _NoSessionError as error:
                if self._give_up(job, error.reason):
                    return
                carrier = None
        if carrier is not None:
            _close(carrier)

    def _next(self) -> "tuple[Call, Future[Reply]] | None":
        while (job := self._queue.get()) is not None:
            with self._lock:
                self._waiting -= 1
            if job[1].set_running_or_notify_cancel():
                return job
        return None

    def _serve(self, carrier: Carrier | None, call: Call, future: "Future[Reply]") -> Carrier | None:
        """Answer one call, if need be on a new host; gives the carrier to go on with."""
        for remaining in reversed(range(TRIES)):
            carrier = carrier or self._open(remaining)
            try:
                future.set_result(self._patiently(carrier, call))
            except CmdletError as error:
                future.set_exception(error)
                break
            except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for this call
                # Whatever it was, nobody knows what this carrier would say next.
                _close(carrier)
                carrier = None
                if not isinstance(error, HostLostError) or not remaining or self._closing.is_set():
                    future.set_exception(error)
                    break
                logger.warning("%s; opening another session", error.message)
            else:
                break
        return carrier

    def _open(self, tries_left: int) -> Carrier:
        for remaining in reversed(range(tries_left + 1)):
            try:
                return self._connect()
            except HostLostError as error:
                if not remaining or self._closing.is_set():
                    raise _NoSessionError(error) from None
            except Exception as error:  # noqa: BLE001 - it is handed to all who wait
                raise _NoSessionError(error) from None
        raise AssertionError("unreachable")

    def _give_up(self, job: "tuple[Call, Future[Reply]]", reason: Exception) -> bool:
        """No session for this thread: others go on with its call, or if there are none, all that wait fail.

        Returns:
            Whether the thread is to end.
        """
        with self._lock:
            if others := len(self._workers) > 1:
                self._workers.remove(threading.current_thread())
                self._waiting += 1
        if others:
            self._again(job)
            return True
        job[1].set_exception(reason)
        while not self._queue.empty() and (waiting := self._next()) is not None:
            waiting[1].set_exception(reason)
        return False

    def _again(self, job: "tuple[Call, Future[Reply]]") -> None:
        call, running = job
        copy: Future[Reply] = Future()
        copy.add_done_callback(lambda done: _pass_on(done, running))
        self._queue.put((call, copy))

    def _patiently(self, carrier: Carrier, call: Call) -> Reply:
        for seconds in THROTTLE_PAUSES:
            try:
                return carrier.run(call)
            except ThrottledError:
                self._pause(seconds)
                if self._closing.is_set():
                    raise
        return carrier.run(call)


def _close(carrier: Carrier) -> None:
    """A carrier that cannot even be closed must not take its thread, and all who wait for it, with it."""
    try:
        carrier.close()
    except Exception as error:  # noqa: BLE001 - there is nothing left to be done with it
        logger.warning("an Exchange session did not end cleanly: %s", type(error).__name__)


class _NoSessionError(Exception):
    """A session could not be opened."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(reason)
        self.reason = reason


def _outcome(future: "Future[Reply]") -> Reply | MailgrantError:
    error = future.exception()
    return error if isinstance(error, MailgrantError) else future.result()


def _pass_on(done: "Future[Reply]", to: "Future[Reply]") -> None:
    error = done.exception()
    if error is None:
        to.set_result(done.result())
    else:
        to.set_exception(error)


_pools: dict[Any, SessionPool] = {}
_pools_lock = threading.Lock()


def shared_pool(key: Any, make: Callable[[], SessionPool]) -> SessionPool:
    """The one pool of this process for one way to connect; all resources share it, and it is closed at exit.

    Args:
        key: what the way to connect consists of; anything hashable.
        make: makes the pool the first time.
    """
    with _pools_lock:
        if key not in _pools:
            _pools[key] = make()
            atexit.register(_pools[key].close)
        return _pools[key]
