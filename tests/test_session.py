from mockgate.policy import Policy
from mockgate.scenario import ClockSpec, JournalSpec, Scenario, load
from mockgate.session import Session, start_clock


def test_a_clock_starts_where_the_scenario_says_utc_unless_it_names_a_zone():
    assert start_clock(ClockSpec(start="2025-01-01", frozen=True)).now() == 1_735_689_600
    assert start_clock(ClockSpec(start="2025-01-01T02:00:00+02:00", frozen=True)).now() == 1_735_689_600
    assert start_clock(ClockSpec(speed=60.0)).speed == 60
    assert start_clock(ClockSpec(speed=60.0, frozen=True)).frozen


def test_a_session_starts_with_nothing_and_the_scenarios_bounds():
    session = Session("a", Policy(Scenario(journal=JournalSpec(entries=1))))
    assert (session.progress.turns, session.under_way, len(session.journal), session.records.all("x")) == (0, 0, 0, [])


def test_a_session_that_follows_another_policy_begins_anew_only_what_that_says_otherwise():
    rules = {"rules": [{"reply": "Hi"}], "clock": {"frozen": True}}
    session = Session("a", Policy(load(rules)))
    session.progress.cursors.take(0)
    session.clock.advance(60)
    now, tally = session.clock.now(), session.tally
    session.follow(Policy(load({**rules, "limits": {"requests": "5/min"}})))
    assert (session.progress.cursors.answered(0), session.clock.now(), session.tally) == (1, now, tally)
    session.follow(Policy(load({**rules, "rules": [{"reply": "Ho"}], "faults": [{"error": 500}]})))
    assert session.progress.cursors.answered(0) == 0
    assert session.tally is not tally
    assert session.clock.now() == now
