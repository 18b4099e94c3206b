"""The messages of a Messages request and the blocks in them, as they stand on the wire; null means absent.

Source: Anthropic's API reference, "Create a message", and the types of its SDK.
"""

from typing import Any, Literal

import msgspec


class Body(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A JSON object of a request; never part of a cycle, so the collector need not look at it."""


class CacheControl(Body, frozen=True):
    """A place up to which the prompt is worth keeping, and for how long."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class Citations(Body, frozen=True):
    """Whether answers cite a document."""

    enabled: bool | None = None


class TextBlock(Body, frozen=True, tag_field="type", tag="text"):
    """Words."""

    text: str
    cache_control: CacheControl | None = None
    citations: list[Any] | None = None


class Base64Image(Body, frozen=True, tag_field="type", tag="base64"):
    """A picture's bytes."""

    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: str


class Url(Body, frozen=True, tag_field="type", tag="url"):
    """A web address."""

    url: str


class FileId(Body, frozen=True, tag_field="type", tag="file"):
    """A file that was uploaded before."""

    file_id: str


class ImageBlock(Body, frozen=True, tag_field="type", tag="image"):
    """A picture."""

    source: Base64Image | Url | FileId
    cache_control: CacheControl | None = None
    transformations: Any = None


class Pdf(Body, frozen=True, tag_field="type", tag="base64"):
    """A PDF's bytes."""

    media_type: Literal["application/pdf"]
    data: str


class PlainText(Body, frozen=True, tag_field="type", tag="text"):
    """A document that is plain text."""

    media_type: Literal["text/plain"]
    data: str


class FiledPdf(Pdf, frozen=True, tag="base64"):
    """A PDF that was uploaded before."""

    file_id: str


class FiledText(PlainText, frozen=True, tag="text"):
    """A document of plain text that was uploaded before."""

    file_id: str


class Pieces(Body, frozen=True, tag_field="type", tag="content"):
    """A document that is made of blocks."""

    content: str | list[TextBlock | ImageBlock]


class DocumentBlock(Body, frozen=True, tag_field="type", tag="document"):
    """A document."""

    source: Pdf | PlainText | Pieces | Url | FileId
    title: str | None = None
    context: str | None = None
    citations: Citations | None = None
    cache_control: CacheControl | None = None


class SearchResultBlock(Body, frozen=True, tag_field="type", tag="search_result"):
    """What the caller found for the model to read."""

    source: str
    title: str
    content: list[TextBlock]
    citations: Citations | None = None
    cache_control: CacheControl | None = None


class ToolUseBlock(Body, frozen=True, tag_field="type", tag="tool_use"):
    """A tool that the model called."""

    id: str
    name: str
    input: dict[str, Any]
    caller: Any = None
    cache_control: CacheControl | None = None
    toolset_name: str | None = None


class ToolReference(Body, frozen=True, tag_field="type", tag="tool_reference"):
    """A tool that a search for tools found."""

    tool_name: str
    cache_control: CacheControl | None = None


class ToolResultBlock(Body, frozen=True, tag_field="type", tag="tool_result"):
    """What a tool gave back."""

    tool_use_id: str
    content: str | list[TextBlock | ImageBlock | DocumentBlock | SearchResultBlock | ToolReference] | None = None
    is_error: bool | None = None
    cache_control: CacheControl | None = None
    toolset_name: str | None = None


class ThinkingBlock(Body, frozen=True, tag_field="type", tag="thinking"):
    """What the model thought, signed."""

    thinking: str
    signature: str
    cache_control: CacheControl | None = None


class RedactedThinkingBlock(Body, frozen=True, tag_field="type", tag="redacted_thinking"):
    """What the model thought, for nobody to read."""

    data: str
    cache_control: CacheControl | None = None


class ServerToolUseBlock(Body, frozen=True, tag_field="type", tag="server_tool_use"):
    """A tool that the model called and the server ran."""

    id: str
    name: str
    input: dict[str, Any]
    caller: Any = None
    cache_control: CacheControl | None = None


class ServerToolResult(Body, frozen=True):
    """What a tool gave back that the server ran."""

    tool_use_id: str
    content: Any
    caller: Any = None
    cache_control: CacheControl | None = None


class WebSearchResult(ServerToolResult, frozen=True, tag_field="type", tag="web_search_tool_result"):
    """What a search of the web found."""


class WebFetchResult(ServerToolResult, frozen=True, tag_field="type", tag="web_fetch_tool_result"):
    """What stands at a web address."""


class CodeResult(ServerToolResult, frozen=True, tag_field="type", tag="code_execution_tool_result"):
    """What a program printed."""


class BashResult(ServerToolResult, frozen=True, tag_field="type", tag="bash_code_execution_tool_result"):
    """What a command printed."""


class EditorResult(ServerToolResult, frozen=True, tag_field="type", tag="text_editor_code_execution_tool_result"):
    """What editing a file came to."""


class ToolSearchResult(ServerToolResult, frozen=True, tag_field="type", tag="tool_search_tool_result"):
    """Which tools were found."""


class RemoteToolUseBlock(Body, frozen=True, tag_field="type", tag="mcp_tool_use"):
    """A tool of an MCP server that the model called and the server ran."""

    id: str
    name: str
    server_name: str
    input: dict[str, Any]
    cache_control: CacheControl | None = None


class RemoteToolResult(Body, frozen=True, tag_field="type", tag="mcp_tool_result"):
    """What a tool of an MCP server gave back."""

    tool_use_id: str
    content: str | list[TextBlock] | None = None
    is_error: bool | None = None
    cache_control: CacheControl | None = None


class CompactionBlock(Body, frozen=True, tag_field="type", tag="compaction"):
    """What stands for all that was said before."""

    content: str | None = None
    encrypted_content: str | None = None
    cache_control: CacheControl | None = None


class UploadBlock(Body, frozen=True, tag_field="type", tag="container_upload"):
    """A file for the container in which code runs."""

    file_id: str
    cache_control: CacheControl | None = None


#: What the server ran, and what came of it: part of what the model said.
Served = (
    ServerToolUseBlock
    | WebSearchResult
    | WebFetchResult
    | CodeResult
    | BashResult
    | EditorResult
    | ToolSearchResult
    | RemoteToolUseBlock
    | RemoteToolResult
    | CompactionBlock
    | UploadBlock
)

Block = (
    TextBlock
    | ImageBlock
    | DocumentBlock
    | SearchResultBlock
    | ToolUseBlock
    | ToolResultBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | Served
)


class Said(Body, frozen=True):
    """One message."""

    role: Literal["user", "assistant", "system"]
    content: str | list[Block]
