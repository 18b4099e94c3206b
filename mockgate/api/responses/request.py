"""The body of a Responses request: every field with its type and limits, named as on the wire.

null means absent wherever a field may be left out. Source: OpenAI's OpenAPI spec and SDK types.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ...fields import Metadata

ToolName = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_-]+\Z")]
Retention = Literal["in_memory", "24h"]
Include = Literal[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
]


class ConversationRef(msgspec.Struct, frozen=True):
    """A conversation by its id."""

    id: str


class StreamOptions(msgspec.Struct, frozen=True):
    """What is special about a stream."""

    include_obfuscation: bool | None = None


class AnyText(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """Any text."""


class JsonObject(msgspec.Struct, frozen=True, tag_field="type", tag="json_object"):
    """Some JSON object."""


class JsonSchema(msgspec.Struct, frozen=True, tag_field="type", tag="json_schema"):
    """JSON that fits a schema."""

    name: ToolName
    schema: dict[str, Any]
    description: str | None = None
    strict: bool | None = None


class TextConfig(msgspec.Struct, frozen=True):
    """The form of the answer's text."""

    format: AnyText | JsonObject | JsonSchema | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class ReasoningConfig(msgspec.Struct, frozen=True):
    """How much to think, and whether to tell."""

    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None
    generate_summary: Literal["auto", "concise", "detailed"] | None = None


class PromptCacheOptions(msgspec.Struct, frozen=True):
    """Where prompts are cached, and for how long."""

    mode: Literal["implicit", "explicit"] | None = None
    ttl: Literal["30m", "12h"] | None = None
    prewarm: bool | None = None
    comparison_response_id: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked: the part that counting tokens shares with answering."""

    model: str | None = None
    input: str | list[dict[str, Any]] | None = None
    instructions: str | None = None
    previous_response_id: str | None = None
    conversation: str | ConversationRef | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    text: TextConfig | None = None
    reasoning: ReasoningConfig | None = None
    truncation: Literal["auto", "disabled"] | None = None


class Create(Asked, frozen=True, kw_only=True):
    """The body that asks for a response."""

    store: bool | None = None
    background: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    include: list[Include] | None = None
    max_output_tokens: Annotated[int, Meta(ge=16)] | None = None
    max_tool_calls: Annotated[int, Meta(ge=1)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    frequency_penalty: Annotated[float, Meta(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[float, Meta(ge=-2, le=2)] | None = None
    metadata: Metadata | None = None
    prompt: dict[str, Any] | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None
    user: str | None = None
    safety_identifier: Annotated[str, Meta(max_length=128)] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: Retention | None = None
    prompt_cache_options: PromptCacheOptions | None = None
    image: dict[str, Any] | None = None
    access_programs: dict[str, Any] | None = None
    context_management: list[dict[str, Any]] | None = None
    moderation: dict[str, Any] | None = None


class Compact(msgspec.Struct, frozen=True, kw_only=True):
    """The body that asks for a conversation to be made shorter."""

    model: str
    input: str | list[dict[str, Any]] | None = None
    instructions: str | None = None
    previous_response_id: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: Retention | None = None
    prompt_cache_options: PromptCacheOptions | None = None
    service_tier: Literal["auto", "default", "flex", "priority", "fast"] | None = None
    image: dict[str, Any] | None = None


class Request(msgspec.Struct, frozen=True):
    """A request with what it stands on: its own items, and those of the history before them.

    `lane` names the lane of a websocket that it came over.
    """

    asked: Create
    items: list[dict[str, Any]]
    before: list[dict[str, Any]]
    conversation: str | None
    lane: str = ""
