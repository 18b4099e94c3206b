"""What is answered: the script, else the default; made to obey, counted, and put together as a Turn."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

import msgspec

from . import synth, tokens
from .catalogue import Catalogue
from .errors import GatewayError
from .fitting import fit
from .journal import Exchange
from .logprobs import logprobs
from .pacing import INSTANT, Tempo, settle
from .progress import Progress
from .rng import Dice
from .rules import Facts
from .scenario import Model, Pace, Scenario, UsageOverride
from .script import Found, Script
from .speaking import Speaker
from .tokens import Vocabulary
from .turn import (
    Audio,
    Image,
    Part,
    Prompt,
    Reasoning,
    Reply,
    Split,
    Text,
    ToolCall,
    Turn,
    Usage,
    words_of,
)

#: Scripted parts that a request completes, or changes: ids, sound; pictures are for those who ask for one.
_UNFINISHED = frozenset({ToolCall, Audio, Image})


class Said(msgspec.Struct, frozen=True):
    """A turn, and what playing it takes: its tempo, its dice, and how its words are cut into tokens."""

    turn: Turn
    tempo: Tempo
    dice: Dice
    split: Split


class Responder:
    """Answers prompts as one scenario says."""

    def __init__(self, scenario: Scenario, script: Script, catalogue: Catalogue) -> None:
        self.scenario = scenario
        self.script = script
        self.catalogue = catalogue
        hidden = () if scenario.reasoning_content else ("hidden_reasoning",)
        self.quirks = frozenset[str]((*hidden, *scenario.manners.quirks))
        self._tempos: dict[tuple[str | None, str | None], Tempo] = {}

    async def count(self, prompt: Prompt, model: Model, exchange: Exchange) -> tokens.InputTokens:
        """Count a prompt.

        Raises GatewayError when it is too long for the model.
        """
        vocabulary = tokens.loaded(prompt.model) or await tokens.vocabulary(prompt.model)
        if len(exchange.call.raw) <= tokens.LARGE:
            counted = tokens.count_input(prompt, vocabulary)
        else:
            counted = await tokens.input_tokens(prompt, vocabulary)
        _check_context(model, counted.total)
        return counted

    async def respond(
        self, prompt: Prompt, model: Model, counted: tokens.InputTokens, progress: Progress, exchange: Exchange
    ) -> Said:
        """Answer a prompt that was counted.

        Raises GatewayError: the script says so, or nothing matched.
        """
        vocabulary = tokens.loaded(prompt.model) or await tokens.vocabulary(prompt.model)
        dice = Dice(self.scenario.seed, prompt.fingerprint())
        found = self.find(prompt, model, progress, exchange, dice)
        limit = _limit(prompt, model)
        said = self._choices(prompt, found, model, dice)
        cut: tuple[bool, ...] = ()
        if prompt.voice is not None:
            speaker = Speaker(prompt.voice, prompt.stops, limit, vocabulary)
            spoken = await asyncio.gather(*(asyncio.to_thread(speaker.speak, parts, dice) for parts in said))
            said, cut = [parts for parts, _ in spoken], tuple(was_cut for _, was_cut in spoken)
        small = _size(said) * (1 + (prompt.top_logprobs or 0)) <= tokens.LARGE
        if small:
            replies = _obey(prompt, found, limit, vocabulary, said, dice)
        else:
            replies = await asyncio.to_thread(_obey, prompt, found, limit, vocabulary, said, dice)
        if any(cut) and limit is not None:
            replies = tuple(
                msgspec.structs.replace(reply, finish="length", output_tokens=limit) if was_cut else reply
                for reply, was_cut in zip(replies, cut, strict=True)
            )
        usage = _usage(counted, replies, vocabulary)
        turn = Turn(
            prompt,
            replies,
            overridden(usage, found.usage),
            dice.letters,
            int(exchange.started),
            found.label,
            found.headers,
            self.quirks,
        )
        tempo = self.tempo(exchange.call.pace or found.pace, model)
        split = vocabulary.split if small or not prompt.stream else await asyncio.to_thread(_cut, replies, vocabulary)
        return Said(turn, tempo, dice, split)

    def find(self, prompt: Prompt, model: Model, progress: Progress, exchange: Exchange, dice: Dice) -> Found:
        """Ask the script, else the default, and count it as a model call.

        Raises GatewayError when the rule that matched is an error, or when nothing matched and that is one.
        """
        progress.turns += 1
        facts = Facts(prompt, exchange.call, exchange.key, progress.turns)
        fill = partial(_arguments, prompt, dice)
        found = progress.pushed.find(facts, dice, exchange.started, fill) if progress.pushed.rules else None
        if found is None:
            found = self.script.find(facts, progress.cursors, dice, exchange.started, fill)
        if found is None:
            if self.scenario.default_reply == "error":
                exchange.rule = "default: error"
                raise self._nothing_matched(facts, progress)
            return Found(label=f"default: {self.scenario.default_reply}", source=self.scenario.default_reply)
        if found.error is not None:
            exchange.rule = found.label
            exchange.due = self.tempo(found.pace, model).first_token if found.pace is not None else 0.0
            raise found.error
        return found

    def _nothing_matched(self, facts: Facts, progress: Progress) -> GatewayError:
        near = self.script.nearest(facts, progress.cursors)
        lines = [str(miss) for miss in near] or ["the scenario has no rules"]
        return GatewayError("no_rule", "No rule matched this request. The closest: " + "; ".join(lines))

    def _choices(self, prompt: Prompt, found: Found, model: Model, dice: Dice) -> list[Sequence[Part]]:
        """Return what each choice says: the script's choices all say the same."""
        if found.source == "parts" and _UNFINISHED.isdisjoint(map(type, found.parts)):
            return [found.parts] * prompt.n
        throws = [dice.fork("choice", choice) for choice in range(prompt.n)]
        return [_identified(self._parts(prompt, found, model, thrown), thrown) for thrown in throws]

    def _parts(self, prompt: Prompt, found: Found, model: Model, dice: Dice) -> Sequence[Part]:
        if found.source == "parts":
            spoken = prompt.voice is not None
            said = (part for part in found.parts if not isinstance(part, Image))
            return [Text(part.transcript) if isinstance(part, Audio) and not spoken else part for part in said]
        if found.source == "echo":
            return (Text(prompt.last.text if prompt.last else ""),)
        reasons = prompt.effort not in {None, "none"} or (prompt.effort is None and model.reasoning)
        manner = synth.Manner(tools=self.scenario.tools, language=self.scenario.language, reasons=reasons)
        return synth.compose(prompt, dice, manner)

    def tempo(self, pace: str | Pace | None, model: Model) -> Tempo:
        """Settle how fast an answer comes: the rule's pace over the scenario's over the model's own."""
        if isinstance(pace, Pace):
            return settle(pace, self.scenario.paces, self.tempo(None, model))
        name = pace or (None if self.scenario.pace is not None else model.pace)
        known = (name, model.pace)
        tempo = self._tempos.get(known)
        if tempo is None:
            own = settle(model.pace, self.scenario.paces, INSTANT)
            asked = name if name is not None else self.scenario.pace
            tempo = self._tempos[known] = settle(asked, self.scenario.paces, own)
        return tempo


