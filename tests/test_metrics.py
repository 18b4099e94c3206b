from decimal import Decimal

from mockgate.metrics import Totals
from mockgate.turn import Usage


def test_totals_add_up_calls_by_status_and_answers_by_tokens_and_money():
    totals = Totals()
    for status in (200, 200, 429):
        totals.call(status)
    totals.add(Usage(input=10, cached=4, output=5, reasoning=2), Decimal("0.1"))
    totals.add(Usage(input=1, output=2), Decimal("0.2"))
    assert totals.describe() == {
        "requests": 3,
        "by_status": {"200": 2, "429": 1},
        "turns": 2,
        "input_tokens": 11,
        "cached_tokens": 4,
        "output_tokens": 7,
        "reasoning_tokens": 2,
        "total_tokens": 18,
        "cost": 0.3,
    }
