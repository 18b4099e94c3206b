"""Every endpoint but those of chat, so that a server knows its routes without the modules that serve them.

Most are never asked for; those of one that is are imported with its first call. What stands first is tried first.
"""

from typing import cast

from ..routes import Family, Later, Traits

#: Where each family is, and its protocol if it has one; then its endpoints: method, path, name, and what is said of
#: them. A test writes this list.
ENDPOINTS = """
completions:family
    POST /v1/completions completions.create prompted
responses:family
    POST /v1/responses responses.create prompted
    GET /v1/responses responses.connect
    POST /v1/responses/input_tokens responses.input_tokens prompted
    POST /v1/responses/compact responses.compact prompted
    GET /v1/responses/{id} responses.retrieve
    DELETE /v1/responses/{id} responses.delete
    POST /v1/responses/{id}/cancel responses.cancel
    GET /v1/responses/{id}/input_items responses.input_items
responses:conversation_family
    POST /v1/conversations conversations.create
    GET /v1/conversations/{id} conversations.retrieve
    POST /v1/conversations/{id} conversations.update
    DELETE /v1/conversations/{id} conversations.delete
    POST /v1/conversations/{id}/items conversations.add_items
    GET /v1/conversations/{id}/items conversations.list_items
    GET /v1/conversations/{id}/items/{item} conversations.retrieve_item
    DELETE /v1/conversations/{id}/items/{item} conversations.delete_item
messages:family anthropic
    POST /v1/messages messages.create prompted
    POST /v1/messages/count_tokens messages.count_tokens prompted
gemini:family google
    POST /v1beta/models/{model...}:generateContent gemini.generateContent prompted
    POST /v1beta/tunedModels/{model...}:generateContent gemini.generateContent prompted
    POST /v1/models/{model...}:generateContent gemini.generateContent prompted
    POST /v1/tunedModels/{model...}:generateContent gemini.generateContent prompted
    POST /v1beta/models/{model...}:streamGenerateContent gemini.streamGenerateContent prompted
    POST /v1beta/tunedModels/{model...}:streamGenerateContent gemini.streamGenerateContent prompted
    POST /v1/models/{model...}:streamGenerateContent gemini.streamGenerateContent prompted
    POST /v1/tunedModels/{model...}:streamGenerateContent gemini.streamGenerateContent prompted
    POST /v1beta/models/{model...}:countTokens gemini.countTokens prompted
    POST /v1beta/tunedModels/{model...}:countTokens gemini.countTokens prompted
    POST /v1/models/{model...}:countTokens gemini.countTokens prompted
    POST /v1/tunedModels/{model...}:countTokens gemini.countTokens prompted
    POST /v1beta/models/{model...}:embedContent gemini.embedContent prompted models=embeddings
    POST /v1beta/tunedModels/{model...}:embedContent gemini.embedContent prompted models=embeddings
    POST /v1/models/{model...}:embedContent gemini.embedContent prompted models=embeddings
    POST /v1/tunedModels/{model...}:embedContent gemini.embedContent prompted models=embeddings
    POST /v1beta/models/{model...}:batchEmbedContents gemini.batchEmbedContents prompted models=embeddings
    POST /v1beta/tunedModels/{model...}:batchEmbedContents gemini.batchEmbedContents prompted models=embeddings
    POST /v1/models/{model...}:batchEmbedContents gemini.batchEmbedContents prompted models=embeddings
    POST /v1/tunedModels/{model...}:batchEmbedContents gemini.batchEmbedContents prompted models=embeddings
    GET /v1beta/models gemini.list
    GET /v1beta/models/{model...} gemini.retrieve
embeddings:family
    POST /v1/embeddings embeddings.create prompted
moderations:family
    POST /v1/moderations moderations.create prompted
files:family
    POST /v1/files files.create
    GET /v1/files files.list
    GET /v1/files/{id} files.retrieve
    GET /v1/files/{id}/content files.content
    DELETE /v1/files/{id} files.delete
uploads:family
    POST /v1/uploads uploads.create
    POST /v1/uploads/{id}/parts uploads.add_part
    POST /v1/uploads/{id}/complete uploads.complete
    POST /v1/uploads/{id}/cancel uploads.cancel
batches:family
    POST /v1/batches batches.create
    GET /v1/batches batches.list
    GET /v1/batches/{id} batches.retrieve
    POST /v1/batches/{id}/cancel batches.cancel
    GET /v1/batches/{id}/results batches.results
message_batches:family anthropic
    POST /v1/messages/batches message_batches.create
    GET /v1/messages/batches message_batches.list
    GET /v1/messages/batches/{id} message_batches.retrieve
    POST /v1/messages/batches/{id}/cancel message_batches.cancel
    DELETE /v1/messages/batches/{id} message_batches.delete
    GET /v1/messages/batches/{id}/results message_batches.results
audio:family
    POST /v1/audio/speech audio.speech prompted
    POST /v1/audio/transcriptions audio.transcriptions prompted
    POST /v1/audio/translations audio.translations prompted
images:family
    POST /v1/images/generations images.generate prompted
    POST /v1/images/edits images.edit prompted
    POST /v1/images/variations images.variations prompted
    GET /v1/images/files/{name} images.show open
videos:family
    POST /v1/videos videos.create prompted
    GET /v1/videos videos.list
    POST /v1/videos/edits videos.edit prompted
    POST /v1/videos/extensions videos.extend prompted
    POST /v1/videos/characters videos.create_character
    GET /v1/videos/characters/{id} videos.get_character
    GET /v1/videos/{id} videos.retrieve
    DELETE /v1/videos/{id} videos.delete
    GET /v1/videos/{id}/content videos.content
    GET /v1/videos/files/{name} videos.show open
    POST /v1/videos/{id}/remix videos.remix prompted
videos:task_family task
    POST /v1/video/generations tasks.create prompted models=videos
    GET /v1/video/generations/{id} tasks.retrieve
rerank:family
    POST /v1/rerank rerank.create prompted
realtime:family
    GET /v1/realtime realtime.connect open
    POST /v1/realtime/responses realtime.response prompted
    POST /v1/realtime/transcriptions realtime.transcription prompted
    POST /v1/realtime/client_secrets realtime.client_secret
    POST /v1/realtime/sessions realtime.session
    POST /v1/realtime/calls realtime.call
models:family
    GET /v1/models models.list
    GET /v1/models/{id...} models.retrieve
admin:family
    GET /health admin.health open
    GET /health/ready admin.ready open
    GET /version admin.version open
backoffice:family
    GET /admin/dashboard/config backoffice.runtime.config
    GET /admin/runtime/config backoffice.runtime.config
    POST /admin/runtime/refresh backoffice.runtime.refresh
    GET /admin/cache/overview backoffice.usage.cache
    GET /admin/usage/summary backoffice.usage.summary
    GET /admin/usage/daily backoffice.usage.daily
    GET /admin/usage/models backoffice.usage.by_model
    GET /admin/usage/user-paths backoffice.usage.by_account
    GET /admin/usage/log backoffice.usage.log
    GET /admin/audit/log backoffice.audit.log
    GET /admin/audit/conversation backoffice.audit.conversation
    GET /admin/providers/status backoffice.inventory.providers
    GET /admin/models backoffice.inventory.models
    GET /admin/models/categories backoffice.inventory.categories
    GET /admin/model-overrides backoffice.inventory.overrides
    PUT /admin/model-overrides/{selector...} backoffice.inventory.override
    DELETE /admin/model-overrides/{selector...} backoffice.inventory.drop_override
    GET /admin/budgets backoffice.budgets.listed
    PUT /admin/budgets backoffice.budgets.put
    DELETE /admin/budgets backoffice.budgets.delete
    GET /admin/budgets/settings backoffice.budgets.settings
    PUT /admin/budgets/settings backoffice.budgets.change_settings
    POST /admin/budgets/reset-one backoffice.budgets.reset_one
    POST /admin/budgets/reset backoffice.budgets.reset
    PUT /admin/budgets/{path...}/{period} backoffice.budgets.put
    DELETE /admin/budgets/{path...}/{period} backoffice.budgets.delete
    GET /admin/auth-keys backoffice.keys.listed
    POST /admin/auth-keys backoffice.keys.create
    POST /admin/auth-keys/{id}/deactivate backoffice.keys.deactivate
    PUT /admin/auth-keys/{id}/dashboard-access backoffice.keys.dashboard_access
    PUT /admin/auth-keys/{id}/allowed-models backoffice.keys.allowed_models
    GET /admin/aliases backoffice.aliases.listed
    PUT /admin/aliases/{name...} backoffice.aliases.put
    DELETE /admin/aliases/{name...} backoffice.aliases.delete
    GET /admin/guardrails/types backoffice.guardrails.types
    GET /admin/guardrails backoffice.guardrails.listed
    PUT /admin/guardrails/{name} backoffice.guardrails.put
    DELETE /admin/guardrails/{name} backoffice.guardrails.delete
    GET /admin/workflows backoffice.workflows.listed
    GET /admin/workflows/guardrails backoffice.guardrails.names
    GET /admin/workflows/{id} backoffice.workflows.retrieve
    POST /admin/workflows backoffice.workflows.create
    POST /admin/workflows/{id}/deactivate backoffice.workflows.deactivate
    GET /admin/api/v1/dashboard/config backoffice.runtime.config
    GET /admin/api/v1/runtime/config backoffice.runtime.config
    POST /admin/api/v1/runtime/refresh backoffice.runtime.refresh
    GET /admin/api/v1/cache/overview backoffice.usage.cache
    GET /admin/api/v1/usage/summary backoffice.usage.summary
    GET /admin/api/v1/usage/daily backoffice.usage.daily
    GET /admin/api/v1/usage/models backoffice.usage.by_model
    GET /admin/api/v1/usage/user-paths backoffice.usage.by_account
    GET /admin/api/v1/usage/log backoffice.usage.log
    GET /admin/api/v1/audit/log backoffice.audit.log
    GET /admin/api/v1/audit/conversation backoffice.audit.conversation
    GET /admin/api/v1/providers/status backoffice.inventory.providers
    GET /admin/api/v1/models backoffice.inventory.models
    GET /admin/api/v1/models/categories backoffice.inventory.categories
    GET /admin/api/v1/model-overrides backoffice.inventory.overrides
    PUT /admin/api/v1/model-overrides/{selector...} backoffice.inventory.override
    DELETE /admin/api/v1/model-overrides/{selector...} backoffice.inventory.drop_override
    GET /admin/api/v1/budgets backoffice.budgets.listed
    PUT /admin/api/v1/budgets backoffice.budgets.put
    DELETE /admin/api/v1/budgets backoffice.budgets.delete
    GET /admin/api/v1/budgets/settings backoffice.budgets.settings
    PUT /admin/api/v1/budgets/settings backoffice.budgets.change_settings
    POST /admin/api/v1/budgets/reset-one backoffice.budgets.reset_one
    POST /admin/api/v1/budgets/reset backoffice.budgets.reset
    PUT /admin/api/v1/budgets/{path...}/{period} backoffice.budgets.put
    DELETE /admin/api/v1/budgets/{path...}/{period} backoffice.budgets.delete
    GET /admin/api/v1/auth-keys backoffice.keys.listed
    POST /admin/api/v1/auth-keys backoffice.keys.create
    POST /admin/api/v1/auth-keys/{id}/deactivate backoffice.keys.deactivate
    PUT /admin/api/v1/auth-keys/{id}/dashboard-access backoffice.keys.dashboard_access
    PUT /admin/api/v1/auth-keys/{id}/allowed-models backoffice.keys.allowed_models
    GET /admin/api/v1/aliases backoffice.aliases.listed
    PUT /admin/api/v1/aliases/{name...} backoffice.aliases.put
    DELETE /admin/api/v1/aliases/{name...} backoffice.aliases.delete
    GET /admin/api/v1/guardrails/types backoffice.guardrails.types
    GET /admin/api/v1/guardrails backoffice.guardrails.listed
    PUT /admin/api/v1/guardrails/{name} backoffice.guardrails.put
    DELETE /admin/api/v1/guardrails/{name} backoffice.guardrails.delete
    GET /admin/api/v1/workflows backoffice.workflows.listed
    GET /admin/api/v1/workflows/guardrails backoffice.guardrails.names
    GET /admin/api/v1/workflows/{id} backoffice.workflows.retrieve
    POST /admin/api/v1/workflows backoffice.workflows.create
    POST /admin/api/v1/workflows/{id}/deactivate backoffice.workflows.deactivate
console:family
    GET /api/status console.status open
    GET /api/notice console.notice open
    GET /api/pricing console.pricing open
    GET /api/usage/token console.token
    GET /dashboard/billing/subscription console.subscription
    GET /dashboard/billing/usage console.usage
    GET /v1/dashboard/billing/subscription console.subscription
    GET /v1/dashboard/billing/usage console.usage
metrics:family
    GET /metrics metrics.show open
passthrough:family
    GET /p/{provider}/{path...} passthrough.forward prompted
    GET /p/{provider} passthrough.forward prompted
    POST /p/{provider}/{path...} passthrough.forward prompted
    POST /p/{provider} passthrough.forward prompted
    PUT /p/{provider}/{path...} passthrough.forward prompted
    PUT /p/{provider} passthrough.forward prompted
    PATCH /p/{provider}/{path...} passthrough.forward prompted
    PATCH /p/{provider} passthrough.forward prompted
    DELETE /p/{provider}/{path...} passthrough.forward prompted
    DELETE /p/{provider} passthrough.forward prompted
    HEAD /p/{provider}/{path...} passthrough.forward prompted
    HEAD /p/{provider} passthrough.forward prompted
    OPTIONS /p/{provider}/{path...} passthrough.forward prompted
    OPTIONS /p/{provider} passthrough.forward prompted
swagger:family
    GET /swagger swagger.lead open quiet
    GET /swagger/index.html swagger.page open quiet
    GET /swagger/start.js swagger.start open quiet
    GET /swagger/doc.json swagger.document open quiet
    GET /swagger/swagger-ui-bundle.js swagger.swagger-ui-bundle.js open quiet
    GET /swagger/swagger-ui.css swagger.swagger-ui.css open quiet
frontpage:family
    GET / frontpage.page open quiet
    GET /frontpage/gateway.json frontpage.facts open quiet
    GET /frontpage/page.css frontpage.page.css open quiet
    GET /frontpage/page.js frontpage.page.js open quiet
    GET /frontpage/icon.svg frontpage.icon.svg open quiet
"""


def families() -> tuple[Family, ...]:
    """Return the families, none of whose modules has been imported for it."""
    return tuple(_family(place, lines) for place, lines in listed().items())


def listed() -> dict[str, list[str]]:
    """Return the lines of each family's endpoints, by where it is."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in ENDPOINTS.strip().splitlines():
        if line.startswith(" "):
            lines.append(line)
        else:
            lines = found[line] = []
    return found


def _family(place: str, lines: list[str]) -> Family:
    where, _, protocol = place.partition(" ")
    module, _, attribute = where.partition(":")
    rows = [line.split() for line in lines]
    family = Family(rows[0][2].partition(".")[0], protocol)
    for at, (method, path, name, *said) in enumerate(rows):
        traits = {key: value or True for key, _, value in (word.partition("=") for word in said)}
        traits["name"] = name.partition(".")[2]
        family.add(method, path, Later(f"{__package__}.{module}", attribute, at), **cast("Traits", traits))
    return family
