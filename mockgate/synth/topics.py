"""What a text is about: the phrase that its question, order or statement turns on."""

import re
from typing import Literal

from ..expressions import regex
from ..turn import Value
from .language import NAMES, keywords
from .signs import Sign

Lead = Literal["statement", "what", "why", "how"]


class About(Value, frozen=True):
    """How a text is put, the noun phrase it is about, what it wants a way to do, and its key words."""

    lead: Lead
    topic: str
    act: str
    keys: tuple[str, ...]


#: What may stand before the ask itself.
POLITE = (
    r"(?:(?:hi|hello|hey)\b[ ,!.]*)?(?:(?:please|kindly|now|ok|so|and|can you|could you|would you|will you"
    r"|i want you to|i need you to|i'd like you to|help me|let's)[ ,]+)*"
)
_NAMED = "|".join(NAMES)
_LEADS: tuple[tuple[Lead, Sign], ...] = (
    ("how", Sign("how", rf"^{POLITE}how (?:do|can|should|would|could|might|must)"
        r" (?:i|we|you|one|people|someone)\s+(?P<topic>.+)")),
    ("how", Sign("what", rf"^{POLITE}what (?:should|can|could) (?:i|we) (?P<topic>(?!do\b).+)")),
    ("how", Sign("ways way tips steps ideas advice",
        r"\b(?:ways|tips|steps|ideas|advice|best way)(?: on how)? to (?P<topic>.+)")),
    ("how", Sign("how", rf"^{POLITE}(?:(?:explain|show me|tell me|describe|teach me) )?how to (?P<topic>.+)")),
    ("why", Sign("why", rf"^{POLITE}(?:explain )?why (?P<topic>.+)")),
    ("what", Sign("what", rf"^{POLITE}(?:tell me )?what(?:'s| is| are| was| were) (?P<topic>.+)")),
    ("what", Sign("who", rf"^{POLITE}who(?:'s| is| are| was| were) (?P<topic>.+)")),
    ("what", Sign("explain describe define discuss introduce outline analyze analyse compare about overview explanation"
        " description summary summarize summarise of",
        rf"^{POLITE}(?:explain|describe|define|discuss|introduce|outline|analy[sz]e|compare"
        r"|tell me (?:more |a bit )?about|talk about"
        r"|give (?:me )?an? (?:\w+ )?(?:overview|explanation|description|summary) of"
        r"|what do you (?:know|think) (?:of|about)|summari[sz]e)"
        r"(?: the (?:concept|idea|basics|topic) of)? (?P<topic>.+)")),
    ("what", Sign("tips ways ideas reasons facts examples steps suggestions advice questions names benefits types",
        r"\b(?:tips|ways|ideas|reasons|facts|examples|steps|suggestions|advice|questions|names|benefits|types)"
        r" (?:for|to|of|on) (?P<topic>.+)")),
    ("what", Sign("about topic regarding concerning",
        r"\b(?:about|on the topic of|regarding|concerning) (?P<topic>.+)")),
)  # fmt: skip
_TOPIC_END = regex(
    r"[.:](?!\w)|[?!;\n\"“”(){}\[\]|<>]|, (?:and|but|please|then|in)\b|\b(?:in (?:one|two|three|\d+|a few|simple"
    r"|plain|json|detail|bullet|a)\b|"
    r"briefly|shortly|please|as (?:a|json|bullet|numbered)\b|using|to a (?:five|child|beginner)|like i'm"
    r"|for (?:a child|beginners|kids)|"
    rf"in (?:{_NAMED}))\b.*|\b(?:mean|means|work|works)$",
    re.IGNORECASE | re.DOTALL,
)
_COUNTS = r"(?:\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty)"
_LIMITED = r"(?:exactly|about|around|only|just|at most|at least|up to|(?:no )?more than|(?:less|fewer) than|under)"
_MADE = r"(?:words?|sentences?|paragraphs?|lines|bullets|bullet points|points|steps)"
_FORM = (
    rf"(?:(?:in|using|with|as|into)\s+(?:{_LIMITED}\s+)?(?:(?:an?|{_COUNTS})\s+)?"
    r"(?:(?:short|brief|single|simple|complete|valid|plain|markdown|comparison|bulleted|numbered|bullet)\s+){0,2}"
    rf"(?:{_MADE}|table|list|json|yaml|xml|csv|markdown|paragraph|haiku)(?:\s+(?:form|format|object|array))?"
    rf"|{_LIMITED}\s+{_COUNTS}\s+{_MADE})\b"
)
_FORMS = regex(
    rf"^{_FORM}\s*[,:]?\s*(?:on|about)?\s*|,?\s*\b{_FORM}(?=\s*(?:please)?\s*(?:[.,:;!?\n]|$))", re.IGNORECASE
)
_FLIPS = {
    "my": "your",
    "i": "you",
    "me": "you",
    "our": "your",
    "we": "you",
    "mine": "yours",
    "myself": "yourself",
}
_MOST_TOPIC = 9  # words
_STATED = regex(r"\b(the|my|our|your|a|an|this|that) $", re.IGNORECASE)
_AUXILIARY = regex(r"^(?:is|are|was|were|do|does|did|can|has|have|will|would)\b\s*", re.IGNORECASE)
_PARTICLES = regex("(?<=..)(?:은|는|이란|이|가|을|를|의|에|와|과)$")
_MOST_SPAN = 5  # words


