"""The vocabularies that models write in: text cut into true tokens, with no network.

The only home of tiktoken, which is imported with the first vocabulary. The ranks ship in fixtures/vocab.
"""

import asyncio
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from io import BytesIO
from itertools import accumulate, pairwise
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from .loader import fixtures_dir
from .rng import Dice

if TYPE_CHECKING:
    from random import Random

    from tiktoken import Encoding


class Spec(NamedTuple):
    """What makes a vocabulary besides its ranks: their file, how many count, the pattern that cuts text into
    words, and the special tokens."""

    file: str
    size: int
    pattern: str
    special: dict[str, int]


_R50K_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
_CL100K_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_O200K_PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

#: Every vocabulary on the shelf; a test holds each to tiktoken's own definition.
SPECS: dict[str, Spec] = {
    "o200k_base": Spec(
        "o200k_base.bin", 199_998, _O200K_PATTERN, {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018}
    ),
    "cl100k_base": Spec(
        "cl100k_base.bin",
        100_256,
        _CL100K_PATTERN,
        {
            "<|endoftext|>": 100_257,
            "<|fim_prefix|>": 100_258,
            "<|fim_middle|>": 100_259,
            "<|fim_suffix|>": 100_260,
            "<|endofprompt|>": 100_276,
        },
    ),
    "p50k_base": Spec("p50k_base.bin", 50_281, _R50K_PATTERN, {"<|endoftext|>": 50_256}),
    "r50k_base": Spec("p50k_base.bin", 50_256, _R50K_PATTERN, {"<|endoftext|>": 50_256}),
}


def unpack(packed: bytes, size: int) -> dict[bytes, int]:
    """Read a packed rank file: token to rank, for the first `size` ranks.

    Inside the zlib stream: the number of ranks (4 bytes, little endian), the length of each token (a byte
    each, 0 for a rank that is not in use), then the tokens one after the other.
    """
    data = BytesIO(zlib.decompress(packed))
    lengths = data.read(int.from_bytes(data.read(4), "little"))
    ranks = dict(zip(map(data.read, lengths), range(size), strict=False))
    ranks.pop(b"", None)
    return ranks


_SHORT = 2000  # characters: texts up to here are remembered with their count
_WORD = 32  # letters: words up to here are remembered with their count
_MOST_WORDS = 20_000
_BLANKS = 2**19  # characters
#: tiktoken's pattern engine gives up (a panic) on a million blanks in a row; text is cut before that.
_BLANK_RUN = rf"\s{{{_BLANKS}}}"
_SURROGATE = re.compile("[\ud800-\udfff]")
_COMMON = 5000  # ranks: tokens were learned in about the order of how common they are
#: The forms a token can have: word after a space, bare word, number, mark.
_FORMS = (rb" [A-Za-z]{3,}", rb"[A-Za-z]{3,}", rb"[0-9]+", rb"[!-/:-@\[-`{-~]{1,2}\n*|\n+")


class _Words(dict[str, int]):
    """How many tokens words are, counted once each: those that come after a blank, or that a text begins with.

    No pattern of SPECS lets a token go on over a blank that comes after anything but another blank, so that the words
    between such blanks can be counted one by one. KeyError is raised for a word that the next blank belongs to: what is
    counted is then the whole text.
    """

    def __init__(self, before: str, count: Callable[[str], int]) -> None:
        super().__init__()
        self._before = before
        self._count = count

    def __missing__(self, word: str) -> int:
        if word[-1:].isspace() or not (word or not self._before):
            raise KeyError(word)
        tokens = self._count(self._before + word)
        if len(word) <= _WORD:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = tokens
        return tokens


