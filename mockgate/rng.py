"""The only home of chance: seeded draws and ids.

A `Dice` is named by a seed and labels (the request's words, a choice number). The same name always throws the
same numbers, whatever was thrown before it: chance here has no memory that two requests could share.
"""

import random
from functools import cache
from hashlib import blake2b

ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
HEX = "0123456789abcdef"

Label = str | bytes | int


@cache
def _letters(alphabet: str) -> bytes:
    """Map every byte to a letter; the few letters that come up more often than others do not matter here."""
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


def _digest(parts: tuple[Label, ...], size: int) -> bytes:
    named = b"\0".join([part if type(part) is bytes else str(part).encode("utf-8", "surrogatepass") for part in parts])
    return blake2b(named, digest_size=size).digest()


class Dice:
    """Draws that depend on nothing but the labels the dice were made of."""

    __slots__ = ("_digest", "_labels", "_random")

    def __init__(self, *labels: Label) -> None:
        self._labels = labels
        self._digest = b""
        self._random: random.Random | None = None

    @property
    def key(self) -> bytes:
        """The 16 bytes that everything these dice throw follows from."""
        return (self._digest or self._settled())[:16]

    @property
    def letters(self) -> str:
        """32 letters and digits that name these dice."""
        return (self._digest or self._settled())[16:48].translate(_letters(ALPHANUMERIC)).decode("ascii")

    def _settled(self) -> bytes:
        self._digest = _digest(self._labels, 48)
        return self._digest

    def fork(self, *labels: Label) -> "Dice":
        """Make independent dice for one purpose: the same labels give the same dice."""
        return Dice(self.key, *labels)

    @property
    def random(self) -> random.Random:
        """The stream of draws behind these dice, for libraries that want a `random.Random`."""
        if self._random is None:
            self._random = random.Random(self.number)
        return self._random

    @property
    def number(self) -> int:
        """One whole number that names these dice: a seed for a library of chance."""
        return int.from_bytes(self.key[:8], "big")

    @property
    def uuid(self) -> str:
        """A UUID, of the kind that is random, that names these dice."""
        digits = self.key.hex()
        variant = "89ab"[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def id(self, prefix: str, length: int = 24, alphabet: str = ALPHANUMERIC, *, salt: Label = "") -> str:
        """Return `prefix` and `length` (at most 64) characters; the same dice, prefix and salt: the same id."""
        raw = _digest((self.key, prefix, salt), 64)[:length]
        return prefix + raw.translate(_letters(alphabet)).decode("ascii")
