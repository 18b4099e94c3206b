"""The endpoint families that mockgate serves: one module each, and this list."""

from . import admin, chat, models

FAMILIES = (chat.family, models.family, admin.family)
