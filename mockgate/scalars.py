"""What a scalar of a scenario means: variables of the environment filled in, then read as YAML 1.2 does."""

import re
from collections.abc import Mapping
from typing import Any

#: What YAML forbids, and halves of characters, which no encoding can write.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_VARIABLE = re.compile(r"(?P<kept>\$\$\{)|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<how>[-?])(?P<rest>[^}]*))?\}")
_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_OTHER_BASE = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]{0,99})(\.[0-9]*)?)([eE][-+]?[0-9]{1,2})?")


def substitute(text: str, environ: Mapping[str, str]) -> str:
    """Fill in `${NAME}`, `${NAME:-default}` (unset or empty) and `${NAME:?message}`; `$${` is a plain `${`.

    Raises ValueError, with the message asked for or one that helps, when a variable is needed and not set.
    """

    def fill(found: re.Match[str]) -> str:
        if found["kept"]:
            return "${"
        name, how = found["name"], found["how"]
        value = environ.get(name)
        if value and UNPRINTABLE.search(value):
            raise ValueError(f"the environment variable {name} holds what is no text")
        if value or (value is not None and how is None):
            return value
        if how == "-":
            return found["rest"]
        if how == "?" and found["rest"]:
            raise ValueError(found["rest"])
        raise ValueError(
            f"the environment variable {name} is not set: set it, "
            f"give a default (${{{name}:-...}}), or write $${{ for a plain ${{"
        )

    return _VARIABLE.sub(fill, text)


def resolve(text: str) -> Any:
    """Read a plain scalar as YAML 1.2 does, so that `on`, `12:30`, `2025-01-01` and `0777` stay text.

    A number that JSON could not carry (`.nan`, `1e999`, more than 18 digits) stays text as well.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _FRACTION.fullmatch(text) and not text.lstrip("+-").isdigit():
        return float(text)
    return text
