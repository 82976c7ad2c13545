"""An aiohttp application served on 127.0.0.1 by a thread of its own."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")


class Loopback:
    """Serves from ``start`` to ``stop`` on a port that the operating system chose."""

    def __init__(self, app: web.Application, before_stop: Callable[[], Awaitable[None]]) -> None:
        self._app = app
        self._before_stop = before_stop
        self._thread = threading.Thread(target=self._run, name="slack-server", daemon=True)
        self._started: Future[int] = Future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event

    def start(self) -> int:
        """Listen, and return the port."""
        self._thread.start()
        return self._started.result(timeout=10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)
        if self._thread.is_alive():
            raise RuntimeError("the slack server's thread did not end within 10 s")

    def run(self, work: Coroutine[Any, Any, T], timeout: float = 10) -> T:
        """Run a coroutine on the server's loop, and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin a coroutine from within the server's loop, without waiting for it."""
        task = self._loop.create_task(work)
        # The loop itself holds tasks only weakly.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as problem:
            if self._started.done():
                raise
            self._started.set_exception(problem)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self._started.set_result(runner.addresses[0][1])
            await self._stopping.wait()
            await self._before_stop()
        finally:
            await runner.cleanup()
