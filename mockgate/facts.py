"""What a rule may ask about, read off a request at most once, and only when asked.

`Spoken` is some of its words with whose they are; `Facts` is the request with everything a `when` can name.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from .turn import Message, Prompt, ToolResult
from .wire import Call

T = TypeVar("T")

#: Words up to this long are remembered once folded: prompts repeat themselves.
_SHORT = 1000


class Lazy(Generic[T]):
    """An attribute worked out when first read. (`cached_property` locks: 1 us on Python 3.11.)"""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> T:
        value = instance.__dict__[self._name] = self._read(instance)
        return value


class Spoken:
    """Words of the request with whose they are; `folded` is their form for comparison."""

    def __init__(self, raw: str, role: str = "", tool: str = "") -> None:
        self.raw = raw
        self.role = role
        self.tool = tool

    @Lazy
    def folded(self) -> str:
        """The words without case, and with every run of whitespace as one blank."""
        return fold(self.raw)


def fold(words: str) -> str:
    """Return the form in which words are compared: no case, every run of whitespace one blank."""
    return _fold_again(words) if len(words) <= _SHORT else _fold(words)


def _fold(words: str) -> str:
    return " ".join(words.casefold().split())


_fold_again = lru_cache(2048)(_fold)


class Facts:
    """What a rule may ask about. `number` is which model call of the session this is, from 1."""

    def __init__(self, prompt: Prompt, call: Call, key: str = "", number: int = 1) -> None:
        self.prompt = prompt
        self.call = call
        self.key = key
        self.number = number

    @Lazy
    def model(self) -> tuple[Spoken, ...]:
        """The model asked for."""
        return (Spoken(self.prompt.model),)

    @Lazy
    def family(self) -> tuple[Spoken, ...]:
        """The endpoint family."""
        return (Spoken(self.prompt.family),)

    @Lazy
    def path(self) -> tuple[Spoken, ...]:
        """The path of the request."""
        return (Spoken(self.call.path),)

    @Lazy
    def keys(self) -> tuple[Spoken, ...]:
        """The key the request carried; empty words for none."""
        return (Spoken(self.key),)

    @Lazy
    def user(self) -> tuple[Spoken, ...]:
        """The words to be answered, when they are the user's: the user messages the conversation ends in."""
        run = _last_run(self.prompt.messages, _is_users)
        return (_joined(run),) if run else ()

    @Lazy
    def folded(self) -> str:
        """The words to be answered, as they are compared; empty when they are not the user's."""
        messages = self.prompt.messages
        if not messages or not _is_users(messages[-1]):
            return ""
        alone = len(messages) == 1 or not _is_users(messages[-2])
        return fold(messages[-1].text) if alone else self.user[0].folded

    @Lazy
    def question(self) -> str:
        """The newest words of the user, whatever came after them."""
        messages = self.prompt.messages
        after = _last_run(messages, lambda message: not _is_users(message))
        return _joined(_last_run(messages[: len(messages) - len(after)], _is_users)).raw

    @Lazy
    def system(self) -> tuple[Spoken, ...]:
        """All system and developer messages as one."""
        found = [message for message in self.prompt.messages if message.role == "system"]
        return (_joined(found),) if found else ()

    @Lazy
    def messages(self) -> tuple[Spoken, ...]:
        """Every message by itself, the newest first."""
        return tuple(Spoken(message.text, message.role) for message in reversed(self.prompt.messages))

    @Lazy
    def results(self) -> tuple[Spoken, ...]:
        """The tool results the conversation ends in: several after parallel calls, in order."""
        return _results(_last_run(self.prompt.messages, _is_result))

    @Lazy
    def all_results(self) -> tuple[Spoken, ...]:
        """Every tool result of the conversation, in order."""
        return _results(self.prompt.messages)

    def header(self, name: str) -> tuple[Spoken, ...]:
        """Return the value of a header, by its name in lower case; nothing when it is absent."""
        value = self.call.headers.get(name)
        return () if value is None else (Spoken(value),)


def _is_result(message: Message) -> bool:
    return message.role == "tool" or ToolResult in map(type, message.parts)


def _is_users(message: Message) -> bool:
    return message.role == "user" and ToolResult not in map(type, message.parts)


def _last_run(messages: Sequence[Message], belongs: Callable[[Message], bool]) -> Sequence[Message]:
    begin = len(messages)
    while begin and belongs(messages[begin - 1]):
        begin -= 1
    return messages[begin:]


def _joined(messages: Sequence[Message]) -> Spoken:
    return Spoken(messages[0].text if len(messages) == 1 else "\n".join(message.text for message in messages))


def _results(messages: Iterable[Message]) -> tuple[Spoken, ...]:
    parts = (part for message in messages for part in message.parts)
    return tuple(Spoken(part.text, "tool", part.name) for part in parts if isinstance(part, ToolResult))
