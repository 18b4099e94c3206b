"""Data files test themselves: every scenario and gateway that ships loads, and its examples hold."""

from pathlib import Path

import jsonschema
import pytest

from mockgate.edge import boot
from mockgate.edge.examples import run_examples
from mockgate.loader import fixtures_dir, read
from mockgate.scenario import schema

SCENARIOS = sorted((fixtures_dir() / "scenarios").glob("*.yaml"))
GATEWAYS = sorted((fixtures_dir() / "gateways").glob("*.yaml"))


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", SCENARIOS, ids=named)
async def test_a_scenarios_examples_hold(path):
    gateway = boot.build(path, {"pace": "instant"})
    assert gateway.scenario.examples, "a scenario that ships shows what it does"
    assert [str(failure) for failure in await run_examples(gateway)] == []


@pytest.mark.parametrize("path", [*SCENARIOS, *GATEWAYS], ids=named)
def test_a_file_is_what_the_published_schema_says(path):
    jsonschema.Draft202012Validator(schema()).validate(read(path).value)


@pytest.mark.parametrize("path", GATEWAYS, ids=named)
def test_a_gateway_can_be_served_as_it_is(path):
    gateway = boot.build({"gateway": path.stem})
    assert gateway.policy.catalogue.listed
    assert gateway.policy.catalogue.find(gateway.scenario.default_model)
