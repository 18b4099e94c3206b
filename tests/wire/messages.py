"""Reads the golden table of the messages dialect: each case as a turn, and how it must be worded."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from mockgate.api.messages.events import frames
from mockgate.api.messages.read import read
from mockgate.pacing import INSTANT, schedule
from mockgate.rng import Dice
from mockgate.turn import Reply, Turn, Usage

from .chat import CREATED, split

USAGE = Usage(input=20, output=5, cached=4, reasoning=1, cache_written=6, cache_written_long=2)
_SIGNATURE = re.compile(r"E\w{60,}==")


class Case(msgspec.Struct, kw_only=True):
    name: str
    request: dict[str, Any] = {}
    quirks: frozenset[str] = frozenset()
    finish: str = "stop"
    stop: str | None = None
    stop_reason: str = "end_turn"
    ending: dict[str, Any] = {}
    accumulates: bool = True
    parts: list[dict[str, Any]]
    content: list[dict[str, Any]]
    events: list[Any]

    def turn(self) -> Turn:
        """The case as a turn."""
        asked = {"model": "claude-sonnet-4-5", "max_tokens": 99, "messages": [{"role": "user", "content": "Hi"}]}
        reply = msgspec.convert({"parts": self.parts, "finish": self.finish, "stop": self.stop}, Reply)
        prompt = read(msgspec.json.encode(asked | self.request))
        return Turn(prompt, (reply,), USAGE, "0123456789" * 3 + "ab", CREATED, quirks=self.quirks)


CASES = msgspec.convert(yaml.safe_load((Path(__file__).parent / "messages.yaml").read_text("utf-8")), list[Case])


def events(turn: Turn) -> list[tuple[str, dict[str, Any]]]:
    """The decoded events of a turn's stream, with their names; only the last may end it."""
    sent = list(frames(turn, schedule(turn, INSTANT, Dice(1), split)))
    assert [frame.last for frame in sent] == [False] * (len(sent) - 1) + [True]
    return [(frame.event or "", msgspec.json.decode(frame.data)) for frame in sent]


def unsigned(worded: Any) -> Any:
    """A value with every signature as the table writes it."""
    return msgspec.json.decode(_SIGNATURE.sub("SIGNATURE", msgspec.json.encode(worded).decode()))
