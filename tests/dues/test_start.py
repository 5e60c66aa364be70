"""What the start page and a member's page say about dues, and what that costs."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from dues.charging.relief_services import NewRelief, ask_relief
from dues.models import ArrearsReview, LargeDues, Remittance
from dues.navigation import start_links
from dues.payments.services import propose_payment
from dues.units import months_between
from members.access.queries import access_for
from members.models import User
from tests.cast import TODAY, make_member
from tests.dues.making import charge, month, new_payment, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

HOME = reverse("reminders:desk")


@pytest.fixture
def english(cast):
    for user in cast.users().values():
        user.language = "en"
        user.save()


def owe(member, first, last="2026-11"):
    for one in months_between(month(first), month(last)):
        charge(member, f"{one:%Y-%m}", 4000)


def texts(answer):
    """What the start page says of dues; what the dashboard adds has tests of its own."""
    return [(link.title, link.text) for link in answer.context["links"] if "/dashboard/" not in link.url]


def test_an_officer_reads_how_many_are_behind(cast, as_user, english):
    owe(cast.zhang, "2026-09")
    owe(cast.li, "2026-08")
    owe(cast.wang, "2026-01")

    assert texts(as_user(cast.officer).get(HOME)) == [
        ("Dues of the branch", "2 members have 200.00 yuan due and unpaid in all.")
    ]


def test_nobody_behind_is_said_too(cast, as_user, english):
    assert texts(as_user(cast.secretary).get(HOME)) == [("Dues of the branch", "Nobody has anything due and unpaid.")]


@pytest.mark.parametrize(
    ("owed", "paid", "text"),
    [
        (None, 0, "Nothing has been charged yet."),
        ("2026-10", 8000, "Settled until November 2026."),
        ("2026-10", 5000, "This month, unpaid: 30.00 yuan."),
        ("2026-10", 0, "Due and unpaid: 40.00 yuan, 1 month. This month, unpaid: 40.00 yuan."),
    ],
)
def test_a_member_reads_what_is_open(cast, as_user, english, owed, paid, text):
    if owed:
        owe(cast.zhang, owed)
    if paid:
        pay(cast.zhang, paid, "2026-11-20")

    owed = as_user(cast.member).get(HOME).context["owed"]
    assert (owed.title, owed.text, owed.url) == ("My dues", text, reverse("dues:mine"))


def test_of_a_large_tree_the_line_only_leads_to_the_page(cast, as_user, english, monkeypatch):
    monkeypatch.setattr("dues.navigation.MOST", 1)
    owe(cast.zhang, "2026-09")

    assert texts(as_user(cast.officer).get(HOME)) == [
        ("Dues of the branch", "The year at a glance, and who has something due.")
    ]


def test_a_committee_reads_which_cases_wait_for_it(cast, as_user, english):
    case = {"since": month("2026-04"), "opened_on": date(2026, 10, 1)}
    ArrearsReview.objects.create(member=cast.li, reported_on=TODAY, **case)
    ArrearsReview.objects.create(member=cast.zhang, **case)
    ArrearsReview.objects.create(member=cast.zhao, reported_on=TODAY, **case)

    assert texts(as_user(cast.district_staff).get(HOME)) == [("Reviews of arrears", "1 case waits for your answer.")]
    assert texts(as_user(cast.county_staff).get(HOME)) == [("Reviews of arrears", "2 cases wait for your answer.")]


def test_the_second_person_reads_that_ones_own_dues_wait(cast, as_user, english):
    own = make_member("韩梅", cast.branch)
    User.objects.filter(pk=cast.officer.pk).update(member=own)
    charge(own, "2026-11", 4000)
    propose_payment(new_payment(own, 4000, "2026-11-20"), by=User.objects.get(pk=cast.officer.pk), on=TODAY)
    line = ("Waiting for a second person", "1 waits for your confirmation.")

    assert line in texts(as_user(cast.secretary).get(HOME))
    assert line not in texts(as_user(cast.officer).get(HOME))
    assert line not in texts(as_user(cast.next_secretary).get(HOME))


def test_a_committee_reads_what_else_waits_for_it(cast, as_user, english):
    facts = {"decided_on": TODAY, "valid_from": month("2026-11"), "ground": "长期患病"}
    ask_relief(NewRelief(key=uuid4(), member=cast.zhang, kind="waiver", **facts), category="employed", by="o", on=TODAY)
    given = {"organization": cast.branch, "member": cast.zhang, "given_on": TODAY, "recorded_by": "officer"}
    LargeDues.objects.create(amount_fen=200_000, sent_up_on=TODAY, **given)
    LargeDues.objects.create(amount_fen=200_000, **given)
    months = {"first_month": month("2026-10"), "last_month": month("2026-10"), "sent_on": TODAY, "sent_by": "officer"}
    facts = {"collected_fen": 100, "ratio": "0.2", "amount_fen": 20, "rule": "x", **months}
    Remittance.objects.create(organization=cast.branch, receiver=cast.district, **facts)

    assert texts(as_user(cast.district_staff).get(HOME)) == [
        ("Reductions and waivers", "1 case waits for your answer."),
        ("Dues handed up", "1 waits for your confirmation."),
        ("Large voluntary dues", "1 waits for your confirmation."),
    ]
    assert texts(as_user(cast.other_secretary).get(HOME)) == [
        ("Dues of the branch", "Nobody has anything due and unpaid.")
    ]


@pytest.mark.parametrize("part", ["county_secretary", "inspector", "administrator", "stranger", "group_leader"])
def test_others_read_nothing_about_dues(cast, as_user, part):
    answer = as_user(cast.users()[part]).get(reverse("reminders:desk-below"))
    assert texts(answer) == []
    assert reverse("dues:mine") not in [link.url for link in answer.context["own"]]


@pytest.mark.parametrize("more", [1, 20])
def test_the_lines_cost_the_same_for_one_and_for_twenty(cast, django_assert_num_queries, more):
    for number in range(more):
        owe(make_member(f"党员{number}", cast.branch), "2026-09")
    cast.officer.access = access_for(cast.officer, on=TODAY)
    with django_assert_num_queries(6):
        list(start_links(cast.officer, on=TODAY))


# --- The member's page ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("part", "shown"), [("officer", True), ("secretary", True), ("group_leader", False), ("district_staff", False)]
)
def test_a_members_page_leads_to_the_dues_of_who_may_see_them(cast, as_user, part, shown):
    html = as_user(cast.users()[part]).get(cast.li.get_absolute_url()).text

    assert (reverse("dues:member-detail", args=[cast.li.key]) in html) is shown


def test_ones_own_page_leads_to_ones_own_dues(cast, as_user):
    answer = as_user(cast.member).get(reverse("members:member-me"))
    assert reverse("dues:mine") in [link.url for link in answer.context["links"]]


@pytest.mark.parametrize("page", ["members:roster-list", "members:regulation-list"])
def test_no_other_page_asks_about_dues(cast, as_user, monkeypatch, page):
    def asked(*_arguments, **_options):
        raise AssertionError("asked about dues")

    monkeypatch.setattr("dues.navigation.start_links", asked)
    assert as_user(cast.officer).get(reverse(page)).status_code == 200
    with pytest.raises(AssertionError):
        as_user(cast.officer).get(HOME)
