import io
import sys
import wave

import av
import pytest

from mockgate.edge import engine

SPEAKER = f"""#!{sys.executable}
import sys, wave
text = sys.stdin.read()
if "fail" in text:
    sys.exit(1)
with wave.open(sys.stdout.buffer, "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(22050)
    file.writeframes(b"\\1\\0" * 100 * (len(text) + int(sys.argv[sys.argv.index("-s") + 1])))
with open({{noted!r}}, "w") as note:
    note.write(" ".join(sys.argv[1:]))
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Put a program in the place of the engine; return where it notes how it was called."""
    noted = tmp_path / "noted"
    path = tmp_path / engine.PROGRAM
    path.write_text(SPEAKER.format(noted=str(noted)))
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return noted


def test_an_installed_engine_says_a_text_in_its_language_at_its_speed(program):
    speak = engine.installed()
    wav = speak("Der Hund ist nicht da, und die Katze auch nicht.", "onyx", 2.0)
    with wave.open(io.BytesIO(wav)) as file:
        assert file.getnframes() == 100 * (48 + 330)
    assert program.read_text() == "-v de+m3 -s 330 -p 11 --stdin --stdout"


def test_an_engine_that_fails_says_nothing(program):
    assert engine.installed()("fail", "alloy", 1.0) is None


def test_no_engine_is_installed_where_there_is_no_program(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engine.installed() is None


@pytest.mark.parametrize(("speech", "seconds"), [("auto", 0.785), ("synthetic", 0.4)])
def test_a_server_speaks_with_the_engine_unless_the_scenario_forbids_it(program, live, speech, seconds):
    from openai import OpenAI

    client = OpenAI(base_url=live({"speech": speech}).base_url, api_key="any")
    said = client.audio.speech.create(model="tts-1", voice="nova", input="Hello.", response_format="flac").content
    with av.open(io.BytesIO(said)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) / 24_000 == pytest.approx(seconds, abs=0.02)
