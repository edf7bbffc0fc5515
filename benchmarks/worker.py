"""Does tasks for one rival: python -m benchmarks.worker MODULE

Prints the rival's version, then for each line of standard input, a task in JSON, how long it took:
wall and processor seconds; and the most memory that the process has had so far, in bytes.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
import time

from benchmarks.tasks import Task


def check_size(jpeg: bytes, task: Task) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as image:
        assert max(image.size) in task.sizes, image.size


def own_peak() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def main(module: str) -> None:
    rival = importlib.import_module(module)
    print(json.dumps(rival.version()), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        task = Task(request["source"], request["width"], request["height"], tuple(request["sizes"]))
        cpu, begin = time.process_time(), time.perf_counter()
        jpeg = rival.run(task)
        wall, used = time.perf_counter() - begin, time.process_time() - cpu
        answer = {"wall": wall, "cpu": used, "peak": own_peak()}
        check_size(jpeg, task)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
