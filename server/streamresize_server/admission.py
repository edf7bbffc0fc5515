"""Which requests may work: a budget of memory, and bounds on what waits for it.

A request goes through three stages. It waits, which costs next to nothing. It has its source open
and looks at its header, for which OPEN_BYTES are set aside. It works, with what `estimate_memory`
says reserved. Nobody holds a part of the budget while waiting for another, so that nobody can wait
for ever; but for a header that is longer than HEADER_BYTES, of which there is one at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from streamresize_server.failures import leaving_nothing
from streamresize_server.stages import QUEUE, measure
from streamresize_server.timeouts import timeout

OPEN_BYTES = 1 << 20  # chunks read ahead, and a header of HEADER_BYTES with what is kept of it
HEADER_BYTES = 1 << 18


class Busy(Exception):
    """Too many wait already, or the wait was too long."""


class TooLargeForBudget(Exception):
    """needed: bytes. budget: what all requests together may take."""

    def __init__(self, needed: int, budget: int) -> None:
        super().__init__(needed, budget)
        self.needed = needed
        self.budget = budget


class Budget:
    """Bytes, given out in the order in which they were asked for."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.free = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def take(self, size: int) -> None:
        """Wait for `size` bytes, and have them until they are given back.

        Raises TooLargeForBudget.
        """
        if size > self.total:
            raise TooLargeForBudget(size, self.total)
        if not self._waiting and size <= self.free:
            self.free -= size
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(size)
            self._admit()
            raise

    def set_aside(self, size: int) -> None:
        """For ever, before anybody works. Raises TooLargeForBudget."""
        if size > self.free:
            raise TooLargeForBudget(size, self.total)
        self.total -= size
        self.free -= size

    def give_back(self, size: int) -> None:
        self.free += size
        self._admit()

    def _admit(self) -> None:
        while self._waiting:
            size, turn = self._waiting[0]
            if not turn.done():
                if size > self.free:
                    return
                self.free -= size
                turn.set_result(None)
            self._waiting.popleft()


class Admission:
    """memory: bytes, for everything. opened: requests whose source may be open while they wait.

    queued: requests that may wait. seconds: how long each of them may.
    """

    def __init__(self, memory: int, *, opened: int, queued: int, seconds: float) -> None:
        self.budget = Budget(memory - opened * OPEN_BYTES)
        self.opened = asyncio.Semaphore(opened)
        self.long_header = asyncio.Lock()
        self.most_queued = queued
        self.seconds = seconds
        self.queued = 0

    @asynccontextmanager
    async def ticket(self) -> AsyncIterator[Ticket]:
        """For one request, whose source may be opened now. Raises Busy.

        What it has is free behind the context, also where that is left by an exception.
        """
        if self.queued >= self.most_queued:
            raise Busy("too many requests are waiting")
        ticket = Ticket(self)
        try:
            await ticket.open()
            with leaving_nothing():
                yield ticket
        finally:
            ticket.close()


class Ticket:
    """A request's place in the stages.

    size: bytes of the budget that it has. waited: seconds.
    """

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._open = False
        self._queued = True
        self.size = 0
        self.waited = 0.0
        admission.queued += 1

    async def open(self) -> None:
        """Wait until the source may be opened. Raises Busy."""
        await self._in_time(self._admission.opened.acquire())
        self._open = True

    @asynccontextmanager
    async def header(self) -> AsyncIterator[Header]:
        """While the source's header is read."""
        header = Header(self._admission, self._in_time)
        try:
            yield header
        finally:
            header.close()

    async def reserve(self, size: int) -> None:
        """Wait for memory to work with. Raises Busy, TooLargeForBudget."""
        await self._in_time(self._admission.budget.take(size))
        self.size = size
        self._leave_queue()

    def shrink(self, size: int) -> None:
        """Give back what is not needed any more."""
        if size < self.size:
            self._admission.budget.give_back(self.size - size)
            self.size = size

    def close(self) -> None:
        """Give back everything."""
        self._leave_queue()
        self.shrink(0)

    def _leave_queue(self) -> None:
        if self._open:
            self._admission.opened.release()
            self._open = False
        if self._queued:
            self._admission.queued -= 1
            self._queued = False

    async def _in_time(self, wait: Awaitable[object]) -> None:
        start = time.monotonic()
        try:
            with measure(QUEUE):
                async with timeout(self._admission.seconds - self.waited):
                    await wait
        except asyncio.TimeoutError:
            raise Busy("no memory was free in time") from None
        finally:
            self.waited += time.monotonic() - start


class Header:
    """What is read of a source until its header is complete: little, as a rule.

    What is kept of a longer one, all of a file at most, is taken from the budget.
    """

    def __init__(
        self, admission: Admission, in_time: Callable[[Awaitable[object]], Awaitable[None]]
    ) -> None:
        self._admission = admission
        self._in_time = in_time
        self._is_long = False
        self._size = 0

    async def grow_to(self, size: int) -> None:
        """Wait for memory for so many bytes. Raises Busy, TooLargeForBudget."""
        if size <= max(HEADER_BYTES, self._size):
            return
        if not self._is_long:
            await self._in_time(self._admission.long_header.acquire())
            self._is_long = True
        budget = self._admission.budget
        if size > budget.total:
            raise TooLargeForBudget(size, budget.total)
        more = min(2 * size, budget.total) - self._size
        await self._in_time(budget.take(more))
        self._size += more

    def close(self) -> None:
        """Give back everything."""
        if self._is_long:
            self._admission.budget.give_back(self._size)
            self._admission.long_header.release()
