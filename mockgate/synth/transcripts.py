"""What might have been said in a recording, and when: words that fill its length, and a time for every word."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from ..expressions import regex
from ..rng import Dice
from ..turn import Value
from .babble import weight
from .phrases import PHRASES
from .sound import spoken_seconds

_TALK = (
    "Right.",
    "Okay, let's get started.",
    "Thanks for taking the time today.",
    "Can everybody hear me all right?",
    "I looked at the numbers again this morning.",
    "We had a few more calls than usual last week.",
    "The short version is that it works, but it is not fast enough yet.",
    "If you ask me, we should try the simple thing first.",
    "That makes sense.",
    "I will send you a summary after this.",
    "The customer asked whether we could deliver on Thursday instead.",
    "Let me check that and come back to you.",
    "On our side there are two open questions.",
    "The first one is about the budget, and the second one is about the date.",
    "I don't think we need another meeting for that.",
    "Could you say that once more, please?",
    "So we agree on the plan, and we look at it again in two weeks.",
    "The office will be closed on Friday.",
    "As far as I know, nobody has complained so far.",
    "Before we finish, is there anything else?",
    "It took a little longer than we thought.",
    "I would rather wait for the test results.",
    "Sounds good to me.",
    "Have a nice day, everyone.",
)

_OPENERS = 3  # of other languages, the first sentences speak of a topic, and a recording has none
_LEFT = 1.0  # seconds: so little more is not worth a sentence

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_ENDS = ".!?…。！？"
_PAUSES = ",;:、，；：—"
_WORD = regex(rf"[{_WIDE}](?:[{_ENDS}{_PAUSES}」』）]*)|[^\s{_WIDE}]+")
_BARE = f'{_ENDS}{_PAUSES}"“”„«»()[]¿¡'
_GAP, _PAUSE, _REST = 1, 3, 6  # silence after a word, a comma, a sentence, in letters
_MOST = 100  # letters of a segment

#: A line of a conversation: who speaks, and what.
_LINE = regex(r"\s*([^\W\d_][\w .'-]{0,30}):\s+(\S.*)")


class Word(Value, frozen=True):
    """A word without its punctuation, and when it is said, in seconds; `begin` and `stop` are its place in the text."""

    text: str
    start: float
    end: float
    begin: int
    stop: int
    closes: bool


class Segment(Value, frozen=True):
    """Some words that belong together, when they are said, and by whom, if anybody knows."""

    text: str
    start: float
    end: float
    speaker: str = ""


def talk(seconds: float, language: str, dice: Dice) -> str:
    """Return what might have been said in so many seconds, in a language of which sentences are known, else English."""
    phrases = PHRASES.get(language)
    known = _TALK if phrases is None else phrases.sentences[_OPENERS:]
    shortest = min(known, key=spoken_seconds)
    left, least = seconds, max(_LEFT, spoken_seconds(shortest))
    if left < least:
        return _cut(shortest, left / spoken_seconds(shortest))
    said: list[str] = []
    for sentence in _endless(known, dice):
        took = spoken_seconds(sentence)
        if took <= left:
            said.append(sentence)
            left -= took
        if left < least:
            break
    return (" " if phrases is None else phrases.joint).join(said)


def _endless(known: Sequence[str], dice: Dice) -> Iterator[str]:
    """Yield sentences, none again before all have been said, and none twice in a row."""
    last = ""
    while True:
        drawn = dice.random.sample(known, len(known))
        if drawn[0] == last:
            drawn.reverse()
        yield from drawn
        last = drawn[-1]


def _cut(sentence: str, share: float) -> str:
    """Return so much of a sentence, and at least a word of it, as one of its own; not more than all of it."""
    words = list(_WORD.finditer(sentence))
    kept = words[: max(1, int(share * len(words)))]
    return sentence[: kept[-1].end()].rstrip(_ENDS + _PAUSES) + sentence[-1]


def timed(text: str, seconds: float) -> list[Word]:
    """Say when each word of a text is said that takes so long: longer words longer, with a rest after a sentence."""
    found = list(_WORD.finditer(text))
    lengths = [(weight(word[0]), _silence(word[0])) for word in found]
    reached = list(accumulate((length + silence for length, silence in lengths), initial=0))
    whole = reached[-1] - lengths[-1][1] if found else 1  # after the last word there is nothing
    return [
        Word(
            word[0].strip(_BARE) or word[0],
            round(seconds * at / whole, 2),
            round(seconds * (at + length) / whole, 2),
            word.start(),
            word.end(),
            word[0][-1] in _ENDS,
        )
        for word, at, (length, _) in zip(found, reached, lengths, strict=False)
    ]


def _silence(word: str) -> int:
    return _REST if word[-1] in _ENDS else _PAUSE if word[-1] in _PAUSES else _GAP


def segments(text: str, words: Sequence[Word]) -> list[Segment]:
    """Divide a text into segments: its sentences, long ones in parts."""
    found: list[Segment] = []
    first = 0
    for at, word in enumerate(words):
        long = weight(text[words[first].begin : word.stop]) >= _MOST
        if word.closes or long or at == len(words) - 1:
            found.append(Segment(text[words[first].begin : word.stop], words[first].start, word.end))
            first = at + 1
    return found


# Who speaks.


def conversation(text: str) -> list[tuple[str, str]]:
    """Read lines that each say who speaks (`Anna: Hello.`): speakers and what they say; nothing for any other text."""
    lines = [_LINE.fullmatch(line) for line in text.splitlines() if line.strip()]
    return [(line[1], line[2].rstrip()) for line in lines if line] if all(lines) else []


def voiced(lines: Sequence[tuple[str, str]], words: Sequence[Word]) -> list[Segment]:
    """Divide what is said in a conversation among its speakers: a segment for each line."""
    found: list[Segment] = []
    at = 0
    for speaker, said in lines:
        count = len(_WORD.findall(said))
        own = words[at : at + count]
        at += count
        if own:
            found.append(Segment(said, own[0].start, own[-1].end, speaker))
    return found


def shared(said: Sequence[Segment], names: Sequence[str], dice: Dice) -> list[Segment]:
    """Divide segments among speakers, who take turns and each say one or two; what one says in a row is one segment."""
    speakers, turns = list(names), list[int]()
    while len(turns) < len(said):
        turns += [len(set(turns)) and turns[-1] + 1] * dice.random.randint(1, 2)
    numbered = zip(turns, said, strict=False)
    return [
        _joined([segment for _, segment in own], speakers[turn % len(speakers)])
        for turn, own in ((turn, list(own)) for turn, own in groupby(numbered, key=lambda one: one[0]))
    ]


def _joined(said: Sequence[Segment], speaker: str) -> Segment:
    return Segment(" ".join(segment.text for segment in said), said[0].start, said[-1].end, speaker)
