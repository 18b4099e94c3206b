"""What `mockgate serve` shows: where it is, what to paste, and a line for each request that is done."""

import os
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from .. import __version__
from ..errors import GatewayError
from ..journal import Exchange
from . import boot

_RED, _GREEN, _YELLOW, _DIM, _BOLD = "31", "32", "33", "2", "1"

#: Where the words under a line begin: below its method.
_INDENT = " " * 9

#: How the outcomes that are no success read; the others say nothing.
_OUTCOMES = {"left": "the client left", "cut": "cut", "failed": "mockgate failed: see the log"}


class Console:
    """Writes to a terminal, a file or a pipe; in colours only where they can be seen and are wanted.

    `later` calls back soon: lines of many requests then share one write. A reader that went away is no reason
    to stop serving: from then on nothing is written.
    """

    def __init__(self, out: TextIO, *, later: Callable[[Callable[[], None]], object] | None = None) -> None:
        self._out = out
        self._later = later
        self._lines: list[str] = []
        self._colours = out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def paint(self, words: str, colour: str) -> str:
        """Colour words, where colours show."""
        return f"\x1b[{colour}m{words}\x1b[0m" if self._colours and words else words

    def say(self, line: str) -> None:
        """Write a line, soon."""
        self._lines.append(line)
        if self._later is None:
            self._flush()
        elif len(self._lines) == 1:
            self._later(self._flush)

    def welcome(self, url: str, model: str, about: str) -> None:
        """Say where the server is, and what to paste to call it."""
        self.say(f"mockgate {__version__} answers at {self.paint(url, _BOLD)} ({about})\n\n{_samples(url, model)}")

    def request(self, exchange: Exchange) -> None:
        """Say what was asked and what became of it; of a refusal also why, and what would be right."""
        self.say(self._line(exchange))
        error = exchange.error
        if error is None:
            return
        self.say(_INDENT + self.paint(_plain(error.message), _RED if error.status >= 500 else _YELLOW))
        if error.hint:
            self.say(f"{_INDENT}hint: {_plain(error.hint)}")

    def _line(self, exchange: Exchange) -> str:
        call, turn = exchange.call, exchange.turn
        moment = datetime.fromtimestamp(exchange.clock.now(), UTC).astimezone()
        words = [
            self.paint(f"{moment:%H:%M:%S}", _DIM),
            _plain(f"{call.method} {call.path}"),
            self.paint(str(exchange.status), _colour_of(exchange.status)),
            _plain(_model(exchange)),
            self.paint(_plain(turn.by if turn else exchange.rule), _DIM),
            f"{turn.usage.input}+{turn.usage.output} tokens" if turn else "",
            f"{exchange.seconds * 1000:.0f} ms",
            self.paint(_OUTCOMES.get(exchange.outcome, ""), _YELLOW),
        ]
        return "  ".join(word for word in words if word)

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        try:
            self._out.write("\n".join(lines) + "\n")
            self._out.flush()
        except BrokenPipeError:
            # What is left in the buffer has to go somewhere, or the interpreter would fail on it at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())


def _samples(url: str, model: str) -> str:
    env = boot.environment(url)
    base, key = env["OPENAI_BASE_URL"], env["OPENAI_API_KEY"]
    body = msgspec.json.encode({"model": model, "messages": [{"role": "user", "content": "Hello!"}]}).decode()
    return f"""\
  curl     curl {base}/chat/completions \\
             -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
             -d {shlex.quote(body)}
  Python   client = OpenAI(base_url="{base}", api_key="{key}")
  Node     const client = new OpenAI({{ baseURL: "{base}", apiKey: "{key}" }})
  shell    export OPENAI_BASE_URL={base} OPENAI_API_KEY={key}
           export ANTHROPIC_BASE_URL={env["ANTHROPIC_BASE_URL"]} ANTHROPIC_API_KEY={env["ANTHROPIC_API_KEY"]}
"""


def _colour_of(status: int) -> str:
    return _RED if status >= 500 else _YELLOW if status >= 400 else _GREEN


def _model(exchange: Exchange) -> str:
    """Return the model that was asked for, also of a request that was refused."""
    if exchange.turn is not None:
        return exchange.turn.prompt.model
    try:
        body = exchange.call.json() if exchange.call.raw else None
    except GatewayError:
        return ""
    model = body.get("model") if isinstance(body, dict) else None
    return model if isinstance(model, str) else ""


def _plain(words: str) -> str:
    """Make words from outside harmless to a terminal: one line, nothing that steers it, no endless names."""
    shown = words if len(words) <= 2000 else f"{words[:2000]}..."
    return "".join(letter if letter.isprintable() else "?" for letter in " ".join(shown.split()))
