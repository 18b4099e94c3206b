"""The front page in a browser: it opens, follows what is clicked, and its lines run as they stand there."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mockgate import layers

NODE = Path(__file__).parent.parent / "sdk" / "node"

UP = "#state[data-state=up]"


async def open_page(page, server, base=""):
    await page.goto(f"{server.url}{base}/")
    await page.wait_for_selector(UP)


async def text(page, selector):
    return await page.locator(selector).inner_text()


async def choose(page, tab, name):
    await page.locator(f"{tab} [role=tab]", has_text=name).first.click()


async def too_wide(page):
    return await page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("gateway", layers.names("gateways"))
async def test_the_page_of_every_gateway_opens_and_asks_nobody_else(page, live, gateway):
    server, asked = live(), []
    page.on("request", lambda request: asked.append(request.url))
    await open_page(page, server, f"/{gateway}")
    base = f"{server.url}/{gateway}"
    assert await text(page, "#base") == f"{base}/v1"
    assert f"{base}/v1/chat/completions" in await text(page, "#snippet")
    assert (await text(page, "#state"), await text(page, "#health-word")) == ("Up", "Up")
    assert await text(page, "#uptime") != "–"
    assert await page.title() == f"{await text(page, 'h1')} · API gateway"
    assert [url for url in asked if not url.startswith(f"{base}/")] == []


async def test_without_the_last_slash_the_page_is_the_same(page, live):
    server = live()
    await page.goto(f"{server.url}/goesai")
    await page.wait_for_selector(UP)
    assert (page.url, await text(page, "h1")) == (f"{server.url}/goesai/", "GoesAI")


async def test_a_models_click_changes_the_example_and_the_set_up_lines(page, live):
    await open_page(page, live({"gateway": "newapi"}))
    await page.get_by_role("button", name="claude-haiku-4-5").click()
    assert '"model": "claude-haiku-4-5"' in await text(page, "#snippet")
    assert "ANTHROPIC_MODEL='claude-haiku-4-5'" in await text(page, "#setup-0")
    await page.get_by_role("button", name="text-embedding-3-large").click()
    assert (await text(page, "#route")).endswith("/v1/embeddings")
    assert await text(page, "#tasks [aria-selected=true]") == "Embeddings"
    assert await page.locator("button.model[aria-pressed=true] b").all_inner_texts() == ["text-embedding-3-large"]


async def test_the_search_finds_by_name_vendor_and_kind(page, live):
    await open_page(page, live())
    await page.fill("#search", "anthropic haiku messages")
    found = await page.locator(".model b").all_inner_texts()
    assert "claude-haiku-4-5" in found
    assert [name for name in found if "haiku" not in name] == []
    await page.fill("#search", "zzz")
    assert await page.locator("#no-models").is_visible()


async def test_models_are_one_stop_for_the_tab_key_and_arrows_go_through_them(page, live):
    await open_page(page, live())
    await page.focus("#search")
    await page.keyboard.press("Tab")
    at = await page.evaluate("document.activeElement.value")
    assert at == await text(page, ".steps code")
    for key in ("ArrowDown", "Enter"):
        await page.keyboard.press(key)
    assert await page.evaluate("document.activeElement.value") == await text(page, ".steps code") != at


async def test_copy_copies_what_is_shown(page, live):
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await open_page(page, live())
    for card, shown in {".address": "base", "#example": "snippet", "#setup": "setup-0"}.items():
        button = page.locator(f"{card} [data-copies={shown}]")
        await button.click()
        assert await page.evaluate("navigator.clipboard.readText()") == await page.locator(f"#{shown}").text_content()
        assert await button.inner_text() == "Copied"


async def test_tabs_are_turned_by_mouse_and_keyboard(page, live):
    await open_page(page, live())
    await choose(page, "#languages", "Python")
    assert "from openai import OpenAI" in await text(page, "#snippet")
    await page.keyboard.press("ArrowRight")
    assert 'import OpenAI from "openai"' in await text(page, "#snippet")
    assert await page.evaluate("document.activeElement.textContent") == "Node"
    await choose(page, "#tools", "aider")
    assert "aider --model" in await text(page, "#setup-0")


async def test_the_key_that_is_entered_stands_in_every_line(page, live):
    await open_page(page, live({"keys": {"sk-a": {}}, "unknown_keys": "refuse"}))
    assert "YOUR_API_KEY" in await text(page, "#snippet")
    await page.fill("#key", "sk-it's")
    assert r"Bearer sk-it'\''s'" in await text(page, "#snippet")
    assert await text(page, "#header") == "Authorization: Bearer sk-it's"


async def test_health_turns_down_with_the_storage_and_up_again(page, live, complaints):
    server = live({"gateway": "gomodel"})
    await page.clock.install()
    await open_page(page, server)
    for storage, state in {"down": "Not ready (503)", "ok": "Up"}.items():
        server.replace({"gateway": "gomodel", "manners": {"health": {"storage": storage}}})
        await page.clock.fast_forward(11_000)
        await page.wait_for_function("word => document.getElementById('state').textContent === word", arg=state)
    assert "503" in complaints.pop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_nothing_is_wider_than_the_screen(page, live, scheme):
    await page.set_viewport_size({"width": 375, "height": 812})
    await page.emulate_media(color_scheme=scheme)
    await open_page(page, live(), "/gomodel")
    assert await too_wide(page) <= 0
    for language in ("Python", "Node"):
        await choose(page, "#languages", language)
        assert await too_wide(page) <= 0


async def test_all_that_is_linked_on_the_server_is_there(page, live):
    await open_page(page, live(), "/gomodel")
    links = await page.locator("#next a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) >= 8
    for link in links:
        assert (await page.request.get(link)).status == 200, link


def run(command, folder, **options):
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=50, check=False, **options)
    assert ran.returncode == 0, f"{command}\n{ran.stderr}"
    return ran.stdout


async def snippets(page, language):
    await choose(page, "#languages", language)
    for name in await page.locator("#tasks [role=tab]").all_inner_texts():
        await choose(page, "#tasks", name)
        yield name, await page.locator("#snippet").text_content()


@pytest.mark.parametrize("gateway", layers.names("gateways"))
async def test_every_curl_line_runs_as_it_stands_there(page, live, tmp_path, gateway):
    await open_page(page, live(pace="instant"), f"/{gateway}")
    ran = []
    async for name, snippet in snippets(page, "curl"):
        said = run(["sh", "-c", snippet.replace("curl ", "curl -sS --fail-with-body ", 1)], tmp_path)
        if name not in {"Streaming", "Speech"}:
            assert json.loads(said).get("error") is None
        else:
            assert said.startswith("data: ") == (name == "Streaming")
        ran.append(name)
    assert ran[:2] == ["Chat", "Streaming"]
    assert (tmp_path / "speech.mp3").exists() == ("Speech" in ran)


@pytest.mark.parametrize("gateway", ["newapi", "apigo"])
async def test_the_python_programs_run_one_after_another(page, live, tmp_path, gateway):
    await open_page(page, live(pace="instant"), f"/{gateway}")
    programs = [snippet async for _, snippet in snippets(page, "Python")]
    assert len(run([sys.executable, "-c", "\n".join(programs)], tmp_path).splitlines()) >= len(programs) - 1


@pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules").exists(),
    reason="needs Node and `npm ci` in tests/sdk/node: tools/test does both",
)
@pytest.mark.parametrize(("gateway", "tasks"), [("newapi", {"Streaming", "Images"}), ("apigo", {"Chat", "Messages"})])
async def test_the_programs_for_node_run(page, live, gateway, tasks):
    await open_page(page, live(pace="instant"), f"/{gateway}")
    programs = [snippet async for name, snippet in snippets(page, "Node") if name in tasks]
    assert len(programs) == len(tasks)
    for program in programs:
        assert run(["node", "--input-type=module", "-e", program], NODE)
