"""Who may work: the budget of memory, the stages of a request, and what is given back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamresize_server.admission import (
    HEADER_BYTES,
    OPEN_BYTES,
    Admission,
    Budget,
    Busy,
    Header,
    Ticket,
    TooLargeForBudget,
)

Outcome = TypeVar("Outcome")


def run(work: Callable[[], Awaitable[Outcome]]) -> Outcome:
    async def main() -> Outcome:
        return await work()

    return asyncio.run(main())


def admission(**changed: Any) -> Admission:
    bounds = {"opened": 2, "queued": 3, "seconds": 5.0, **changed}
    return Admission(100 + 2 * OPEN_BYTES, **bounds)


def test_bytes_are_given_out_in_the_order_in_which_they_were_asked_for() -> None:
    async def work() -> list[str]:
        budget, order = Budget(100), []

        async def take(name: str, size: int) -> None:
            await budget.take(size)
            order.append(name)

        await take("first", 60)
        tasks = [asyncio.create_task(take("large", 80)), asyncio.create_task(take("small", 10))]
        await asyncio.sleep(0)
        assert (order, budget.waiting) == (["first"], 2)  # nobody overtakes the large one
        budget.give_back(60)
        await asyncio.gather(*tasks)
        assert budget.free == 10
        return order

    assert run(work) == ["first", "large", "small"]


def test_more_than_there_is_can_never_be_had() -> None:
    with pytest.raises(TooLargeForBudget) as failure:
        run(lambda: Budget(100).take(101))
    assert (failure.value.needed, failure.value.budget) == (101, 100)


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=30))
def test_whatever_is_cancelled_nothing_is_lost(requests: list[tuple[int, bool]]) -> None:
    async def work() -> None:
        budget = Budget(100)

        async def hold(size: int) -> None:
            await budget.take(size)
            try:
                assert 0 <= budget.free <= 100
                await asyncio.sleep(0)
            finally:
                budget.give_back(size)

        tasks = [asyncio.create_task(hold(size)) for size, _ in requests]
        await asyncio.sleep(0)
        for task, (_, cancel) in zip(tasks, requests):
            if cancel:
                task.cancel()
                await asyncio.sleep(0)
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (budget.free, budget.waiting) == (100, 0)

    run(work)


def test_a_turn_that_comes_as_its_task_is_cancelled_passes_on() -> None:
    async def work() -> None:
        budget = Budget(100)
        await budget.take(100)
        first, second = (asyncio.create_task(budget.take(100)) for _ in range(2))
        await asyncio.sleep(0)
        budget.give_back(100)  # the first one's turn
        first.cancel()
        await second
        assert budget.free == 0

    run(work)


def test_a_ticket_goes_through_all_stages_and_leaves_nothing() -> None:
    async def work() -> None:
        door = admission()
        async with door.ticket() as ticket:
            assert (door.queued, door.budget.free) == (1, 100)
            await ticket.reserve(70)
            assert (door.queued, door.budget.free) == (0, 30)
            ticket.shrink(20)
            assert door.budget.free == 80
            ticket.shrink(50)  # what is given back cannot be had again so
            assert door.budget.free == 80
        assert (door.queued, door.budget.free) == (0, 100)

    run(work)


def test_only_so_many_sources_are_open_while_they_wait() -> None:
    async def work() -> None:
        door = admission()
        async with door.ticket() as first, door.ticket():
            third = asyncio.create_task(anext_ticket(door))
            await asyncio.sleep(0.01)
            assert not third.done()
            await first.reserve(1)  # works now, and waits no more
            await third

    run(work)


async def anext_ticket(door: Admission) -> None:
    async with door.ticket():
        pass


def test_too_many_that_wait_and_waits_that_are_too_long() -> None:
    async def work() -> None:
        door = admission(queued=2, seconds=0.02)
        async with door.ticket() as first, door.ticket() as second:
            with pytest.raises(Busy, match="too many"):
                await anext_ticket(door)
            await first.reserve(100)
            with pytest.raises(Busy, match="in time"):
                await second.reserve(1)
        async with door.ticket() as again:
            await again.reserve(100)
        assert (door.queued, door.budget.free) == (0, 100)

    run(work)


@pytest.mark.parametrize("stage", ["open", "reserve"])
def test_cancelled_tickets_leave_nothing(stage: str) -> None:
    async def work() -> None:
        door = admission(opened=1)
        async with door.ticket() as holder:
            if stage == "reserve":
                await holder.reserve(100 + OPEN_BYTES)

            async def wait() -> None:
                async with door.ticket() as ticket:
                    await ticket.reserve(1)

            task = asyncio.create_task(wait())
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert (door.queued, door.opened.locked()) == (0, False)
        assert door.budget.free == door.budget.total

    run(work)


def test_long_headers_are_in_the_budget_one_at_a_time() -> None:
    async def work() -> None:
        door = long_door(headers=3)

        async def read(header: Header) -> None:
            await header.grow_to(HEADER_BYTES + 1)

        async with door.ticket() as first, door.ticket() as second, second.header() as other:
            async with first.header() as header:
                await asyncio.gather(header.grow_to(HEADER_BYTES), other.grow_to(HEADER_BYTES))
                assert door.budget.free == door.budget.total
                await read(header)
                assert door.budget.free < door.budget.total - HEADER_BYTES
                waiting = asyncio.create_task(read(other))
                await asyncio.sleep(0.01)
                assert not waiting.done()
            await waiting
        assert door.budget.free == door.budget.total

    run(work)


def test_a_header_may_not_take_more_than_there_is() -> None:
    async def work() -> None:
        door = long_door(headers=2)

        async def read(ticket: Ticket) -> None:
            async with ticket.header() as header:
                await header.grow_to(HEADER_BYTES + 1)
                await header.grow_to(5 * HEADER_BYTES)

        async with door.ticket() as ticket:
            with pytest.raises(TooLargeForBudget):
                await read(ticket)
            assert not door.long_header.locked()
            await ticket.reserve(door.budget.total)

    run(work)


def long_door(*, headers: int) -> Admission:
    """With a budget for so many headers of the least size that is long."""
    memory = headers * 2 * (HEADER_BYTES + 1) + 2 * OPEN_BYTES
    return Admission(memory, opened=2, queued=3, seconds=5)
