"""HTTP service on top of streamresize; it uses the library's public names only."""

from streamresize_server.app import create_app
from streamresize_server.settings import Settings

__all__ = ["Settings", "create_app"]
