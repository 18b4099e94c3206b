"""The body of a Messages request: every field with its type and limits, named as on the wire; null means absent.

Source: Anthropic's API reference, "Create a message" and "Count tokens in a message", and the types of its SDK.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from .blocks import Body, CacheControl, Citations, Said, TextBlock


class Tool(Body, frozen=True):
    """A tool on offer: the caller's own (`custom`, or no type), or one of those that Anthropic defines, by its type."""

    name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,128}\Z")] | None = None
    type: str | None = None
    description: str | None = None
    input_schema: dict[str, Any] | None = None
    strict: bool | None = None
    cache_control: CacheControl | None = None
    eager_input_streaming: bool | None = None
    defer_loading: bool | None = None
    allowed_callers: list[str] | None = None
    input_examples: list[dict[str, Any]] | None = None
    max_uses: Annotated[int, Meta(ge=1)] | None = None
    allowed_domains: list[str] | None = None
    blocked_domains: list[str] | None = None
    user_location: dict[str, Any] | None = None
    citations: Citations | None = None
    max_content_tokens: int | None = None
    max_characters: int | None = None
    display_width_px: int | None = None
    display_height_px: int | None = None
    display_number: int | None = None
    enable_zoom: bool | None = None
    configs: Any = None
    url_sources: Any = None
    use_cache: bool | None = None
    response_inclusion: Any = None
    mcp_server_name: str | None = None
    default_config: Any = None


class Auto(Body, frozen=True, tag_field="type", tag="auto"):
    """The model may call tools."""

    disable_parallel_tool_use: bool | None = None


class AnyTool(Body, frozen=True, tag_field="type", tag="any"):
    """The model must call a tool."""

    disable_parallel_tool_use: bool | None = None


class OneTool(Body, frozen=True, tag_field="type", tag="tool"):
    """The model must call this tool."""

    name: str
    disable_parallel_tool_use: bool | None = None


class NoTool(Body, frozen=True, tag_field="type", tag="none"):
    """The model calls no tool."""


Choice = Auto | AnyTool | OneTool | NoTool

Display = Literal["summarized", "omitted"] | None


class Enabled(Body, frozen=True, tag_field="type", tag="enabled"):
    """Think, for about so many tokens."""

    budget_tokens: Annotated[int, Meta(ge=1024)]
    display: Display = None


class Adaptive(Body, frozen=True, tag_field="type", tag="adaptive"):
    """Think as much as it takes."""

    display: Display = None


class Disabled(Body, frozen=True, tag_field="type", tag="disabled"):
    """Do not think."""


class BetweenTools(Body, frozen=True, tag_field="type", tag="between_tools"):
    """Do not think, but tell between the calls of tools how it goes."""


class JsonFormat(Body, frozen=True):
    """JSON that fits a schema."""

    type: Literal["json_schema"]
    schema: dict[str, Any]


class OutputConfig(Body, frozen=True):
    """How much effort an answer is worth, and the form it must have."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: JsonFormat | None = None
    task_budget: dict[str, Any] | None = None


class Metadata(Body, frozen=True):
    """Who asks."""

    user_id: Annotated[str, Meta(max_length=256)] | None = None


class Begin(Body, frozen=True, tag_field="type", tag="create"):
    """Keep the conversation, under the id of its answer."""


class Continue(Body, frozen=True, tag_field="type", tag="continue"):
    """Go on after that answer."""

    previous_message_id: str


TokenLimit = Annotated[int, Meta(ge=1)]


class Asked(Body, frozen=True, kw_only=True):
    """The body of `POST /v1/messages/count_tokens`: what is asked, with or without a limit for the answer."""

    model: Annotated[str, Meta(min_length=1)]
    messages: list[Said]
    max_tokens: TokenLimit | None = None
    system: str | list[TextBlock] | None = None
    tools: list[Tool] | None = None
    tool_choice: Choice | None = None
    thinking: Enabled | Adaptive | Disabled | BetweenTools | None = None
    output_config: OutputConfig | None = None
    output_format: JsonFormat | None = None
    cache_control: CacheControl | None = None
    metadata: Metadata | None = None
    temperature: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_k: Annotated[int, Meta(ge=0)] | None = None
    stop_sequences: list[str] | None = None
    stream: bool | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    container: str | dict[str, Any] | None = None
    context_management: dict[str, Any] | None = None
    inference_geo: str | None = None
    mcp_servers: list[dict[str, Any]] | None = None
    thread: Begin | Continue | None = None
    speed: Literal["standard", "fast"] | None = None
    diagnostics: dict[str, Any] | None = None
    user_profile_id: str | None = None
    workspace_id: str | None = None
    compaction: Any = None
    fallbacks: Any = None
    billing_policy: Any = None
    fallback_credit_token: str | None = None


class Create(Asked, frozen=True, kw_only=True):
    """The body of `POST /v1/messages`."""

    max_tokens: TokenLimit
