"""The commands of the tree and of users: JSON as the contract says, sentences and exit codes."""

import json
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.choices import SituationKind
from members.models import Office, Organization, Situation, User
from tests.cast import make_national_id

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def refused(*arguments):
    with pytest.raises(CommandError) as error:
        call_command(*arguments, "--json", stdout=StringIO())
    assert error.value.returncode == 2
    return str(error.value)


@pytest.fixture
def typed(monkeypatch):
    """What comes in on standard input."""

    def type_in(text):
        monkeypatch.setattr(sys, "stdin", StringIO(text))

    type_in("lantern-4471-river\n")
    return type_in


# --- add_organization -----------------------------------------------------------------------------------------------
def test_a_tree_is_set_up_from_the_shell():
    top = run("add_organization", "--name", "县委", "--kind", "committee", "--code", "county")
    below = run("add_organization", "--name", "东村党支部", "--kind", "branch", "--parent", "county", "--village")

    assert top == {"code": "county", "path": "县委"}
    assert below["path"] == "县委/东村党支部"
    assert Organization.objects.get(code=below["code"]).is_village


def test_a_single_branch_may_stand_at_the_top():
    assert run("add_organization", "--name", "东村党支部", "--kind", "branch")["path"] == "东村党支部"


@pytest.mark.parametrize(
    "options",
    [
        ("--kind", "group", "--parent", "district"),  # a kind that doesn't fit
        ("--kind", "branch", "--parent", "nowhere"),
        ("--kind", "branch", "--parent", "district", "--code", "branch"),  # a code in use
        ("--kind", "group"),
    ],
)
def test_what_cannot_be_set_up_is_a_sentence_and_exit_code_two(cast, options):
    before = Organization.objects.count()

    assert refused("add_organization", "--name", "新支部", *options)
    assert Organization.objects.count() == before


# --- organizations --------------------------------------------------------------------------------------------------
def test_the_tree_is_listed_in_its_order(cast):
    listed = run("organizations")["organizations"]

    assert [(row["code"], row["parent"], row["members"]) for row in listed] == [
        ("county", None, 4), ("district", "county", 3), ("branch", "district", 2), ("group", "branch", 1),
        ("next-branch", "district", 1), ("other-district", "county", 1), ("other-branch", "other-district", 1),
    ]  # fmt: skip
    assert listed[2] == {
        "code": "branch", "name": "红旗社区第一党支部", "kind": "branch", "parent": "district", "members": 2,
    }  # fmt: skip


def test_a_subtree_is_listed_alone(cast):
    assert [row["code"] for row in run("organizations", "--under", "branch")["organizations"]] == ["branch", "group"]


def test_an_empty_tree_is_an_empty_list():
    assert run("organizations") == {"organizations": []}


def test_people_read_lines(cast):
    out = StringIO()
    call_command("organizations", stdout=out)

    assert out.getvalue().splitlines()[2].split("\t")[:2] == ["branch", "红旗社区第一党支部"]


# --- roster_summary -------------------------------------------------------------------------------------------------
def test_the_summary_has_the_keys_of_the_contract(cast):
    Situation.objects.create(member=cast.li, kind=SituationKind.BEDRIDDEN)

    assert run("roster_summary", "--org", "branch", "--on", "2026-11-24") == {
        "members": 2, "full": 2, "probationary": 0, "retired": 0, "mobile": 0, "frail": 1, "abroad": 0,
        "lost_contact": 0, "in_transfer": 0, "voting": 2,
    }  # fmt: skip


def test_without_an_organization_everybody_is_counted(cast):
    assert run("roster_summary")["members"] == 4


def test_an_unknown_code_is_a_sentence_that_names_the_option(cast):
    assert "--org" in refused("roster_summary", "--org", "nowhere")


# --- add_user -------------------------------------------------------------------------------------------------------
def test_the_first_user_is_made_with_an_office(cast, typed):
    answer = run("add_user", "chen", "--password-stdin", "--office", "secretary", "--org", "branch")

    assert answer == {"username": "chen", "offices": [{"kind": "secretary", "organization": "branch"}]}
    user = User.objects.get(username="chen")
    assert user.check_password("lantern-4471-river")
    assert Office.objects.get(user=user).organization == cast.branch


def test_a_user_may_be_a_member(cast, typed):
    run("add_user", "wang", "--password-stdin", "--member", make_national_id("19520318", 188))

    assert User.objects.get(username="wang").member == cast.wang


def test_an_existing_name_is_refused(cast, typed):
    assert "secretary" in refused("add_user", "secretary", "--password-stdin")


def test_a_weak_password_is_refused(typed):
    typed("short\n")

    assert refused("add_user", "chen", "--password-stdin")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "options",
    [
        (),  # no password
        ("--password-stdin", "--office", "secretary"),  # where?
        ("--password-stdin", "--org", "branch"),  # as what?
        ("--password-stdin", "--office", "secretary", "--org", "nowhere"),
        ("--password-stdin", "--office", "secretary", "--org", "district"),  # no such office there
        ("--password-stdin", "--member", "100226195203181880"),
    ],
)
def test_when_something_is_wrong_there_is_no_user(cast, typed, options):
    assert refused("add_user", "chen", *options)
    assert not User.objects.filter(username="chen").exists()


def test_an_unknown_member_is_not_repeated_in_the_sentence(cast, typed):
    assert "100226195203181880" not in refused("add_user", "chen", "--password-stdin", "--member", "100226195203181880")
