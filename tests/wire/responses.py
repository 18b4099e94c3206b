"""Reads the golden table of the Responses dialect: each case as a turn, and how it must be worded."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from mockgate.api.responses.events import failed, frames
from mockgate.api.responses.read import read
from mockgate.edge.boot import build
from mockgate.pacing import INSTANT, schedule
from mockgate.rng import Dice
from mockgate.turn import Reply, Turn, Usage
from mockgate.wire import Call

CREATED = 1_735_689_600
USAGE = Usage(input=9, output=5, cached=2, reasoning=1)

#: What differs from response to response, or is the same in every event of a kind, and is not in the table.
_NOT_SHOWN = frozenset({"id", "item_id", "sequence_number", "response", "container_id", "url", "title"})


class Case(msgspec.Struct, kw_only=True):
    name: str
    request: dict[str, Any] = {}
    finish: str = "stop"
    status: str = "completed"
    problem: tuple[str, str] | None = None
    reply: list[dict[str, Any]]
    output: list[dict[str, Any]]
    events: list[tuple[str, dict[str, Any]]]

    def turn(self, **request: Any) -> Turn:
        """The case as a turn; `request` adds to what is asked."""
        asked = {"model": "gpt-4o", "input": "Hi", **self.request, **request}
        reply = msgspec.convert({"parts": self.reply, "finish": self.finish, "output_tokens": 5}, Reply)
        prompt = read(Call("POST", "/v1/responses", raw=msgspec.json.encode(asked)), build({}).session(), False)
        return Turn(prompt, (reply,), USAGE, "0123456789" * 3 + "ab", CREATED)

    def sent(self, **request: Any) -> list[dict[str, Any]]:
        """The decoded events of the case's stream, which must be numbered without a gap and named by their type."""
        turn = self.turn(**request)
        worded = list(frames(turn, schedule(turn, INSTANT, Dice(1), split)))
        if self.problem is not None:
            worded[-1] = failed(turn, 0.0, len(worded) - 1, self.problem)
        events = [msgspec.json.decode(frame.data) for frame in worded]
        assert [frame.event for frame in worded] == [event["type"] for event in events]
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert [frame.last for frame in worded] == [False] * (len(worded) - 1) + [True]
        return events


CASES = msgspec.convert(yaml.safe_load((Path(__file__).parent / "responses.yaml").read_text("utf-8")), list[Case])


def split(text: str) -> list[tuple[str, int]]:
    return [(piece, 1) for piece in re.findall(r"\s*\S+|\s+", text)]


def shown(value: Any) -> Any:
    """A value without what the table leaves out, and without log-probabilities that nobody asked for."""
    if isinstance(value, list):
        return [shown(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        name: shown(inner)
        for name, inner in value.items()
        if name not in _NOT_SHOWN and (name, inner) != ("logprobs", [])
    }