def without_form(text: str) -> str:
    """Return a text without the words on the form of its answer, where they begin it or end a clause."""
    return _FORMS.sub("", text)


def read(text: str, language: str, heard: frozenset[str]) -> About:
    """Return what a text is about; its topic is "" when it is about nothing."""
    text = without_form(text) if language == "en" else text
    keys = keywords(text, language)
    if language != "en":
        lead: Lead = "what" if text.rstrip().endswith(("?", "？", "؟", ";")) else "statement"
        return About(lead, _span(text, keys), "", keys[:12])
    plain = text.replace("’", "'")
    for lead, sign in _LEADS:
        found = sign.find(plain, heard)
        topic = _trimmed(found["topic"]) if found else ""
        if topic:
            return _led(lead, topic, keys)
    return About("what" if text.rstrip().endswith("?") else "statement", _noun(text, keys), "", keys[:12])


def _led(lead: Lead, topic: str, others: tuple[str, ...]) -> About:
    near = keywords(topic)
    keys = tuple(dict.fromkeys((*near, *others)))[:12]
    if lead == "how":
        return About(lead, _doing(topic), topic, keys)
    if lead == "why":
        return About(lead, _noun(_AUXILIARY.sub("", topic), near) or topic, "", keys)
    return About(lead, topic, "", keys)


def _trimmed(topic: str) -> str:
    cut = _TOPIC_END.split(topic, maxsplit=1)[0].strip(" ,'-")
    words = [_FLIPS.get(word.lower(), word) for word in cut.split()]
    return " ".join(words) if len(words) <= _MOST_TOPIC else ""


def _noun(text: str, keys: tuple[str, ...]) -> str:
    """Return the first key word that an article or a possessive makes a noun, else the last key words."""
    keys = tuple(key for key in keys if not key.isdigit())
    for key in keys[:20]:
        at = text.find(key)
        stated = _STATED.search(text[max(0, at - 6) : at])
        if stated:
            others = "|".join(map(re.escape, keys[:20]))
            run = re.match(rf"{re.escape(key)}(?: (?:{others})\b){{0,2}}", text[at:])
            return f"{_FLIPS.get(stated[1].lower(), stated[1].lower())} {run[0] if run else key}"
    if not keys:
        return ""
    pair = " ".join(keys[-2:])
    return pair if pair in text else keys[-1]


def _span(text: str, keys: tuple[str, ...]) -> str:
    """Return the words from the first key word to the last, where they are few; else the longest key word."""
    if not keys:
        return ""
    between = text[text.find(keys[0]) : text.rfind(keys[-1]) + len(keys[-1])]
    phrase = between if len(between.split()) <= _MOST_SPAN and len(between) <= 40 else max(keys, key=len)
    return _PARTICLES.sub("", phrase)


def _doing(act: str) -> str:
    """Return a verb phrase as a noun phrase: `save money`, `saving money`."""
    verb, _, rest = act.partition(" ")
    if verb.endswith("ie"):
        doing = f"{verb[:-2]}ying"
    elif verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        doing = f"{verb[:-1]}ing"
    elif re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", verb) or verb == "begin":
        doing = f"{verb}{verb[-1]}ing"
    else:
        doing = f"{verb}ing"
    return f"{doing} {rest}".strip()
