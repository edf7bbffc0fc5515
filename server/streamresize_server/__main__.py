"""python -m streamresize_server"""

from aiohttp import web

from streamresize_server.app import create_app
from streamresize_server.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    web.run_app(
        create_app(settings), host=settings.host, port=settings.port, handler_cancellation=True
    )
