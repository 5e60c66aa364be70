"""Which officers read an overview of the week, and what falls due next."""

from datetime import date, datetime, time, timedelta

import pytest

from dues.duties import dues_duties
from meetings.models import Meeting
from meetings.planning.duty_queries import meeting_duties
from members.choices import OfficeKind
from members.models import Office, User
from reminders.channels.rules import SHANGHAI
from reminders.choices import MessageState
from reminders.desk import queries as desk_queries
from reminders.models import NotApplicable, Preference
from reminders.planning.kinds import KINDS
from tests.cast import make_user
from tests.dues.making import charge
from tests.reminders.desk import duties as by_hand
from tests.reminders.planning.telling import stands, stored, told

MONDAY, THURSDAY = date(2026, 11, 23), date(2026, 11, 26)


@pytest.fixture(autouse=True)
def duties(monkeypatch):
    """What is due, by hand: the apps' own duties have tests of their own."""
    monkeypatch.setattr(desk_queries, "DUTIES", (by_hand.given,))


@pytest.fixture
def given(monkeypatch):
    """`given("branch", "theme_day", day)`: something is due there."""
    monkeypatch.setattr(by_hand, "GIVEN", [])
    return by_hand.give


def at(day: date, hour: int = 8) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def readers(kind: str, when: datetime) -> list[str]:
    return sorted(one.values["name"] for one in told(kind, when))


FRIDAY = date(2026, 11, 27)


def test_officers_of_the_branch_read_what_the_week_asks_for(cast, given):
    given("branch", "theme_day", FRIDAY)
    given("branch", "general_meeting", MONDAY - timedelta(days=3))
    found = told("digest", at(MONDAY))
    assert [one.values["name"] for one in found] == ["secretary", "officer"]
    assert (found[0].about, found[0].organization_id, found[0].member_id) == ("2026-W48", cast.branch.pk, None)
    link = found[0].values["page_link"]
    assert link.startswith("http")
    assert found[0].values == {
        "name": "secretary", "branch": "红旗社区第一党支部", "page_link": link,
        "items": "· 党员大会：应于11月20日前办，已逾期\n· 主题党日：11月27日前",
    }  # fmt: skip


def test_an_empty_week_gives_no_overview(cast, given):
    given("branch", "theme_day", date(2026, 12, 31))
    assert told("digest", at(MONDAY)) == []


def test_everybody_reads_their_own_branch_only_and_committees_nothing(cast, given):
    for place in ("branch", "group", "next-branch", "other-branch", "district"):
        given(place, "theme_day", FRIDAY)
    assert readers("digest", at(MONDAY)) == [
        "group_leader", "next_secretary", "officer", "other_secretary", "secretary",
    ]  # fmt: skip
    [leader] = [one for one in told("digest", at(MONDAY)) if one.values["name"] == "group_leader"]
    assert leader.values["items"] == "· 主题党日：11月27日前"


def test_kinds_that_an_office_may_not_see_are_not_told(cast, given):
    given("group", "dues_arrears", FRIDAY, member=cast.li)
    assert readers("digest", at(MONDAY)) == ["officer", "secretary"]


def test_no_members_name_is_told(cast, given):
    given("branch", "dues_arrears", FRIDAY, member=cast.zhang)
    assert not any("张英" in one.values["items"] for one in told("digest", at(MONDAY)))


def test_what_was_said_not_to_apply_is_not_told(cast, given):
    given("branch", "theme_day", FRIDAY)
    said = NotApplicable.objects.create(
        organization=cast.branch, kind="theme_day", period="2026-11", reason="停电", said_by=cast.secretary
    )
    assert told("digest", at(MONDAY)) == []
    NotApplicable.objects.filter(pk=said.pk).update(taken_back_at=at(MONDAY), taken_back_by=cast.secretary)
    assert len(told("digest", at(MONDAY + timedelta(days=7)))) == 2


def test_at_most_one_a_week_and_person(cast, given):
    given("branch", "theme_day", MONDAY - timedelta(days=3))
    found = []
    for hour in range(24 * 14):
        when = at(MONDAY - timedelta(days=1), 0) + timedelta(hours=hour)
        for occasion in told("digest", when):
            found.append((f"{when:%m-%d %H}", occasion.values["name"]))
            stored(occasion)
    assert found == [
        ("11-23 08", "secretary"), ("11-23 08", "officer"), ("11-30 08", "secretary"), ("11-30 08", "officer"),
    ]  # fmt: skip


def test_somebody_with_two_offices_reads_one_overview_of_both(cast, given):
    Office.objects.create(user=cast.secretary, kind=OfficeKind.SECRETARY, organization=cast.next_branch)
    for place in ("branch", "next-branch"):
        given(place, "theme_day", FRIDAY)
    [mine] = [one for one in told("digest", at(MONDAY)) if one.user_id == cast.secretary.pk]
    assert mine.values["items"].splitlines() == [
        "· 红旗社区第一党支部 主题党日：11月27日前", "· 红旗社区第二党支部 主题党日：11月27日前",
    ]  # fmt: skip


