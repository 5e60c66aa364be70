"""What assessments count of members and offices: how it stands on the last day."""

from datetime import date, timedelta

import pytest

from members.choices import LeavingReason, Membership, OfficeKind
from members.models import Affiliation, Contact, Office, Situation, Term
from tests.assessment.measuring import LAST, told
from tests.cast import TODAY, make_member, make_organization

TERM_RULE = "term.years@2018-07-12"


def hard_to_reach(member, kind="mobile", since=date(2025, 1, 1)):
    return Situation.objects.create(member=member, kind=kind, valid_from=since)


def contact(cast, member, day):
    return Contact.objects.create(
        member=member, happened_on=day, kind="phone", made_by="支书", recorded_by=cast.secretary
    )


def term(place, elected_on, ends_on):
    return Term.objects.create(organization=place, elected_on=elected_on, ends_on=ends_on, rule=TERM_RULE)


def test_contact_is_told_as_it_stands_on_the_day(cast):
    for member in (cast.zhang, cast.li, make_member("周明", cast.branch)):
        hard_to_reach(member)
    contact(cast, cast.zhang, TODAY - timedelta(days=20))
    contact(cast, cast.li, TODAY - timedelta(days=200))
    assert told("members.contact", cast.branch, last=TODAY) == [("contacts:2026-11", 1, 3, 1)]


def test_removing_one_contact_changes_the_count_by_one(cast):
    for member in (cast.zhang, cast.li):
        hard_to_reach(member)
        contact(cast, member, TODAY - timedelta(days=20))
    assert told("members.contact", cast.branch, last=TODAY) == [("contacts:2026-11", 2, 2, 0)]
    Contact.objects.get(member=cast.li).delete()
    assert told("members.contact", cast.branch, last=TODAY) == [("contacts:2026-11", 1, 2, 1)]


def test_a_branch_without_any_contact_log_is_unknown(cast):
    assert told("members.contact", cast.branch, last=TODAY) == []
    hard_to_reach(cast.zhang)
    assert told("members.contact", cast.branch, last=TODAY) is None


@pytest.mark.parametrize(("ends_on", "done"), [(date(2026, 12, 30), 0), (LAST, 1), (date(2028, 3, 1), 1)])
def test_a_term_runs_until_its_last_day(cast, ends_on, done):
    elected = term(cast.branch, date(2023, 3, 1), ends_on)
    assert told("members.terms", cast.branch) == [(f"term:{elected.pk}", done, 1, 0)]


def test_the_latest_election_by_the_day_decides(cast):
    first = term(cast.branch, date(2023, 3, 1), date(2026, 3, 1))
    second = term(cast.branch, date(2026, 5, 1), date(2029, 5, 1))
    assert told("members.terms", cast.branch) == [(f"term:{second.pk}", 1, 1, 0)]
    assert told("members.terms", cast.branch, last=date(2026, 4, 1)) == [(f"term:{first.pk}", 0, 1, 0)]


def test_a_branch_without_an_election_on_record_is_unknown(cast):
    term(cast.next_branch, date(2023, 3, 1), LAST)
    assert told("members.terms", cast.branch) is None


def test_a_branch_of_seven_formal_members_must_have_a_committee(cast):
    for number in range(5):
        make_member(f"周{number}", cast.group)
    assert told("members.committee", cast.branch) == [("committee:branch", 1, 1, 0)]
    Office.objects.filter(organization=cast.branch, kind=OfficeKind.ORGANIZATION_OFFICER).delete()
    assert told("members.committee", cast.branch) == [("committee:branch", 0, 1, 0)]


def test_a_smaller_branch_needs_none(cast):
    for number in range(5):
        make_member(f"周{number}", cast.group, membership=Membership.PROBATIONARY)
    assert told("members.committee", cast.branch) == []


def test_a_post_on_the_roster_is_as_good_as_an_office(cast):
    Office.objects.filter(organization=cast.branch).delete()
    make_member("周明", cast.branch, party_post="副书记")
    assert told("members.secretary", cast.branch) == [("secretary:branch", 0, 1, 0)]
    make_member("周亮", cast.branch, party_post="支部书记")
    assert told("members.secretary", cast.branch) == [("secretary:branch", 1, 1, 0)]


def test_where_no_office_is_on_record_nobody_knows_of_a_secretary(cast):
    place = make_organization("empty", "新建支部", "branch", cast.district)
    assert told("members.secretary", place) is None
    assert told("members.secretary", cast.branch) == [("secretary:branch", 1, 1, 0)]


def test_an_office_that_ended_is_no_longer_held(cast):
    Office.objects.filter(organization=cast.branch, kind=OfficeKind.SECRETARY).update(valid_until=LAST)
    assert told("members.secretary", cast.branch) == [("secretary:branch", 0, 1, 0)]


@pytest.mark.parametrize(
    ("ended_on", "last", "done"),
    [
        (date(2026, 2, 1), LAST, 1),
        (date(2026, 4, 1), LAST, 1),
        (date(2026, 4, 2), LAST, 0),
        (None, LAST, 0),
        (None, date(2026, 3, 31), None),
    ],
)
def test_a_transfer_is_done_when_the_member_arrives_before_the_letter_runs_out(cast, ended_on, last, done):
    begun = hard_to_reach(cast.zhang, "in_transfer", date(2026, 1, 1))
    begun.valid_until = ended_on
    begun.save()
    expected = [] if done is None else [(f"transfer:{begun.key}", done, 1, 0)]
    assert told("members.transfers", cast.branch, last=last) == expected


def test_a_transfer_stays_with_the_branch_where_it_began(cast):
    begun = hard_to_reach(cast.zhang, "in_transfer", date(2026, 1, 1))
    Affiliation.objects.filter(member=cast.zhang).update(
        valid_until=date(2026, 2, 1), left_because=LeavingReason.TRANSFERRED
    )
    Affiliation.objects.create(member=cast.zhang, organization=cast.next_branch, valid_from=date(2026, 2, 1))
    assert [one[0] for one in told("members.transfers", cast.branch)] == [f"transfer:{begun.key}"]
    assert told("members.transfers", cast.next_branch) == []


@pytest.mark.parametrize(
    ("name", "queries"), [("contact", 4), ("terms", 2), ("committee", 3), ("secretary", 3), ("transfers", 1)]
)
@pytest.mark.parametrize("members", [1, 3])
def test_the_number_of_queries_does_not_grow(cast, name, queries, members, django_assert_num_queries):
    for number in range(members):
        member = make_member(f"周{number}", cast.branch)
        hard_to_reach(member)
        contact(cast, member, TODAY)
        hard_to_reach(member, "in_transfer", date(2026, 1, 1))
    with django_assert_num_queries(queries):
        told(f"members.{name}", cast.branch)
