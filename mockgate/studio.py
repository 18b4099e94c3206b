"""Where pictures, films and speech are made: beside the event loop, and only once what is remembered."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from .synth.scenes import Made, Scene
from .synth.sketches import Sketch

#: So many bytes of what was made are remembered; what was not asked for longest goes first.
MOST = 64 * 2**20

T = TypeVar("T")

Drawn = tuple[bytes, ...]


class Studio:
    """Draws sketches, films scenes, and has speech made.

    Films keep a `crew` busy, one at a time; `artists` do all else. Both are threads, which are there only once they are
    needed, until others are hired in their place.
    """

    def __init__(self) -> None:
        self.crew: Executor = ThreadPoolExecutor(1, "mockgate-crew")
        self.artists: Executor = ThreadPoolExecutor(2, "mockgate-artists")
        self._made: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Future[Any]] = {}
        self._bytes = 0

    async def draw(self, sketch: Sketch) -> Drawn:
        """Return a picture's file, the last, after those of its unfinished states.

        Raises OSError when a picture that it is made of is broken.
        """
        return await self._once(self.artists, _draw, sketch)

    async def film(self, scene: Scene, variant: str) -> Made:
        """Return a scene's film (`video`), or pictures of it (`thumbnail`, `spritesheet`)."""
        return await self._once(self.crew, _film, scene, variant)

    async def speak(self, work: Callable[..., T], *asked: Any) -> T:
        """Have a text said; it is said anew each time."""
        return await asyncio.get_running_loop().run_in_executor(self.artists, work, *asked)

    async def _once(self, workers: Executor, work: Callable[..., T], *asked: Any) -> T:
        if asked in self._made:
            self._made.move_to_end(asked)
            made: T = self._made[asked][0]
            return made
        under_way = self._under_way.get(asked)
        if under_way is None:
            under_way = asyncio.get_running_loop().run_in_executor(workers, work, *asked)
            self._under_way[asked] = under_way
            under_way.add_done_callback(partial(self._remember, asked))
        return await asyncio.shield(under_way)

    def _remember(self, asked: tuple[Any, ...], done: asyncio.Future[Any]) -> None:
        del self._under_way[asked]
        if done.cancelled() or done.exception() is not None:
            return
        size = _size(asked[0], done.result())
        self._made[asked] = done.result(), size
        self._bytes += size
        while self._bytes > MOST and len(self._made) > 1:
            self._bytes -= self._made.popitem(last=False)[1][1]


def _draw(sketch: Sketch) -> Drawn:
    from .synth.pictures import draw  # noqa: PLC0415 - with all that draws: only once it is needed

    return draw(sketch)


def _film(scene: Scene, variant: str) -> Made:
    from .synth.film import make  # noqa: PLC0415 - with all that draws and encodes: only once it is needed

    return make(scene, variant)


def _size(asked: Sketch | Scene, made: Drawn | Made) -> int:
    """Count the bytes of what is remembered: what came, and what was made of it."""
    came = asked.size if isinstance(asked, Sketch) else len(asked.picture)
    return came + (len(made.data) if isinstance(made, Made) else sum(map(len, made)))
