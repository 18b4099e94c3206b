"""What tests of images share: ways to ask and to look, and small pictures to send."""

import io
from base64 import b64decode

import msgspec
import pytest
from PIL import Image

from mockgate.content import Content
from mockgate.forms import Form, Upload
from mockgate.wire import Call

KEY = {"authorization": "Bearer sk-test-0123456789"}


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


def error_of(exchange):
    return exchange.status, decoded(exchange)["error"]


def opened(data):
    """A picture, of its base64 or its bytes."""
    picture = Image.open(io.BytesIO(b64decode(data) if isinstance(data, str) else data))
    picture.load()
    return picture


def file(format="PNG", size=(64, 64), colour=(200, 30, 30), **options):
    data = io.BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour).save(data, format, **options)
    return data.getvalue()


def mask(size=(64, 64), hole=(0, 0, 32, 64)):
    """A mask that lets the left half be painted anew."""
    picture = Image.new("RGBA", size, (0, 0, 0, 255))
    picture.paste((0, 0, 0, 0), hole)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def generate(ask):
    """Ask for pictures and return the decoded answer."""

    async def send(gateway, prompt="A red boat at sunset", status=200, **body):
        exchange = await ask(gateway, "POST", "/v1/images/generations", {"prompt": prompt, **body})
        assert exchange.status == status, exchange.answer
        return decoded(exchange)

    return send


@pytest.fixture
def submit():
    """Send a form to an endpoint: its fields, and files as (name, content type, bytes)."""

    async def send(gateway, endpoint, fields=(), **files):
        form = Form({name: [value] for name, value in dict(fields).items()})
        for name, given in files.items():
            for one in given if isinstance(given, list) else [given]:
                form.add(name, Upload("a.png", "image/png", Content.of(one)))
        headers = {**KEY, "content-type": "multipart/form-data; boundary=x"}
        exchange = await gateway.handle(Call("POST", f"/v1/images/{endpoint}", headers=headers, form=form))
        gateway.close(exchange)
        return exchange

    return send
