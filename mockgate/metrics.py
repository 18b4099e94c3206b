"""What a session's answers add up to: calls by status, tokens, money. The same figures that usage and wallet report."""

from decimal import Decimal
from typing import Any

from .turn import Usage


class Totals:
    """Running sums; nothing in them is ever taken back, but the cost of what failed after it was paid."""

    def __init__(self) -> None:
        self.calls: dict[int, int] = {}
        self.endpoints: dict[str, int] = {}
        self.turns = 0
        self.input = 0
        self.cached = 0
        self.output = 0
        self.reasoning = 0
        self.cost = Decimal(0)

    def add(self, usage: Usage, cost: Decimal) -> None:
        """Count one answer of a model."""
        self.turns += 1
        self.input += usage.input
        self.cached += usage.cached
        self.output += usage.output
        self.reasoning += usage.reasoning
        self.cost += cost

    def call(self, status: int, endpoint: str = "") -> None:
        """Count one call by the status it was answered with, and by the endpoint that it reached."""
        self.calls[status] = self.calls.get(status, 0) + 1
        self.endpoints[endpoint] = self.endpoints.get(endpoint, 0) + 1

    def describe(self) -> dict[str, Any]:
        """Put the sums into plain values; `cost` is in dollars."""
        return {
            "requests": sum(self.calls.values()),
            "by_status": {str(status): count for status, count in sorted(self.calls.items())},
            "turns": self.turns,
            "input_tokens": self.input,
            "cached_tokens": self.cached,
            "output_tokens": self.output,
            "reasoning_tokens": self.reasoning,
            "total_tokens": self.input + self.output,
            "cost": float(self.cost),
        }
