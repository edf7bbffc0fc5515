"""The public functions for event loops: threads work on the bytes that have arrived."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Iterator,
    Sequence,
)
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar, cast

from streamresize.api import probe, require_work
from streamresize.decoders import SourceDecoder
from streamresize.info import ImageInfo
from streamresize.limits import Limits
from streamresize.pipeline import Job, Result
from streamresize.request import Pass, PassOptions, Size
from streamresize.sources import Chunk, Source, Store, open_source
from streamresize.targets import Destination, Destinations, Outbox, destinations

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Executor

    from typing_extensions import Unpack

AsyncSource: TypeAlias = AsyncIterable[Chunk] | Source
Steps: TypeAlias = Iterator[None]

Outcome = TypeVar("Outcome")


async def aprobe(
    source: AsyncSource, *, limits: Limits | None = None, executor: Executor | None = None
) -> ImageInfo:
    """`probe` for a source whose bytes arrive asynchronously, or in a worker thread.

    No more chunks are asked for once the header is complete. source, executor: as in `aprocess`.
    Raises what `probe` raises.
    """
    if not isinstance(source, AsyncIterable):
        return await _in_thread(executor, partial(probe, source, limits=limits))
    with closing(SourceDecoder(limits)) as decoder:
        async for chunk in source:
            info = await _in_thread(executor, partial(_read_header, decoder, chunk))
            if info is not None:
                return info
        return cast(ImageInfo, await _in_thread(executor, partial(_read_header, decoder, None)))


async def aprocess(
    source: AsyncSource,
    sizes: Sequence[Size],
    *,
    fingerprint: bool | Literal["exact"] = False,
    to: Destinations = None,
    executor: Executor | None = None,
    **options: Unpack[PassOptions],
) -> Result:
    """`process` for a source whose bytes arrive asynchronously, or in a worker thread.

    source: an asynchronous iterator of chunks, which is asked for no more once the last row has
    been decoded; or what `process` takes, which the thread then reads. executor: whose threads
    work, and only while there are bytes to decode; by default the event loop's own. A task that is
    cancelled ends when a thread is done with the strip that it is at. Raises what `process` raises.
    """
    require_work(sizes, fingerprint)
    goals = destinations(to, [size.format for size in sizes])
    new_job = partial(Job, sizes, Pass(**options), fingerprint=fingerprint, destinations=goals)
    async with _opened(source, executor) as (chunks, store):
        with closing(new_job(store=store)) as job:
            async for steps in _work(job, chunks):
                await _advance(executor, steps)
            return await _in_thread(executor, job.result)


class AsyncStream(AsyncIterator[bytes]):
    """The chunks of one file as they are encoded, and behind the last of them the result."""

    def __init__(
        self, source: AsyncSource, new_job: partial[Job], outbox: Outbox, executor: Executor | None
    ) -> None:
        self._result: Result | None = None
        self._chunks = self._encode(source, new_job, outbox, executor)

    @property
    def done(self) -> bool:
        """The file is complete, though perhaps not all of it has been taken."""
        return self._result is not None

    @property
    def result(self) -> Result:
        """What `process` gives, once the file is complete. Raises RuntimeError before."""
        if self._result is None:
            raise RuntimeError("there is no result before the file is complete")
        return self._result

    async def __anext__(self) -> bytes:
        return await self._chunks.__anext__()

    async def aclose(self) -> None:
        """Stop the work."""
        await self._chunks.aclose()

    async def _encode(
        self, source: AsyncSource, new_job: partial[Job], outbox: Outbox, executor: Executor | None
    ) -> AsyncGenerator[bytes, None]:
        async with _opened(source, executor) as (chunks, store):
            with closing(new_job(store=store)) as job:
                async for steps in _work(job, chunks):
                    while not await _advance(executor, steps, outbox.filled):
                        for piece in outbox.take():
                            yield piece
                self._result = await _in_thread(executor, job.result)
                for piece in outbox.take():
                    yield piece


def astream(
    source: AsyncSource,
    size: Size,
    *,
    fingerprint: bool | Literal["exact"] = False,
    executor: Executor | None = None,
    **options: Unpack[PassOptions],
) -> AsyncStream:
    """One file in chunks, as they are encoded.

    Work goes on only while the next chunk is waited for. What is not written row by row (see
    `process`) comes as one chunk. The iteration raises what `process` raises, perhaps behind the
    first chunks: the file is complete when it ends without an error. source, executor: as in
    `aprocess`.
    """
    outbox = Outbox()
    goals: Sequence[Destination | None] = destinations(outbox, [size.format])
    new_job = partial(Job, [size], Pass(**options), fingerprint=fingerprint, destinations=goals)
    return AsyncStream(source, new_job, outbox, executor)


def _read_header(decoder: SourceDecoder, chunk: Chunk | None) -> ImageInfo | None:
    """chunk: None behind the last one."""
    if chunk is None:
        decoder.finish()
    else:
        decoder.feed(chunk)
    return decoder.info


class _Opened(NamedTuple):
    """As `OpenSource`, of either kind."""

    chunks: AsyncIterable[Chunk] | Iterator[Chunk]
    store: Store | None = None


@asynccontextmanager
async def _opened(source: AsyncSource, executor: Executor | None) -> AsyncGenerator[_Opened, None]:
    if isinstance(source, AsyncIterable):
        yield _Opened(source)
    else:
        with ExitStack() as stack:
            opening = partial(stack.enter_context, open_source(source))
            yield _Opened(*await _in_thread(executor, opening))


async def _work(job: Job, chunks: AsyncIterable[Chunk] | Iterator[Chunk]) -> AsyncIterator[Steps]:
    """The steps for each chunk, and behind the last; all at once where a thread reads them."""
    if isinstance(chunks, AsyncIterable):
        async for chunk in chunks:
            yield job.steps(chunk)
            if job.complete:
                break
        yield job.last_steps()
    else:
        yield job.all_steps(chunks)


def _never() -> bool:
    return False


async def _advance(
    executor: Executor | None, steps: Steps, enough: Callable[[], bool] = _never
) -> bool:
    """Take steps until there are enough; True once there are none left."""
    stop = _Stop()
    return await _in_thread(executor, partial(_take, steps, stop, enough), stop)


def _take(steps: Steps, stop: _Stop, enough: Callable[[], bool]) -> bool:
    return all(not (stop.asked or enough()) for _ in steps)


class _Stop:
    """Keeps work from beginning, or asks it to end."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._begun = False
        self.asked = False

    def begin(self) -> bool:
        """False where the work must not begin any more."""
        with self._lock:
            self._begun = not self.asked
        return self._begun

    def ask(self) -> bool:
        """True where the work has begun."""
        with self._lock:
            self.asked = True
        return self._begun


async def _in_thread(
    executor: Executor | None, work: Callable[[], Outcome], stop: _Stop | None = None
) -> Outcome:
    """The work's outcome; cancelled, it returns when no thread is at the work any more."""
    import asyncio

    stop = stop or _Stop()
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(executor, _unless_stopped, work, stop)
    try:
        return cast(Outcome, await asyncio.shield(future))
    except asyncio.CancelledError:
        if stop.ask():
            await _settled(future)
        raise


def _unless_stopped(work: Callable[[], Outcome], stop: _Stop) -> Outcome | None:
    return work() if stop.begin() else None


async def _settled(future: asyncio.Future[Any]) -> None:
    """Wait for the end, however often the task is cancelled meanwhile."""
    import asyncio

    while not future.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([future])
    future.exception()  # has been looked at


__all__ = ["AsyncSource", "AsyncStream", "aprobe", "aprocess", "astream"]
