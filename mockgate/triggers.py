"""Faults asked for by the request itself, with no scenario: by a header, a key, a model's suffix, a phrase.

One grammar behind all four: a status, a deed or a preset, then `key=value` as in a scenario's fault; between them
blanks or commas.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from .breakage import DOES, PRESETS, Fault
from .errors import GatewayError, Problem, ScenarioError
from .facts import Facts
from .faults import Strike, Tally, Trap, preset, until_refused
from .keys import incorrect
from .layers import of_values
from .reading import convert, did_you_mean
from .scalars import resolve
from .sections import When
from .turn import Prompt
from .wire import Call

#: Headers that carry a trigger.
HEADERS = ("X-Mockgate-Error", "X-Mockgate-Fault")

#: How a key that is one begins; what follows must be a status or a name, as people's own keys may begin so too.
KEY = "sk-mock-"

#: What stands between a model's name and its trigger.
SUFFIX = ":mock-"

_PHRASE = re.compile(r"\[\[\s*mock:([^\[\]]{0,500})\]\]")
_NAMES = tuple((name, name.lower()) for name in HEADERS)
_LOWER = frozenset(name.lower() for name in HEADERS)
_ALWAYS = When()
_WORDS = re.compile(r"[\s,]+")
_STATUS = re.compile(r"[45]\d\d")


def of_call(call: Call, key: str, seed: int) -> list[Trap]:
    """Return what a call's header and key ask for; but for what depends on its prompt, see `of_prompt`.

    Raises GatewayError (400) for a header or a key that asks for nothing known.
    """
    carried = _carried(call, key, seed)
    return [trap for trap in carried if trap.fault.when == _ALWAYS] if carried else []


def of_prompt(prompt: Prompt, call: Call, key: str, seed: int) -> tuple[Prompt, list[Trap]]:
    """Return what a prompt's model and newest words ask for, and the prompt with its real model.

    And what the header and the key of its call ask for that depends on the prompt: a preset's fault may be for streams
    only. Raises GatewayError (400) for a trigger that asks for nothing known.
    """
    carried = _carried(call, key, seed)
    found = [trap for trap in carried if trap.fault.when != _ALWAYS] if carried else []
    if SUFFIX in prompt.model:
        model, _, text = prompt.model.partition(SUFFIX)
        found += _traps(text, f"model {prompt.model}", seed)
        prompt = msgspec.structs.replace(prompt, model=model)
    # The body is looked into first: of nearly every one that is all there is to do.
    last = prompt.last if b"[[" in call.raw or not call.raw else None
    if last is not None and last.role == "user" and "[[" in last.text:
        for text in map(str.strip, _PHRASE.findall(last.text)):
            found += _traps(text, f"phrase [[mock: {text}]]", seed)
    return prompt, found


def _carried(call: Call, key: str, seed: int) -> list[Trap]:
    if _LOWER.isdisjoint(call.headers) and not key.startswith(KEY):
        return []  # nearly every call
    found: list[Trap] = []
    for name, lower in _NAMES:
        if lower in call.headers:
            text = call.headers[lower].strip()
            found += _traps(text, f"header {name}: {text}", seed)
    if key.startswith(KEY) and _is_known(key.removeprefix(KEY)):
        found += _traps(key.removeprefix(KEY), f"key {key}", seed, wrong=incorrect(key))
    return found


def sprung(traps: Iterable[Trap], facts: Facts, tally: Tally, now: float, under_way: int) -> list[Strike]:
    """Return which of the traps strike a call, and count it; after one that refuses, none does."""
    return until_refused((trap.strike(facts, tally, now, under_way) for trap in traps), whole=False)


def faults_of(text: str) -> list[Fault]:
    """Read the faults that a trigger asks for.

    Raises ScenarioError for one that asks for nothing known.
    """
    name, *pairs = _WORDS.split(text.strip().strip(","))
    if name in PRESETS and not pairs:
        return preset(name)
    values: dict[str, object] = {"error": int(name)} if _STATUS.fullmatch(name) else {"do": name}
    if "do" in values and name not in DOES:
        raise ScenarioError([Problem("", f'"{name}" is no status, deed or preset', _meant(name))])
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not value:
            raise ScenarioError([Problem("", f'"{pair}" is no `key=value`', "Write such as after=10tokens.")])
        values[key] = resolve(value)
    return [convert(of_values(values), Fault)]


def _meant(name: str) -> str:
    known = [*DOES, *PRESETS]
    return did_you_mean(name, known) or f"Write a status such as 429, or one of {', '.join(known)}."


def _is_known(text: str) -> bool:
    name = _WORDS.split(text)[0]
    return bool(_STATUS.fullmatch(name)) or name in DOES or name in PRESETS


@lru_cache(maxsize=256)
def _traps(text: str, label: str, seed: int, wrong: str = "") -> tuple[Trap, ...]:
    """Compile a trigger; `wrong` is what a 401 says that says nothing else."""
    try:
        faults = faults_of(text)
    except ScenarioError as error:
        told = "; ".join(f"{problem.path} {problem.message}".strip() for problem in error.problems)
        hint = " ".join(filter(None, (problem.suggestion for problem in error.problems)))
        raise GatewayError("bad_request", f"The trigger in the {label} cannot be read: {told}.", hint=hint) from None
    if wrong and faults[0].error == 401 and faults[0].message is None and faults[0].body is None:
        faults = [msgspec.structs.replace(faults[0], message=wrong)]
    labels = [label] if len(faults) == 1 else [f"{label}[{at}]" for at in range(len(faults))]
    return tuple(Trap(fault, name, seed, []) for fault, name in zip(faults, labels, strict=True))
