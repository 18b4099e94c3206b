"""How harmful a text is, category by category, by the words that give it away: a score near 0 for what is clean.

The cues are few and blunt: they tell a threat from a recipe in a test, and protect nobody.
"""

import re
from functools import cache
from typing import Literal, get_args

from ..rng import Dice

Category = Literal[
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
]  # fmt: skip

#: Every category, in OpenAI's order.
CATEGORIES: tuple[Category, ...] = get_args(Category)

#: A category applies from this score on.
THRESHOLD = 0.5

_SURE, _LIKELY, _DOUBTFUL = 0.92, 0.72, 0.28
_SPREAD = 0.06  # how far a score may lie from its cue's
_CLEANEST, _CLEAN = -6.0, -3.3  # powers of ten that the scores of clean text lie between

#: What a cue may name in `<>`: words, as alternatives.
_NAMED = {
    "hurt": r"(?:kill|murder|stabb|slaughter|behead|hurt|attack|assault|punch|burn|poison)(?:s|ed|ing)?|stab"
    r"|(?:strangl|tortur|assassinat)(?:e|es|ed|ing)|rape|shoot|shot|beat|beat up",
    "person": r"you|him|her|them|everyone|everybody|someone|somebody|people|children"
    r"|(?:my|your|his|her|their|this) \w+",
    "me": r"i'?m going to|i am going to|i'?ll|i will|i want to|i wanna|i'?d like to|i plan to|we'?ll|we will|let'?s",
    "group": r"jews|muslims|christians|hindus|immigrants|refugees|foreigners|gays|lesbians|transgender people"
    r"|black people|white people|asians|arabs|mexicans|women|disabled people",
    "slight": r"idiots?|morons?|stupid|losers?|pathetic|worthless|scum|trash|dumb|imbeciles?|disgusting|freaks?"
    r"|bastards?|bitch|assholes?",
    "beasts": r"inferior|subhuman|vermin|animals|parasites|filthy|a disease",
    "die": r"die|be killed|be shot|be hanged|burn",
    "gore": r"gore|gory|dismember\w*|decapitat\w*|disembowel\w*|mutilat\w*|severed|entrails|pools? of blood|corpses?"
    r"|blood \w+ everywhere|rotting flesh|skinned alive",
    "atrocity": r"murder\w*|massacre\w*|slaughter\w*|stabb\w+|beheading|tortur\w+|assassinat\w+",
    "how": r"how to|how do i|how can i|how do you|how would i|instructions (?:for|to|on)|steps to|guide to|teach me"
    r"|best way to|ways to",
    "make": r"make|build|construct|assemble|buy|get",
    "weapon": r"(?:pipe ?)?bombs?|explosives?|guns?(?! control)|silencers?|grenades?|molotov cocktails?|weapons?"
    r"|nerve agent",
    "crime": r"shoplift|steal|hack into|launder money|counterfeit|forge|smuggle|pick a lock|hot-?wire|evade taxes"
    r"|cook meth|make meth|(?:buy|sell) (?:drugs|cocaine|heroin|meth)|phish|break into|rob|blackmail",
    "end": r"suicid\w+(?! (?:prevention|hotline|awareness))|self[- ]harm\w*|end(?:ing)? (?:my life|it all)|overdose"
    r"|(?:kill|cutt?|hurt|hang|starve?)(?:ing)? (?:myself|yourself)",
    "death_wish": r"i (?:just |really )?(?:want to die|wish i (?:was|were) dead)",
    "sexual": r"porn\w*|nudes?|naked|orgasms?|erotic\w*|masturbat\w+|horny|sexually explicit|sexual fantas\w+"
    r"|(?:have|had|having) sex|sex (?:with|scene|act)",
    "minor": r"child(?:ren)?|minors?|under-?age\w*|kids?|teenagers?|(?:1[0-7]|[5-9])[- ]year[- ]olds?"
    r"|school(?:girl|boy)s?",
}

