"""What a prompt asks for: the kind of answer, how long, how many, in which language, about what."""

import re
from functools import lru_cache
from typing import Literal

from msgspec import structs

from ..expressions import regex
from ..turn import Prompt, Value
from . import topics
from .language import NAMES, detect
from .signs import Sign, hear
from .topics import POLITE as _POLITE

Kind = Literal[
    "statement", "greeting", "thanks", "what", "why", "how", "list", "joke", "json", "code", "table",
    "translate", "summary", "word", "yes_no", "say", "poem", "story", "essay",
]  # fmt: skip


class Ask(Value, frozen=True):
    """A prompt's last words, understood.

    `topic` is the noun phrase it is about, `act` what is to be done ("" when it asks for no way), `keys` its
    key words; `count` of items or sentences is 0 when none was given; `words` likewise; `given` is text that
    the ask brings along (to say again, to summarise). `verbosity` is how wordy the request wants the answer.
    """

    text: str
    kind: Kind
    language: str
    topic: str
    act: str
    keys: tuple[str, ...]
    count: int = 0
    sentences: int = 0
    words: int = 0
    length: Literal["short", "normal", "long"] = "normal"
    given: str = ""
    verbosity: str | None = None


_BEGINNING, _END = 400, 200  # characters: where an ask is looked for
_READ_LIMIT = 2000  # characters: what an ask says, it says early
_COUNTING = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_NUMBERS = {word: at + 1 for at, word in enumerate(_COUNTING)} | {
    "a couple of": 2,
    "a few": 3,
    "several": 4,
    "a dozen": 12,
    "twenty": 20,
}
_NUMBER = rf"(\d{{1,3}}|{'|'.join(_NUMBERS)})"
_MOST_ITEMS = 50

CODE_NAMES: dict[str, str] = {
    "python": "python", "py": "python", "javascript": "javascript", "js": "javascript", "node": "javascript",
    "typescript": "typescript", "ts": "typescript", "golang": "go", "go": "go", "rust": "rust",
    "java": "java",
    "sql": "sql", "bash": "bash", "shell": "bash", "html": "html", "css": "css", "c#": "csharp", "c++": "cpp",
    "ruby": "ruby", "php": "php", "kotlin": "kotlin", "swift": "swift", "c": "c",
}  # fmt: skip

