"""What gateways there are, in words; and the page about them."""

import os
from itertools import chain
from pathlib import Path

import pytest

from mockgate import layers
from mockgate.edge.boot import build
from mockgate.edge.listing import details, endpoints, overview
from mockgate.errors import ScenarioError
from mockgate.manners import QUIRKS

PAGE = Path(__file__).parents[2] / "docs" / "gateways.md"
NAMES = ["openai", "goesai", "getgoapi", "apigo", "gomodel", "newapi"]


def test_every_gateway_is_listed_with_what_it_has():
    head, *lines = overview().splitlines()
    assert head.split() == ["name", "title", "below", "endpoints", "models", "quirks"]
    rows = {line.split()[0]: line for line in lines}
    assert sorted(rows) == sorted(NAMES)
    assert "/getgoapi" in rows["getgoapi"]
    assert " 158 " in rows["getgoapi"]
    assert "hex_ids" in rows["apigo"]


def test_one_gateway_is_described_with_all_that_is_its_own():
    told = details("apigo")
    assert "profiles:      documented (played), source" in told
    assert "  GET      /v1/videos/{id}\n" in told
    assert "  hex_ids              The id of a chat completion is 32 hexadecimal digits.\n" in told
    assert "  model_not_found      404 invalid_request_error model_not_found\n" in told
    assert "  model_not_found      503 new_api_error model_not_found\n" in details("apigo", "source")
    assert "  501      * /v1/files*\n" in details("newapi")


def test_a_gateway_that_there_is_not_is_refused_with_the_nearest():
    with pytest.raises(ScenarioError, match='Did you mean "newapi"'):
        details("newap")


def test_a_file_may_be_a_gateway_that_stands_on_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme.yaml").write_text("extends: newapi\nmanners: {title: ACME, quirks: [hex_ids]}\n")
    told = details("acme.yaml")
    assert told.startswith("ACME\n")
    assert "x-oneapi-request-id" in told


# The page.


def test_the_page_has_the_tables_of_all_gateways():
    """`MOCKGATE_WRITE_TABLES=1 pytest tests/edge/test_listing.py -k tables` writes the page's part anew."""
    text = PAGE.read_text()
    begin, end = "<!-- tables -->\n", "<!-- end of tables -->\n"
    before, _, rest = text.partition(begin)
    shown, _, after = rest.partition(end)
    if os.environ.get("MOCKGATE_WRITE_TABLES"):
        PAGE.write_text(f"{before}{begin}{tables()}{end}{after}")
        return
    assert shown == tables()


def tables():
    played = {name: [build({"gateway": name, "profile": profile}) for profile in profiles_of(name)] for name in NAMES}
    routes = {name: [endpoints(gateway) for gateway in gateways] for name, gateways in played.items()}
    known = {name: gateways[0].scenario.manners.unimplemented for name, gateways in played.items()}
    paths = sorted(set(chain.from_iterable(found for name in NAMES[1:] for found in routes[name])))
    lines = [*head("Endpoint"), *(row(f"`{path}`", (cell(routes[name], path) for name in NAMES)) for path in paths)]
    missing = sorted(set(chain.from_iterable(known.values())))
    lines += [row(f"`{route}`", ("501" if route in known[name] else "" for name in NAMES)) for route in missing]
    quirks = {name: [gateway.scenario.manners.quirks for gateway in gateways] for name, gateways in played.items()}
    lines += ["", *head("Quirk")]
    for quirk, meaning in QUIRKS.items():
        has = (cell([dict.fromkeys(found, "yes") for found in quirks[name]], quirk) for name in NAMES)
        lines.append(row(f"`{quirk}`: {meaning}", has))
    return "\n".join(lines) + "\n"


def profiles_of(name):
    return ["documented", *(name for name in layers.profiles({"gateway": name}) if name != "documented")]


def head(first):
    return [row(first, NAMES), row("---", ["---"] * len(NAMES))]


def row(first, cells):
    return f"| {first} | {' | '.join(cells)} |"


def cell(profiles, key):
    """What the documented profile has, else in italics what another has."""
    found = [profile[key] for profile in profiles if key in profile]
    return "" if not found else found[0] if key in profiles[0] else f"*{found[0]}*"
