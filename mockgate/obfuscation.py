"""Streams whose frames tell nothing of their words by their length: each is a multiple of 64 bytes long.

Source: OpenAI's API reference, `stream_options.include_obfuscation`.
"""

from collections.abc import Callable, Iterator

from .rng import Dice
from .wire import Frame

_BLOCK = 64


def obfuscated(frames: Iterator[Frame], seed: str, wanted: Callable[[Frame], bool] | None = None) -> Iterator[Frame]:
    """Pad the frames of a stream that are `wanted`, else all but the last; each holds a JSON object."""
    for number, frame in enumerate(frames):
        if wanted(frame) if wanted is not None else not frame.last:
            empty = frame.data[:-1] + b',"obfuscation":""}'
            letters = Dice(seed, "obfuscation", number).id("", _BLOCK).encode()
            frame.data = empty[:-2] + letters[: -len(empty) % _BLOCK] + b'"}'
        yield frame
