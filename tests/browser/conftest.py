"""A browser for the tests of pages: headless Chromium, one for all of them. Without one they are skipped."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test here share the loop that the browser lives in."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator["object"]:
    """Start Chromium; where there is none the tests are skipped, or fail if MOCKGATE_NEED_BROWSER is set."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        (pytest.fail if os.environ.get("MOCKGATE_NEED_BROWSER") else pytest.skip)("there is no Chromium here")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield launched
        await launched.close()


@pytest.fixture
def complaints() -> list[str]:
    """Collect what goes wrong on a page: a test that means it to takes it off again."""
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser, complaints):
    """Open an empty page as wide as a desktop; whatever went wrong on it by the end fails the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    opened = await context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    await context.close()
    assert complaints == []
