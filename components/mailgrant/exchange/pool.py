"""The Exchange sessions of one run: opened when there is work, more of them when there is much, closed at exit.

Each session has a thread of its own; calls wait in one queue.
"""

import atexit
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, as_completed
from typing import Any, Final

from mailgrant.errors import CancelledError, MailgrantError
from mailgrant.exchange.cancellation import CANCELLATION
from mailgrant.exchange.cmdlets.call import Call, Reply
from mailgrant.exchange.session import Carrier
from mailgrant.exchange.throttle import Throttle
from mailgrant.exchange.worker import Job, NoSessionError, Worker, unsettled

# Calls that wait for each open session before another one is opened: connecting costs as much as a few dozen calls.
PATIENCE: Final = 20


class SessionPool:
    """Sessions that work side by side.

    Args:
        connect: makes a connected carrier; called in the thread that will use it.
        width: most sessions at once.
        batch: most calls that one session takes at once.
        renew: called when Exchange refuses the token of a session, before the next one is opened.
        pause: waits so many seconds, and ends early when the pool closes; for tests.
        clock: gives seconds; for tests.
    """

    def __init__(
        self,
        connect: Callable[[], Carrier],
        width: int,
        batch: int = 1,
        renew: Callable[[], object] = lambda: None,
        pause: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect, self._width, self._batch, self._renew = connect, width, batch, renew
        self._queue: deque[Job] = deque()
        self._changed = threading.Condition()  # guards the queue and the threads
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()
        self._throttle = Throttle(width, pause or self._closing.wait, clock)

    def run(self, call: Call) -> Reply:
        """Run one cmdlet, and wait for its reply.

        Raises:
            MailgrantError: it failed, or no session could be opened.
        """
        return self._submit([call])[0].future.result()

    def run_each(self, calls: Iterable[Call]) -> Iterator[tuple[Call, Reply | MailgrantError]]:
        """Run many at once; each comes back with its reply or its error, in the order in which they end.

        Whoever stops listening stops the work: calls that were not begun never will be.
        """
        pending = {job.future: job.call for job in self._submit(calls)}
        try:
            for future in as_completed(pending):
                yield pending[future], _outcome(future)
        finally:
            for future in pending:
                future.cancel()

    def close(self) -> None:
        """End all sessions; calls that still wait are not begun."""
        for thread in self.end():
            thread.join()

    def end(self) -> list[threading.Thread]:
        """Begin no more calls, and close the sessions when those that run have ended; gives the threads."""
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
            self._fail_waiting(CancelledError(begun=False))
            return list(self._threads)

    def _submit(self, calls: Iterable[Call]) -> list[Job]:
        jobs = [Job(call) for call in calls]
        # All at once: a session that found the first of them alone would send a request with one call in it.
        with self._changed:
            self._queue += jobs
            if self._closing.is_set():
                self._fail_waiting(CancelledError(begun=False))
            self._changed.notify(len(jobs))
            while len(self._threads) < self._width and len(self._queue) > PATIENCE * len(self._threads):
                self._threads.append(threading.Thread(target=self._work, daemon=True))
                self._threads[-1].start()
        return jobs

    def _work(self) -> None:
        """One session's thread: connects at its first call."""
        worker = Worker(self._connect, self._throttle, self._closing, self._renew)
        while jobs := self._next():
            try:
                worker.serve(jobs)
            except NoSessionError as error:
                if self._others_go_on(unsettled(jobs)):
                    return
                for job in unsettled(jobs):
                    job.settle(error.reason)
                self._fail_waiting(error.reason)
        worker.close()

    def _next(self) -> list[Job]:
        """Jobs that somebody waits for, at most a batch of them; none when the pool closes."""
        with self._changed:
            while not self._closing.is_set():
                if jobs := self._taken():
                    return jobs
                self._changed.wait()
        return []

    def _taken(self) -> list[Job]:
        """As ``_next``, without waiting; the lock is held."""
        jobs: list[Job] = []
        while self._queue and len(jobs) < self._batch:
            job = self._queue.popleft()
            if job.begin():
                jobs.append(job)
        return jobs

    def _others_go_on(self, jobs: list[Job]) -> bool:
        """Leave the work to the other sessions, if there are any."""
        with self._changed:
            others = len(self._threads) > 1 and not self._closing.is_set()
            if others:
                self._threads.remove(threading.current_thread())
                self._queue += jobs
                self._changed.notify(len(jobs))
        return others

    def _fail_waiting(self, reason: Exception) -> None:
        with self._changed:
            while jobs := self._taken():
                for job in jobs:
                    job.settle(reason)


def _outcome(future: "Future[Reply]") -> Reply | MailgrantError:
    error = future.exception()
    return error if isinstance(error, MailgrantError) else future.result()


_pools: dict[Any, SessionPool] = {}
_pools_lock = threading.Lock()


def shared_pool(key: Any, make: Callable[[], SessionPool]) -> SessionPool:
    """The one pool of this process for one way to connect; all resources share it, and it is closed at exit.

    When the run is cancelled, it begins nothing more.

    Args:
        key: what the way to connect consists of; anything hashable.
        make: makes the pool the first time.
    """
    with _pools_lock:
        if key not in _pools:
            _pools[key] = make()
            atexit.register(_pools[key].close)
            CANCELLATION.tell(_pools[key].end)
        return _pools[key]