def _limit(prompt: Prompt, model: Model) -> int | None:
    """Return how many tokens the answer may have: what was asked for, or as many as the model can say."""
    asked, most = prompt.max_tokens, model.max_output
    if asked is None or (most is not None and most < asked):
        return most
    return asked


def _obey(
    prompt: Prompt,
    found: Found,
    limit: int | None,
    vocabulary: Vocabulary,
    said: Iterable[Sequence[Part]],
    dice: Dice,
) -> tuple[Reply, ...]:
    """Make every choice obey the prompt and the rule."""
    replies = [fit(parts, prompt.stops, limit, vocabulary) for parts in said]
    if found.finish is not None:
        replies = [msgspec.structs.replace(reply, finish=found.finish) for reply in replies]
    if prompt.top_logprobs is not None:
        for choice, reply in enumerate(replies):
            entries = logprobs(reply, prompt.top_logprobs, vocabulary, dice.fork("choice", choice))
            replies[choice] = msgspec.structs.replace(reply, logprobs=entries)
    return tuple(replies)


def _size(said: Iterable[Sequence[Part]]) -> int:
    size = 0
    for parts in said:
        for part in parts:
            size += len(words_of(part))
    return size


def _cut(replies: Iterable[Reply], vocabulary: Vocabulary) -> Split:
    """Cut all words of a long stream beforehand."""
    pieces = {words: vocabulary.split(words) for reply in replies for words in map(words_of, reply.parts)}
    return pieces.__getitem__


def _check_context(model: Model, counted: int) -> None:
    if model.context is not None and counted > model.context:
        raise GatewayError(
            "context_length",
            f"This model's maximum context length is {model.context} tokens. However, your messages resulted in "
            f"{counted} tokens. Please reduce the length of the messages.",
            param="messages",
            details={"tokens": counted, "most": model.context},
        )


def _arguments(prompt: Prompt, dice: Dice, name: str) -> str:
    """Make arguments for a scripted call that gives none: true to the tool's schema where it is on offer."""
    tool = next((tool for tool in prompt.tools if tool.name == name), None)
    return synth.arguments(tool, prompt, dice) if tool is not None else "{}"


def _identified(parts: Sequence[Part], dice: Dice) -> Sequence[Part]:
    """Give every tool call that has no id one of its own."""
    return [
        msgspec.structs.replace(part, id=dice.id("call_", 24, salt=index))
        if isinstance(part, ToolCall) and not part.id
        else part
        for index, part in enumerate(parts)
    ]


def _usage(counted: tokens.InputTokens, replies: Sequence[Reply], vocabulary: Vocabulary) -> Usage:
    output = reasoning = sound = 0
    for reply in replies:
        output += reply.output_tokens
        for part in reply.parts:
            if isinstance(part, Reasoning):
                reasoning += vocabulary.count(part.text)
            elif isinstance(part, Audio):
                sound += tokens.audio_output_tokens(part.seconds)
    return Usage(
        input=counted.total,
        output=output,
        reasoning=reasoning,
        input_audio=counted.audio,
        input_image=counted.image,
        output_audio=sound,
        cached=counted.cached,
        cache_written=counted.cache_written,
        cache_written_long=counted.cache_written_long,
    )


def overridden(usage: Usage, override: UsageOverride | None) -> Usage:
    """Put the figures that a rule gives in the place of those that were counted."""
    if override is None:
        return usage
    given = {name: value for name, value in msgspec.structs.asdict(override).items() if value is not None}
    usage = msgspec.structs.replace(usage, **given)
    if not usage.cached and not usage.cache_written:
        return usage
    cached = usage.cached if "cached" in given else min(usage.cached, usage.input)
    written = min(usage.cache_written, max(0, usage.input - cached))
    long = min(usage.cache_written_long, written)
    return msgspec.structs.replace(usage, cached=cached, cache_written=written, cache_written_long=long)
