"""What care and terms ask for: the rules as tables, the facts from the records."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from members.contacts.rules import (
    HardToReach,
    HelpDates,
    InOffice,
    LastContact,
    contact_duty,
    help_duty,
    interval,
    term_duty,
)
from members.duties import member_duties
from members.models import Contact, HelpRequest, LocalRule, Situation, Term
from members.regulations.queries import PlacesBelow
from rulebook.local import LocalRule as LocalValue
from tests.cast import TODAY, make_member, make_organization

TERM_RULE = "term.years@2018-07-12"


def day(text):
    return date.fromisoformat(text)


def told(duty):
    return duty and (duty.period, str(duty.due_on), str(duty.state))


def local(key, value):
    return LocalValue(key, Decimal(value), "镇党委通知", "1", "镇党委", TODAY, "district", date(2026, 1, 1))


# --- Rules -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "last", "expected"),
    [
        ("mobile", "2026-09-09", None),
        ("mobile", "2026-09-08", ("2026-11", "2026-12-08", "open")),
        ("mobile", "2026-08-24", ("2026-11", "2026-11-24", "open")),
        ("mobile", "2026-08-23", ("2026-11", "2026-11-23", "overdue")),
        ("mobile", "2026-08-10", ("2026-10", "2026-11-10", "overdue")),
        ("retired", "2026-06-01", ("2026-11", "2026-12-01", "open")),
        ("frail", "2026-06-01", ("2026-08", "2026-09-01", "overdue")),
        ("bedridden", "2026-06-01", ("2026-08", "2026-09-01", "overdue")),
        ("abroad_private", "2026-06-01", ("2026-11", "2026-12-01", "open")),
        ("relocated", "2026-11-01", None),
        ("lost_contact", "2026-01-01", None),
    ],
)
def test_a_contact_opens_two_weeks_before_its_day(kind, last, expected):
    facts = HardToReach(7, "branch", {kind: None}, LastContact(day(last)))
    duty = contact_duty(facts, interval([kind], on=TODAY), on=TODAY)

    assert told(duty) == expected
    assert duty is None or (duty.kind, duty.organization, duty.member) == ("contact", "branch", "7")


def test_abroad_is_the_only_interval_with_a_national_article():
    levels = {}
    for kind in ("retired", "relocated", "mobile", "frail", "abroad_sent"):
        facts = HardToReach(7, "branch", {kind: None}, LastContact(day("2026-01-01")))
        levels[kind] = contact_duty(facts, interval([kind], on=TODAY), on=TODAY).citation.level

    assert levels == {"retired": "L", "relocated": "L", "mobile": "L", "frail": "L", "abroad_sent": "N"}


def test_a_member_without_any_contact_on_record_is_looked_for_but_never_overdue():
    facts = HardToReach(7, "branch", {"retired": day("2008-08-01")})
    asked = interval(["retired"], on=TODAY)

    assert told(contact_duty(facts, asked, on=TODAY)) == ("2026-11", "2026-11-30", "open")
    assert told(contact_duty(facts, asked, on=day("2026-12-31"))) == ("2026-12", "2026-12-31", "open")


def test_a_situation_that_has_just_begun_gives_the_branch_its_interval():
    facts = HardToReach(7, "branch", {"frail": day("2026-11-01")})

    assert contact_duty(facts, interval(["frail"], on=TODAY), on=TODAY) is None


def test_a_day_that_was_agreed_on_claims_no_rule():
    facts = HardToReach(7, "branch", {"mobile": None}, LastContact(day("2026-11-01"), day("2026-11-20")))
    duty = contact_duty(facts, interval(["mobile"], on=TODAY), on=TODAY)

    assert told(duty) == ("2026-11", "2026-11-20", "overdue")
    assert (duty.citation.level, duty.citation.verification, duty.citation.number) == ("L", "U", "")


def test_an_interval_that_a_committee_set_is_cited_as_the_committees():
    asked = interval(["retired"], on=TODAY, local=[local("retired.contact.months", 1)])
    duty = contact_duty(HardToReach(7, "branch", {"retired": None}, LastContact(day("2026-10-01"))), asked, on=TODAY)

    assert told(duty) == ("2026-10", "2026-11-01", "overdue")
    assert (duty.citation.document, duty.citation.level) == ("镇党委通知", "L")


@pytest.mark.parametrize(
    ("asked_on", "due_on", "answered_on", "expected"),
    [
        ("2026-11-10", "2026-11-25", None, ("2026-11", "2026-11-25", "open")),
        ("2026-11-09", "2026-11-24", None, ("2026-11", "2026-11-24", "open")),
        ("2026-11-08", "2026-11-23", None, ("2026-11", "2026-11-23", "overdue")),
        ("2024-03-01", "2024-03-16", None, ("2024-03", "2024-03-16", "overdue")),
        ("2026-11-08", "2026-11-23", "2026-11-24", ("2026-11", "2026-11-23", "done")),
        ("2026-11-08", "2026-11-26", "2026-11-25", ("2026-11", "2026-11-26", "open")),
        ("2025-11-08", "2025-11-23", "2026-01-03", ("2025-11", "2025-11-23", "done")),
        ("2025-11-08", "2025-11-23", "2025-11-20", None),
    ],
)
def test_a_request_waits_for_its_answer(asked_on, due_on, answered_on, expected):
    asked = HelpDates(7, "branch", day(asked_on), day(due_on), day(answered_on) if answered_on else None)
    duty = help_duty(asked, on=TODAY)

    assert told(duty) == expected
    assert duty is None or (duty.kind, duty.member, duty.citation.level) == ("help_request", "7", "L")


@pytest.mark.parametrize(
    ("ends_on", "followed_on", "expected"),
    [
        ("2027-05-25", None, None),
        ("2027-05-24", None, ("2026-11", "2027-05-24", "open")),
        ("2026-11-24", None, ("2026-05", "2026-11-24", "open")),
        ("2026-11-23", None, ("2026-05", "2026-11-23", "overdue")),
        ("2019-03-01", None, ("2018-09", "2019-03-01", "overdue")),
        ("2026-11-23", "2026-11-20", ("2026-05", "2026-11-23", "done")),
        ("2026-11-30", "2026-12-20", ("2026-05", "2026-11-30", "open")),
        ("2025-11-23", "2025-12-20", None),
    ],
)
def test_the_end_of_a_term_asks_for_an_election(ends_on, followed_on, expected):
    term = InOffice("branch", TERM_RULE, day(ends_on), day(followed_on) if followed_on else None)
    duty = term_duty(term, on=TODAY)

    assert told(duty) == expected
    assert duty is None or (duty.kind, duty.member, duty.citation.level) == ("term_election", None, "N")


def test_a_term_by_a_rule_that_is_no_longer_held_claims_none():
    citation = term_duty(InOffice("branch", "term.years@1999-01-01", day("2026-12-01")), on=TODAY).citation

    assert (citation.level, citation.verification, citation.number) == ("L", "U", "")


def test_a_committee_may_have_its_branches_reminded_earlier_but_not_later():
    term = InOffice("branch", TERM_RULE, day("2027-08-01"))

    assert told(term_duty(term, on=TODAY, local=[local("term.reminder_months", 9)])) == (
        "2026-11", "2027-08-01", "open",
    )  # fmt: skip
    assert term_duty(term, on=TODAY, local=[local("term.reminder_months", 3)]) is None


# --- Facts -----------------------------------------------------------------------------------------------------------
def contact(member, on, user, next_on=None):
    return Contact.objects.create(
        member=member, happened_on=day(on), kind="phone", made_by="李书记", next_on=next_on, recorded_by=user
    )


def ask(member, on, user):
    asked_on = day(on)
    return HelpRequest.objects.create(
        member=member, asked_on=asked_on, due_on=asked_on + timedelta(days=15), request="灯坏了", recorded_by=user
    )


def found(path, on=TODAY):
    return [
        (one.kind, one.organization, one.member, str(one.due_on), str(one.state))
        for one in member_duties(PlacesBelow(path, on))
    ]


@pytest.fixture
def cared_for(cast):
    """张英 is mobile and was called in August, 李国强 of the group is frail and was never called."""
    Situation.objects.create(member=cast.zhang, kind="mobile", valid_from=date(2026, 1, 1))
    Situation.objects.create(member=cast.li, kind="frail")
    Situation.objects.create(member=cast.wang, kind="retired")
    contact(cast.zhang, "2026-05-01", cast.secretary)
    contact(cast.zhang, "2026-08-20", cast.secretary)
    return cast


@pytest.mark.django_db
def test_everybody_hard_to_reach_is_the_branchs_to_call(cared_for):
    zhang, li = str(cared_for.zhang.pk), str(cared_for.li.pk)

    assert found(cared_for.branch.path) == [
        ("contact", "branch", zhang, "2026-11-20", "overdue"),
        ("contact", "branch", li, "2026-11-30", "open"),
    ]


@pytest.mark.django_db
def test_a_contact_closes_the_duty_and_the_latest_of_a_day_says_when_again(cared_for):
    contact(cared_for.zhang, "2026-11-23", cared_for.secretary)
    latest = contact(cared_for.zhang, "2026-11-23", cared_for.secretary, next_on=day("2026-12-01"))
    Contact.objects.filter(pk=latest.pk).update(recorded_at=timezone.now() + timedelta(hours=1))

    zhang = str(cared_for.zhang.pk)

    assert ("contact", "branch", zhang, "2026-12-01", "open") in found(cared_for.branch.path)
    contact(cared_for.zhang, "2026-11-24", cared_for.secretary)
    assert {one[2] for one in found(cared_for.branch.path)} == {str(cared_for.li.pk)}


@pytest.mark.django_db
def test_what_was_recorded_later_is_not_known_on_an_earlier_day(cared_for):
    contact(cared_for.zhang, "2026-11-23", cared_for.secretary)
    ask(cared_for.zhang, "2026-11-23", cared_for.secretary)

    assert found(cared_for.branch.path, on=day("2026-11-22"))[0][3:] == ("2026-11-20", "overdue")
    assert {one[0] for one in found(cared_for.branch.path, on=day("2026-11-22"))} == {"contact"}


@pytest.mark.django_db
def test_a_situation_that_is_over_and_a_member_who_left_ask_for_nothing(cared_for):
    Situation.objects.filter(member=cared_for.zhang).update(valid_until=day("2026-11-01"))
    cared_for.li.roster_path = ""
    cared_for.li.save()

    assert found(cared_for.branch.path) == []


@pytest.mark.django_db
def test_requests_and_the_latest_term_stand_beside_the_contacts(cared_for):
    for elected in ("2020-12-01", "2023-12-01"):
        begun = day(elected)
        Term.objects.create(
            organization=cared_for.branch, elected_on=begun, ends_on=begun.replace(year=begun.year + 3), rule=TERM_RULE
        )
    ask(cared_for.li, "2026-11-01", cared_for.secretary)

    assert [(one[0], *one[3:]) for one in found(cared_for.branch.path)] == [
        ("help_request", "2026-11-16", "overdue"),
        ("contact", "2026-11-20", "overdue"),
        ("contact", "2026-11-30", "open"),
        ("term_election", "2026-12-01", "open"),
    ]


@pytest.mark.django_db
def test_a_newer_term_on_record_is_the_election_held(cast):
    Term.objects.create(
        organization=cast.district, elected_on=day("2021-12-01"), ends_on=day("2026-12-01"), rule=TERM_RULE
    )
    assert found(cast.district.path) == [("term_election", "district", None, "2026-12-01", "open")]
    Term.objects.create(
        organization=cast.district, elected_on=day("2026-11-20"), ends_on=day("2031-11-20"), rule=TERM_RULE
    )
    assert found(cast.district.path) == [("term_election", "district", None, "2026-12-01", "done")]
    assert found(cast.district.path, on=day("2027-01-01")) == []


@pytest.mark.django_db
def test_a_dissolved_branch_is_asked_for_nothing(cared_for):
    cared_for.branch.dissolved_on = day("2026-11-01")
    cared_for.branch.save()

    assert found(cared_for.branch.path) == []


@pytest.mark.django_db
def test_the_rule_of_a_committee_binds_its_own_branches_only(cared_for):
    Situation.objects.create(member=cared_for.zhao, kind="mobile")
    contact(cared_for.zhao, "2026-10-20", cared_for.secretary)
    contact(cared_for.zhang, "2026-10-20", cared_for.secretary)
    LocalRule.objects.create(
        organization=cared_for.district, rule_key="mobile.contact.months", value="1", document="镇党委通知", number="1",
        approved_by="镇党委", approved_on=TODAY, valid_from=date(2026, 1, 1),
    )  # fmt: skip
    mobile = [
        one for one in found(cared_for.county.path) if one[2] in (str(cared_for.zhang.pk), str(cared_for.zhao.pk))
    ]

    assert mobile == [("contact", "branch", str(cared_for.zhang.pk), "2026-11-20", "overdue")]


@pytest.mark.django_db
def test_nothing_of_another_branch_is_in_the_list(cared_for):
    assert {one[1] for one in found(cared_for.next_branch.path)} == {"next-branch"}


@pytest.mark.django_db
@pytest.mark.parametrize("more", [1, 3])
def test_the_number_of_queries_doesnt_grow_with_the_tree(cast, django_assert_num_queries, more):
    for number in range(more):
        place = make_organization(f"more-{number}", f"第{number}党支部", "branch", cast.district)
        Term.objects.create(organization=place, elected_on=day("2023-12-01"), ends_on=day("2026-12-01"), rule=TERM_RULE)
        for person in range(more):
            one = make_member(f"党员{person}", place)
            Situation.objects.create(member=one, kind="frail")
            contact(one, "2026-06-01", cast.secretary)
            ask(one, "2026-11-01", cast.secretary)
    with django_assert_num_queries(6):
        assert len(member_duties(PlacesBelow(cast.county.path, TODAY))) == more + 2 * more**2