@pytest.mark.parametrize("change", ["unwanted", "out of office", "switched off"])
def test_who_does_not_want_it_or_is_no_officer_any_more_reads_none(cast, given, change):
    given("branch", "theme_day", FRIDAY)
    if change == "unwanted":
        Preference.objects.create(user=cast.officer, wants_digest=False)
    elif change == "out of office":
        Office.objects.filter(user=cast.officer).update(valid_until=MONDAY)
    else:
        User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    assert readers("digest", at(MONDAY)) == ["secretary"]


def test_an_overview_that_waits_stands_while_there_is_something_on_it(cast, given):
    given("branch", "theme_day", FRIDAY)
    message = stored(told("digest", at(MONDAY))[0], MessageState.READY)
    given("branch", "general_meeting", FRIDAY)
    now = KINDS["digest"].standing([message], at=at(MONDAY, 10))[message.pk]
    assert len(now["items"].splitlines()) == 2
    by_hand.nothing()
    assert not stands(message, at(MONDAY, 10))


def test_one_that_was_sent_is_over_with_its_week_and_asks_no_duties(cast, given, django_assert_num_queries):
    given("branch", "theme_day", FRIDAY)
    message = stored(told("digest", at(MONDAY))[0])
    by_hand.nothing()
    with django_assert_num_queries(0):
        assert stands(message, at(FRIDAY))
        assert not stands(message, at(MONDAY + timedelta(days=7)))


# --- What falls due next ----------------------------------------------------------------------------------------------
def test_what_falls_due_tomorrow_is_told_today_in_one_message(cast, given):
    given("branch", "theme_day", FRIDAY)
    given("branch", "general_meeting", FRIDAY)
    given("branch", "org_life_meeting", date(2026, 12, 31))
    found = told("due_now", at(THURSDAY))
    assert [one.values["name"] for one in found] == ["secretary", "officer"]
    assert found[0].about == "2026-11-26"
    assert found[0].values["items"].splitlines() == ["· 党员大会：11月27日前", "· 主题党日：11月27日前"]


def test_each_duty_is_told_once_also_over_a_weekend(cast, given):
    given("branch", "theme_day", FRIDAY)
    given("branch", "general_meeting", date(2026, 11, 29))
    found = []
    for hour in range(24 * 8):
        when = at(MONDAY, 0) + timedelta(hours=hour)
        for occasion in told("due_now", when):
            found.append((f"{when:%m-%d %H}", occasion.values["name"], occasion.values["items"].count("·")))
            stored(occasion)
    assert found == [
        ("11-26 08", "secretary", 1), ("11-26 08", "officer", 1),
        ("11-27 08", "secretary", 1), ("11-27 08", "officer", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("wants", "count"), [(True, 0), (False, 1)])
def test_mondays_are_in_the_overview_for_who_reads_it(cast, given, wants, count):
    given("branch", "theme_day", MONDAY + timedelta(days=1))
    Preference.objects.create(user=cast.officer, wants_digest=wants)
    assert len([one for one in told("due_now", at(MONDAY)) if one.user_id == cast.officer.pk]) == count


def test_it_stops_when_it_is_done_before_it_went_out(cast, given):
    given("branch", "theme_day", FRIDAY)
    message = stored(told("due_now", at(THURSDAY))[0], MessageState.READY)
    assert stands(message, at(FRIDAY))
    by_hand.nothing()
    assert not stands(message, at(FRIDAY))


@pytest.mark.parametrize("kind", ["digest", "due_now"])
def test_who_has_nothing_to_read_is_not_looked_at_again_every_minute(cast, given, kind, django_assert_num_queries):
    when = at(MONDAY if kind == "digest" else THURSDAY)
    assert told(kind, when) == []
    again = {"digest": 4, "due_now": 5}[kind]
    with django_assert_num_queries(again):
        assert told(kind, when + timedelta(minutes=1)) == []


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("kind", "queries"), [("digest", 10), ("due_now", 11)])
def test_it_costs_the_same_queries_for_however_many_officers(
    cast, given, kind, queries, count, django_assert_num_queries
):
    Office.objects.filter(kind__in=["secretary", "organization_officer", "group_leader"]).delete()
    for number in range(count):
        make_user(f"deputy{number}", OfficeKind.DEPUTY_SECRETARY, cast.branch)
        given("branch", f"kind_{number}", FRIDAY)
    when = at(MONDAY if kind == "digest" else THURSDAY)
    with django_assert_num_queries(queries):
        assert len(told(kind, when)) == count


def test_the_apps_own_duties_are_read(cast, monkeypatch):
    """Nothing was met nor paid for in November: the last day of the month asks for it."""
    monkeypatch.setattr(desk_queries, "DUTIES", (meeting_duties, dues_duties))
    charge(cast.zhang, "2026-11", 4000)
    assert not Meeting.objects.exists()
    [mine] = [one for one in told("due_now", at(FRIDAY)) if one.user_id == cast.secretary.pk]
    assert "主题党日" in mine.values["items"]
