"""python -m benchmarks.service [--only NAME] [--seconds N] [--folder FOLDER]

Writes benchmarks/results/service-NAME.json and docs/server-benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.page import RESULTS
from benchmarks.scenarios import machine
from benchmarks.service.report import write_report
from benchmarks.service.scenarios import SCENARIOS, Bench


def main() -> None:
    parser = argparse.ArgumentParser(
        "python -m benchmarks.service", description="Measure the service beside others."
    )
    parser.add_argument("--only", action="append", choices=SCENARIOS)
    parser.add_argument("--seconds", type=float, help="of each load, instead of the usual ones")
    parser.add_argument("--folder", type=Path, default=Path("build/service"))
    parser.add_argument("--report", action="store_true", help="only write the page anew")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in () if options.report else options.only or SCENARIOS:
        usual, measure = SCENARIOS[name]
        seconds = options.seconds or usual
        print(f"{name}: {seconds:g} s a load", flush=True)
        result = measure(Bench(options.folder, seconds))
        result = {"machine": machine(), "seconds": seconds, **result}
        (RESULTS / f"service-{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    write_report()


if __name__ == "__main__":
    main()
