"""A prompt told again with more in it, as models do that revise what they are to paint."""

from ..rng import Dice
from .palettes import Place, look

_OPENINGS = (
    "A detailed depiction of {}",
    "An image that shows {}",
    "A carefully composed picture of {}",
    "A richly textured scene of {}",
)
_ARTICLES = frozenset({"A", "An", "The", "Some"})

_GROUNDS: dict[Place, str] = {
    "mountains": "set before layered mountains that fade into the mist",
    "hills": "set among rolling hills dotted with round trees",
    "sea": "set by calm water that mirrors the sky",
    "city": "set against a skyline whose windows are lit",
    "forest": "set in front of tall firs, row upon row",
    "desert": "set between long dunes with bright crests",
    "space": "set among countless stars and a slowly turning planet",
}
_LIGHTS = {
    "vivid": ("The light is dramatic and the colours are bold.", "Strong contrasts give the scene depth and drama."),
    "natural": ("The light is soft and the colours are true to life.", "Gentle contrasts give the scene a calm air."),
}


def retold(prompt: str, style: str, dice: Dice) -> str:
    """Return a richer sentence; a prompt that is in letters other than Latin ones stays as it is."""
    words = " ".join(prompt.split()).rstrip(".!")
    if not words or sum(letter > "ɏ" for letter in words) > len(words) / 4:
        return prompt
    draws = dice.random
    subject = words[0].lower() + words[1:] if words.split()[0] in _ARTICLES else words
    ground = _GROUNDS[look(prompt, dice).place]
    return f"{draws.choice(_OPENINGS).format(subject)}, {ground}. {draws.choice(_LIGHTS.get(style, _LIGHTS['vivid']))}"
