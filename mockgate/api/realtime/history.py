"""The conversation so far: its items, and what a client may do to them."""

from ...turn import Audio, Part
from ...wording import bad_request, missing
from .channel import Channel
from .hearing import Sound
from .items import Item, Kept, checked
from .listening import Listener


class History:
    """The items of a session, in order. `spoke`: some of them the model has said aloud."""

    def __init__(self, channel: Channel, listener: Listener) -> None:
        self._channel = channel
        self._listener = listener
        self._items: list[Kept] = []
        self.spoke = False

    @property
    def last(self) -> str | None:
        """The id of the newest item."""
        return self._items[-1].id if self._items else None

    def asked(self) -> list[Item]:
        """Word all items for a turn's request."""
        return [kept.asked() for kept in self._items]

    def given(self, item: Item) -> Item:
        """Word an item that a client gives for one answer alone, or refers to.

        Raises GatewayError (400).
        """
        if isinstance(item, dict) and item.get("type") == "item_reference":
            return self._items[self._find(item.get("id"), "referring to")].asked()
        return checked(item, self._channel.new_id("item_"), self._listener.listen).asked()

    def _find(self, id: object, deed: str) -> int:
        if not isinstance(id, str):
            raise missing("item_id")
        at = next((at for at, kept in enumerate(self._items) if kept.id == id), None)
        if at is None:
            message = f"Error {deed} item: the item with id '{id}' does not exist."
            raise bad_request(message, "item_id", "item_not_found")
        return at

    async def create(self, event: Item) -> None:
        """Take in an item, at the end or after another one ("root": at the beginning)."""
        kept = checked(event.get("item"), self._channel.new_id("item_"), self._listener.listen)
        if any(known.id == kept.id for known in self._items):
            message = f"Error adding item: an item with id '{kept.id}' already exists."
            raise bad_request(message, "item.id", "item_create_duplicate_id")
        before = event.get("previous_item_id")
        at = len(self._items)
        if before is not None:
            at = 0 if before == "root" else 1 + self._find(before, "adding")
        await self.add(kept, at)

    async def add(self, kept: Kept, at: int | None = None) -> None:
        """Add an item, and tell of it."""
        at = len(self._items) if at is None else at
        before = self._items[at - 1].id if at else None
        self._items.insert(at, kept)
        await self._channel.tell("conversation.item.added", previous_item_id=before, item=kept.item)
        await self._channel.tell("conversation.item.done", previous_item_id=before, item=kept.item)

    async def retrieve(self, event: Item) -> None:
        """Show an item, its sound included."""
        kept = self._items[self._find(event.get("item_id"), "retrieving")]
        await self._channel.tell("conversation.item.retrieved", item=kept.whole())

    async def delete(self, event: Item) -> None:
        """Forget an item."""
        kept = self._items.pop(self._find(event.get("item_id"), "deleting"))
        await self._channel.tell("conversation.item.deleted", item_id=kept.id)

    async def truncate(self, event: Item) -> None:
        """Cut what the model has said to what of it was heard, its transcript too."""
        kept = self._items[self._find(event.get("item_id"), "truncating")]
        end, index = event.get("audio_end_ms"), event.get("content_index")
        if not isinstance(index, int):
            raise missing("content_index")
        if not isinstance(end, int) or end < 0:
            raise missing("audio_end_ms")
        if kept.item.get("role") != "assistant" or index not in kept.sounds:
            raise bad_request("Only model output audio messages can be truncated.", "item_id", "invalid_value")
        whole = round(kept.sounds[index].seconds * 1000)
        if end > whole:
            message = f"Audio content of {whole}ms is already shorter than {end}ms."
            raise bad_request(message, "audio_end_ms", "invalid_value")
        part = kept.item["content"][index]
        part["transcript"] = part["transcript"][: len(part["transcript"]) * end // max(1, whole)]
        kept.sounds[index] = Sound(seconds=end / 1000)
        await self._channel.tell("conversation.item.truncated", item_id=kept.id, content_index=index, audio_end_ms=end)

    # What the model says.

    def answered(self, parts: tuple[Part, ...]) -> None:
        """Take note that an answer has come to its end."""
        self._listener.answered(sum(part.seconds for part in parts if isinstance(part, Audio)))

    def begin(self, item: Item) -> None:
        """Keep an item that the model begins to say."""
        self._items.append(Kept(item))

    def complete(self, item: Item, parts: tuple[Part, ...]) -> None:
        """Keep an item as the model has said it; `parts` are all of its answer."""
        kept = next((kept for kept in self._items if kept.id == item["id"]), None)
        if kept is None:
            return
        kept.item = item
        spoken = iter([part.seconds for part in parts if isinstance(part, Audio)])
        for at, part in enumerate(item.get("content", ())):
            if part["type"] == "output_audio":
                kept.sounds[at] = Sound(seconds=next(spoken, 0.0))
                self.spoke = True
