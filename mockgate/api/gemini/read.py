"""A generateContent request becomes a Prompt; what its fields demand of each other is checked here.

What the model asked for can or cannot do is not this module's business. Sentences are the Gemini API's own.
"""

from typing import Any, NamedTuple
from urllib.parse import unquote

from ...errors import GatewayError
from ...turn import Format, Prompt, Voice
from ...wire import Call
from . import payload
from .conversation import read_contents, system
from .payload import refuse
from .request import Asked, GenerateContent, GenerationConfig, ThinkingConfig
from .schemas import Place, json_schema
from .tools import read_tools

_TEXT = Format()

#: What figures may be, both ends included.
_RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "top_p": (0.0, 1.0),
    "candidate_count": (1, 8),
    "logprobs": (0, 20),
    "presence_penalty": (-2.0, 2.0),
    "frequency_penalty": (-2.0, 2.0),
}

_MOST_STOPS = 5

_MIME_TYPES = ("text/plain", "application/json", "application/xml", "application/yaml", "text/x.enum")

#: How much is thought, by the most tokens of it; and by the level that is asked for.
_EFFORTS = ((0, "none"), (1024, "minimal"), (4096, "low"), (12288, "medium"))


class Target(NamedTuple):
    """What a path says: the model, and the method asked of it."""

    model: str
    method: str


def target(call: Call) -> Target:
    """Read the path of a model's method: `/v1beta/models/gemini-2.5-flash:generateContent`.

    A tuned model keeps its collection's name.
    """
    name, _, method = call.path.rpartition(":")
    return Target(unquote(name.split("/", 2)[2]).removeprefix("models/"), method)


def read(call: Call, *, reject_unknown: bool = False) -> Prompt:
    """Read a call; `Prompt.request` is an Asked.

    Raises GatewayError (400) for all that is wrong with it, and with `reject_unknown` for unknown fields.
    """
    body = payload.decode(call.raw, GenerateContent, reject_unknown=reject_unknown)
    return prompt(body, call)


def unknown(values: dict[str, Any]) -> list[str]:
    """Return the names of a body's fields that no such request has."""
    return payload.unknown(values, GenerateContent)


def prompt(body: GenerateContent, call: Call) -> Prompt:
    """Make the prompt that a body stands for.

    Raises GatewayError (400), and (403) for content that should be cached and is not.
    """
    if not body.contents:
        raise refuse("contents", "contents is not specified")
    if body.cached_content:
        raise GatewayError("forbidden", "CachedContent not found (or permission denied)")
    config = body.generation_config or GenerationConfig()
    _check(config)
    tools, choice = read_tools(body)
    instructions = () if body.system_instruction is None else system(body.system_instruction)
    model, method = target(call)
    return Prompt(
        "gemini",
        model,
        instructions + read_contents(body.contents),
        tools,
        choice,
        format=_format(config),
        max_tokens=config.max_output_tokens,
        stops=tuple(filter(None, config.stop_sequences or ())),
        n=config.candidate_count or 1,
        stream=method == "streamGenerateContent",
        seed=config.seed,
        top_logprobs=(config.logprobs or 0) if config.response_logprobs else None,
        effort=None if config.thinking_config is None else _effort(config.thinking_config),
        voice=_voice(config),
        request=Asked(body, config, call.arguments().get("alt") == "sse"),
    )


def _check(config: GenerationConfig) -> None:
    for name, (least, most) in _RANGES.items():
        value = getattr(config, name)
        if value is not None and not least <= value <= most:
            raise refuse(f"generation_config.{name}", f"{name} must be in the range [{least}, {most}].")
    for name in ("max_output_tokens", "top_k"):
        value = getattr(config, name)
        if value is not None and value <= 0:
            raise refuse(f"generation_config.{name}", f"{name} must be positive.")
    if len(config.stop_sequences or ()) > _MOST_STOPS:
        raise refuse("generation_config.stop_sequences", f"at most {_MOST_STOPS} stop sequences are supported")
    if config.logprobs is not None and not config.response_logprobs:
        raise refuse("generation_config.logprobs", "logprobs is only allowed when response_logprobs is true")
    _check_form(config)


def _check_form(config: GenerationConfig) -> None:
    kind = config.response_mime_type or "text/plain"
    if kind not in _MIME_TYPES:
        allowed = ", ".join(f"`{each}`" for each in _MIME_TYPES[:-1])
        fault = f"allowed mimetypes are {allowed} and `{_MIME_TYPES[-1]}`."
        raise refuse("generation_config.response_mime_type", fault)
    if config.response_schema is not None and config.response_json_schema is not None:
        raise refuse("generation_config", "response_schema and response_json_schema are mutually exclusive")
    schema = config.response_schema if config.response_schema is not None else config.response_json_schema
    if schema is not None and kind not in {"application/json", "text/x.enum"}:
        raise refuse("generation_config.response_mime_type", "must be `application/json` when a schema is specified")


def _format(config: GenerationConfig) -> Format:
    if config.response_mime_type not in {"application/json", "text/x.enum"}:
        return _TEXT
    if config.response_schema is not None:
        place = Place.of("generationConfig", "responseSchema")
        return Format("json_schema", "response", json_schema(config.response_schema, place), strict=True)
    if config.response_json_schema is not None:
        return Format("json_schema", "response", config.response_json_schema, strict=True)
    return Format("json_object")


def _effort(thinking: ThinkingConfig) -> str | None:
    if thinking.thinking_budget is not None and thinking.thinking_level is not None:
        raise GatewayError("bad_request", "You can only set only one of thinking budget and thinking level.")
    if thinking.thinking_level not in {None, "THINKING_LEVEL_UNSPECIFIED"}:
        return str(thinking.thinking_level).lower()
    budget = thinking.thinking_budget
    if budget is None or budget < 0:
        # Whoever wants to see what is thought wants it thought.
        return "medium" if thinking.include_thoughts or budget is not None else None
    return next((effort for most, effort in _EFFORTS if budget <= most), "high")


def _voice(config: GenerationConfig) -> Voice | None:
    if "AUDIO" not in (config.response_modalities or ()):
        return None
    chosen = config.speech_config.voice_config if config.speech_config is not None else None
    prebuilt = chosen.prebuilt_voice_config if chosen is not None else None
    return Voice(prebuilt.voice_name if prebuilt is not None else "Kore", "pcm16")
