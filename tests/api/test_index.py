"""The index of endpoints is what the families say, and calls find what it points at."""

import os
import subprocess
import sys
from importlib import import_module
from itertools import groupby
from pathlib import Path
from pkgutil import walk_packages

import pytest

from mockgate import api
from mockgate.api import FAMILIES, index
from mockgate.routes import Endpoint, Family

PAGE = Path(index.__file__)


def families() -> dict[str, Family]:
    """Return every family there is, by where it is."""
    names = [found.name for found in walk_packages(api.__path__, "mockgate.api.")]
    found = {f"{name}:{key}": each for name in names for key, each in vars(import_module(name)).items()
             if isinstance(each, Family)}  # fmt: skip
    homes = {id(each): place for place, each in sorted(found.items(), key=lambda pair: -len(pair[0]))}
    places = {homes[id(each)].removeprefix("mockgate.api."): each for each in found.values()}
    return {place: each for place, each in places.items() if place != "chat:family"}


def said(endpoint: Endpoint) -> str:
    words = [name for name in ("open", "prompted", "quiet") if endpoint.traits.get(name)]
    if "models" in endpoint.traits:
        words.append(f"models={endpoint.traits['models']}")
    return " ".join([endpoint.method, endpoint.path, endpoint.name, *words])


def test_every_endpoint_is_listed_as_its_family_says_it():
    """`MOCKGATE_WRITE_INDEX=1 pytest tests/api/test_index.py` writes the list anew; families keep their order."""
    there, written = families(), [place.partition(" ")[0] for place in index.listed()]
    order = [*(place for place in written if place in there), *(place for place in there if place not in written)]
    lines = []
    for place in order:
        lines += [" ".join(filter(None, (place, there[place].protocol)))]
        lines += [f"    {said(endpoint)}" for endpoint in there[place].endpoints]
    before, _, rest = PAGE.read_text().partition('ENDPOINTS = """\n')
    shown, _, after = rest.partition('"""\n')
    expected = "".join(f"{line}\n" for line in lines)
    if os.environ.get("MOCKGATE_WRITE_INDEX"):
        PAGE.write_text(f'{before}ENDPOINTS = """\n{expected}"""\n{after}')
        return
    assert shown == expected


def test_an_endpoint_of_the_index_is_the_one_that_its_family_has():
    served = [endpoint for family in FAMILIES for endpoint in family.endpoints]
    for endpoint in served:
        assert said(endpoint.whole) == said(endpoint)
        assert endpoint.whole.protocol == endpoint.protocol


@pytest.mark.parametrize("family", [name for name, _ in groupby(each.name for each in FAMILIES) if name != "chat"])
def test_a_server_starts_without_a_family_that_nobody_has_asked(family):
    module = next(place for place, each in families().items() if each.name == family).partition(":")[0]
    begin = "import sys, mockgate.edge.boot as boot; boot.build(); "
    code = f"{begin}print('mockgate.api.{module}' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
