"""The prompt cache: how much of a prompt was sent before, and is cheaper and faster to read again.

A prompt is a row of blocks (the tools on offer, then the parts of its messages), each known by all that leads up to
it. Anthropic keeps what callers mark, OpenAI every long prompt. Sources: Anthropic's guide "Prompt caching", OpenAI's
guide of the same name.
"""

import sys
from collections import OrderedDict
from collections.abc import Iterator
from hashlib import blake2b
from itertools import takewhile
from typing import NamedTuple

import msgspec

from .scenario import PromptCacheSpec
from .tokens import PRIMING, InputTokens, Vocabulary, count_input, encoding_name, load
from .turn import Prompt, Text, words_of
from .vocabulary import base_model

#: Fewer tokens are not kept; of a small model's, fewer than these.
LEAST = 1024
LEAST_OF_SMALL = 2048
_SMALL = "haiku"

#: How long what was marked is kept, in seconds: as a rule, and where the mark says long.
SHORT, LONG = 300.0, 3600.0

#: How many blocks a mark looks back, itself included, for one that is kept.
LOOK_BACK = 20

#: What nobody marked counts in such steps of tokens, and is compared in pieces of about as much text.
STEP = 128
_PIECE = 4 * STEP

#: So many places of prompts a session keeps; those longest unread go first.
MOST = 100_000


class Mark(NamedTuple):
    """A place to keep: all that leads up to it in a few bytes, and for how many seconds."""

    digest: bytes
    lasts: float


class Place(NamedTuple):
    """The end of a block, or `letters` into its text: part `part` of message `message` (-1: a tool on offer)."""

    message: int
    part: int
    letters: int
    digest: bytes


#: No places at all.
NOTHING: tuple[Mark, ...] = ()


class Looked(NamedTuple):
    """What of a prompt was kept, and what of it to keep once it is answered."""

    counted: InputTokens
    marks: tuple[Mark, ...] = NOTHING


class Caching:
    """What a scenario says of the cache. Prompts of fewer than `least` tokens have nothing to do with it."""

    def __init__(self, spec: PromptCacheSpec | bool) -> None:
        self._spec = spec if isinstance(spec, PromptCacheSpec) else PromptCacheSpec()
        self.least: int = (self._spec.minimum or LEAST) if spec is not False else sys.maxsize
        self.lasts = SHORT if self._spec.ttl is None else float(self._spec.ttl)

    def minimum(self, model: str) -> int:
        """Return how many tokens a model keeps at the least."""
        return self._spec.minimum or (LEAST_OF_SMALL if _SMALL in base_model(model) else LEAST)