_SHORT_NAMES = frozenset(("go", "c", "js", "ts", "py"))  # words of their own: only "in go" means Go
_GREETING = regex(
    r"^(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day)|yo|hallo|guten (?:tag"
    r"|morgen|abend)|bonjour"
    r"|bonsoir|salut|hola|buenos d[ií]as|buenas tardes|ciao|buongiorno|ol[áa]|oi|bom dia|hoi|goedemorgen"
    r"|cześć"
    r"|dzień dobry|merhaba|selam|xin chào|chào|hej|ahoj|dobrý den|halo|selamat pagi|привет|здравствуйте"
    r"|привіт"
    r"|вітаю|你好|您好|こんにちは|おはよう(?:ございます)?|안녕(?:하세요)?|مرحبا|السلام عليكم|שלום|नमस्ते"
    r"|สวัสดี(?:ครับ|ค่ะ)?"
    r"|γεια(?: σου| σας)?)"
    r"(?: there| everyone| again| all| world| assistant"
    r"| bot)?[\s!.,?:)、。！؟]*(?:how are you(?: doing)?(?: today)?\??)?[\s!.]*$",
    re.IGNORECASE,
)
_THANKS = regex(
    r"^(?:ok(?:ay)?,? |great,? )?(?:thanks?|thank you|thx|cheers|danke|merci|gracias|grazie|obrigad[oa]"
    r"|dank je|dziękuję"
    r"|teşekkürler|cảm ơn|tack|děkuji|terima kasih|спасибо|дякую|谢谢|ありがとう(?:ございます)?"
    r"|감사합니다|شكرا|תודה"
    r"|धन्यवाद|ขอบคุณ|ευχαριστώ)"
    r"\b(?:,? (?:you|so|very|much|a lot|again|for (?:your|the) help|vielmals|beaucoup))*[\s!.]*$",
    re.IGNORECASE,
)
_SAY = regex(
    rf"^{_POLITE}(?:say|repeat after me|repeat|echo|respond (?:only )?with|reply (?:only )?with"
    rf"|answer (?:only )?with|output)"
    r"(?: exactly| only| just| the words?| the following| back)*[: ]+(?P<given>.+?)$",
    re.IGNORECASE | re.DOTALL,
)
_NOT_SAID = regex(
    r"^(?:something|anything|more|why|how|what|if|in|as|a |an |json|valid|one word|a single|yes or no"
    r"|no more|your)",
    re.IGNORECASE,
)
_COUNTED = Sign(
    "list give name suggest write tell provide show recommend generate what share find create need brainstorm think"
    " come",
    rf"\b(?:list|give|name|suggest|write|tell|provide|show|recommend|generate|what are|share|find|create"
    rf"|need|brainstorm"
    rf"|think of|come up with)\b(?: me| us| out| the| some| a list of| top| exactly| only| just"
    rf"| up with)*? {_NUMBER}"
    r"(?: [\w'-]+){0,2}? (?P<noun>[\w' -]+)",
)
_LISTED = Sign(
    "list bulleted bullet bullets numbered what",
    rf"^{_POLITE}(?:list\b|(?:give|make|write|create)(?: me)? a (?:bulleted |numbered )?list"
    rf"|what are (?:some|the (?:main|top|best|key))\b)"
    r"|\b(?:as a list|in bullet points|bullet(?:ed)? list|numbered list|bullet points|(?:as|in) bullets)\b",
)
_JSON = Sign(
    "json",
    r"\b(?:in|as|return|respond with|output|produce|valid|a|using)\s+(?:a |an |valid |only |pure "
    r"|raw )*json\b",
)
_TABLE = Sign(
    "table",
    r"\b(?:markdown|comparison|as a|in a|a) table\b|\btable (?:of|with|comparing)\b",
)
_CODE = Sign(
    "function script program class method code snippet query component regex endpoint liner"
    " test tests implement refactor hello",
    r"\b(?:write|create|implement|generate|give me|show me|provide|code)\b.{0,40}?"
    r"\b(?:function|script|program|class|method|code|snippet|query|component|regex|endpoint|one-liner"
    r"|unit tests?)\b"
    r"|\b(?:sql|bash|shell|python|javascript|regex) (?:query|script|function|code|one-liner|snippet"
    r"|program)\b"
    r"|\bcode (?:for|that|to|example)\b|^(?:implement|refactor|code)\b"
    r"|\b(?:program|function|script|hello world) in (?:python|java|rust|go|c|ruby|bash|javascript"
    r"|typescript)\b",
)
_TRANSLATE = Sign(
    "translate",
    r"\btranslate\b",
)
_SUMMARY = Sign(
    "summarize summarise summary tl tldr sum",
    r"\b(?:summari[sz]e|summary of|tl;?dr|sum up|in summary)\b",
)
_WORD = Sign(
    "word",
    r"\b(?:one|a single|single|just one|1)[ -]word\b",
)
_YES_NO = Sign(
    "yes true",
    r"\byes (?:or|/) ?no\b|\byes/no\b|\btrue or false\b",
)
_POEM = Sign(
    "poem haiku limerick sonnet rhyme song lyrics verse",
    r"\b(?:poem|haiku|limerick|sonnet|rhyme|song|lyrics|verse)\b",
)
_JOKE = Sign(
    "joke pun funny",
    r"\b(?:joke|pun|something funny)\b",
)
_STORY = Sign(
    "story tale fable",
    r"\b(?:write|tell|create|give|make|compose)\b.{0,40}\b(?:story|tale|fable|fairy tale)\b",
)
_ESSAY = Sign(
    "essay article post report paper chapter speech guide tutorial",
    r"\b(?:write|draft|compose|create)\b.{0,40}\b(?:essay|article|blog post|report|paper|chapter|speech"
    r"|guide|tutorial)\b",
)
_LONG = regex(
    r"\b(?:detailed|in detail|in depth|in-depth|long|thorough|comprehensive|at length|step by step"
    r"|elaborate)\b",
    re.IGNORECASE,
)
_SHORT = regex(
    r"\b(?:brief(?:ly)?|short(?:ly)?|concise(?:ly)?|quick(?:ly)?|kurz|brièvement|brevemente|in a nutshell"
    r"|tersely|few words)\b"
    r"|кратко|коротко|简短|简要|短く|간단히",
    re.IGNORECASE,
)
_SENTENCES = Sign(
    "sentence sentences",
    rf"\b{_NUMBER}[ -](?:short |brief |simple |complete )?sentences?\b|\ba (?:single |short )?sentence\b",
)
_WORDS = Sign(
    "word words",
    r"\b(?:(?P<limit>under|below|less than|fewer than|more than|over) )?"
    rf"(?:(?P<digits>\d{{1,4}})|(?<=\bin )(?P<in>{'|'.join(_COUNTING)})"
    rf"|(?:exactly|just|only|about|than|under|over) (?P<spelt>{'|'.join(_COUNTING)}))[ -]words?\b",
)
_NAMED = "|".join(NAMES)
_SPOKEN = Sign(
    " ".join(NAMES),
    rf"\b(?:in|into|to) ({_NAMED})\b(?=\s*(?:please|only)?\s*(?:[.,:;!?\n\"“]|$))",
)


def said(prompt: Prompt) -> str:
    """Return the words of the last user message, as far as an ask is read."""
    for message in reversed(prompt.messages):
        if message.role == "user":
            return message.text[:_READ_LIMIT].strip()
    return ""


