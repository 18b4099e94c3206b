"""How fast an answer comes: the only place where waits are made.

Waits are never slept here: every event gets an absolute moment, in seconds after the call arrived, so that
lateness never adds up and a whole stream can be read without waiting.
"""

from collections.abc import Iterator
from heapq import merge
from math import exp, sqrt
from typing import Literal

import msgspec

from .rng import Dice
from .scenario import Pace
from .turn import Event, Piece, Split, Start, Turn, Value, events

#: A slice of sound is 100 ms, which OpenAI counts as two tokens.
_TOKENS_OF_SOUND_SLICE = 2


class Tempo(Value, frozen=True):
    """A pace with every figure settled; times in seconds, `token` per token, `per_input` per prompt token."""

    first_token: float = 0.0
    token: float = 0.0
    jitter: float = 0.0
    spread: Literal["normal", "lognormal"] = "normal"
    per_input: float = 0.0
    load: float = 0.0
    stall_chance: float = 0.0
    stall: float = 0.0

    @property
    def instant(self) -> bool:
        """Whether nothing ever waits."""
        return not (self.first_token or self.token or self.per_input or (self.stall_chance and self.stall))


INSTANT = Tempo()


def settle(pace: str | Pace | None, profiles: dict[str, Pace], base: Tempo) -> Tempo:
    """Settle a scenario's pace: a profile's name, figures over a profile, or figures over `base`.

    Raises KeyError for a profile that does not exist.
    """
    if pace is None:
        return base
    if isinstance(pace, str):
        return INSTANT if pace == "instant" else settle(profiles[pace], profiles, INSTANT)
    if pace.profile is not None:
        base = settle(pace.profile, profiles, base)
    given: dict[str, float | str] = {
        name: value
        for name in ("first_token", "jitter", "spread", "load")
        if (value := getattr(pace, name)) is not None
    }
    if pace.tokens_per_second is not None:
        given["token"] = 1 / pace.tokens_per_second
    if pace.per_1k_input is not None:
        given["per_input"] = pace.per_1k_input / 1000
    if pace.stall is not None:
        given |= {"stall_chance": pace.stall.chance, "stall": pace.stall.lasts}
    return msgspec.structs.replace(base, **given)


def _factor(tempo: Tempo, dice: Dice) -> float:
    """Draw how much longer or shorter than usual one wait is; 1 on average."""
    draw = dice.random.gauss(0, tempo.jitter)
    if tempo.spread == "lognormal":
        return exp(draw - tempo.jitter * tempo.jitter / 2)
    return max(0.0, 1 + draw)


def first_token_after(turn: Turn, tempo: Tempo, dice: Dice) -> float:
    """Return the seconds from the call to its first token."""
    wait = tempo.first_token + tempo.per_input * (turn.usage.input - turn.usage.cached)
    return wait * _factor(tempo, dice) if tempo.jitter else wait


def _paced(choice: int, turn: Turn, tempo: Tempo, dice: Dice, split: Split) -> Iterator[tuple[float, Event]]:
    due = 0.0
    throws = dice.fork("pace", choice)
    started = False
    for event in events(choice, turn.replies[choice], split):
        if isinstance(event, Piece):
            if started:
                due += _token_wait(event, tempo, throws)
            started = True
        elif isinstance(event, Start):
            due = first_token_after(turn, tempo, throws)
        yield due, event


def _token_wait(piece: Piece, tempo: Tempo, throws: Dice) -> float:
    wait = tempo.token * (piece.tokens or _TOKENS_OF_SOUND_SLICE)
    if tempo.jitter:
        wait *= _factor(tempo, throws)
    if tempo.stall_chance and throws.random.random() < tempo.stall_chance:
        wait += tempo.stall
    return wait


def _under_load(tempo: Tempo, under_way: int) -> Tempo:
    if not tempo.load or under_way <= 1:
        return tempo
    return msgspec.structs.replace(tempo, token=tempo.token * (1 + tempo.load * (under_way - 1)))


def schedule(turn: Turn, tempo: Tempo, dice: Dice, split: Split, under_way: int = 1) -> Iterator[tuple[float, Event]]:
    """Yield every event of a turn with the moment it is due, in order; choices arrive side by side.

    `under_way` is how many answers the session is giving, this one included.
    """
    tempo = _under_load(tempo, under_way)
    choices = range(len(turn.replies))
    if len(choices) == 1:
        if tempo.instant:
            return ((0.0, event) for event in events(0, turn.replies[0], split))
        return _paced(0, turn, tempo, dice, split)
    return _side_by_side([_paced(choice, turn, tempo, dice, split) for choice in choices])


def _side_by_side(streams: list[Iterator[tuple[float, Event]]]) -> Iterator[tuple[float, Event]]:
    """Merge choices by when their events are due. All begin with the earliest, in order of their numbers:
    OpenAI's SDKs take a choice's place among those begun for its number."""
    starts = [next(stream) for stream in streams]
    begin = min(due for due, _ in starts)
    yield from ((begin, start) for _, start in starts)
    numbered = ((((due, step), event) for step, (due, event) in enumerate(stream)) for stream in streams)
    yield from ((key[0], event) for key, event in merge(*numbered, key=lambda timed: timed[0]))


def duration(turn: Turn, tempo: Tempo, dice: Dice, under_way: int = 1) -> float:
    """Return the seconds until a whole answer is complete: what its stream would take, drawn at once."""
    if tempo.instant:
        return 0.0
    tempo = _under_load(tempo, under_way)
    throws = dice.fork("pace", 0)
    first = first_token_after(turn, tempo, throws)
    tokens = max((reply.output_tokens for reply in turn.replies), default=0) - 1
    if tokens <= 0:
        return first
    spread = throws.random.gauss(0, tempo.jitter * sqrt(tokens)) if tempo.jitter else 0.0
    stalls = sum(throws.random.random() < tempo.stall_chance for _ in range(tokens)) if tempo.stall_chance else 0
    return first + max(0.0, tokens + spread) * tempo.token + stalls * tempo.stall