class Vocabulary:
    """One vocabulary: counts, cuts and joins tokens. Special tokens in a text are plain words here.

    A lone surrogate, which no encoding can say, counts as the replacement character.
    """

    def __init__(self, name: str, encoding: "Encoding") -> None:
        self.name = name
        self._encoding = encoding
        self._remembered = lru_cache(2048)(self._count)
        self._first, self._others = _Words("", self._count_whole), _Words(" ", self._count_whole)
        self._remembered_split = lru_cache(256)(self._split)
        self._piece = lru_cache(16_384)(self._read)
        self._pool = lru_cache(4096)(self._pool_for)

    def count(self, text: str) -> int:
        """Return how many tokens the text is."""
        return self._remembered(text) if len(text) <= _SHORT else self._count_whole(text)

    def tokens(self, text: str) -> list[bytes]:
        """Return the text's tokens, each as its bytes: not always whole characters."""
        return self._encoding.decode_tokens_bytes(self._ids(_sound(text)))

    def ids(self, text: str) -> list[int]:
        """Return the ids of the text's tokens."""
        return self._ids(_sound(text))

    def split(self, text: str) -> list[tuple[str, int]]:
        """Cut the text into pieces, each with how many tokens it is; joined they are the text again.

        A piece is one token, or as many as it takes to end with a whole character.
        """
        return list(self._remembered_split(text)) if len(text) <= _SHORT else self._split(text)

    def take(self, text: str, tokens: int) -> str:
        """Return what the first `tokens` tokens of the text say, without a character that they only begin.

        Counted anew the result may differ by a token where the cut changed what a word is.
        """
        ids = self._ids(_sound(text))
        if tokens >= len(ids):
            return text
        taken = self._encoding.decode_bytes(ids[: max(tokens, 0)])
        return text[: len(taken.decode("utf-8", "ignore"))]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of token ids; incomplete characters become replacement characters.

        Raises ValueError when an id is not in the vocabulary.
        """
        try:
            return self._encoding.decode(ids)
        except (KeyError, OverflowError):
            raise ValueError(f"holds an id that is not a token of {self.name}") from None

    def alternatives(self, token: bytes, k: int, chance: "Random") -> list[bytes]:
        """Draw `k` other tokens that could stand at a token's place: common ones, alike in form.

        A token of no known form is met with words.
        """
        pool = self._pool(token)
        begin = int(chance.random() * len(pool))
        drawn = pool[begin : begin + k + 1]
        if len(drawn) <= k:
            drawn += pool[: min(k + 1 - len(drawn), begin)]
        return [other for other in drawn if other != token][:k] if token in drawn else list(drawn[:k])

    def _pool_for(self, token: bytes) -> tuple[bytes, ...]:
        return self._pools[next((form for form in _FORMS if re.fullmatch(form, token)), _FORMS[0])]

    @cached_property
    def _pools(self) -> dict[bytes, tuple[bytes, ...]]:
        """Common tokens of each form, shuffled: any slice is a draw."""
        common = [self._encoding.decode_single_token_bytes(rank) for rank in range(_COMMON)]
        Dice("alternatives", self.name).random.shuffle(common)
        return {form: tuple(filter(re.compile(form).fullmatch, common)) for form in _FORMS}

    def _count(self, text: str) -> int:
        """Count word by word: most words of a new text are known, and looking them up takes a third of the time."""
        words = text.split(" ")
        try:
            return self._first[words[0]] + sum(map(self._others.__getitem__, words[1:]))
        except KeyError:
            return self._count_whole(text)

    def _count_whole(self, text: str) -> int:
        return len(self._ids(_sound(text)))

    def _ids(self, text: str) -> list[int]:
        if len(text) <= _BLANKS:
            return self._encoding.encode_ordinary(text)
        return [token for run in _runs(text) for token in self._encoding.encode_ordinary(run)]

    def _split(self, text: str) -> list[tuple[str, int]]:
        sound = _sound(text)
        ids = self._ids(sound)
        pieces = [piece for token in ids if (piece := self._piece(token)) is not None]
        if len(pieces) < len(ids):
            pieces = list(self._whole(ids))
        if sound == text:
            return pieces
        ends = list(accumulate((len(piece) for piece, _ in pieces), initial=0))
        return [(text[at:end], tokens) for (at, end), (_, tokens) in zip(pairwise(ends), pieces, strict=True)]

    def _whole(self, ids: Sequence[int]) -> Iterator[tuple[str, int]]:
        """Read tokens one after the other, holding bytes back until they are whole characters."""
        held, tokens = b"", 0
        for token in ids:
            held += self._encoding.decode_single_token_bytes(token)
            tokens += 1
            try:
                piece = held.decode()
            except UnicodeDecodeError:
                continue
            yield piece, tokens
            held, tokens = b"", 0

    def _read(self, token: int) -> tuple[str, int] | None:
        """Return a token as a piece of text, None where it is not whole characters."""
        try:
            return self._encoding.decode_single_token_bytes(token).decode(), 1
        except UnicodeDecodeError:
            return None


def _sound(text: str) -> str:
    """Return the text as it can be encoded, of the same length."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _runs(text: str) -> Iterator[str]:
    """Cut a text wherever too many blanks stand in a row."""
    cuts = [found.end() for found in re.finditer(_BLANK_RUN, text)]
    for begin, end in pairwise([0, *cuts, len(text)]):
        yield text[begin:end]


