"""Who is told that a term of office ends."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import translation

from members.choices import OfficeKind
from members.models import Member, Office, Organization, Term
from reminders.channels.rules import SHANGHAI
from reminders.choices import MessageState
from reminders.models import Preference
from reminders.planning.kinds import KINDS
from reminders.planning.rules import left_text
from tests.cast import make_member, make_user
from tests.reminders.planning.telling import stands, stored, told

ENDS = date(2027, 5, 31)


def morning(day: str, hour: int = 9) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), SHANGHAI)


def ends(place: Organization, ends_on: date = ENDS, elected_on: date = date(2024, 5, 20)) -> Term:
    return Term.objects.create(organization=place, elected_on=elected_on, ends_on=ends_on, rule="term.years@2018-07-12")


@pytest.fixture
def term(cast):
    return ends(cast.branch)


def users_told(day: str) -> set[str]:
    return {one.values["name"] for one in told("term", morning(day))}


def test_the_secretary_is_told_when_it_ends_how_long_that_is_and_where_to_look(cast, term):
    [occasion] = told("term", morning("2026-11-30"))
    assert (occasion.step, occasion.about, occasion.user_id) == (1, str(term.pk), cast.secretary.pk)
    assert (occasion.member_id, occasion.organization_id) == (None, cast.branch.pk)
    link = occasion.values["page_link"]
    assert link.startswith("http") and link.endswith(cast.branch.get_absolute_url())
    assert {**occasion.values, "page_link": ""} == {
        "name": "secretary", "branch": "红旗社区第一党支部", "day": "2027年5月31日", "left": "6个月", "page_link": "",
    }  # fmt: skip


def test_six_three_and_one_month_before_each_once(cast, term):
    steps = []
    for day in range(250):
        at = morning("2026-11-01") + timedelta(days=day)
        for occasion in told("term", at):
            steps.append((f"{at:%Y-%m-%d}", occasion.step))
            stored(occasion)
    assert steps == [("2026-11-30", 1), ("2027-02-28", 2), ("2027-04-30", 3)]


def test_neither_members_nor_other_officers_nor_the_levels_above_are_told(cast, term):
    assert users_told("2026-12-05") == {"secretary"}


def test_a_committees_term_is_told_to_its_secretary(cast):
    ends(cast.county)
    assert users_told("2026-12-05") == {"county_secretary"}


@pytest.mark.parametrize("has_secretary", [True, False])
def test_the_deputy_is_told_where_there_is_no_secretary(cast, term, has_secretary):
    make_user("deputy", OfficeKind.DEPUTY_SECRETARY, cast.branch)
    if not has_secretary:
        Office.objects.filter(kind=OfficeKind.SECRETARY, organization=cast.branch).delete()
    assert users_told("2026-12-05") == ({"secretary"} if has_secretary else {"deputy"})


def test_an_office_given_to_a_member_is_told_to_the_members_account(cast, term):
    Office.objects.filter(organization=cast.branch).delete()
    Office.objects.create(kind=OfficeKind.SECRETARY, organization=cast.branch, member=cast.zhang)
    assert users_told("2026-12-05") == {"张英"}


def test_a_secretary_without_an_account_or_who_left_office_is_not_told(cast, term):
    Office.objects.filter(organization=cast.branch).update(valid_until=date(2026, 6, 1))
    Office.objects.create(
        kind=OfficeKind.SECRETARY, organization=cast.branch, member=make_member("孙书记", cast.branch)
    )
    assert told("term", morning("2026-12-05")) == []


@pytest.mark.parametrize("change", ["later election", "dissolved"])
def test_nobody_is_told_after_an_election_or_of_an_organization_that_is_no_more(cast, term, change):
    message = stored(told("term", morning("2026-11-30"))[0])
    assert stands(message, morning("2026-12-05"))
    if change == "dissolved":
        Organization.objects.filter(pk=cast.branch.pk).update(dissolved_on=date(2026, 12, 1))
    else:
        ends(cast.branch, date(2029, 11, 30), date(2026, 12, 1))
    assert not stands(message, morning("2026-12-05"))
    assert told("term", morning("2027-03-05")) == []


def test_an_end_that_was_moved_is_told_anew_and_stops_what_is_planned(cast, term):
    message = stored(told("term", morning("2026-11-30"))[0], MessageState.READY)
    Term.objects.update(ends_on=date(2027, 8, 31), extended_by="组〔2026〕9号")
    assert not stands(message, morning("2026-12-05"))
    [later] = told("term", morning("2027-03-01"))
    assert later.dedupe_key != message.dedupe_key


def test_what_is_left_is_told_as_it_is_when_the_message_goes_out(cast, term):
    message = stored(told("term", morning("2026-11-30"))[0])
    now = KINDS["term"].standing([message], at=morning("2027-01-02"))[message.pk]
    assert now["left"] == "4个月"


def test_it_is_told_in_the_officers_language(cast, term):
    Preference.objects.create(user=cast.secretary, language="en")
    [occasion] = told("term", morning("2026-11-30"))
    assert (occasion.values["day"], occasion.values["left"]) == ("May 31, 2027", "6 months")


@pytest.mark.parametrize(
    ("on", "left"),
    [
        ("2026-11-30", "6 months"),
        ("2027-01-31", "4 months"),
        ("2027-04-30", "1 month"),
        ("2027-05-01", "30 days"),
        ("2027-05-30", "1 day"),
        ("2027-05-31", "today"),
    ],
)
def test_how_long_it_is_is_told_in_months_and_at_last_in_days(on, left):
    with translation.override("en"):
        assert left_text(ENDS, on=date.fromisoformat(on)) == left


def test_a_subtree_can_be_asked_alone(cast, term):
    ends(cast.other_branch)
    assert [one.organization_id for one in told("term", morning("2026-12-05"), cast.other_branch.path)] == [
        cast.other_branch.pk
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_the_same_queries_however_many(cast, django_assert_num_queries, count):
    assert Member.objects.exists()
    for place in [cast.branch, cast.next_branch, cast.other_branch][:count]:
        ends(place)
    with django_assert_num_queries(6):
        found = told("term", morning("2026-12-05"))
    messages = [stored(one) for one in found]
    assert len(messages) == count
    with django_assert_num_queries(2):
        KINDS["term"].standing(messages, at=morning("2026-12-05"))