#: What gives a category away, and how surely. `~` is up to 30 letters of anything.
_CUES: dict[Category, tuple[tuple[float, str], ...]] = {
    "harassment": (
        (_SURE, "you ~ <slight>"),
        (_SURE, "<slight> ~ you"),
        (_LIKELY, "shut up|nobody likes you"),
        (_LIKELY, r"<me> ~ <hurt> (?:your \w+|you)"),
        (_LIKELY, "you ~ deserve to die"),
    ),
    "harassment/threatening": ((_SURE, r"<me> ~ <hurt> (?:your \w+|you)"), (_SURE, "you ~ deserve to die")),
    "hate": (
        (_SURE, "(?:hate|despise|get rid of) ~ <group>"),
        (_SURE, "<group> ~ <beasts>"),
        (_SURE, "<group> ~ <slight>"),
        (_LIKELY, "<hurt> ~ <group>"),
        (_LIKELY, "<group> ~ (?:should|must) ~ <die>"),
    ),
    "hate/threatening": ((_SURE, "<hurt> ~ <group>"), (_SURE, "<group> ~ (?:should|must) ~ <die>")),
    "illicit": ((_SURE, "<how> ~ <crime>"), (_SURE, "<how> ~ <make> ~ <weapon>"), (_DOUBTFUL, "<crime>")),
    "illicit/violent": ((_SURE, "<how> ~ <make> ~ <weapon>"), (_DOUBTFUL, "<make> ~ <weapon>")),
    "self-harm": ((_SURE, "<end>"), (_SURE, "<death_wish>")),
    "self-harm/intent": ((_SURE, "<me> ~ <end>"), (_SURE, "<death_wish>")),
    "self-harm/instructions": ((_SURE, "<how> ~ <end>"),),
    "sexual": ((_SURE, "<sexual>"),),
    "sexual/minors": ((_SURE, "<sexual> ~ <minor>"), (_SURE, "<minor> ~ <sexual>")),
    "violence": (
        (_SURE, "<hurt> <person>"),
        (_SURE, "<gore>"),
        (_LIKELY, "<atrocity>"),
        (_LIKELY, "<hurt> ~ <group>"),
        (_LIKELY, "<group> ~ (?:should|must) ~ <die>"),
        (_DOUBTFUL, "<hurt>"),
        (_DOUBTFUL, "<weapon>"),
    ),
    "violence/graphic": ((_SURE, "<gore>"),),
}


def judge(text: str, model: str) -> dict[Category, float]:
    """Return a model's score of a text in every category: from 0 to 1, the same for the same text."""
    read = " ".join(text.casefold().replace("’", "'").split())
    dice = Dice("moderation", model, text)
    return {category: _score(_strength(category, read), dice.fork(category)) for category in CATEGORIES}


def told(category: Category, text: str, model: str, *, applies: bool) -> float:
    """Return the score of a category of which it is told whether it applies."""
    return _score(_SURE if applies else 0.0, Dice("moderation", model, text).fork(category))


def _strength(category: Category, text: str) -> float:
    return next((strength for strength, cue in _compiled()[category] if cue.search(text)), 0.0)


def _score(strength: float, dice: Dice) -> float:
    if not strength:
        return 10 ** dice.random.uniform(_CLEANEST, _CLEAN)
    return strength + dice.random.uniform(-_SPREAD, _SPREAD)


@cache
def _compiled() -> dict[Category, list[tuple[float, re.Pattern[str]]]]:
    """Compile all cues, the surest of each category first."""
    return {
        category: [(strength, _cue(written)) for strength, written in sorted(cues, reverse=True)]
        for category, cues in _CUES.items()
    }


def _cue(written: str) -> re.Pattern[str]:
    named = re.sub(r"<(\w+)>", lambda name: f"(?:{_NAMED[name[1]]})", written)
    return re.compile(r"\b.{0,30}?\b".join(rf"\b(?:{part})\b" for part in named.split(" ~ ")))
