"""python -m streamresize_server"""

from aiohttp import web

from streamresize_server.app import create_app

if __name__ == "__main__":
    web.run_app(create_app())
