"""How a text goes on: what may follow its last word, so that the two read as one."""

from ..expressions import regex
from ..rng import Dice

_END = regex(r"[.!?:\"”'’)\]}]$")

#: What may follow an English word, by its kind. The first kind that has the word decides.
_TAILS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "a an the this that these those my your his her its our their some any every",
        (
            "one thing that matters most here.",
            "first thing that comes to mind, and often the right one.",
            "simplest example that everyone remembers.",
        ),
    ),
    (
        "is are was were be been seems looks feels became",
        (
            "easier to see than to explain.",
            "better than anyone had expected.",
            "one of those things that only make sense afterwards.",
        ),
    ),
    (
        "to can could will would should may might must",
        (
            "make a small start and see how far it goes.",
            "change more than one might think.",
            "go on in a few simple steps.",
        ),
    ),
    (
        "of in on at by for from with about into over under near through",
        (
            "everything that came before it.",
            "a place that nobody had thought of.",
            "the people who know it best.",
        ),
    ),
    (
        "and or but because so when while if although since until as than",
        (
            "nobody could say exactly why.",
            "there was always a little more to it.",
            "that turned out to be what mattered.",
        ),
    ),
)
_OTHERS = (
    "and that was only the beginning.",
    "as it had always been.",
    "and the rest followed almost by itself.",
    "in a way that surprised everyone.",
)


def answered(text: str, answer: str) -> str:
    """Return an answer with the blanks that stand between it and the text that asks for it."""
    return f" {answer}" if text.endswith(":") else answer if _open(text) else f"\n\n{answer}"


def told(text: str, more: str, language: str, dice: Dice) -> str:
    """Return what is told further, with the blanks before it; an English sentence that is not complete goes first."""
    if _open(text):
        return more
    if language != "en" or _END.search(text):
        return f" {more}"
    return f" {_tail(text.rsplit(maxsplit=1)[-1].lower(), dice)} {more}"


def _open(text: str) -> bool:
    return not text or text[-1].isspace()


def _tail(word: str, dice: Dice) -> str:
    tails = next((tails for words, tails in _TAILS if word in words.split()), _OTHERS)
    return dice.fork("tail").random.choice(tails)
