"""`manage.py generate`: an invented county by one command."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assessment.models import Assessment, CadrePost, Goal, Practice
from members.choices import OfficeKind
from members.models import Member, Office, Organization, User
from reminders.models import DeskCount, Message
from supervision.models import Appraisee, Matter, Problem, Report, Suggestion, Talk


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
def test_every_app_has_something_to_show_and_all_of_it_is_whole() -> None:
    generate("--members", "60", "--branches", "4", "--months", "5", "--seed", "5")
    filled = (
        Office,
        Suggestion,
        Talk,
        Problem,
        Matter,
        Appraisee,
        Report,
        Goal,
        Practice,
        CadrePost,
        Message,
        DeskCount,
    )
    assert [model.__name__ for model in filled if not model._base_manager.exists()] == []
    assert Assessment.objects.filter(computed_at__isnull=True).count() == 0
    branches = Organization.objects.branches().count()
    assert Office.objects.filter(kind=OfficeKind.SECRETARY).count() == branches
    answer = StringIO()
    call_command("verify", "--json", stdout=answer)
    assert json.loads(answer.getvalue())["ok"]


@pytest.mark.django_db
def test_nobody_knows_the_password_of_an_invented_officer() -> None:
    generate("--members", "40", "--branches", "2", "--months", "0")
    assert not User.objects.filter(member__isnull=False)[0].check_password("")


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
