"""Reads the golden table of the Gemini dialect: each case as a turn, and how it must be worded."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from mockgate.api.gemini.chunks import frames
from mockgate.api.gemini.read import read
from mockgate.pacing import INSTANT, schedule
from mockgate.rng import Dice
from mockgate.turn import Logprob, Reply, Turn, Usage
from mockgate.wire import Call

USAGE = Usage(input=9, output=6, cached=2, reasoning=1, input_audio=3, input_image=2)


class Case(msgspec.Struct, kw_only=True):
    name: str
    config: dict[str, Any] = {}
    body: dict[str, Any] = {}
    finish: str = "stop"
    finish_reason: str = "STOP"
    replies: list[list[dict[str, Any]]]
    candidates: list[list[dict[str, Any]] | None] = []
    chunks: list[tuple[int, list[dict[str, Any]]]] = []
    feedback: dict[str, Any] | None = None

    def turn(
        self, logprobs: tuple[Logprob, ...] | None = None, model: str = "gemini-2.5-flash", usage: Usage = USAGE
    ) -> Turn:
        """The case as a turn."""
        asked = {"contents": [{"parts": [{"text": "Hi"}]}], "generationConfig": self.config, **self.body}
        replies = tuple(
            msgspec.convert({"parts": parts, "finish": self.finish, "output_tokens": 5}, Reply)
            for parts in self.replies
        )
        if logprobs is not None:
            replies = tuple(msgspec.structs.replace(reply, logprobs=logprobs) for reply in replies)
        call = Call("POST", f"/v1beta/models/{model}:generateContent", raw=msgspec.json.encode(asked))
        return Turn(read(call), replies, usage, "0123456789" * 3 + "ab", 1_735_689_600)


CASES = msgspec.convert(yaml.safe_load((Path(__file__).parent / "gemini.yaml").read_text("utf-8")), list[Case])
BY_NAME = {case.name: case for case in CASES}

#: The cases that are answered at all.
ANSWERED = [case for case in CASES if case.feedback is None]
BLOCKED = [case for case in CASES if case.feedback is not None]


def split(text: str) -> list[tuple[str, int]]:
    return [(piece, 1) for piece in re.findall(r"\s*\S+|\s+", text)]


def chunks(turn: Turn) -> list[dict[str, Any]]:
    """The decoded chunks of a turn's stream, of which the last one, and no other, says that it is."""
    sent = list(frames(turn, schedule(turn, INSTANT, Dice(1), split)))
    assert [frame.last for frame in sent] == [False] * (len(sent) - 1) + [True]
    return [msgspec.json.decode(frame.data) for frame in sent]
