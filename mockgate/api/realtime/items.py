"""The items of a realtime conversation: checked, kept, worded, and as messages of a prompt.

Source: OpenAI's API reference, "Realtime conversation items".
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ... import attachments, fields
from ...turn import Audio, Message, Part, Role, Text, ToolCall, ToolResult
from ...wording import bad_request, missing
from .hearing import Sound

Item = dict[str, Any]

#: What a message of each role may be made of.
_CONTENT = {
    "system": ("input_text",),
    "user": ("input_text", "input_audio", "input_image"),
    "assistant": ("output_text", "output_audio", "text", "audio"),
}
_KINDS = ("message", "function_call", "function_call_output")


class _Part(msgspec.Struct, frozen=True):
    type: str
    text: str | None = None
    audio: str | None = None
    transcript: str | None = None
    image_url: str | None = None
    detail: Literal["auto", "low", "high"] | None = None


class _Item(msgspec.Struct, frozen=True):
    id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class _Message(_Item, frozen=True):
    role: Literal["system", "user", "assistant"] = "user"
    content: list[_Part] = []


class _Call(_Item, frozen=True):
    name: str = ""
    arguments: str = "{}"
    call_id: str | None = None


class _Output(_Item, frozen=True, kw_only=True):
    call_id: str
    output: str


_SHAPES: dict[str, type[_Item]] = {"message": _Message, "function_call": _Call, "function_call_output": _Output}


class Kept(msgspec.Struct):
    """An item of a conversation; `sounds` are those of its parts that are sound, by their index."""

    item: Item
    sounds: dict[int, Sound] = {}

    @property
    def id(self) -> str:
        """What the item is called by."""
        return str(self.item["id"])

    def whole(self) -> Item:
        """Word it with its sound: what was heard can be fetched again."""
        return self._worded(lambda sound: {"audio": b64encode(sound.data).decode()} if sound.data else {})

    def asked(self) -> Item:
        """Word it for a turn's request: its sound is so long, and is taken for these words."""
        return self._worded(lambda sound: {"seconds": sound.seconds, "heard": sound.heard})

    def _worded(self, more: Callable[[Sound], Item]) -> Item:
        if not self.sounds:
            return self.item
        parts = enumerate(self.item["content"])
        return {**self.item, "content": [{**part, **more(self.sounds.get(at, Sound()))} for at, part in parts]}


def checked(item: Any, id: str, listen: Callable[[str, str], Sound]) -> Kept:
    """Take in an item that a client gives, under an id of ours if it has none; `listen` hears sound at a place.

    Raises GatewayError (400).
    """
    if not isinstance(item, dict):
        raise missing("item")
    kind = item.get("type")
    if kind not in _KINDS:
        known = ", ".join(f"'{each}'" for each in _KINDS)
        raise bad_request(f"Invalid value: '{kind}'. Supported values are: {known}.", "item.type", "invalid_value")
    fields.convert(item, _SHAPES[kind], ("item",))
    begun = {"id": item.get("id") or id, "object": "realtime.item", "type": kind, "status": "completed"}
    if kind == "message":
        return _message(begun, item, listen)
    if kind == "function_call":
        given = {"name": item.get("name", ""), "arguments": item.get("arguments", "{}")}
        return Kept({**begun, "call_id": item.get("call_id") or begun["id"].replace("item_", "call_"), **given})
    return Kept({**begun, "call_id": item["call_id"], "output": item["output"]})


def _message(begun: Item, item: Item, listen: Callable[[str, str], Sound]) -> Kept:
    role = item.get("role", "user")
    content, sounds = [], {}
    for at, part in enumerate(item.get("content", [])):
        place = f"item.content[{at}]"
        if part["type"] not in _CONTENT[role]:
            known = " and ".join(f"'{each}'" for each in _CONTENT[role])
            message = f"Invalid value: '{part['type']}'. Supported values are: {known}."
            raise bad_request(message, f"{place}.type", "invalid_value")
        if part["type"] == "input_audio":
            sound = listen(part.get("audio") or "", f"{place}.audio")
            sounds[at] = Sound(sound.data, sound.seconds, part.get("transcript") or sound.heard)
            content.append({"type": "input_audio", "transcript": part.get("transcript")})
            continue
        if part["type"] == "input_image":
            attachments.image(part.get("image_url") or "", part.get("detail") or "auto", f"{place}.image_url")
        elif part.get("text") is None and part.get("transcript") is None:
            raise missing(f"{place}.text")
        content.append({name: value for name, value in part.items() if name != "audio"})
    return Kept({**begun, "role": role, "content": content}, sounds)


def spoken(id: str, sound: Sound) -> Kept:
    """Make the item of what a user has said aloud."""
    content = [{"type": "input_audio", "transcript": None}]
    item = {"id": id, "object": "realtime.item", "type": "message", "status": "completed", "role": "user"}
    return Kept({**item, "content": content}, {0: sound})


# As messages.


def messages(items: Iterable[Item]) -> tuple[Message, ...]:
    """Read items as a turn's request has them; what the model said in a row is one message.

    Raises GatewayError (400) for a picture that is none.
    """
    said: list[Message] = []
    calls: dict[str, str] = {}
    for item in items:
        role, parts = _read(item, calls)
        if said and role == "assistant" == said[-1].role:
            said[-1] = Message(role, said[-1].parts + parts)
        elif parts:
            said.append(Message(role, parts))
    return tuple(said)


def _read(item: Item, calls: dict[str, str]) -> tuple[Role, tuple[Part, ...]]:
    match item:
        case {"type": "function_call", "name": str(name), "arguments": str(arguments), "call_id": str(id)}:
            calls[id] = name
            return "assistant", (ToolCall(name, arguments, id),)
        case {"type": "function_call_output", "call_id": str(id), "output": str(output)}:
            return "tool", (ToolResult(id, output, calls.get(id, "")),)
        case {"type": "message", "role": "user" | "system" | "assistant" as role, "content": [*content]}:
            return role, tuple(_parts(content))
        case _:
            return "assistant", ()


def _parts(content: list[Item]) -> Iterator[Part]:
    for part in content:
        match part:
            case {"type": "input_audio"}:
                yield Audio(part.get("seconds") or 0.0, heard=part.get("heard") or "")
            case {"type": "input_image"}:
                yield attachments.image(part["image_url"], part.get("detail") or "auto", "image_url")
            case {"type": "output_audio" | "audio"}:
                yield Text(part.get("transcript") or "")
            case {"text": str(text)}:
                yield Text(text)
