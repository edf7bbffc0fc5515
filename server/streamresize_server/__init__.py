"""HTTP service on top of streamresize; it uses the library's public names only."""

from streamresize_server.app import create_app

__all__ = ["create_app"]
