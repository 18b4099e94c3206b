"""A whole scenario: its keys, how it is loaded, and its JSON Schema.

A gateway file is a scenario without rules; a scenario stands on its gateway's file and on what it `extends`.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from typing import Annotated, Any, Literal

import msgspec

from . import layers
from .access import BudgetSpec, Group, KeySpec, Limits, LimitSpec, Price, PromptCacheSpec, WalletSpec
from .afterwards import JobSpec, RealtimeSpec, VideoSpec, WebhookSpec, unknown_states, unknown_words
from .breakage import Fault, Faults, Incident, Phase, unknown_presets
from .complaints import Path, steps
from .errors import ENVELOPES, FORM_WORDS, Problem, ScenarioError
from .layers import Source
from .loader import Document
from .manners import Manners, unknown_blanks
from .reading import Flaw, Section, convert, did_you_mean, misread
from .sections import (
    FAMILIES,
    Auth,
    ClockSpec,
    Count,
    Example,
    Expectation,
    Glob,
    JournalSpec,
    Manner,
    Model,
    Pace,
    PartSpec,
    Positive,
    ReplySpec,
    Result,
    Rule,
    Said,
    Stall,
    Texts,
    UsageOverride,
    When,
    Words,
    bad_headers,
    is_pattern,
)
from .seeds import BatchSeed, CompletionSeed, ConversationSeed, FileSeed, ResponseSeed, Seeds, VideoSeed
from .units import Bytes, Share, schema_hook

__all__ = [
    "FAMILIES",
    "Auth",
    "BatchSeed",
    "BudgetSpec",
    "ClockSpec",
    "CompletionSeed",
    "ConversationSeed",
    "Count",
    "Example",
    "Expectation",
    "Fault",
    "FileSeed",
    "Glob",
    "Group",
    "Incident",
    "JobSpec",
    "JournalSpec",
    "KeySpec",
    "LimitSpec",
    "Manner",
    "Model",
    "Pace",
    "PartSpec",
    "Phase",
    "Positive",
    "Price",
    "PromptCacheSpec",
    "ReplySpec",
    "ResponseSeed",
    "Result",
    "Rule",
    "Said",
    "Scenario",
    "Section",
    "Seeds",
    "Source",
    "Stall",
    "Texts",
    "UsageOverride",
    "VideoSeed",
    "VideoSpec",
    "WalletSpec",
    "WebhookSpec",
    "When",
    "Words",
    "load",
    "locate",
    "of_document",
    "schema",
]


def _says(description: str, **schema: Any) -> msgspec.Meta:
    """Say in the JSON Schema what a key means."""
    return msgspec.Meta(description=description, extra_json_schema=schema or None)


class Scenario(Section, frozen=True, dict=True):
    """Everything that decides how a server answers."""

    mockgate: Annotated[Literal[1], _says("The version of the format.")] = 1
    extends: Annotated[
        str | list[str] | None,
        _says("Scenarios to stand on: paths seen from this file, or names of built-in ones."),
    ] = None
    gateway: Annotated[str, _says("Whose manners to have: a built-in gateway's name, or the path of a file.")] = (
        "openai"
    )
    name: Annotated[str, _says("What to call this scenario.")] = ""
    description: Annotated[str, _says("What this scenario is for.")] = ""
    seed: Annotated[int, _says("The seed of all chance.")] = 0
    default_reply: Annotated[Literal["synthetic", "echo", "error"], _says("What answers when no rule matches.")] = (
        "synthetic"
    )
    tools: Annotated[
        Literal["match", "always", "never"],
        _says("When synthetic answers call tools of their own accord; match: where the prompt speaks of one."),
    ] = "match"
    language: Annotated[
        str | None, _says("The language of synthetic answers, such as de or pt_BR; default: the prompt's.")
    ] = None
    speech: Annotated[
        Literal["auto", "synthetic"],
        _says("How speech sounds; auto: intelligible where an engine is installed; synthetic: the same everywhere."),
    ] = "auto"
    pace: Annotated[str | Pace | None, _says("How fast answers come; default: each model's own pace.")] = None
    paces: Annotated[dict[str, Pace], _says("Paces by name, for any `pace` to name.")] = msgspec.field(
        default_factory=dict
    )
    clock: Annotated[ClockSpec, _says("What time it is.")] = ClockSpec()
    auth: Annotated[Auth, _says("How callers name themselves.")] = Auth()
    keys: Annotated[dict[str, KeySpec], _says("Keys that are known, and what is special about each.")] = msgspec.field(
        default_factory=dict
    )
    unknown_keys: Annotated[Literal["accept", "refuse"], _says("What happens to keys that are not under `keys`.")] = (
        "accept"
    )
    groups: Annotated[dict[str, Group], _says("What keys of a group share.")] = msgspec.field(default_factory=dict)
    limits: Annotated[Limits | None, _says("Limits of everyone, beside those of groups and keys.")] = None
    limit_headers: Annotated[
        Literal["openai", "anthropic", "seconds", "unix", "none"], _says("How answers tell what is left of the limits.")
    ] = "openai"
    prices: Annotated[dict[str, Price], _says("What models cost, by id or pattern; the first that fits.")] = (
        msgspec.field(default_factory=dict)
    )
    wallet: Annotated[WalletSpec, _says("The money of keys that have no balance of their own.", default={})] = (
        WalletSpec()
    )
    budgets: Annotated[dict[str, BudgetSpec], _says("What accounts (/team/alpha, or / for all) may spend.")] = (
        msgspec.field(default_factory=dict)
    )
    prompt_cache: Annotated[
        PromptCacheSpec | bool, _says("How prompts that were sent before are cached; false: not at all.")
    ] = True
    faults: Annotated[Faults, _says("What goes wrong: faults, or names of presets.")] = msgspec.field(
        default_factory=list[Any]
    )
    incident: Annotated[Incident | None, _says("A timeline of phases in which things go wrong.")] = None
    triggers: Annotated[bool, _says("Whether a header, a key, a model's suffix or a phrase may ask for a fault.")] = (
        True
    )
    envelope: Annotated[
        str | dict[str, Any], _says(f"How errors are worded: {', '.join(ENVELOPES)}, or a form of one's own.")
    ] = "openai"
    manners: Annotated[Manners, _says("What the gateway does its own way.", default={})] = Manners()
    profile: Annotated[str, _says("Which side of its gateway is played: as its docs have it, or its source.")] = (
        "documented"
    )
    profiles: Annotated[
        dict[str, dict[str, Any]], _says("What a gateway says otherwise in a profile, by its name.")
    ] = msgspec.field(default_factory=dict)
    offers: Annotated[list[Glob], _says("Which of the models are on offer, by id or pattern; default: all.")] = (
        msgspec.field(default_factory=list)
    )
    headers: Annotated[dict[str, str], _says("Headers of every answer.")] = msgspec.field(default_factory=dict)
    models: Annotated[list[str | Model], _says("The models on offer; joined with the gateway's by id.")] = (
        msgspec.field(default_factory=list)
    )
    aliases: Annotated[dict[str, str], _says("Other names of models on offer.")] = msgspec.field(default_factory=dict)
    default_model: Annotated[
        str, _says("The model of an example that names none, and the one made ready at the start.")
    ] = "gpt-4o-mini"
    unknown_models: Annotated[Literal["refuse", "accept"], _says("What happens to models not on offer.")] = "refuse"
    unknown_fields: Annotated[
        Literal["note", "reject"], _says("What happens to unknown fields of a request's body.")
    ] = "note"
    reasoning_content: Annotated[bool, _says("Whether chat answers show the reasoning.")] = True
    max_body: Annotated[Bytes, _says("The largest request body that is read.", default="32MB")] = msgspec.field(
        default_factory=partial(Bytes.read, "32MB")
    )
    max_upload: Annotated[Bytes, _says("The largest form, with its files, that is taken in.", default="600MB")] = (
        msgspec.field(default_factory=partial(Bytes.read, "600MB"))
    )
    journal: Annotated[JournalSpec, _says("How much each session remembers.", default={})] = msgspec.field(
        default_factory=JournalSpec
    )
    batches: Annotated[list[JobSpec], _says("How batches go: how long they take, and how they end.")] = msgspec.field(
        default_factory=list
    )
    responses: Annotated[list[JobSpec], _says("How background responses go.")] = msgspec.field(default_factory=list)
    videos: Annotated[
        list[VideoSpec], _says("How videos go: how long they take, how they end, how many at a time.")
    ] = msgspec.field(default_factory=list)
    realtime: Annotated[RealtimeSpec, _says("How realtime sessions go: how long, and what they hear.", default={})] = (
        msgspec.field(default_factory=RealtimeSpec)
    )
    video_words: Annotated[dict[str, str], _says("What the states of a video are called here.")] = msgspec.field(
        default_factory=dict
    )
    batch_discount: Annotated[Share, _says("What a batch saves of the price.", default="50%")] = msgspec.field(
        default_factory=partial(Share.read, "50%")
    )
    records: Annotated[Seeds, _says("Objects that a session begins with.", default={})] = msgspec.field(
        default_factory=Seeds
    )
    unknown_ids: Annotated[
        Literal["refuse", "synthesize"], _says("What an id that nothing has gets: 404, or an object made for it.")
    ] = "refuse"
    validation: Annotated[
        Literal["strict", "lenient"], _says("What a wrong request gets: 400, or an answer once it was put right.")
    ] = "strict"
    webhooks: Annotated[list[WebhookSpec], _says("Who is told when a job has ended.")] = msgspec.field(
        default_factory=list
    )
    rules: Annotated[list[Rule], _says("What is answered to what; the first rule that matches answers.")] = (
        msgspec.field(default_factory=list)
    )
    examples: Annotated[list[Example], _says("Requests and what they must be answered: the scenario's tests.")] = (
        msgspec.field(default_factory=list)
    )

    @property
    def document(self) -> Document:
        """What this scenario was read from; empty for one made in Python, or changed since."""
        found = self.__dict__.get("document_read", Document({}))
        assert isinstance(found, Document)
        return found

    def flaws(self) -> Iterator[Flaw]:
        """Find names that lead nowhere."""
        yield from bad_headers(self.headers)
        if isinstance(self.envelope, str) and self.envelope not in ENVELOPES:
            near = did_you_mean(self.envelope, list(ENVELOPES)) or f"There are {', '.join(ENVELOPES)}."
            yield Flaw(("envelope",), f'is no envelope: "{self.envelope}"', near)
        yield from unknown_blanks(self.envelope, FORM_WORDS, ("envelope",))
        yield from unknown_presets(self.faults)
        yield from unknown_states("batch", self.batches, "batches")
        yield from unknown_states("response", self.responses, "responses")
        yield from unknown_states("video", self.videos, "videos")
        yield from unknown_words("video", self.video_words, "video_words")
        yield from self._flaws_of_the_default_model()
        yield from self._flaws_of_paces()
        yield from self._flaws_of_callers()

    def _flaws_of_callers(self) -> Iterator[Flaw]:
        for name, key in self.keys.items():
            if key.group is not None and key.group not in self.groups:
                near = did_you_mean(key.group, list(self.groups)) or "Describe it under `groups`."
                yield Flaw(("keys", name, "group"), f'is no group: "{key.group}"', near)
        names = [name for model in self.models for name in _names(model)]
        patterns = [name for name in names if is_pattern(name)]
        for model in self.prices if names and self.unknown_models == "refuse" else ():
            offered = model in names or any(fnmatchcase(model, pattern) for pattern in patterns)
            if not offered and not any(fnmatchcase(name, model) for name in names):
                near = did_you_mean(model, names) or "Add it under `models`."
                yield Flaw(("prices", model), f'is the price of no model on offer: "{model}"', near)

    def _flaws_of_the_default_model(self) -> Iterator[Flaw]:
        names = [name for model in self.models for name in _names(model)]
        offered = self.default_model in names or any(fnmatchcase(self.default_model, name) for name in names)
        if names and not offered and self.unknown_models == "refuse":
            near = did_you_mean(self.default_model, names) or "Add it under `models`."
            yield Flaw(("default_model",), f'is not on offer: "{self.default_model}"', near)

    def _flaws_of_paces(self) -> Iterator[Flaw]:
        known = ["instant", *self.paces]
        for path, name in self._named_paces():
            if name not in known:
                near = did_you_mean(name, known) or f"There are {', '.join(known)}."
                yield Flaw(path, f'names no pace: "{name}"', near)
        if "instant" in self.paces:
            yield Flaw(("paces", "instant"), "is built in", "Give it another name.")
        yield from self._circular_paces()

    def _named_paces(self) -> Iterator[tuple[Path, str]]:
        yield from _named(("pace",), self.pace)
        for name, pace in self.paces.items():
            yield from _named(("paces", name), pace)
        for at, model in enumerate(self.models):
            if isinstance(model, Model):
                yield from _named(("models", at, "pace"), model.pace)
        for at, rule in enumerate(self.rules):
            yield from _named(("rules", at, "pace"), rule.pace)
            if isinstance(rule.reply, ReplySpec):
                yield from _named(("rules", at, "reply", "pace"), rule.reply.pace)
            for turn, reply in enumerate(rule.replies or []):
                if isinstance(reply, ReplySpec):
                    yield from _named(("rules", at, "replies", turn, "pace"), reply.pace)

    def _circular_paces(self) -> Iterator[Flaw]:
        for name, pace in self.paces.items():
            seen, base = {name}, pace.profile
            while base in self.paces and base not in seen:
                seen.add(base)
                base = self.paces[base].profile
            if base == name:
                yield Flaw(("paces", name, "profile"), "stands on itself, in the end")


def _names(model: str | Model) -> list[str]:
    return [model] if isinstance(model, str) else [model.id, *model.aliases]


def _named(path: Path, pace: str | Pace | None) -> Iterator[tuple[Path, str]]:
    """Find the name of a profile in a pace that is one, or stands on one."""
    if isinstance(pace, str):
        yield path, pace
    elif pace is not None and pace.profile is not None:
        yield (*path, "profile"), pace.profile


def load(source: Source = None, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Load a scenario: a path or a built-in name, YAML text, a mapping, a document, or None for no scenario.

    It stands on its gateway's file and on what it extends; `overrides` stand above it. Raises ScenarioError
    with all that is wrong, each at its place in the file it stands in.
    """
    try:
        document = layers.merged(source, overrides)
    except ScenarioError as error:
        raise ScenarioError([*error.problems, *_own_problems(source)]) from None
    scenario = of_document(document)
    scenario.__dict__["made_of"] = (source, dict(overrides or {}))
    return scenario


