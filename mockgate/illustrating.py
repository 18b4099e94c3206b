"""Pictures that a hosted tool draws in the middle of an answer: drawn before the answer is worded."""

import msgspec

from . import hosted
from .rng import Dice
from .studio import Studio
from .synth.sketches import Sketch
from .turn import Part, ToolCall, Turn

#: What is drawn where nothing is asked for, in pixels.
SIDE = 1024


async def illustrated(turn: Turn, studio: Studio) -> Turn:
    """Return the turn with a picture in every call of a tool that draws one."""
    if not any(tool.hosted == "image_generation" for tool in turn.prompt.tools):
        return turn
    replies = [
        msgspec.structs.replace(reply, parts=tuple([await _drawn(part, turn, studio) for part in reply.parts]))
        for reply in turn.replies
    ]
    return msgspec.structs.replace(turn, replies=tuple(replies))


async def _drawn(part: Part, turn: Turn, studio: Studio) -> Part:
    if not isinstance(part, ToolCall) or part.hosted != "image_generation":
        return part
    words = str(hosted.asked(part).get("prompt", part.arguments))
    drawn = await studio.draw(Sketch(words, SIDE, SIDE, seed=Dice(turn.id, words).key))
    return msgspec.structs.replace(part, picture=drawn[-1])
