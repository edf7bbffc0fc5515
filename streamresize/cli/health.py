"""streamresize health: whether a service answers, for containers."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any
from urllib.parse import urlsplit

PATH = "/health"
SECONDS = 5.0
EPILOG = """\
examples:
  streamresize health || echo "the service does not answer"
  streamresize health --url http://127.0.0.1:8080/ready

Exit status: 0 it answers with 200, 1 it does not, 2 wrong usage.
"""


def add_parser(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "health",
        help="ask a service whether it answers",
        description="Ask a service whether it answers.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", type=url, default=usual_url(), help="what is asked (%(default)s)")
    parser.set_defaults(run=run)


def usual_url() -> str:
    """Of the service that the same environment configures, on this machine."""
    return f"http://127.0.0.1:{os.environ.get('STREAMRESIZE_PORT') or 8080}{PATH}"


def url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no URL of http or https")
    return text


def run(arguments: argparse.Namespace) -> int:
    from http.client import HTTPException  # 6 MB with OpenSSL, for this subcommand alone

    try:
        status = status_of(arguments.url)
    except (OSError, HTTPException, ValueError) as error:
        print(f"{arguments.url}: {error}", file=sys.stderr)
        return 1
    if status != 200:
        print(f"{arguments.url}: status {status}", file=sys.stderr)
    return int(status != 200)


def status_of(text: str) -> int:
    """Of the answer to GET. Raises OSError, HTTPException, ValueError."""
    from http.client import HTTPConnection, HTTPSConnection

    parts = urlsplit(text)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(str(parts.hostname), parts.port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path or PATH)
        return connection.getresponse().status
    finally:
        connection.close()
