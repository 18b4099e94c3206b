"""The bodies of the Gemini API's requests: every field with its type, named as on the wire.

null means absent wherever a field may be left out. Source: Google's API reference and the types of its Python SDK.
Ranges, and what one field demands of another, are checked where the fields are read.
"""

from typing import Any, Literal, NamedTuple

import msgspec

Schema = dict[str, Any]


class Body(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A mapping of a body."""


# What is said.


class Blob(Body, frozen=True):
    """Bytes, in base64."""

    mime_type: str = ""
    data: str = ""
    display_name: str | None = None


class FileData(Body, frozen=True):
    """Bytes that are somewhere else."""

    file_uri: str = ""
    mime_type: str | None = None
    display_name: str | None = None


class FunctionCall(Body, frozen=True):
    """A call that the model made."""

    name: str = ""
    args: dict[str, Any] | None = None
    id: str | None = None


class FunctionResponse(Body, frozen=True):
    """What a call gave back."""

    name: str = ""
    response: dict[str, Any] | None = None
    id: str | None = None
    parts: list[dict[str, Any]] | None = None
    scheduling: str | None = None
    will_continue: bool | None = None


class Part(Body, frozen=True):
    """One part of a content: exactly one of DATA, and what is said of it."""

    text: str | None = None
    inline_data: Blob | None = None
    file_data: FileData | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    executable_code: dict[str, Any] | None = None
    code_execution_result: dict[str, Any] | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    video_metadata: dict[str, Any] | None = None
    media_resolution: Any = None
    part_metadata: dict[str, Any] | None = None


#: The fields of a part of which exactly one is given.
DATA = (
    "text",
    "inline_data",
    "file_data",
    "function_call",
    "function_response",
    "executable_code",
    "code_execution_result",
)


class Content(Body, frozen=True):
    """What one side said at a time."""

    parts: list[Part] | None = None
    role: str | None = None


# Tools.


class FunctionDeclaration(Body, frozen=True):
    """A function on offer. `parameters` is of the API's own kind of schema, `parameters_json_schema` of JSON Schema."""

    name: str = ""
    description: str | None = None
    parameters: Schema | None = None
    parameters_json_schema: Schema | None = None
    response: Schema | None = None
    response_json_schema: Any = None
    behavior: str | None = None


class Tool(Body, frozen=True):
    """Functions on offer, or a tool that the API runs itself."""

    function_declarations: list[FunctionDeclaration] | None = None
    google_search: dict[str, Any] | None = None
    google_search_retrieval: dict[str, Any] | None = None
    google_maps: dict[str, Any] | None = None
    code_execution: dict[str, Any] | None = None
    url_context: dict[str, Any] | None = None
    file_search: dict[str, Any] | None = None
    computer_use: dict[str, Any] | None = None
    mcp_servers: list[dict[str, Any]] | None = None


class FunctionCallingConfig(Body, frozen=True):
    """May, must or must not call, and what."""

    mode: Literal["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"] | None = None
    allowed_function_names: list[str] | None = None


class ToolConfig(Body, frozen=True):
    """How tools are used."""

    function_calling_config: FunctionCallingConfig | None = None
    retrieval_config: dict[str, Any] | None = None
    include_server_side_tool_invocations: bool | None = None


# How it is answered.

Category = Literal[
    "HARM_CATEGORY_UNSPECIFIED",
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
    "HARM_CATEGORY_CIVIC_INTEGRITY",
    "HARM_CATEGORY_JAILBREAK",
]


class SafetySetting(Body, frozen=True):
    """From which probability of a harm on an answer is blocked."""

    category: Category | None = None
    threshold: (
        Literal[
            "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
            "BLOCK_LOW_AND_ABOVE",
            "BLOCK_MEDIUM_AND_ABOVE",
            "BLOCK_ONLY_HIGH",
            "BLOCK_NONE",
            "OFF",
        ]
        | None
    ) = None


class ThinkingConfig(Body, frozen=True):
    """How much is thought (`thinking_budget` in tokens, -1: as much as it takes), and whether it is shown."""

    include_thoughts: bool | None = None
    thinking_budget: int | None = None
    thinking_level: Literal["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"] | None = None


class PrebuiltVoice(Body, frozen=True):
    """A voice by its name."""

    voice_name: str = "Kore"


class VoiceConfig(Body, frozen=True):
    """Which voice speaks."""

    prebuilt_voice_config: PrebuiltVoice | None = None


class SpeechConfig(Body, frozen=True):
    """How an answer is spoken."""

    voice_config: VoiceConfig | None = None
    multi_speaker_voice_config: dict[str, Any] | None = None
    language_code: str | None = None


class GenerationConfig(Body, frozen=True):
    """What the answer should be like."""

    candidate_count: int | None = None
    stop_sequences: list[str] | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    response_logprobs: bool | None = None
    logprobs: int | None = None
    response_mime_type: str | None = None
    response_schema: Schema | None = None
    response_json_schema: Schema | None = None
    response_modalities: list[Literal["MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO", "VIDEO"]] | None = None
    thinking_config: ThinkingConfig | None = None
    speech_config: SpeechConfig | None = None
    media_resolution: str | None = None
    image_config: dict[str, Any] | None = None
    audio_transcription_config: dict[str, Any] | None = None
    enable_enhanced_civic_answers: bool | None = None


class GenerateContent(Body, frozen=True):
    """The body of generateContent and streamGenerateContent."""

    contents: list[Content] | None = None
    system_instruction: Content | None = None
    tools: list[Tool] | None = None
    tool_config: ToolConfig | None = None
    safety_settings: list[SafetySetting] | None = None
    generation_config: GenerationConfig | None = None
    cached_content: str | None = None
    model: str | None = None
    labels: dict[str, str] | None = None
    service_tier: str | None = None
    store: bool | None = None


class Streaming(msgspec.Struct, frozen=True):
    """The query that asks for a stream: of events, with `alt=sse`."""

    alt: Literal["json", "sse"] | None = None


class CountTokens(Body, frozen=True):
    """The body of countTokens: contents, or a whole request."""

    contents: list[Content] | None = None
    generate_content_request: GenerateContent | None = None
    model: str | None = None


class EmbedContent(Body, frozen=True):
    """The body of embedContent, and each of batchEmbedContents."""

    content: Content | None = None
    model: str | None = None
    task_type: str | None = None
    title: str | None = None
    output_dimensionality: int | None = None


class BatchEmbedContents(Body, frozen=True):
    """The body of batchEmbedContents."""

    requests: list[EmbedContent] | None = None


class Asked(NamedTuple):
    """What was asked for: the body, its configuration, and whether a stream is of server-sent events."""

    body: GenerateContent
    config: GenerationConfig
    sse: bool = False

    @property
    def shows_thoughts(self) -> bool:
        """Whether what was thought is shown."""
        thinking = self.config.thinking_config
        return thinking is not None and thinking.include_thoughts is True
