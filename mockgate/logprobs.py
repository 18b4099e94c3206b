"""Log-probabilities for a reply's tokens: real tokens of the model's vocabulary, plausible figures."""

from collections.abc import Iterator
from functools import cache
from math import log
from typing import TYPE_CHECKING

from .rng import Dice
from .tokens import Vocabulary
from .turn import Logprob, Refusal, Reply, Text

if TYPE_CHECKING:
    from random import Random

_DRAWS = 1024  # drawn once, as logarithms cost more than all else
_MOST_OTHERS = 20


def logprobs(reply: Reply, top: int, vocabulary: Vocabulary, dice: Dice) -> tuple[Logprob, ...]:
    """Return an entry for every token of the reply's text, each with the `top` likeliest at its place.

    The token that was chosen is always among them, and nearly always the first.
    """
    chance = dice.fork("logprobs").random
    return tuple([_entry(token, top, vocabulary, chance) for token in _tokens(reply, vocabulary)])


def _tokens(reply: Reply, vocabulary: Vocabulary) -> Iterator[bytes]:
    for part in reply.parts:
        if isinstance(part, Text | Refusal):
            cut = reply.last_tokens and part is reply.parts[-1]
            yield from reply.last_tokens if cut else vocabulary.tokens(part.text)


def _entry(token: bytes, top: int, vocabulary: Vocabulary, chance: "Random") -> Logprob:
    logprob, others = _draws()[int(chance.random() * _DRAWS)]
    if top == 0:
        return Logprob(token, logprob)
    ranked = ((token, logprob), *zip(vocabulary.alternatives(token, top - 1, chance), others, strict=False))
    if top > 1 and others[0] > logprob:
        ranked = (ranked[1], ranked[0], *ranked[2:])
    return Logprob(token, logprob, ranked)


@cache
def _draws() -> tuple[tuple[float, tuple[float, ...]], ...]:
    """Draw log-probabilities of a chosen token and, falling, of the others.

    The chosen one has at least 0.4 of all likelihood, so that one other at most is likelier.
    """
    throw = Dice("logprobs").random.random
    draws = []
    for _ in range(_DRAWS):
        likely = 1 - 0.6 * throw() ** 3
        rest, shares = 1 - likely, []
        for _ in range(_MOST_OTHERS):
            shares.append(rest * (0.4 + 0.4 * throw()))
            rest -= shares[-1]
        draws.append((log(likely), tuple(log(max(share, 1e-9)) for share in sorted(shares, reverse=True))))
    return tuple(draws)
