"""Spoken answers: what is written becomes one sound, as long as the stop sequences and the token limit allow."""

from collections.abc import Sequence

import msgspec

from .fitting import cut_at_stop
from .rng import Dice
from .synth.sound import speak, spoken_seconds
from .tokens import audio_output_tokens, output_tokens
from .turn import Audio, Part, Text, Voice
from .vocabulary import Vocabulary


class Speaker(msgspec.Struct, frozen=True):
    """Speaks the answers to one prompt. `limit` is how many tokens an answer may have, sound and words together."""

    voice: Voice
    stops: tuple[str, ...]
    limit: int | None
    vocabulary: Vocabulary

    def speak(self, parts: Sequence[Part], dice: Dice) -> tuple[Sequence[Part], bool]:
        """Turn what is written into sound, at the place of its first words; say whether the limit cut it."""
        written = [Text(part.transcript) if isinstance(part, Audio) else part for part in parts]
        kept, _ = cut_at_stop(written, self.stops)
        whole = "".join(part.text for part in kept if isinstance(part, Text))
        others = [part for part in kept if not isinstance(part, Text)]
        words = self._within(whole, sum(output_tokens(part, self.vocabulary) for part in others))
        if not words:
            return others, words != whole
        sound = speak(words, self.voice.format, dice.fork("voice"), voice=self.voice.name)
        audio = Audio(sound.seconds, self.voice.format, sound.data, words, dice.id("audio_", 24))
        first = next(at for at, part in enumerate(kept) if isinstance(part, Text))
        return [*others[:first], audio, *others[first:]], words != whole

    def _within(self, words: str, used: int) -> str:
        """Return as many of the words as the limit leaves room for, beside the tokens that are used already."""
        if self.limit is None or self._cost(words) <= self.limit - used:
            return words
        fits, too_many = 0, self.vocabulary.count(words)
        while too_many - fits > 1:
            middle = (fits + too_many) // 2
            if self._cost(self.vocabulary.take(words, middle)) <= self.limit - used:
                fits = middle
            else:
                too_many = middle
        return self.vocabulary.take(words, fits)

    def _cost(self, words: str) -> int:
        # A sound may be a frame longer than its words ask for: one token more is always enough.
        return audio_output_tokens(spoken_seconds(words)) + 1 + self.vocabulary.count(words)
