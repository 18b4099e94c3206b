"""What is known of a model beside its name: what it can do, takes and costs. Source: GoModel's list of models."""

from typing import Any

from .scenario import Model
from .wallet import Prices, Tariff

#: What kind of work each family of endpoints is.
CATEGORIES = {
    "text_generation": ("Text Generation", {"chat", "completions", "responses", "messages", "gemini"}),
    "embedding": ("Embeddings", {"embeddings"}),
    "image": ("Image", {"images"}),
    "audio": ("Audio", {"audio", "realtime"}),
    "video": ("Video", {"videos"}),
    "utility": ("Utility", {"moderations"}),
}


def categories(model: Model) -> list[str]:
    """Return what kinds of work a model does; one that says nothing is for text."""
    found = [name for name, (_, families) in CATEGORIES.items() if families & set(model.families)]
    return found or ["text_generation"]


def metadata(model: Model, prices: Prices) -> dict[str, Any]:
    """Describe a model; what is not known of it is left out."""
    tariff = prices.of((model.id,))
    told = {
        "display_name": model.id.rpartition("/")[2],
        "modes": model.families,
        "categories": categories(model),
        "context_window": model.context,
        "max_output_tokens": model.max_output,
        "capabilities": {"reasoning": model.reasoning},
        "pricing": _pricing(tariff),
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _pricing(tariff: Tariff) -> dict[str, Any] | None:
    """Word prices in dollars for a million tokens, or for a piece."""
    by_million = {"input": "input", "output": "output", "cached_input": "cached_input", "cache_write": "cache_write"}
    told = {f"{word}_per_mtok": float(getattr(tariff, name) * 1_000_000) for word, name in by_million.items()}
    told |= {"per_image": float(tariff.image), "per_second_output": float(tariff.second)}
    given = {name: amount for name, amount in told.items() if amount}
    return {"currency": "USD", **given} if given else None
