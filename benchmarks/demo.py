"""The main job: a 144-megapixel JPEG becomes two pictures and a fingerprint in one pass.

python -m benchmarks.demo FOLDER
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.inputs import write_large_jpeg

SIDE = 12_000
CHILD = """
import json, sys, time
import streamresize
from streamresize import Size
source, *targets = sys.argv[1:]
begin = time.perf_counter()
result = streamresize.process(source, [Size(1600, 1600), Size(200, 200)], fingerprint=True)
seconds = time.perf_counter() - begin
for image, target in zip(result.images, targets):
    with open(target, "wb") as file:
        file.write(image.data)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
print(json.dumps({"seconds": seconds, "peak": peak, "phash": str(result.fingerprint)}))
"""


def main(folder: Path) -> None:
    source = write_large_jpeg(folder / f"{SIDE}x{SIDE}.jpg", SIDE, SIDE)
    targets = [folder / "1600.jpg", folder / "200.jpg"]
    command = [sys.executable, "-c", CHILD, str(source), *map(str, targets)]
    measured = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    size = source.stat().st_size
    print(f"source       {source} ({SIDE * SIDE / 1e6:.0f} megapixels, {size / 1e6:.1f} MB)")
    print(f"wall time    {measured['seconds']:.2f} s for both sizes and the fingerprint")
    print(f"peak memory  {measured['peak'] / 1e6:.0f} MB, the whole process")
    print(f"phash        {measured['phash']}")
    for target in targets:
        print(f"written      {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
