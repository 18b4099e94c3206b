"""The body of a chat completion request: every field with its type and limits, named as on the wire.

null means absent wherever a field may be left out. Source: OpenAI's OpenAPI spec and SDK types. What one
field demands of another is checked in `read` and its neighbours.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from ...fields import Metadata
from .messages import AudioId, Body, ChatMessage, TextContent

ToolName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+\Z")]
Penalty = Annotated[float, Meta(ge=-2, le=2)]
TokenLimit = Annotated[int, Meta(ge=1)]


# Tools.


class Function(Body):
    """A function on offer; `parameters` is the JSON Schema of its arguments."""

    name: ToolName
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class FunctionTool(Body, tag_field="type", tag="function"):
    """A function on offer."""

    function: Function


class Grammar(Body):
    """What a custom tool's text must look like."""

    definition: str
    syntax: Literal["lark", "regex"]


class TextFormat(Body, tag_field="type", tag="text"):
    """A custom tool that takes any text."""


class GrammarFormat(Body, tag_field="type", tag="grammar"):
    """A custom tool that takes text of a grammar."""

    grammar: Grammar


class Custom(Body):
    """A tool that takes free text."""

    name: ToolName
    description: str | None = None
    format: TextFormat | GrammarFormat | None = None


class CustomTool(Body, tag_field="type", tag="custom"):
    """A tool that takes free text."""

    custom: Custom


class Named(Body):
    """Something by its name."""

    name: str


class FunctionChoice(Body, tag_field="type", tag="function"):
    """This function."""

    function: Named


class CustomChoice(Body, tag_field="type", tag="custom"):
    """This custom tool."""

    custom: Named


class AllowedTools(Body):
    """Some of the tools on offer."""

    mode: Literal["auto", "required"]
    tools: Annotated[list[FunctionChoice | CustomChoice], Meta(min_length=1)]


class AllowedToolsChoice(Body, tag_field="type", tag="allowed_tools"):
    """Only some of the tools on offer."""

    allowed_tools: AllowedTools


Choice = Literal["none", "auto", "required"] | FunctionChoice | CustomChoice | AllowedToolsChoice


# The form of the answer.


class TextResponse(Body, tag_field="type", tag="text"):
    """Any text."""


class JsonResponse(Body, tag_field="type", tag="json_object"):
    """Some JSON object."""


class JsonSchema(Body):
    """A schema for the answer, and whether it must be kept to the letter."""

    name: ToolName
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class SchemaResponse(Body, tag_field="type", tag="json_schema"):
    """JSON of a schema."""

    json_schema: JsonSchema


class AudioOutput(Body):
    """A spoken answer: the voice, by name or as `{"id": ...}`, and the format of the sound."""

    voice: Annotated[str, Meta(min_length=1)] | AudioId
    format: Literal["wav", "aac", "mp3", "flac", "opus", "pcm16"]


class Prediction(Body):
    """Text that the answer is likely to repeat."""

    type: Literal["content"]
    content: TextContent


class StreamOptions(Body):
    """What a stream carries besides the answer."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


# Features around the answer.


class ApproximateLocation(Body):
    """Where the user is, roughly."""

    city: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None


class UserLocation(Body):
    """Where the user is."""

    type: Literal["approximate"]
    approximate: ApproximateLocation


class WebSearchOptions(Body):
    """How to search the web."""

    search_context_size: Literal["low", "medium", "high"] | None = None
    user_location: UserLocation | None = None


class ModerationMode(Body):
    """Whether to score or to block."""

    mode: Literal["score", "block"]


class ModerationPolicy(Body):
    """What to do with what is moderated."""

    input: ModerationMode | None = None
    output: ModerationMode | None = None


class Moderation(Body):
    """Moderation of what goes in and comes out."""

    model: str
    policy: ModerationPolicy | None = None


class PromptCacheOptions(Body):
    """Where prompts are cached, and for how long."""

    mode: Literal["implicit", "explicit"] | None = None
    ttl: Literal["30m"] | None = None


class ChatRequest(Body):
    """The body of `POST /v1/chat/completions`."""

    model: str
    messages: Annotated[list[ChatMessage], Meta(min_length=1)]
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    n: Annotated[int, Meta(ge=1, le=128)] | None = None
    stop: str | Annotated[list[str], Meta(min_length=1, max_length=4)] | None = None
    max_tokens: TokenLimit | None = None
    max_completion_tokens: TokenLimit | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    logit_bias: dict[str, Annotated[float, Meta(ge=-100, le=100)]] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    user: str | None = None
    safety_identifier: Annotated[str, Meta(max_length=128)] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: Literal["in_memory", "24h"] | None = None
    prompt_cache_options: PromptCacheOptions | None = None
    metadata: Metadata | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: Annotated[list[FunctionTool | CustomTool], Meta(min_length=1, max_length=128)] | None = None
    tool_choice: Choice | None = None
    parallel_tool_calls: bool | None = None
    functions: Annotated[list[Function], Meta(min_length=1, max_length=128)] | None = None
    function_call: Literal["none", "auto"] | Named | None = None
    response_format: TextResponse | JsonResponse | SchemaResponse | None = None
    modalities: Annotated[list[Literal["text", "audio"]], Meta(min_length=1)] | None = None
    audio: AudioOutput | None = None
    prediction: Prediction | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None
    web_search_options: WebSearchOptions | None = None
    moderation: Moderation | None = None
