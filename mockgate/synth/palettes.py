"""The colours and the place that words bring to mind: `a red barn at dusk`, `tokyo in the rain`.

What the words leave open is thrown.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar

from ..rng import Dice

Colour = tuple[int, int, int]
Place = Literal["mountains", "hills", "sea", "city", "forest", "desert", "space"]
Choice = TypeVar("Choice")


class Palette(NamedTuple):
    """Colours of a picture: the sky above and at the horizon, what shines, and what lies far and near."""

    high: Colour
    low: Colour
    light: Colour
    far: Colour
    near: Colour
    dark: bool = False


class Look(NamedTuple):
    """What a picture is to look like."""

    place: Place
    palette: Palette


_TIMES: Mapping[str, Palette] = {
    "dawn": Palette((92, 118, 186), (255, 196, 170), (255, 236, 200), (176, 142, 176), (54, 52, 92)),
    "day": Palette((64, 140, 222), (206, 234, 248), (255, 250, 226), (128, 176, 190), (36, 94, 84)),
    "dusk": Palette((58, 36, 104), (255, 138, 88), (255, 214, 138), (164, 82, 112), (36, 22, 54)),
    "night": Palette((8, 12, 38), (46, 62, 122), (240, 240, 222), (38, 50, 100), (8, 10, 26), dark=True),
    "storm": Palette((58, 70, 88), (164, 178, 186), (222, 228, 228), (104, 122, 134), (34, 44, 54)),
    "autumn": Palette((120, 168, 206), (250, 226, 180), (255, 240, 200), (206, 130, 70), (102, 44, 26)),
    "winter": Palette((134, 170, 208), (238, 243, 250), (255, 255, 248), (188, 206, 226), (72, 98, 132)),
    "spring": Palette((120, 190, 232), (252, 226, 236), (255, 248, 232), (172, 206, 158), (52, 122, 84)),
    "neon": Palette((22, 8, 52), (196, 42, 142), (255, 120, 206), (74, 36, 140), (12, 8, 34), dark=True),
    "mars": Palette((112, 58, 48), (236, 172, 122), (255, 232, 204), (182, 98, 64), (84, 34, 28)),
}

_TIME_WORDS = {
    "dawn": "dawn sunrise morning breakfast early rosy",
    "day": "noon day sunny summer midday bright afternoon picnic",
    "dusk": "dusk sunset evening twilight golden campfire fire warm",
    "night": "night midnight moon moonlit moonlight stars starry dark space galaxy planet cosmos astronaut",
    "storm": "storm rain rainy fog foggy mist misty thunder cloudy grey gray",
    "autumn": "autumn fall october leaves harvest pumpkin",
    "winter": "winter snow snowy ice icy arctic frost christmas penguin polar",
    "spring": "spring blossom flower flowers cherry garden meadow easter",
    "neon": "neon cyberpunk synthwave retro futuristic robot hologram vaporwave",
    "mars": "mars martian volcano lava canyon dinosaur",
}

_PLACE_WORDS: Mapping[Place, str] = {
    "mountains": "mountain mountains alps peak summit himalaya glacier fuji dragon eagle castle ski snow goat",
    "hills": "hill hills farm meadow field valley countryside barn horse sheep cow village garden picnic picture",
    "sea": "sea ocean beach island lake river boat ship sail sailing wave waves coast harbor harbour lighthouse otter"
    " fish whale dolphin surf pirate mermaid water shore",
    "city": "city town street skyline tokyo paris london york berlin building buildings cafe office car train robot"
    " taxi skyscraper market neon cyberpunk bridge",
    "forest": "forest wood woods tree trees jungle bear fox deer owl wolf camp cabin leaves fairy mushroom tiger",
    "desert": "desert dune dunes sand sahara camel cactus pyramid egypt mars canyon oasis",
    "space": "space galaxy planet planets rocket astronaut cosmos orbit nebula moon star stars starship alien comet",
}

#: The times at which places look best.
_OWN_TIMES: Mapping[Place, Sequence[str]] = {
    "mountains": ("dawn", "day", "dusk", "winter", "storm"),
    "hills": ("dawn", "day", "dusk", "autumn", "spring"),
    "sea": ("dawn", "day", "dusk", "night", "spring"),
    "city": ("dawn", "dusk", "night", "neon"),
    "forest": ("dawn", "day", "storm", "autumn", "spring"),
    "desert": ("day", "dusk", "mars"),
    "space": ("night", "neon"),
}

#: Colours that words name; the picture's own colours lean to them.
_COLOURS: Mapping[str, Colour] = {
    "red": (208, 44, 48),
    "crimson": (176, 24, 52),
    "orange": (240, 128, 36),
    "amber": (250, 176, 50),
    "gold": (226, 176, 62),
    "golden": (226, 176, 62),
    "yellow": (246, 212, 62),
    "green": (54, 152, 84),
    "emerald": (24, 140, 100),
    "olive": (122, 128, 54),
    "teal": (24, 138, 142),
    "turquoise": (56, 190, 190),
    "cyan": (60, 196, 222),
    "blue": (46, 104, 206),
    "navy": (24, 42, 104),
    "indigo": (66, 52, 158),
    "violet": (128, 74, 190),
    "purple": (124, 58, 170),
    "lavender": (172, 152, 222),
    "pink": (240, 128, 172),
    "magenta": (206, 48, 146),
    "brown": (124, 80, 50),
    "black": (24, 24, 30),
    "white": (240, 240, 244),
    "silver": (176, 182, 192),
    "pastel": (236, 206, 226),
}

_LEANING = 0.45
_SAND: Colour = (222, 168, 104)


def look(words: str, dice: Dice) -> Look:
    """Return what a picture of these words looks like."""
    said = re.findall(r"[a-z]+", words.lower())
    place = _named(said, _PLACE_WORDS, _thrown(tuple(_PLACE_WORDS), dice.fork("place")))
    time = _named(said, _TIME_WORDS, _thrown(_OWN_TIMES[place], dice.fork("time")))
    colours = [_COLOURS[word] for word in said if word in _COLOURS]
    palette = _TIMES[time]
    if place == "desert":
        palette = palette._replace(far=mixed(palette.far, _SAND, 0.6), near=mixed(palette.near, _SAND, 0.35))
    return Look(place, _leaning(palette, colours))


def _named(said: Sequence[str], words: Mapping[Choice, str], otherwise: Choice) -> Choice:
    """Return what most of the words speak of; `otherwise` if none of them does."""
    counts = {name: sum(word in known.split() for word in said) for name, known in words.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else otherwise


def _thrown(choices: Sequence[Choice], dice: Dice) -> Choice:
    return choices[dice.number % len(choices)]


def _leaning(palette: Palette, colours: Sequence[Colour]) -> Palette:
    """Let a palette lean to colours: the first rules land and sky, the second only the sky."""
    if not colours:
        return palette
    land, sky = colours[0], colours[min(1, len(colours) - 1)]
    return palette._replace(
        high=mixed(palette.high, sky, _LEANING),
        low=mixed(palette.low, sky, _LEANING / 2),
        far=mixed(palette.far, land, _LEANING),
        near=mixed(palette.near, land, _LEANING),
    )


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours: all `one` at a share of 0, all `other` at 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
