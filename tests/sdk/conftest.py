"""What the tests of the Python SDK share: a server of the module's SCENARIO, and a client that does not retry."""

from collections.abc import Iterator

import pytest
from openai import OpenAI

from mockgate import Mockgate


@pytest.fixture(scope="module")
def gw(request: pytest.FixtureRequest) -> Iterator[Mockgate]:
    with Mockgate(request.module.SCENARIO) as running:
        yield running


@pytest.fixture
def client(gw: Mockgate) -> OpenAI:
    return OpenAI(base_url=gw.base_url, api_key="sk-test", max_retries=0)
