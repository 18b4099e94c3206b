"""The endpoint families that mockgate serves: chat, which a first answer needs, and those that wait to be asked."""

from . import chat, index

FAMILIES = (chat.family, *index.families())