class PromptCache:
    """What a session's callers have sent; none reads what another, or another model, was sent."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def look(
        self, caching: Caching, prompt: Prompt, counted: InputTokens, whose: str, now: float, *, unmarked: bool
    ) -> Looked:
        """Look a prompt up, without changing anything: by its marks, or, where it has none and `unmarked` are kept
        too, as far as it is known from its beginning. `whose` names who shares what is kept, and for which model.
        """
        vocabulary = load(encoding_name(prompt.model))
        if prompt.cache:
            return self._marked(caching, _Counted(prompt, counted, vocabulary), f"marked\0{whose}", now)
        if unmarked:
            return self._unmarked(caching, _Counted(prompt, counted, vocabulary), f"unmarked\0{whose}", now)
        return Looked(counted)

    def _marked(self, caching: Caching, asked: "_Counted", whose: str, now: float) -> Looked:
        blocks = list(_places(asked.prompt, whose, 0))
        points = _points(asked, blocks, caching.minimum(asked.prompt.model))
        if not points:
            return Looked(asked.all)
        marks = [Mark(blocks[at].digest, LONG if long else SHORT) for at, _, long in points]
        read, hit = 0, self._longest(blocks, [at for at, _, _ in points], now)
        if hit is not None:
            read = asked.up_to(hit)
            marks.append(Mark(hit.digest, self._kept[hit.digest][1]))
        long = max([tokens for _, tokens, long in points if long], default=0)
        counted = msgspec.structs.replace(
            asked.all,
            cached=read,
            cache_written=max(0, points[-1][1] - read),
            cache_written_long=max(0, long - read),
        )
        return Looked(counted, tuple(marks))

    def _unmarked(self, caching: Caching, asked: "_Counted", whose: str, now: float) -> Looked:
        places = list(_places(asked.prompt, whose, _PIECE))
        known = list(takewhile(lambda place: self._live(place.digest, now), places))
        tokens = asked.up_to(known[-1]) if known else 0
        cached = tokens // STEP * STEP if tokens >= caching.minimum(asked.prompt.model) else 0
        marks = tuple(Mark(place.digest, caching.lasts) for place in places)
        return Looked(msgspec.structs.replace(asked.all, cached=cached), marks)

    def keep(self, marks: tuple[Mark, ...], now: float) -> None:
        """Keep places of a prompt from now on; what is kept for longer already stays so."""
        for digest, lasts in marks:
            until, longest = self._kept.pop(digest, (0.0, 0.0))
            self._kept[digest] = max(until, now + lasts), max(longest if until > now else 0.0, lasts)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def _live(self, digest: bytes, now: float) -> bool:
        return self._kept.get(digest, (0.0, 0.0))[0] > now

    def _longest(self, blocks: list[Place], points: list[int], now: float) -> Place | None:
        """Return the last block that is kept, of those that the marks look back on."""
        for at in reversed(points):
            for block in reversed(blocks[max(0, at - LOOK_BACK + 1) : at + 1]):
                if self._live(block.digest, now):
                    return block
        return None


class _Counted(NamedTuple):
    """A prompt with what all of it costs."""

    prompt: Prompt
    all: InputTokens
    vocabulary: Vocabulary

    def up_to(self, place: Place) -> int:
        """Count what leads up to a place; some of a text's letters count as their share of it."""
        tokens = count_input(self._prefix(place), self.vocabulary).total - PRIMING
        if place.letters:
            text = words_of(self.prompt.messages[place.message].parts[place.part])
            whole = self.vocabulary.count(text)
            tokens -= whole - whole * place.letters // len(text)
        return tokens

    def _prefix(self, place: Place) -> Prompt:
        if place.message < 0:
            return msgspec.structs.replace(self.prompt, messages=(), tools=self.prompt.tools[: place.part + 1])
        last = self.prompt.messages[place.message]
        last = msgspec.structs.replace(last, parts=last.parts[: place.part + 1])
        return msgspec.structs.replace(self.prompt, messages=(*self.prompt.messages[: place.message], last))


def _points(asked: _Counted, blocks: list[Place], least: int) -> list[tuple[int, int, bool]]:
    """Return the marks that are far enough in to be kept: which block each ends, after how many tokens, and if for
    long."""
    at = {(block.message, block.part): number for number, block in enumerate(blocks)}
    marks = [(at.get((mark.message, mark.part)), mark.long) for mark in asked.prompt.cache]
    points = sorted((number, long) for number, long in marks if number is not None)
    counted = [(number, asked.up_to(blocks[number]), long) for number, long in points]
    return [point for point in counted if point[1] >= least]


def _places(prompt: Prompt, whose: str, piece: int) -> Iterator[Place]:
    """Yield the end of every block, and within a text every `piece` letters, unless that is 0."""
    digest = blake2b(f"{whose}\0".encode("utf-8", "replace"), digest_size=16)
    digest.update(msgspec.json.encode(prompt.format))
    for number, tool in enumerate(prompt.tools):
        digest.update(msgspec.json.encode(tool))
        yield Place(-1, number, 0, digest.digest())
    for number, message in enumerate(prompt.messages):
        digest.update(f"\0{message.role}\0{message.name}\0".encode("utf-8", "replace"))
        for at, part in enumerate(message.parts):
            if piece and isinstance(part, Text):
                yield from (Place(number, at, end, up_to) for end, up_to in _pieces(part.text, piece, digest))
            else:
                digest.update(msgspec.json.encode(part))
            digest.update(b"\0")
            yield Place(number, at, 0, digest.digest())


def _pieces(text: str, piece: int, digest: blake2b) -> Iterator[tuple[int, bytes]]:
    """Take a text in, and yield after every piece but the last how far it went, and what leads up to there."""
    begin = 0
    for end in range(piece, len(text), piece):
        digest.update(text[begin:end].encode("utf-8", "replace"))
        yield end, digest.digest()
        begin = end
    digest.update(text[begin:].encode("utf-8", "replace"))
