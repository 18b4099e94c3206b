from mockgate.scenario import ClockSpec, JournalSpec, Scenario
from mockgate.session import Session, start_clock


def test_a_clock_starts_where_the_scenario_says_utc_unless_it_names_a_zone():
    assert start_clock(ClockSpec(start="2025-01-01", frozen=True)).now() == 1_735_689_600
    assert start_clock(ClockSpec(start="2025-01-01T02:00:00+02:00", frozen=True)).now() == 1_735_689_600
    assert start_clock(ClockSpec(speed=60.0)).speed == 60
    assert start_clock(ClockSpec(speed=60.0, frozen=True)).frozen


def test_a_session_starts_with_nothing_and_the_scenarios_bounds():
    session = Session("a", Scenario(journal=JournalSpec(entries=1)))
    assert (session.turns, session.under_way, len(session.journal), session.records.all("x")) == (0, 0, 0, [])
