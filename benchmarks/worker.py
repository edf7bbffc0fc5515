"""Does tasks for one rival: python -m benchmarks.worker MODULE

Prints the rival's version, then for each line of standard input, a task in JSON, how long it took:
wall and processor seconds; and the most memory that the process has had so far, in bytes.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import resource
import sys
import time

from benchmarks.tasks import Task


def check_size(jpeg: bytes, task: Task) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as image:
        assert max(image.size) in task.sizes, image.size


def peak() -> int:
    """Of this process, and of a child of the largest kind for each other processor."""
    with open("/proc/self/status") as status:
        own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    largest_child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return 1024 * (own + largest_child * ((os.cpu_count() or 1) - 1))


def processor_seconds() -> float:
    """Of this process and those that it had started."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def main(module: str) -> None:
    rival = importlib.import_module(module)
    print(json.dumps(rival.version()), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        names = ("source", "width", "height", "sizes", "repeats")
        task = Task(**{name: request[name] for name in names})
        cpu, begin = processor_seconds(), time.perf_counter()
        for _ in range(task.repeats):
            jpeg = rival.run(task)
        wall, used = time.perf_counter() - begin, processor_seconds() - cpu
        answer = {"wall": wall / task.repeats, "cpu": used / task.repeats, "peak": peak()}
        check_size(jpeg, task)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