def _build(name: str) -> Vocabulary:
    from tiktoken import Encoding  # noqa: PLC0415 - slow to import

    spec = SPECS[name]
    ranks = unpack((fixtures_dir() / "vocab" / spec.file).read_bytes(), spec.size)
    encoding = Encoding(name, pat_str=spec.pattern, mergeable_ranks=ranks, special_tokens=spec.special)
    ranks.clear()  # it has made its own of them; kept, they would be 23 MB
    vocabulary = Vocabulary(name, encoding)
    vocabulary.count("The first count compiles the pattern.")
    return vocabulary


class _Shelf:
    """The vocabularies loaded so far. One at a time is built, so none is built twice."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.built: dict[str, Vocabulary] = {}

    def load(self, name: str) -> Vocabulary:
        with self._lock:
            if name not in self.built:
                self.built[name] = _build(name)
            return self.built[name]


# One for the process: a vocabulary takes up to 75 MB and never changes.
_SHELF = _Shelf()

_VENDOR = re.compile(r"(?:[^:]*/)?(?:ft:)?")

#: Which models do not write in o200k_base. The first pattern that a name begins with decides.
_ENCODINGS = (
    (r"gpt-4(?![\w.])|gpt-3\.5|gpt-35-turbo", "cl100k_base"),
    (r"(davinci|babbage)-002|text-embedding-(ada-002|3-)", "cl100k_base"),
    (r"text-davinci-(00[23]|edit)|code-(davinci|cushman)|(davinci|cushman)-codex", "p50k_base"),
    (r"gpt-?2(?!\w)|whisper-|(davinci|curie|babbage|ada)(?![\w-])", "r50k_base"),
    (r"text-(davinci|curie|babbage|ada)-001|text-(similarity|search)-|code-search-", "r50k_base"),
)


@lru_cache(1024)
def base_model(model: str) -> str:
    """Return a model's own name: no gateway prefix (`openai/`), no `ft:`, in lower case."""
    return _VENDOR.sub("", model.lower(), count=1)


@lru_cache(1024)
def encoding_name(model: str) -> str:
    """Return the name of the vocabulary that a model writes in.

    Source: tiktoken's model table, except that a fine-tuned gpt-4.1 or gpt-4.5 has its base model's, and that Whisper
    writes in GPT-2's. Names it does not know get `o200k_base`: an estimate for models whose vocabulary is not public.
    """
    name = base_model(model)
    return next((encoding for pattern, encoding in _ENCODINGS if re.match(pattern, name)), "o200k_base")


def load(name: str) -> Vocabulary:
    """Return the vocabulary of that name, building it (30 to 200 ms) the first time."""
    return _SHELF.built.get(name) or _SHELF.load(name)


def loaded(model: str) -> Vocabulary | None:
    """Return the vocabulary that a model writes in, if it is loaded."""
    return _SHELF.built.get(encoding_name(model))


async def vocabulary(model: str) -> Vocabulary:
    """Return the vocabulary that a model writes in, loading it in a thread the first time."""
    name = encoding_name(model)
    ready = _SHELF.built.get(name)
    return ready if ready is not None else await asyncio.to_thread(load, name)
