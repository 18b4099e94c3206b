"""What tests of videos share: ways to send what is no JSON, and a small real film and picture."""

import io

import msgspec
import pytest
from PIL import Image

from mockgate.content import Content
from mockgate.forms import Form, Upload
from mockgate.synth.film import looped
from mockgate.synth.mp4 import mux
from mockgate.synth.scenes import Scene
from mockgate.wire import Call

PATH = "/v1/videos"


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


def sent(exchange):
    """The bytes of an answer that is no JSON."""
    return b"".join(frame.encode() for frame in exchange.answer.frames)


@pytest.fixture
def begin(ask):
    """Begin a video; returns the object."""

    async def send(gateway, prompt="A cat", status=200, key="sk-test-0123456789", **body):
        made = await ask(gateway, "POST", PATH, {"prompt": prompt, **body}, authorization=f"Bearer {key}")
        assert made.status == status, made.answer.body
        return decoded(made)

    return send


@pytest.fixture
def look(ask):
    """Let time pass and look at a video."""

    async def send(gateway, video, seconds=0.0):
        gateway.session().clock.advance(seconds)
        return decoded(await ask(gateway, "GET", f"{PATH}/{video['id']}"))

    return send


@pytest.fixture
def submit():
    """Send a form with files, each (name, content type, bytes)."""

    async def send(gateway, path, fields, **files):
        form = Form({name: [value] for name, value in fields.items()})
        for name, (filename, content_type, data) in files.items():
            form.add(name, Upload(filename, content_type, Content.of(data)))
        headers = {"authorization": "Bearer sk-test-0123456789", "content-type": "multipart/form-data; boundary=x"}
        exchange = await gateway.handle(Call("POST", path, headers=headers, form=form))
        gateway.close(exchange)
        return exchange

    return send


@pytest.fixture(scope="session")
def film():
    """An MP4 of 4 seconds."""
    scene = Scene("", (1280, 720), 4)
    return mux(looped(scene), scene.size, 24)


@pytest.fixture(scope="session")
def png():
    """A picture as large as a film."""
    file = io.BytesIO()
    Image.new("RGB", (720, 1280), (200, 30, 30)).save(file, "PNG")
    return file.getvalue()
