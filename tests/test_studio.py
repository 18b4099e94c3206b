import asyncio
import subprocess
import sys

import pytest

from mockgate import studio
from mockgate.studio import Studio
from mockgate.synth.scenes import Scene
from mockgate.synth.sketches import Sketch

SCENE = Scene("A boat", (160, 96), 1)
SMALL = Sketch("A hill", 64, 64)


async def test_what_was_made_is_remembered():
    works = Studio()
    film, drawn = await works.film(SCENE, "video"), await works.draw(SMALL)
    assert await works.film(SCENE, "video") is film
    assert await works.draw(SMALL) is drawn
    assert (await works.film(SCENE, "thumbnail")).content_type == "image/webp"


async def test_those_who_ask_at_once_get_the_same():
    works = Studio()
    films = await asyncio.gather(*(works.film(SCENE, "video") for _ in range(5)))
    drawn = await asyncio.gather(*(works.draw(SMALL) for _ in range(20)))
    assert len({id(each) for each in films}) == len({id(each) for each in drawn}) == 1


async def test_one_who_leaves_takes_the_picture_from_nobody():
    works = Studio()
    leaving, staying = (asyncio.ensure_future(works.draw(SMALL)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying)[-1].startswith(b"\x89PNG")


async def test_what_was_not_asked_for_longest_is_forgotten(monkeypatch):
    works = Studio()
    first, film = await works.draw(SMALL), await works.film(SCENE, "thumbnail")
    monkeypatch.setattr(studio, "MOST", 3 * len(first[-1]))
    for seed in (b"1", b"2", b"3", b"4"):
        await works.draw(Sketch("A hill", 64, 64, seed))
    again = await works.draw(SMALL)
    assert again is not first
    assert again == first
    assert await works.film(SCENE, "thumbnail") is not film


async def test_a_broken_picture_is_told_and_not_remembered():
    works = Studio()
    for _ in range(2):
        with pytest.raises(OSError, match="identify"):
            await works.draw(Sketch("A", 64, 64, given=(b"junk",)))


async def test_others_have_their_turn_while_a_film_is_made():
    works = Studio()
    making = asyncio.ensure_future(works.film(Scene("A boat", (720, 1280), 4), "video"))
    turns = 0
    while not making.done():
        await asyncio.sleep(0.002)
        turns += 1
    assert turns > 20  # it takes a second
    await making


def test_what_draws_is_loaded_only_when_something_is_drawn():
    program = "import sys, mockgate.api.images; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
