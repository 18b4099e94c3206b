import re
from pathlib import Path

from mockgate import __version__
from mockgate.control import ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "control.md"


async def test_the_index_says_what_there_is(gw, control):
    status, body = await control(gw(name="mine"), "GET ")
    assert (status, body["mockgate"], body["scenario"], body["session"]) == (200, __version__, "mine", "default")
    assert len(body["endpoints"]) == len(ROUTES)
    assert body["endpoints"]["GET /_mockgate/clock"] == "Return what the clock shows, and how fast it runs."
    assert all(body["endpoints"].values())


def test_every_call_is_on_the_page():
    told = set(re.findall(r"`([A-Z]+) (/\S*?|)`", PAGE.read_text().replace("`GET /_mockgate`", "`GET `")))
    assert {(method, path) for method, path, _ in ROUTES} <= told
