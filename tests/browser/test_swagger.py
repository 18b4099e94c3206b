"""Swagger UI in a browser: an operation is opened, filled in, sent, and answered; nothing is asked of anybody else."""

from urllib.parse import urlsplit

import pytest

CHAT = "#operations-chat-chat_create"


async def _opened(page, url):
    """Open the page and unfold the chat's first operation; return every address that is asked for."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{url}/swagger/")
    await page.click('[data-tag="chat"]')
    await page.click(f"{CHAT} .opblock-summary")
    await page.click(f"{CHAT} .try-out__btn")
    return asked


async def _authorize(page, key):
    await page.click("button.authorize")
    await page.fill("#auth-bearer-value", key)
    await page.click(".auth-container:first-child .btn.authorize")
    await page.click(".auth-container:first-child .btn-done")


async def _executed(page):
    await page.click(f"{CHAT} .execute")
    table = page.locator(f"{CHAT} .live-responses-table .response").first
    status = await table.locator(".response-col_status").inner_text()
    return status.strip(), await table.locator(".response-col_description").inner_text()


@pytest.mark.parametrize("prefix", ["", "/gomodel"])
async def test_an_operation_is_tried_out(live, page, prefix):
    server = live({"gateway": "gomodel", "rules": [{"reply": "Hi there."}]}, pace="instant")
    asked = await _opened(page, f"{server.url}{prefix}")
    await _authorize(page, "sk-test-0123456789")
    status, said = await _executed(page)
    assert status == "200"
    assert '"content": "Hi there."' in said
    assert asked[-1] == f"{server.url}{prefix}/v1/chat/completions"
    assert {urlsplit(url).netloc for url in asked if url.startswith("http")} == {urlsplit(server.url).netloc}


async def test_another_body_can_be_sent_and_its_fields_are_shown(live, page):
    server = live({"gateway": "gomodel", "rules": [{"when": {"user": "ping"}, "reply": "pong"}]}, pace="instant")
    await _opened(page, server.url)
    await _authorize(page, "sk-test-0123456789")
    body = '{"model": "gpt-4o", "messages": [{"role": "user", "content": "ping"}]}'
    await page.fill(f"{CHAT} textarea", body)
    assert '"content": "pong"' in (await _executed(page))[1]
    await page.click(f"{CHAT} .tablinks >> text=Schema")
    assert "temperature" in await page.locator(f"{CHAT} .model-example").first.inner_text()
