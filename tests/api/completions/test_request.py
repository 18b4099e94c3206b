import pytest

from mockgate.api.completions.request import Asked, Create, Echo


@pytest.mark.parametrize(
    ("n", "best_of", "returned", "made"), [(None, None, 1, 1), (3, None, 3, 3), (None, 4, 1, 4), (2, 4, 2, 4)]
)
def test_as_many_are_made_as_the_best_are_of(n, best_of, returned, made):
    asked = Asked(Create("m", n=n, best_of=best_of))
    assert (asked.n, asked.candidates) == (returned, made)


def test_every_choice_has_the_echo_of_its_own_prompt():
    asked = Asked(Create("m", n=2), echoes=(Echo("One"), Echo("Two")))
    assert [asked.echo(choice).text for choice in range(4)] == ["One", "One", "Two", "Two"]
    assert Asked(Create("m", n=2)).echo(3) == Echo()