def read(prompt: Prompt, language: str | None = None) -> Ask:
    """Understand what a prompt asks. `language` is the scenario's, and wins over the prompt's own."""
    text = said(prompt)
    ask = _understood(text)
    told = (language or "").replace("_", "-").split("-")[0].lower() or _told(text)
    if not told:
        system = next((one.text[:_READ_LIMIT] for one in prompt.messages if one.role == "system"), "")
        told = _told(system)
    told = told or ask.language
    if (told, prompt.verbosity) == (ask.language, ask.verbosity):
        return ask
    return structs.replace(ask, language=told, verbosity=prompt.verbosity)


def _told(text: str) -> str:
    """Return the language that a text tells to answer in; "" when it tells none."""
    spoken = _SPOKEN.find(text, hear(text))
    return NAMES[spoken[1].lower()] if spoken else ""


def _ends(text: str) -> str:
    """Return where an ask stands: a long text's beginning and end, without what it is about between them."""
    return text if len(text) <= _BEGINNING + _END else f"{text[:_BEGINNING]}\n{text[-_END:]}"


@lru_cache(512)
def _understood(text: str) -> Ask:
    ends = _ends(text)
    heard = hear(ends)
    language = detect(ends)
    kind, given = _kind(text, ends, heard)
    about = topics.read(ends, language, heard)
    counted = _COUNTED.find(ends, heard)
    words = _WORDS.find(ends, heard)
    return Ask(
        text=text,
        kind=kind or about.lead,
        language=language,
        topic=about.topic,
        act=about.act,
        keys=about.keys,
        count=min(_number(counted[1]), _MOST_ITEMS) if counted else 0,
        sentences=_sentences(ends, heard),
        words=_words(words) if words else 0,
        length="long" if _LONG.search(ends) or kind == "essay" else "short" if _SHORT.search(ends) else "normal",
        given=given,
    )


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _NUMBERS[written.lower()]


def _words(found: re.Match[str]) -> int:
    """Return how many words: one fewer than "under 50", one more than "over 50"."""
    count = _number(found["digits"] or found["in"] or found["spelt"])
    match (found["limit"] or "").lower():
        case "under" | "below" | "less than" | "fewer than":
            return max(1, count - 1)
        case "more than" if not found.string[: found.start()].lower().endswith("no "):
            return count + 1
        case "over":
            return count + 1
        case _:
            return count


def _sentences(text: str, heard: frozenset[str]) -> int:
    found = _SENTENCES.find(text, heard)
    return 0 if found is None else _number(found[1]) if found[1] else 1


def _kind(text: str, ends: str, heard: frozenset[str]) -> tuple[Kind | None, str]:
    """Return the kind that the words ask for, with what they bring along; None when only the topic tells."""
    if _GREETING.match(ends):
        return "greeting", ""
    if _THANKS.match(ends):
        return "thanks", ""
    told = _SAY.match(text)
    if told and not _NOT_SAID.match(told["given"]):
        return "say", told["given"].strip().strip("\"'“”‘’")
    if _TRANSLATE.find(ends, heard):
        return "translate", _brought(text)
    if _SUMMARY.find(ends, heard):
        return "summary", _brought(text)
    return next((kind for kind, sign in _SIGNS if sign.find(ends, heard)), _counted_kind(ends, heard)), ""


_SIGNS: tuple[tuple[Kind, Sign], ...] = (
    ("json", _JSON),
    ("table", _TABLE),
    ("code", _CODE),
    ("word", _WORD),
    ("yes_no", _YES_NO),
    ("joke", _JOKE),
    ("poem", _POEM),
    ("story", _STORY),
    ("essay", _ESSAY),
)


def _counted_kind(text: str, heard: frozenset[str]) -> Kind | None:
    counted = _COUNTED.find(text, heard)
    prose = counted and re.match(r"(?:word|sentence|paragraph|line)", counted["noun"], re.IGNORECASE)
    return "list" if (counted and not prose) or _LISTED.find(text, heard) else None


def _brought(text: str) -> str:
    """Return the text an ask brings along: in quotes, after a colon, or on its other lines."""
    quoted = re.search(r"[\"“«]([^\"”»]+)[\"”»]|(?<!\w)'([^']+)'(?!\w)", text)
    if quoted:
        return (quoted[1] or quoted[2]).strip()
    return next((text.split(mark, 1)[1].strip() for mark in (":", "\n") if text.partition(mark)[2].strip()), "")


def code_language(text: str) -> str:
    """Return the programming language that a text names, as a fence is labelled; "" when it names none."""
    names = "|".join(re.escape(name) for name in sorted(CODE_NAMES, key=len, reverse=True) if name not in _SHORT_NAMES)
    found = re.search(rf"(?<![\w#+])({names})(?![\w#+])", text, re.IGNORECASE)
    short = re.search(r"\b(?:in|a|using|write) (go|c|js|ts|py)\b(?! (?:to|on|for)\b)", text, re.IGNORECASE)
    named = found or short
    return CODE_NAMES[named[1].lower()] if named else ""
