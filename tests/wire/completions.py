"""Reads the golden table of the legacy completions dialect: each case as a turn, and how it must be worded."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from mockgate.api.completions.chunks import frames
from mockgate.api.completions.read import read, with_words
from mockgate.api.completions.request import Echo
from mockgate.pacing import INSTANT, schedule
from mockgate.rng import Dice
from mockgate.tokens import load
from mockgate.turn import Logprob, Reply, Turn, Usage

CREATED = 1_735_689_600
USAGE = Usage(input=9, output=5)


class Case(msgspec.Struct, kw_only=True):
    name: str
    request: dict[str, Any]
    finish: str = "stop"
    finish_reason: str = ""
    replies: list[list[dict[str, Any]]]
    texts: list[str]
    chunks: list[tuple[int, str]]

    def turn(self, logprobs: tuple[Logprob, ...] | None = None, **request: Any) -> Turn:
        """The case as a turn; `request` adds to what is asked."""
        asked = {"model": "gpt-3.5-turbo-instruct", **self.request, **request}
        prompt = with_words(read(msgspec.json.encode(asked)), load("cl100k_base"))
        if asked.get("echo"):
            echoes = tuple(Echo(given.text) for given in prompt.request.inputs)
            prompt = msgspec.structs.replace(prompt, request=msgspec.structs.replace(prompt.request, echoes=echoes))
        replies = tuple(
            msgspec.convert({"parts": parts, "finish": self.finish, "output_tokens": 5}, Reply)
            for parts in self.replies
        )
        replies = tuple(msgspec.structs.replace(reply, logprobs=logprobs) for reply in replies)
        return Turn(prompt, replies, USAGE, "0123456789" * 3 + "ab", CREATED)

    @property
    def reason(self) -> str:
        return self.finish_reason or self.finish


CASES = msgspec.convert(yaml.safe_load((Path(__file__).parent / "completions.yaml").read_text("utf-8")), list[Case])


def split(text: str) -> list[tuple[str, int]]:
    return [(piece, 1) for piece in re.findall(r"\s*\S+|\s+", text)]


def chunks(turn: Turn) -> list[dict[str, Any]]:
    """The decoded chunks of a turn's stream, which must end with [DONE]."""
    *sent, done = frames(turn, schedule(turn, INSTANT, Dice(1), split))
    assert (done.data, done.last) == (b"[DONE]", True)
    return [msgspec.json.decode(frame.data) for frame in sent]
