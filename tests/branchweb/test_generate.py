"""`manage.py generate`: an invented county by one command."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.models import Member, Organization


def generate(*arguments: str) -> dict[str, object]:
    answer = StringIO()
    call_command("generate", *arguments, "--json", stdout=answer)
    return json.loads(answer.getvalue())


@pytest.mark.django_db
def test_a_county_of_the_asked_size_is_stored_and_counted() -> None:
    answer = generate("--members", "60", "--branches", "4", "--months", "0", "--seed", "5")
    assert list(answer) == ["members", "branches", "meetings", "attendances", "charges", "payments", "seconds"]
    assert (answer["members"], answer["branches"]) == (60, 4)
    assert Member.objects.on_roster().count() == 60
    assert Organization.objects.branches().count() == 4


@pytest.mark.django_db
def test_without_json_it_says_a_sentence() -> None:
    said = StringIO()
    call_command("generate", "--members", "1", "--branches", "1", stdout=said)
    assert "1" in said.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        ("--members", "10", "--branches", "0"),
        ("--members", "10", "--branches", "200001"),
        ("--members", "3000001", "--branches", "10"),
    ],
)
def test_an_impossible_county_is_refused_and_nothing_stored(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refusal:
        generate(*arguments)
    assert refusal.value.returncode == 2
    assert not Organization.objects.exists()
