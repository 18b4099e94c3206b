"""An engine that really speaks, where one is installed: eSpeak NG, a process of its own for each text."""

import subprocess
from collections.abc import Callable
from functools import partial
from shutil import which

from ..synth import encoding
from ..synth.babble import voice_named
from ..synth.language import detect

PROGRAM = "espeak-ng"

_WORDS_A_MINUTE = 165
_SLOWEST, _FASTEST = 80, 450  # what the program takes: beyond them, what it says is stretched
_CALLED = {"zh": "cmn"}  # languages that it calls otherwise
_VARIANTS = {"high": "f3", "low": "m3"}
_LEAST = 4096  # bytes: a tenth of a second; where there is nothing to say it says less
_LONGEST = 20.0  # seconds: 4096 characters take it less than one

#: Says a text in a voice at a speed, as a WAV file; None when it cannot.
Engine = Callable[[str, str, float], bytes | None]


def installed() -> Engine | None:
    """Return the engine that is installed here, with what it takes to encode what it says; None where either lacks."""
    program = which(PROGRAM)
    return partial(_say, program) if program is not None and encoding.available() else None


def _say(program: str, text: str, voice: str, speed: float) -> bytes | None:
    """Say a text; this takes its time, and belongs in a thread."""
    known = voice_named(voice)
    language = detect(text)
    wanted = round(_WORDS_A_MINUTE * speed)
    words = min(max(wanted, _SLOWEST), _FASTEST)
    pitch = min(max(round((known.pitch - 70) / 2), 0), 99)
    named = f"{_CALLED.get(language, language)}+{_VARIANTS[known.tract]}"
    asked = [program, "-v", named, "-s", str(words), "-p", str(pitch), "--stdin", "--stdout"]
    try:
        said = subprocess.run(asked, input=text.encode(), capture_output=True, timeout=_LONGEST, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    if len(said.stdout) < _LEAST:
        return None
    return said.stdout if words == wanted else encoding.stretched(said.stdout, wanted / words)
