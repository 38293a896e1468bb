"""The Exchange sessions of one run: opened when there is work, more of them when there is much, closed at exit.

Each session has a thread of its own; calls wait in one queue.
"""

import atexit
import queue
import threading
import time
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
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._waiting = 0
        self._closing = threading.Event()
        self._throttle = Throttle(width, pause or self._closing.wait, clock)

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
        for thread in self.end():
            thread.join()

    def end(self) -> list[threading.Thread]:
        """Begin no more calls, and close the sessions when those that run have ended; gives the threads."""
        with self._lock:
            self._closing.set()
            threads = list(self._threads)
            for _ in threads:
                self._queue.put(None)
        return threads

    def _submit(self, call: Call) -> "Future[Reply]":
        job = Job(call)
        with self._lock:
            if self._closing.is_set():
                job.settle(CancelledError(begun=False))
                return job.future
            self._waiting += 1
            if len(self._threads) < self._width and self._waiting > PATIENCE * len(self._threads):
                self._threads.append(threading.Thread(target=self._work, daemon=True))
                self._threads[-1].start()
            self._queue.put(job)  # before the word that ends the threads, or never
        return job.future

    def _work(self) -> None:
        """One session's thread: connects at its first call."""
        worker = Worker(self._connect, self._throttle, self._closing, self._renew)
        while jobs := self._next():
            try:
                worker.serve(jobs)
            except NoSessionError as error:
                if self._others_go_on(unsettled(jobs)):
                    return
                self._fail_all(unsettled(jobs), error.reason)
        worker.close()

    def _next(self, *, wait: bool = True) -> list[Job]:
        """Jobs that somebody waits for, at most a batch of them; none when the pool closes, or if there are none."""
        jobs: list[Job] = []
        while len(jobs) < self._batch:
            try:
                job = self._queue.get(block=wait and not jobs)
            except queue.Empty:
                break
            if job is None:
                if jobs or not wait:
                    self._queue.put(None)  # for the next time
                break
            with self._lock:
                self._waiting -= 1
            if job.begin():
                jobs.append(job)
        return jobs

    def _others_go_on(self, jobs: list[Job]) -> bool:
        """Leave the work to the other sessions, if there are any."""
        with self._lock:
            others = len(self._threads) > 1 and not self._closing.is_set()
            if others:
                self._threads.remove(threading.current_thread())
                self._waiting += len(jobs)
        if others:
            for job in jobs:
                self._queue.put(job)
        return others

    def _fail_all(self, jobs: list[Job], reason: Exception) -> None:
        while jobs:
            for job in jobs:
                job.settle(reason)
            jobs = self._next(wait=False)


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
