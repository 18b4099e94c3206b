from .conftest import PATH, decoded


async def test_a_character_is_made_of_a_film_and_found_again(gw, ask, submit, film):
    gateway = gw()
    made = decoded(await submit(gateway, f"{PATH}/characters", {"name": "Tom"}, video=("tom.mp4", "video/mp4", film)))
    assert (made["name"], made["id"].startswith("char_")) == ("Tom", True)
    assert decoded(await ask(gateway, "GET", f"{PATH}/characters/{made['id']}")) == made


async def test_a_character_needs_a_name_and_a_film(gw, ask, submit, film):
    path = f"{PATH}/characters"
    assert (await submit(gw(), path, {}, video=("tom.mp4", "video/mp4", film))).status == 400
    assert (await submit(gw(), path, {"name": "Tom"})).status == 400
    assert (await submit(gw(), path, {"name": "Tom"}, video=("tom.mp4", "video/mp4", b"junk"))).status == 400
    assert (await ask(gw(), "GET", f"{path}/char_x")).status == 404
    assert (await ask(gw(unknown_ids="synthesize"), "GET", f"{path}/char_x")).status == 200
