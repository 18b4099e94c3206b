"""The docs are true: every page opens with an example that holds, and every key has its place on a page."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from mockgate import manners, scenario
from mockgate.edge import boot
from mockgate.edge.examples import run_examples

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(page.read_text()) if found == language]


def scenarios_in(page: Path) -> list[str]:
    """The YAML blocks of a page that say what they should answer."""
    return [text for text in blocks(page, "yaml") if re.search(r"^examples:", text, re.MULTILINE)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_opens_with_an_example_that_is_tested(page):
    language, text = BLOCK.findall(page.read_text())[0]
    assert language in {"yaml", "python", "console"}
    if language == "yaml":
        assert text in scenarios_in(page)


@pytest.mark.parametrize(
    ("page", "text"),
    [(page.stem, text) for page in [*PAGES, ROOT / "README.md"] for text in scenarios_in(page)],
)
async def test_a_pages_scenario_does_what_it_says(page, text):
    gateway = boot.build(text, {"pace": "instant"})
    assert [str(failure) for failure in await run_examples(gateway)] == [], page


@pytest.mark.parametrize(("page", "text"), [(page.stem, text) for page in PAGES for text in blocks(page, "python")])
def test_a_pages_python_runs(page, text):
    ran = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=50, check=False)
    assert ran.returncode == 0, f"{page}: {ran.stderr}"


def test_the_readmes_scenario_is_one():
    for text in blocks(ROOT / "README.md", "yaml"):
        assert boot.build(text).scenario.rules


def test_the_readme_is_short_and_its_links_lead_somewhere():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    for link in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (ROOT / link).exists(), link


def keys_of(section: type) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(section)}


@pytest.mark.parametrize(
    ("page", "sections"),
    [
        (
            "scenario",
            [scenario.Scenario, scenario.Model, scenario.Auth, scenario.ClockSpec, scenario.JournalSpec],
        ),
        ("scenario", [scenario.Example, scenario.Expectation]),
        ("matchers", [scenario.When, scenario.Words, scenario.Said, scenario.Result, scenario.Count]),
        (
            "replies",
            [scenario.Rule, scenario.ReplySpec, scenario.PartSpec, scenario.Manner, scenario.UsageOverride],
        ),
        ("pace", [scenario.Pace, scenario.Stall]),
        ("keys", [scenario.KeySpec, scenario.Group, scenario.Price, scenario.WalletSpec]),
        ("limits", [scenario.LimitSpec]),
        ("prompt-cache", [scenario.PromptCacheSpec]),
        ("batches", [scenario.JobSpec]),
        ("responses", [scenario.JobSpec]),
        ("videos", [scenario.VideoSpec]),
        ("realtime", [scenario.RealtimeSpec]),
        ("webhooks", [scenario.WebhookSpec]),
        ("gateways", [manners.Manners, manners.ErrorSpec, manners.RequestIds, manners.Health]),
        ("faults", [scenario.Fault, scenario.Incident, scenario.Phase]),
    ],
)
def test_every_key_is_explained(page, sections):
    text = (ROOT / "docs" / f"{page}.md").read_text()
    missing = [key for section in sections for key in keys_of(section) if not re.search(rf"`[^`]*\b{key}\b", text)]
    assert missing == []
