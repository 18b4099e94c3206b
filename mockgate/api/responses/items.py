"""Items, the pieces a conversation is made of: checked, given ids, and read into messages of no provider's words.

Source: OpenAI's API reference, "Responses: input items".
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from ... import attachments, filing
from ...complaints import Path, dotted
from ...errors import GatewayError
from ...fields import convert
from ...rng import Dice
from ...session import Session
from ...turn import File, Message, Part, Reasoning, Refusal, Role, Text, ToolCall, ToolResult
from ...wording import bad_request, missing

Item = dict[str, Any]

#: How the ids of items of each type begin.
PREFIXES = {
    "message": "msg_",
    "function_call": "fc_",
    "function_call_output": "fco_",
    "reasoning": "rs_",
    "custom_tool_call": "ctc_",
    "custom_tool_call_output": "ctco_",
    "web_search_call": "ws_",
    "file_search_call": "fs_",
    "code_interpreter_call": "ci_",
    "image_generation_call": "ig_",
    "mcp_call": "mcp_",
    "mcp_list_tools": "mcpl_",
    "mcp_approval_request": "mcpr_",
    "mcp_approval_response": "mcpa_",
    "computer_call": "cu_",
    "computer_call_output": "cuo_",
    "local_shell_call": "lsh_",
    "local_shell_call_output": "lsho_",
    "shell_call": "sh_",
    "shell_call_output": "sho_",
    "apply_patch_call": "ap_",
    "apply_patch_call_output": "apo_",
    "compaction": "cmp_",
}

_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}


class AnyItem(msgspec.Struct, frozen=True, kw_only=True):
    """What every item may have."""

    id: str | None = None


class MessageItem(AnyItem, frozen=True):
    """Somebody's words."""

    role: Literal["user", "assistant", "system", "developer"]
    content: str | list[dict[str, Any]]


class CallItem(AnyItem, frozen=True):
    """A function that was called."""

    call_id: str
    name: str
    arguments: str


class CustomCallItem(AnyItem, frozen=True):
    """A custom tool that was called."""

    call_id: str
    name: str
    input: str


class OutputItem(AnyItem, frozen=True):
    """What a tool gave back."""

    call_id: str
    output: str | list[dict[str, Any]]


class ApprovalItem(AnyItem, frozen=True):
    """Whether a tool of a remote server may be called."""

    approval_request_id: str
    approve: bool


class ReasoningItem(AnyItem, frozen=True):
    """What was thought."""

    summary: list[dict[str, Any]]


_TYPES: dict[str, type[msgspec.Struct]] = {
    "message": MessageItem,
    "function_call": CallItem,
    "custom_tool_call": CustomCallItem,
    "function_call_output": OutputItem,
    "custom_tool_call_output": OutputItem,
    "reasoning": ReasoningItem,
    "mcp_approval_response": ApprovalItem,
}


#: Items without a status.
_STATELESS = {"reasoning", "compaction", "mcp_list_tools", "mcp_approval_request", "mcp_approval_response"}


def kind_of(item: Item) -> str:
    """Return an item's type: what has a role and no type is a message."""
    kind = item.get("type")
    return "message" if kind is None and "role" in item else str(kind)


def checked(written: str | list[Item] | None, session: Session, dice: Dice) -> list[Item]:
    """Return the items that an input stands for, each complete: with its type, id and status.

    A bare text is the user's message; a reference is what it refers to. Raises GatewayError (400, 404).
    """
    if written is None:
        return []
    if isinstance(written, str):
        written = [{"role": "user", "content": written}]
    items = [_checked(item, ("input", at), session, dice.fork(at)) for at, item in enumerate(written)]
    seen: set[str] = set()
    for at, item in enumerate(items):
        if item["id"] in seen:
            message = (
                f"Duplicate item found with id {item['id']}. Remove duplicate items from your input and try again."
            )
            raise GatewayError("bad_request", message, param="input", details={"param": dotted(("input", at, "id"))})
        seen.add(item["id"])
    return items


def _checked(item: Item, place: Path, session: Session, dice: Dice) -> Item:
    kind = kind_of(item)
    if kind == "item_reference" or (kind == "None" and set(item) == {"id"}):
        return _referred(item, place, session)
    if kind == "None":
        raise missing(dotted((*place, "type")))
    if kind not in PREFIXES:
        known = ", ".join(f"'{each}'" for each in PREFIXES)
        message = f"Invalid value: '{kind}'. Supported values are: {known}."
        raise bad_request(message, dotted((*place, "type")), "invalid_value")
    convert(item, _TYPES.get(kind, AnyItem), place)
    complete = {"id": dice.id(PREFIXES[kind], 48), **item, "type": kind}
    if kind == "message":
        complete["content"] = _content(item, place)
    if kind not in _STATELESS:
        complete.setdefault("status", "completed")
    complete["id"] = complete["id"] or dice.id(PREFIXES[kind], 48)
    session.records.save("item", complete["id"], complete)
    return complete


def _referred(item: Item, place: Path, session: Session) -> Item:
    found: Item | None = session.records.find("item", str(item.get("id")))
    if found is None:
        raise bad_request(f"Item with id '{item.get('id')}' not found.", dotted(place[:1]), "item_not_found")
    return found


