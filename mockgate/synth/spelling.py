"""Texts in the letters that Pillow's own font has shapes for: those of ASCII, and a few signs."""

import unicodedata

#: Letters of other alphabets, and how each sounds; `-` does not.
_SOUNDS = {
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґ": (
        "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya yo ye i yi g"
    ),
    "αβγδεζηθικλμνξοπρσςτυφχψω": "a v g d e z i th i k l m n x o p r s s t y f ch ps o",
    "ßæœøłđðþı": "ss ae oe o l d d th i",
}
_SMALL = {
    letter: sound.strip("-")
    for letters, sounds in _SOUNDS.items()
    for letter, sound in zip(letters, sounds.split(), strict=True)
}
_LARGE = {letter.upper(): sound.capitalize() for letter, sound in _SMALL.items() if letter != "ß"}
_SPELT = str.maketrans(_LARGE | _SMALL)
_SIGNS = str.maketrans({"–": "-", "—": "-", "‘": "'"})
_SHOWN = frozenset("“”’")


def spell(text: str) -> str:
    """Return a text without accents, Cyrillic and Greek as they sound; what has no such letters is left out.

    A text of which little would be left is left out as a whole: no letter of Chinese, Japanese, Arabic, ... is known.
    """
    known = unicodedata.normalize("NFC", text).translate(_SPELT)
    plain = unicodedata.normalize("NFKD", known.translate(_SIGNS)).translate(_SPELT)
    kept = "".join(sign if " " <= sign <= "~" or sign in _SHOWN else " " * sign.isspace() for sign in plain)
    letters = sum(map(str.isalpha, kept))
    return " ".join(kept.split()) if 2 * letters >= sum(map(str.isalpha, known)) else ""
