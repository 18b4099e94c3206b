"""The endpoint families that mockgate serves: one module each, and this list."""

from . import admin, batches, chat, completions, embeddings, files, models, moderations, responses, uploads

FAMILIES = (
    chat.family,
    completions.family,
    responses.family,
    responses.conversation_family,
    embeddings.family,
    moderations.family,
    files.family,
    uploads.family,
    batches.family,
    models.family,
    admin.family,
)
