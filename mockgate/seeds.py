"""What a session begins with: objects that tests expect to exist, by the ids that they ask for."""

from typing import Any, Literal

import msgspec

from .reading import Section
from .sections import Positive, Tokens

_Metadata = dict[str, str]


class FileSeed(Section, frozen=True):
    """A file that is there from the start; `text` is what is in it."""

    id: str
    filename: str = "file.jsonl"
    purpose: str = "batch"
    text: str = ""


class ConversationSeed(Section, frozen=True):
    """A conversation that is there from the start, with its items."""

    id: str
    items: list[dict[str, Any]] = msgspec.field(default_factory=list)
    metadata: _Metadata = msgspec.field(default_factory=dict)


class ResponseSeed(Section, frozen=True):
    """A response that is there from the start: what was asked, and what was said."""

    id: str
    input: str = "Hello"
    text: str = "Hello! How can I help you?"
    model: str | None = None


class CompletionSeed(Section, frozen=True):
    """A stored chat completion that is there from the start: what was asked, and what was said."""

    id: str
    input: str = "Hello"
    text: str = "Hello! How can I help you?"
    model: str | None = None
    metadata: _Metadata = msgspec.field(default_factory=dict)


class BatchSeed(Section, frozen=True):
    """A batch that is there from the start, and over: so many lines were `completed` and `failed`."""

    id: str
    endpoint: str = "/v1/chat/completions"
    status: Literal["completed", "failed", "expired", "cancelled"] = "completed"
    completed: Tokens = 1
    failed: Tokens = 0
    input_file_id: str = "file-seed"
    metadata: _Metadata = msgspec.field(default_factory=dict)


class MessageBatchSeed(Section, frozen=True):
    """A message batch that is there from the start, and over: so many requests `succeeded` and `errored`."""

    id: str
    model: str | None = None
    succeeded: Tokens = 1
    errored: Tokens = 0


class VideoSeed(Section, frozen=True):
    """A video that is there from the start, in this state for as long as nobody moves it by hand."""

    id: str
    prompt: str = "A calm sea at dusk"
    model: str = "sora-2"
    seconds: Positive = 4
    size: str = "720x1280"
    status: Literal["queued", "in_progress", "completed", "failed"] = "completed"


class Seeds(Section, frozen=True):
    """The objects of each kind that a session begins with."""

    files: list[FileSeed] = msgspec.field(default_factory=list)
    conversations: list[ConversationSeed] = msgspec.field(default_factory=list)
    responses: list[ResponseSeed] = msgspec.field(default_factory=list)
    completions: list[CompletionSeed] = msgspec.field(default_factory=list)
    batches: list[BatchSeed] = msgspec.field(default_factory=list)
    message_batches: list[MessageBatchSeed] = msgspec.field(default_factory=list)
    videos: list[VideoSeed] = msgspec.field(default_factory=list)
