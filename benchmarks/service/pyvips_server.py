"""libvips behind aiohttp, as one would write it: python pyvips_server.py PORT FOLDER"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import pyvips
from aiohttp import web

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]
POOL = ThreadPoolExecutor(cpu_count())


def thumbnail(name: str, side: int) -> bytes:
    image = pyvips.Image.thumbnail(f"{FOLDER}/{name}", side, size="down")
    return bytes(image.write_to_buffer(".jpg", Q=80, keep="none"))


async def answer(request: web.Request) -> web.Response:
    name, side = request.match_info["name"], int(request.match_info["side"])
    work = asyncio.get_running_loop().run_in_executor(POOL, thumbnail, name, side)
    return web.Response(body=await work, content_type="image/jpeg")


app = web.Application()
app.add_routes([web.get("/{side}/{name}", answer)])
web.run_app(app, host="127.0.0.1", port=PORT, print=None, access_log=None)