def _content(item: Item, place: Path) -> list[Item]:
    """Return a message's parts, each of a type that its role may have."""
    content, spoken = item["content"], item["role"] == "assistant"
    if isinstance(content, str):
        part: Item = {"type": "output_text" if spoken else "input_text", "text": content}
        return [{**part, "annotations": [], "logprobs": []} if spoken else part]
    allowed = ("output_text", "refusal") if spoken else ("input_text", "input_image", "input_file", "input_audio")
    parts: list[Item] = content
    for at, part in enumerate(parts):
        if part.get("type") not in (*allowed, "text", "summary_text"):
            known = " and ".join(f"'{each}'" for each in allowed)
            message = f"Invalid value: '{part.get('type')}'. Supported values are: {known}."
            raise bad_request(message, dotted((*place, "content", at, "type")), "invalid_value")
    return parts


# Reading.


def messages(items: Iterable[Item], session: Session) -> tuple[Message, ...]:
    """Read items into messages: what the model said in a row is one message.

    Raises GatewayError (400) for what cannot be decoded, and for calls and outputs that do not belong together.
    """
    said: list[Message] = []
    calls: dict[str, str] = {}
    waiting: dict[str, None] = {}
    for at, item in enumerate(items):
        role, parts = _read(item, ("input", at), session, calls)
        for part in parts:
            match part:
                case ToolCall(name=name, id=id, hosted=""):
                    calls[id] = name
                    waiting[id] = None
                case ToolResult(call_id=id):
                    waiting.pop(id, None)
        if said and role == "assistant" == said[-1].role:
            said[-1] = Message(role, said[-1].parts + parts)
        elif parts:
            said.append(Message(role, parts))
    if waiting:
        raise bad_request(f"No tool output found for function call {next(iter(waiting))}.", "input")
    return tuple(said)


def _read(  # noqa: PLR0911 - one for each type
    item: Item, place: Path, session: Session, calls: dict[str, str]
) -> tuple[Role, tuple[Part, ...]]:
    match item:
        case {"type": "message", "role": role, "content": content}:
            return _ROLES[role], tuple(_parts(content, place, session))
        case {"type": "function_call", "name": name, "arguments": arguments, "call_id": id}:
            return "assistant", (ToolCall(name, arguments, id),)
        case {"type": "custom_tool_call", "name": name, "input": given, "call_id": id}:
            return "assistant", (ToolCall(name, given, id, custom=True),)
        case {"type": "function_call_output" | "custom_tool_call_output", "call_id": id, "output": output}:
            if id not in calls:
                raise bad_request(f"No tool call found for function call output with call_id {id}.", "input")
            return "tool", (ToolResult(id, _output(output), calls[id]),)
        case {"type": "reasoning", "summary": summary}:
            return "assistant", (Reasoning("\n\n".join(str(part.get("text", "")) for part in summary)),)
        case {"type": "compaction", "encrypted_content": str(text)}:
            return "system", (Text(text),)
        case {"type": str(kind)} if kind.endswith("_output"):
            return "tool", (ToolResult(str(item.get("call_id", "")), _output(item.get("output", ""))),)
        case _:
            return "assistant", ()


def _output(output: Any) -> str:
    if isinstance(output, str):
        return output
    if isinstance(output, list):
        return "\n".join(str(part.get("text", "")) for part in output if isinstance(part, dict))
    return msgspec.json.encode(output).decode()


def _parts(content: list[Item], place: Path, session: Session) -> Iterator[Part]:
    for at, part in enumerate(content):
        where = (*place, "content", at)
        match part:
            case {"type": "input_text" | "output_text" | "text" | "summary_text", "text": str(text)}:
                yield Text(text)
            case {"type": "refusal", "refusal": str(text)}:
                yield Refusal(text)
            case {"type": "input_image"}:
                yield _image(part, where, session)
            case {"type": "input_file"}:
                yield _file(part, where, session)
            case {"type": "input_audio", "input_audio": {"data": str(data), "format": str(form)}}:
                yield attachments.audio(data, form, dotted((*where, "input_audio", "data")))
            case _:
                raise missing(dotted((*where, "text")))


def _image(part: Item, where: Path, session: Session) -> Part:
    detail: Any = part.get("detail") or "auto"
    if isinstance(part.get("image_url"), str):
        return attachments.image(part["image_url"], detail, dotted((*where, "image_url")))
    if isinstance(part.get("file_id"), str):
        filing.get(session, part["file_id"], dotted((*where, "file_id")))
        return attachments.image(f"https://files/{part['file_id']}", detail, "")
    raise missing(dotted((*where, "image_url")))


def _file(part: Item, where: Path, session: Session) -> File:
    name = str(part.get("filename") or "")
    if isinstance(part.get("file_id"), str):
        stored = filing.get(session, part["file_id"], dotted((*where, "file_id")))
        return attachments.file_of(stored.filename, stored.content.read(), stored.id)
    if isinstance(part.get("file_data"), str):
        return attachments.document(name, part["file_data"], dotted((*where, "file_data")))
    if isinstance(part.get("file_url"), str):
        return File(name or part["file_url"].rpartition("/")[2], "", part["file_url"])
    raise missing(dotted((*where, "file_id")))
