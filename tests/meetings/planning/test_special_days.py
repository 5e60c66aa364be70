"""Days off and workdays: recording them, taking one off, and the page."""

from datetime import date
from html import unescape
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Entry
from meetings.models import SpecialDay
from meetings.planning.queries import days_of_year, workdays_on_record
from meetings.planning.rules import ListedDay
from meetings.planning.services import record_special_days, remove_special_day
from members.models import Office
from tests.cast import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english")]

LIST = reverse("meetings:special-day-list")
ADD = reverse("meetings:special-day-add") + "?year=2027"
NEW_YEAR = ListedDay(date(2027, 1, 1), "off", "元旦")
MADE_UP = ListedDay(date(2027, 1, 31), "worked", "春节")
POSTED = {"lines": "1月1日 元旦\n1月31日 春节上班", "kind": "off"}


@pytest.fixture
def english(cast):
    for user in cast.users().values():
        user.language = "en"
        user.save()


@pytest.fixture
def new_year(cast):
    return SpecialDay.objects.create(day=NEW_YEAR.day, kind="off", name="元旦")


def recorded():
    return list(SpecialDay.objects.order_by("day").values_list("day", "kind", "name"))


@pytest.mark.parametrize(
    ("fields", "condition"),
    [
        ({"kind": "half"}, "special_day_kind_known"),
        ({"name": ""}, "special_day_has_name"),
        ({"day": NEW_YEAR.day}, "day"),
    ],
)
def test_the_database_refuses_what_must_never_be(new_year, fields, condition):
    with pytest.raises(IntegrityError, match=condition), transaction.atomic():
        SpecialDay.objects.create(**{"day": date(2027, 1, 2), "kind": "off", "name": "元旦", **fields})

    assert recorded() == [(NEW_YEAR.day, "off", "元旦")]


def test_a_list_is_stored_with_one_entry(cast):
    assert record_special_days(days=[NEW_YEAR, MADE_UP], by=cast.administrator) == (2, 0)
    entry = Entry.objects.get(action="record_special_days")

    assert recorded() == [(NEW_YEAR.day, "off", "元旦"), (MADE_UP.day, "worked", "春节")]
    assert (entry.actor, entry.organization_code) == ("administrator", "")
    assert entry.details == {"first": "2027-01-01", "last": "2027-01-31", "new": 2, "changed": 0}


def test_the_same_list_twice_changes_nothing_and_leaves_no_second_entry(cast):
    told = [record_special_days(days=[NEW_YEAR, MADE_UP], by=cast.administrator) for _ in range(2)]

    assert told == [(2, 0), (0, 0)]
    assert len(recorded()) == 2
    assert Entry.objects.filter(action="record_special_days").count() == 1


def test_what_is_listed_anew_is_replaced_and_everything_else_stays(cast, new_year):
    corrected = ListedDay(NEW_YEAR.day, "worked", "调整")

    assert record_special_days(days=[corrected, MADE_UP], by=cast.administrator) == (1, 1)
    assert recorded() == [(NEW_YEAR.day, "worked", "调整"), (MADE_UP.day, "worked", "春节")]
    assert SpecialDay.objects.get(day=NEW_YEAR.day).pk == new_year.pk


def test_a_list_with_a_day_that_fails_leaves_nothing(cast):
    with pytest.raises(IntegrityError):
        record_special_days(days=[NEW_YEAR, ListedDay(date(2027, 1, 2), "off", "")], by=cast.administrator)


def test_a_day_is_taken_off_once(cast, new_year):
    for _ in range(2):
        remove_special_day(day=SpecialDay(pk=new_year.pk, day=new_year.day, name="元旦"), by=cast.administrator)

    assert recorded() == []
    assert Entry.objects.get(action="remove_special_day").subject_label == "2027-01-01 元旦"


def test_the_list_of_a_year_shows_what_was_recorded_in_place_of_what_came_along(cast):
    before = {line.day: line for line in days_of_year(2026)}
    SpecialDay.objects.create(day=date(2026, 1, 1), kind="worked", name="值班")
    SpecialDay.objects.create(day=date(2026, 11, 25), kind="off", name="停电")
    after = {line.day: line for line in days_of_year(2026)}

    assert before[date(2026, 1, 1)].kind == "off"
    assert before[date(2026, 1, 1)].row is None
    assert (after[date(2026, 1, 1)].kind, after[date(2026, 1, 1)].name) == ("worked", "值班")
    assert set(after) - set(before) == {date(2026, 11, 25)}
    assert list(after) == sorted(after)
    assert not workdays_on_record().is_workday(date(2026, 11, 25))


def test_a_year_that_is_not_known_says_so_and_what_is_used_meanwhile(cast, as_user):
    page = unescape(as_user(cast.administrator).get(f"{LIST}?year=2027").content.decode())

    assert "The days off of 2027 aren't known yet: Monday to Friday are taken for workdays." in page
    assert f"{reverse('meetings:special-day-add')}?year=2027" in page


def test_a_list_that_was_only_begun_is_not_taken_for_the_whole_year(cast, as_user, new_year):
    answer = as_user(cast.administrator).get(f"{LIST}?year=2027")

    assert not answer.context["is_known"]
    assert "The list of 2027 isn't complete" in answer.content.decode()


