"""The work of `streamresize cluster`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from streamresize import StreamResizeError
from streamresize.catalog import Catalog
from streamresize.matching.clusters import cluster


def run_cluster(arguments: argparse.Namespace) -> int:
    """Return the exit status."""
    out = Path(arguments.out)
    try:
        if out.exists() and any(out.iterdir()):
            raise FileExistsError(f"{out} is not empty")
        with Catalog.open(arguments.catalog, create=False) as catalog:
            clusters = cluster(catalog, arguments.similarity, absolute=arguments.absolute)
            _link(catalog, clusters, out)
    except ModuleNotFoundError as error:
        arguments.parser.error(str(error))
    except (OSError, StreamResizeError) as error:
        print(f"streamresize: {error}", file=sys.stderr)
        return 1
    print("items per cluster : number of such clusters")
    for size, count in sorted(Counter(map(len, clusters)).items()):
        print(f"{size} : {count}")
    return 0


def _link(catalog: Catalog, clusters: Sequence[Sequence[int]], out: Path) -> None:
    """cluster_with_N/cluster_K holds a link to the first name of each picture."""
    count: Counter[int] = Counter()
    for numbers in clusters:
        size = len(numbers)
        count[size] += 1
        folder = out / f"cluster_with_{size}" / f"cluster_{count[size]}"
        folder.mkdir(parents=True)
        for image in catalog.get_many(numbers).values():
            if image.paths:
                target = Path(image.paths[0])
                _free_name(folder, target.name, image.id).symlink_to(target)


def _free_name(folder: Path, name: str, number: int) -> Path:
    link = folder / name
    return folder / f"{number}-{name}" if link.is_symlink() else link
