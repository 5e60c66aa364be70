"""Kinds of meetings that a committee adds for the branches below it."""

import uuid

import pytest
from django.urls import reverse

from audit.models import Entry
from meetings.models import LocalKind, Meeting
from meetings.planning.queries import managed_by, usable_at
from meetings.planning.services import add_local_kind, retire_local_kind
from members.refused import Refused
from tests.meetings.votes.voting import known_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST = reverse("meetings:local-kind-list")
NAME = "屋场会"


def add(cast, name=NAME, **given):
    given = {"key": uuid.uuid4(), "organization": cast.district, "by": cast.district_staff, **given}
    return add_local_kind(name=name, **{**given, "by": known_as(given["by"])})


def test_a_kind_is_usable_below_the_committee_and_nowhere_else(cast):
    kind = add(cast)
    places = (cast.district, cast.branch, cast.group, cast.next_branch, cast.county, cast.other_branch)

    assert [kind in usable_at(place.path) for place in places] == [True, True, True, True, False, False]
    assert Entry.objects.get(action="add_local_kind").organization_code == "district"


def test_the_same_key_twice_adds_once_and_the_same_name_is_refused(cast):
    key = uuid.uuid4()
    add(cast, key=key)
    add(cast, key=key)
    with pytest.raises(Refused):
        add(cast)

    assert LocalKind.objects.count() == Entry.objects.filter(action="add_local_kind").count() == 1


def test_a_retired_kind_is_not_planned_until_it_is_added_again(cast):
    kind = add(cast)
    for _ in range(2):
        retire_local_kind(kind=kind, by=known_as(cast.district_staff))
    retired = list(usable_at(cast.branch.path))
    add(cast)

    assert retired == []
    assert list(usable_at(cast.branch.path)) == [kind]
    assert Entry.objects.filter(action="retire_local_kind").count() == 1


@pytest.mark.parametrize(
    ("part", "seen"), [("district_staff", 1), ("county_staff", 1), ("county_secretary", 1), ("secretary", 0)]
)
def test_committees_manage_their_own_and_those_below(cast, part, seen):
    add(cast)

    assert managed_by(known_as(cast.users()[part])).count() == seen


def test_a_committee_adds_a_kind_on_its_page(cast, as_user):
    client = as_user(cast.district_staff)
    answer = client.post(LIST, {"key": uuid.uuid4(), "name": NAME, "organization": "district"}, follow=True)

    assert NAME in answer.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name": ""},
        {"name": "长" * 61},
        {"organization": "other-district"},
        {"organization": "branch"},
        {"key": "x"},
    ],
)
def test_what_is_typed_wrong_adds_nothing(cast, as_user, typed):
    sent = {"key": uuid.uuid4(), "name": NAME, "organization": "district", **typed} if typed else {"name": "x"}
    answer = as_user(cast.district_staff).post(LIST, sent)

    assert answer.context["form"].errors
    assert not LocalKind.objects.exists()


def test_a_name_that_is_there_is_refused_at_the_field(cast, as_user):
    add(cast)
    answer = as_user(cast.district_staff).post(LIST, {"key": uuid.uuid4(), "name": NAME, "organization": "district"})

    assert "name" in answer.context["form"].errors


@pytest.mark.parametrize(("part", "status"), [("secretary", 403), ("member", 403), ("administrator", 403)])
def test_branches_add_no_kinds(cast, as_user, part, status):
    assert as_user(cast.users()[part]).get(LIST).status_code == status


def test_a_kind_of_another_committee_is_not_retired(cast, as_user):
    kind = add(cast, organization=cast.other_district, by=cast.county_staff)
    url = reverse("meetings:local-kind-retire", args=[kind.pk])
    client = as_user(cast.district_staff)

    assert (client.post(url).status_code, client.get(url).status_code) == (404, 405)
    assert LocalKind.objects.get().is_used


def test_the_branch_plans_a_meeting_of_the_kind_under_its_name(cast, as_user):
    kind = add(cast)
    url = reverse("meetings:meeting-plan", args=["branch"])
    client = as_user(cast.secretary)
    client.post(url, {"key": uuid.uuid4(), "kind": str(kind.pk), "day": "2026-12-01"})
    meeting = Meeting.objects.get()

    assert (meeting.kind, meeting.local_kind, meeting.name) == ("local", kind, NAME)


def test_a_branch_elsewhere_cannot_plan_it(cast, as_user):
    kind = add(cast)
    url = reverse("meetings:meeting-plan", args=["other-branch"])
    as_user(cast.other_secretary).post(url, {"key": uuid.uuid4(), "kind": str(kind.pk), "day": "2026-12-01"})

    assert not Meeting.objects.exists()


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_asks_the_same_number_of_queries(cast, as_user, django_assert_num_queries, more):
    for number in range(more):
        add(cast, f"{NAME}{number}")
    client = as_user(cast.district_staff)
    with django_assert_num_queries(6):
        client.get(LIST)