def of_document(document: Document) -> Scenario:
    """Read a document that is a whole scenario by itself, as `Scenario.document` is.

    Raises ScenarioError with all that is wrong.
    """
    scenario = convert(document, Scenario)
    scenario.__dict__["document_read"] = document
    return scenario


def played_by(scenario: Scenario, gateway: str) -> Scenario:
    """Return the scenario with another gateway's manners; of one that was not loaded, only those.

    One that has no such profile is as documented. Raises ScenarioError with all that is wrong then.
    """
    source, overrides = scenario.__dict__.get("made_of", (None, {}))
    asked = {**overrides, "gateway": gateway}
    known = scenario.profile in layers.profiles(source, asked)
    return load(source, asked if known else {**asked, "profile": layers.DEFAULT_PROFILE})


def _own_problems(source: Source) -> list[Problem]:
    """Find what is wrong with a scenario whose gateway, or what it extends, cannot be had."""
    try:
        document = layers.document(source)
    except ScenarioError:
        return []  # it is itself what cannot be had
    return misread(document, Scenario, but=("gateway", "extends"))


def locate(scenario: Scenario, problems: list[Problem]) -> list[Problem]:
    """Add to problems that have only a path the place in the file that the scenario was read from."""
    document = scenario.document
    return [
        problem if problem.place else problem._replace(place=document.place(steps(problem.path)))
        for problem in problems
    ]


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file, for editors."""
    found = msgspec.json.schema(Scenario, schema_hook=schema_hook)
    for definition in found["$defs"].values():
        if "description" in definition:
            definition["description"] = " ".join(definition["description"].split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mockgate scenario",
        **found,
    }
