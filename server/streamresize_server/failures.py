"""What a failure keeps alive."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def leaving_nothing() -> Iterator[None]:
    """A failure within takes no buffers along: the steps that are over forget their variables.

    Libraries keep the exceptions that they raise, and these the steps that they went through, in
    circles that only the collection of garbage would end, much later. The traceback stays.
    """
    try:
        yield
    except BaseException as failure:
        link: BaseException | None = failure
        while link is not None:
            traceback.clear_frames(link.__traceback__)
            link = link.__context__
        raise
