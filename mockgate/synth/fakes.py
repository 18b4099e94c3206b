"""The only home of Faker: one generator per locale, seeded anew before each use.

Nothing that depends on today's date is asked of it: the same dice must give the same words tomorrow.
"""

from functools import cache
from typing import TYPE_CHECKING

from ..rng import Dice

if TYPE_CHECKING:
    from faker import Faker

#: The Faker locale that speaks each language.
LOCALES: dict[str, str] = {
    "ar": "ar_AA",
    "cs": "cs_CZ",
    "de": "de_DE",
    "el": "el_GR",
    "en": "en_US",
    "es": "es_ES",
    "fr": "fr_FR",
    "he": "he_IL",
    "hi": "hi_IN",
    "id": "id_ID",
    "it": "it_IT",
    "ja": "ja_JP",
    "ko": "ko_KR",
    "nl": "nl_NL",
    "pl": "pl_PL",
    "pt": "pt_BR",
    "ru": "ru_RU",
    "sv": "sv_SE",
    "th": "th_TH",
    "tr": "tr_TR",
    "uk": "uk_UA",
    "vi": "vi_VN",
    "zh": "zh_CN",
}


@cache
def _faker(locale: str) -> "Faker":
    from faker import Faker  # noqa: PLC0415  (70 ms that start-up does not wait for)

    return Faker(locale, use_weighting=False)


def faker(dice: Dice, language: str = "en") -> "Faker":
    """Return the language's Faker, seeded by the dice: use it before anything else may ask for it again."""
    found = _faker(LOCALES.get(language, "en_US"))
    found.seed_instance(dice.number)
    return found


def warm() -> None:
    """Load Faker's English, so that the first synthetic answer does not wait for it."""
    _faker("en_US").name()
