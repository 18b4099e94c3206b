"""Swagger UI over the gateway's own OpenAPI document: `GET /swagger/index.html`. Source: GoModel's docs.

Its files lie in `fixtures/swagger`, packed, and nothing of it is loaded from anywhere else.
"""

import asyncio
import gzip
from functools import lru_cache, partial

from .. import openapi
from ..gateway import Gateway
from ..journal import Exchange
from ..loader import fixtures_dir
from ..routes import Family
from ..session import Session
from ..wire import Answer, Json, json_answer

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Swagger UI</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</body>
</html>
"""

#: `validatorUrl: null`: else it would ask a site that checks documents what it thinks of this one.
_START = """SwaggerUIBundle({
  url: "doc.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  filter: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  persistAuthorization: true,
  validatorUrl: null,
});
"""

#: Swagger UI draws its icons as data URLs, writes styles into its elements, and shows pictures and sound as blobs.
_HEADERS = {
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}

_PARTS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}


async def lead(_: Gateway, _session: Session, exchange: Exchange) -> Answer:
    """Lead to the page."""
    headers = {"location": f"{exchange.call.base}/swagger/index.html"}
    return Json(body=b"", status=307, headers=headers, content_type="text/plain")


async def page(_: Gateway, _session: Session, _exchange: Exchange) -> Answer:
    """Show the page."""
    return _sent(_PAGE.encode(), "text/html")


async def start(_: Gateway, _session: Session, _exchange: Exchange) -> Answer:
    """Give the script that starts the page."""
    return _sent(_START.encode(), "text/javascript")


async def document(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Give the OpenAPI document of this gateway."""
    return json_answer(await asyncio.to_thread(openapi.document, session.policy, exchange.call.base))


async def part(_: Gateway, _session: Session, exchange: Exchange, *, name: str) -> Answer:
    """Give one of Swagger UI's own files."""
    packed = _packed(name)
    if "gzip" not in exchange.call.headers.get("accept-encoding", ""):
        return _sent(gzip.decompress(packed), _PARTS[name])
    return _sent(packed, _PARTS[name], **{"content-encoding": "gzip"})


def _sent(body: bytes, kind: str, **headers: str) -> Answer:
    return Json(body=body, content_type=f"{kind}; charset=utf-8", headers={**_HEADERS, **headers})


@lru_cache(maxsize=len(_PARTS))
def _packed(name: str) -> bytes:
    return (fixtures_dir() / "swagger" / f"{name}.gz").read_bytes()


family = Family("swagger")
family.add("GET", "/swagger", lead, open=True, quiet=True, answers=(), status=307)
family.add("GET", "/swagger/index.html", page, open=True, quiet=True, answers=("text/html",))
family.add("GET", "/swagger/start.js", start, open=True, quiet=True, answers=("text/javascript",))
family.add("GET", "/swagger/doc.json", document, open=True, quiet=True)
for file, kind in _PARTS.items():
    family.add("GET", f"/swagger/{file}", partial(part, name=file), name=file, open=True, quiet=True, answers=(kind,))
