from base64 import b64encode
from io import BytesIO

import msgspec
import pytest
from PIL import Image

from mockgate import filing
from mockgate.content import Content
from mockgate.filing import StoredFile

WORDS = "The tide is high. " * 30
PAGES = b"%PDF-1.4 /Type /Pages /Type /Page\n/Type/Page \xff"


def png() -> bytes:
    Image.new("RGB", (560, 280)).save(drawn := BytesIO(), "png")
    return drawn.getvalue()


@pytest.fixture
def told(gw, ask):
    """Send blocks, and what is counted for them; returns the text of the answer and the tokens of the prompt."""
    gateway = gw(rules=[{"when": {"user": "what"}, "reply": "That."}])
    for id, kind, data in (
        ("file_text", "text/plain", WORDS.encode()),
        ("file_pdf", "application/pdf", PAGES),
        ("file_png", "image/png", png()),
    ):
        filing.keep(gateway.session(), StoredFile(id, id, "user_data", Content.of(data), 0.0, content_type=kind))

    async def send(*blocks):
        content = [*blocks, {"type": "text", "text": "What is it?"}]
        body = {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": content}]}
        counted = await ask(gateway, "POST", "/v1/messages/count_tokens", body)
        answered = await ask(gateway, "POST", "/v1/messages", {**body, "max_tokens": 99})
        if answered.status != 200:
            return msgspec.json.decode(answered.answer.body)["error"]
        tokens = msgspec.json.decode(answered.answer.body)["usage"]["input_tokens"]
        assert msgspec.json.decode(counted.answer.body) == {"input_tokens": tokens}
        return tokens

    return send


def document(**source):
    return {"type": "document", "title": "x", "source": source}


async def test_an_uploaded_text_costs_what_it_does_inside_a_body(told):
    uploaded = await told(document(type="file", file_id="file_text"))
    assert uploaded == await told(document(type="text", media_type="text/plain", data=WORDS))
    assert uploaded > 100 + await told()


async def test_a_pdf_costs_by_its_pages_uploaded_or_not(told):
    uploaded = await told(document(type="file", file_id="file_pdf"))
    inside = document(type="base64", media_type="application/pdf", data=b64encode(PAGES).decode())
    assert uploaded == await told(inside) == 2 * 1500 + await told()


async def test_an_uploaded_picture_costs_by_its_size(told):
    picture = {"type": "image", "source": {"type": "file", "file_id": "file_png"}}
    assert await told(picture) == 20 * 10 + await told()


async def test_a_file_that_there_is_not_is_not_found(told):
    refused = await told(document(type="file", file_id="file_none"))
    assert refused == {"type": "not_found_error", "message": "File not found: file_none"}


async def test_what_is_cited_of_an_uploaded_file_names_it(gw, ask):
    gateway = gw(rules=[{"reply": {"text": "That.", "cites": [{"document": 0}]}}])
    for id, data in (("file_text", WORDS.encode()), ("file_pdf", PAGES)):
        filing.keep(gateway.session(), StoredFile(id, id, "user_data", Content.of(data), 0.0))
        content = [{"type": "document", "source": {"type": "file", "file_id": id}}, {"type": "text", "text": "What?"}]
        body = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": content}]}
        answered = msgspec.json.decode((await ask(gateway, "POST", "/v1/messages", body)).answer.body)
        cited = answered["content"][0]["citations"][0]
        assert (cited["file_id"], cited["document_title"]) == (id, id)