def test_a_year_that_came_along_is_listed_and_cannot_be_removed(cast, as_user):
    answer = as_user(cast.administrator).get(LIST)

    assert answer.context["year"] == 2026
    assert answer.context["is_known"]
    assert len(answer.context["page"].object_list) == 39
    assert "Comes with the program" in answer.content.decode()
    assert "/remove/" not in answer.content.decode()


@pytest.mark.parametrize("year", ["1999", "2031", "soon", ""])
def test_a_year_that_is_not_offered_shows_this_one(cast, as_user, year):
    assert as_user(cast.administrator).get(LIST, {"year": year}).context["year"] == 2026


def test_an_administrator_pastes_a_list(cast, as_user):
    answer = as_user(cast.administrator).post(ADD, POSTED)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}?year=2027")
    assert recorded() == [(NEW_YEAR.day, "off", "元旦"), (MADE_UP.day, "worked", "春节")]


def test_sent_twice_it_says_that_all_is_there(cast, as_user):
    client = as_user(cast.administrator)
    client.post(ADD, POSTED)
    page = client.post(ADD, POSTED, follow=True).content.decode()

    assert "All of these days were recorded already." in page


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"lines": "1月1日 元旦\n不知道"}, "Line 2: No day is found in it."),
        ({"lines": "1月1日"}, "Line 1: The holiday has no name."),
        ({"lines": "2072-01-01 元旦"}, "2072-01-01 isn&#x27;t between 2025 and 2028."),
        ({"lines": " "}, "This field is required."),
        ({"lines": "1月1日 元旦", "kind": "half"}, "half is not one of the available choices."),
        ({"lines": "元旦" * 4001}, "at most 8000 characters"),
        ({}, "This field is required."),
    ],
)
def test_a_list_with_a_fault_stores_nothing_and_says_where(cast, as_user, posted, sentence):
    answer = as_user(cast.administrator).post(ADD, {"kind": "off", **posted})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert recorded() == []


def test_of_many_faults_the_first_are_named(cast, as_user):
    answer = as_user(cast.administrator).post(ADD, {"lines": "x\n" * 50, "kind": "off"})

    assert len(answer.context["form"].errors["lines"]) == 10


def test_a_day_is_removed_by_a_button_only(cast, as_user, new_year):
    client, url = as_user(cast.administrator), reverse("meetings:special-day-remove", args=[new_year.pk])

    assert client.get(url).status_code == 405
    assert client.post(url).headers["Location"] == f"{LIST}?year=2027"
    assert client.post(url).status_code == 404
    assert recorded() == []


@pytest.mark.parametrize(
    ("part", "reads", "records"),
    [
        ("administrator", 200, 200),
        ("secretary", 200, 403),
        ("group_leader", 200, 403),
        ("county_staff", 200, 403),
        ("inspector", 403, 403),
        ("member", 403, 403),
    ],
)
def test_who_reads_and_who_records(cast, as_user, new_year, part, reads, records):
    client = as_user(cast.users()[part])
    page = client.get(f"{LIST}?year=2027")

    assert (page.status_code, client.get(ADD).status_code) == (reads, records)
    assert ("/remove/" in page.content.decode()) is (records == 200)


@pytest.mark.parametrize("part", ["secretary", "county_staff", "member"])
def test_nobody_else_changes_the_list(cast, as_user, new_year, part):
    client = as_user(cast.users()[part])
    answers = [
        client.post(url, POSTED).status_code
        for url in (ADD, reverse("meetings:special-day-remove", args=[new_year.pk]))
    ]

    assert answers == [403, 403]
    assert recorded() == [(NEW_YEAR.day, "off", "元旦")]


def test_an_administrator_below_the_top_changes_no_calendar_of_the_county(cast, as_user, new_year):
    user = make_user("town")
    Office.objects.create(user=user, kind="administrator", organization=cast.district)
    client, remove = as_user(user), reverse("meetings:special-day-remove", args=[new_year.pk])
    assert [client.get(ADD).status_code, client.post(ADD, POSTED).status_code] == [403, 403]
    assert client.post(remove).status_code == 403
    assert list(SpecialDay.objects.all()) == [new_year]
    page = client.get(LIST)
    assert (page.status_code, page.context["buttons"]) == (200, [])


def test_without_the_rule_they_would(cast, as_user, new_year, monkeypatch):
    """The negative control."""
    user = make_user("town")
    Office.objects.create(user=user, kind="administrator", organization=cast.district)
    monkeypatch.setattr("meetings.planning.views.require_everywhere", lambda request: None)
    assert as_user(user).post(reverse("meetings:special-day-remove", args=[new_year.pk])).status_code == 302
    assert not SpecialDay.objects.exists()


def test_a_day_that_does_not_exist_is_not_found(cast, as_user):
    assert as_user(cast.administrator).post(reverse("meetings:special-day-remove", args=[uuid4()])).status_code == 404


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_asks_the_same_number_of_queries(cast, as_user, django_assert_num_queries, more):
    for day in range(1, more + 1):
        SpecialDay.objects.create(day=date(2027, 1, day), kind="off", name="元旦")
    client = as_user(cast.administrator)
    with django_assert_num_queries(5):
        client.get(f"{LIST}?year=2027")
