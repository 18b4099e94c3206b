"""What tests of recordings share: recordings, and a way to have them heard."""

import msgspec
import pytest

from mockgate.content import Content
from mockgate.forms import Form, Upload
from mockgate.rng import Dice
from mockgate.synth.sound import speak
from mockgate.wire import Call, Json


def recording(format="mp3", seconds=12.0):
    """Make a recording that plays about so long."""
    return speak("word " * round(seconds * 2.5), format, Dice("recording")).data


def form(file, name, fields):
    made = Form()
    for field, given in fields.items():
        for value in given if isinstance(given, list) else [given]:
            made.add(f"{field}[]" if isinstance(given, list) else field, value)
    if file is not None:
        made.add(
            "file", Upload(name, "application/octet-stream", file if isinstance(file, Content) else Content.of(file))
        )
    return made


@pytest.fixture
def hear():
    """Have a recording heard, and return the exchange."""

    async def send(gateway, file, path="transcriptions", name="meeting.mp3", **fields):
        headers = {"authorization": "Bearer sk-test", "content-type": "multipart/form-data; boundary=x"}
        body = form(file, name, {"model": "whisper-1", **fields})
        exchange = await gateway.handle(Call("POST", f"/v1/audio/{path}", "", headers, form=body))
        gateway.close(exchange)
        return exchange

    return send


def said(exchange):
    """Return what an answer says: decoded JSON, plain text, or the events of a stream without the last."""
    answer = exchange.answer
    if isinstance(answer, Json):
        return msgspec.json.decode(answer.body) if answer.content_type == "application/json" else answer.body.decode()
    *events, done = answer.frames
    assert (done.data, done.last) == (b"[DONE]", True)
    return [msgspec.json.decode(event.data) for event in events]
