"""The collect page: tick, look once more, record all of it."""

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from dues.models import Payment, PaymentProposal, Receipt
from meetings.choices import MeetingState
from meetings.models import Attendance, Meeting
from members.models import User
from tests.cast import make_member
from tests.dues.making import charge, left_open

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

COLLECT, STORE = reverse("dues:collect"), reverse("dues:collect-store")


@pytest.fixture
def three(cast):
    """Zhang and Li owe two months, Chen one; Wang belongs to the next branch."""
    people = {"zhang": cast.zhang, "li": cast.li, "chen": make_member("陈红", cast.branch)}
    for member in (cast.zhang, cast.li, cast.wang):
        charge(member, "2026-10", 4000)
    for member in (*people.values(), cast.wang):
        charge(member, "2026-11", 4000)
    return people


@pytest.fixture
def meeting(cast, three):
    """Chen and Li came, Zhang was on leave."""
    meeting = Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=date(2026, 11, 20), state=MeetingState.HELD,
        counts_for_year=2026, opened_at=datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai")),
    )  # fmt: skip
    for name, state in (("chen", "on_site"), ("li", "online"), ("zhang", "absent")):
        Attendance.objects.create(
            meeting=meeting, member=three[name], name=three[name].name, is_formal=True, state=state
        )
    return meeting


def ticked(*people, fen="40", key=None, **more):
    """A form with these people ticked."""
    form = {"key": key or uuid.uuid4(), "paid_on": "2026-11-24"}
    for member in people:
        form |= {f"hand-{member.pk}": "on", f"amount-{member.pk}": fen}
    return form | more


def names(answer):
    return [row["line"].member.name for row in answer.context["rows"]]


# --- The list ------------------------------------------------------------------------------------------------------


def test_everybody_of_the_branch_with_open_months_stands_on_the_list(cast, three, as_user):
    make_member("无欠", cast.branch)
    answer = as_user(cast.officer).get(COLLECT)

    assert sorted(names(answer)) == ["张英", "李国强", "陈红"]
    assert {row["line"].member.name: row["amount"].value() for row in answer.context["rows"]}["陈红"] == "40.00"
    assert not any(row["hand"].value() for row in answer.context["rows"])


def test_those_who_came_to_the_meeting_come_first_and_are_ticked(cast, three, meeting, as_user):
    answer = as_user(cast.officer).get(COLLECT, {"meeting": meeting.pk})

    assert (set(names(answer)[:2]), names(answer)[2]) == ({"陈红", "李国强"}, "张英")
    assert answer.context["form"]["paid_on"].value() == date(2026, 11, 20)
    assert [bool(row["hand"].value()) for row in answer.context["rows"]] == [True, True, False]


def test_everybody_can_be_ticked_at_once_but_for_months_that_need_a_reason(cast, three, as_user):
    late = make_member("补交", cast.branch)
    charge(late, "2025-11", 4000)
    answer = as_user(cast.officer).get(COLLECT, {"tick": "1"})
    ticked = {row["line"].member.name: bool(row["hand"].value()) for row in answer.context["rows"]}

    assert ticked == {"张英": True, "李国强": True, "陈红": True, "补交": False}


def test_a_meeting_of_another_branch_isnt_offered(cast, three, meeting, as_user):
    Meeting.objects.filter(pk=meeting.pk).update(organization=cast.next_branch)
    answer = as_user(cast.officer).get(COLLECT, {"meeting": meeting.pk})

    assert (answer.context["meetings"], answer.context["meeting"]) == ([], None)


def test_where_nobody_owes_anything_the_page_says_so(cast, as_user):
    answer = as_user(cast.officer).get(COLLECT)

    assert (answer.status_code, answer.context["rows"]) == (200, [])


@pytest.mark.parametrize("people", [1, 3])
def test_a_longer_list_asks_no_more_of_the_database(cast, as_user, django_assert_num_queries, people):
    for number in range(people):
        charge(make_member(f"党员{number}", cast.branch), "2026-11", 4000)
    client = as_user(cast.officer)

    with django_assert_num_queries(14):
        client.get(COLLECT)


# --- Looking once more ---------------------------------------------------------------------------------------------


def test_what_was_ticked_is_shown_once_more_and_nothing_is_stored(cast, three, as_user):
    answer = as_user(cast.officer).post(COLLECT, ticked(three["zhang"], three["li"]))

    assert ([line.member for line in answer.context["lines"]], answer.context["total"]) == (
        [three["zhang"], three["li"]], 8000
    )  # fmt: skip
    assert Payment.objects.count() == 0


def test_the_hidden_fields_of_the_second_page_store_the_same(cast, three, as_user):
    client = as_user(cast.officer)
    asked = client.post(COLLECT, ticked(three["zhang"], three["chen"], fen="40.00"))
    hidden = {field.html_name: field.value() for field in asked.context["sent"]}
    hidden = {name: value for name, value in hidden.items() if value is not None}
    client.post(STORE, hidden)

    assert set(Payment.objects.values_list("member", "amount_fen")) == {
        (three["zhang"].pk, 4000),
        (three["chen"].pk, 4000),
    }


def test_back_from_the_second_page_the_ticks_are_still_there(cast, three, as_user):
    answer = as_user(cast.officer).post(COLLECT, ticked(three["li"], fen="20", back="1"))
    kept = {
        row["line"].member.name: (bool(row["hand"].value()), row["amount"].value()) for row in answer.context["rows"]
    }

    assert kept["李国强"] == (True, "20")


@pytest.mark.parametrize(
    ("fen", "field"), [("", "amount"), ("0", "amount"), ("abc", "amount"), ("80.01", "amount"), ("1.001", "amount")]
)
@pytest.mark.parametrize("address", [COLLECT, STORE])
def test_an_amount_that_cant_be_is_said_in_its_line(cast, three, as_user, address, fen, field):
    answer = as_user(cast.officer).post(address, ticked(three["li"], three["zhang"], fen=fen))

    assert f"{field}-{three['li'].pk}" in answer.context["form"].errors or fen == "80.01"
    assert answer.context["form"].errors
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("address", [COLLECT, STORE])
def test_nobody_ticked_is_said(cast, three, as_user, address):
    answer = as_user(cast.officer).post(address, ticked())

    assert answer.context["form"].non_field_errors()


def test_somebody_of_another_branch_cant_be_ticked(cast, three, as_user):
    as_user(cast.officer).post(STORE, ticked(cast.wang, three["li"]))

    assert [payment.member for payment in Payment.objects.all()] == [three["li"]]


# --- Recording -----------------------------------------------------------------------------------------------------


def test_all_are_recorded_in_one_post_with_receipts_in_order(cast, three, as_user):
    answer = as_user(cast.officer).post(STORE, ticked(*three.values()), follow=True)

    assert [sheet.payment.member.name for sheet in answer.context["sheets"]] == names_in_roster_order(three)
    assert [sheet.receipt.number for sheet in answer.context["sheets"]] == [1, 2, 3]
    assert left_open(three["zhang"]) == {"2026-11": 4000}


def names_in_roster_order(three):
    branch = sorted([three["zhang"], three["chen"]], key=lambda member: member.name_key)
    return [member.name for member in [*branch, three["li"]]]  # the group's members come after the branch's own


def test_a_double_click_stores_one_set_and_leads_to_the_same_receipts(cast, three, as_user):
    client, form = as_user(cast.officer), ticked(three["chen"], three["li"])
    first, second = client.post(STORE, form), client.post(STORE, form)

    assert first.url == second.url
    assert (Payment.objects.count(), Receipt.objects.count()) == (2, 2)


def test_one_refused_line_leaves_nothing_of_the_others(cast, three, as_user):
    form = ticked(three["li"], three["zhang"]) | {f"hand-{three['chen'].pk}": "on", f"amount-{three['chen'].pk}": "41"}
    answer = as_user(cast.officer).post(STORE, form)

    assert [*answer.context["form"].errors] == [f"amount-{three['chen'].pk}"]
    assert "陈红" not in str(answer.context["form"].errors)
    assert Payment.objects.count() == 0


def test_old_months_ask_for_a_reason_in_the_line(cast, as_user):
    charge(cast.zhang, "2026-01", 4000)
    client = as_user(cast.officer)
    answer = client.post(COLLECT, ticked(cast.zhang))

    assert [*answer.context["form"].errors] == [f"reason-{cast.zhang.pk}"]
    client.post(STORE, ticked(cast.zhang) | {f"reason-{cast.zhang.pk}": "住院半年"})
    assert Payment.objects.get().reason == "住院半年"


def test_a_day_to_come_is_refused(cast, three, as_user):
    as_user(cast.officer).post(STORE, ticked(three["li"], paid_on="2026-11-25"))

    assert Payment.objects.count() == 0


def test_ones_own_line_goes_to_a_second_person(cast, three, as_user):
    User.objects.filter(pk=cast.member.pk).update(member=None)
    User.objects.filter(pk=cast.officer.pk).update(member=cast.zhang)
    client = as_user(cast.officer)
    answer = client.post(STORE, ticked(*three.values()))

    assert "first=1&last=2" in answer.url
    assert PaymentProposal.objects.get().member == cast.zhang


def test_ones_own_line_alone_leads_to_what_waits_and_is_offered_no_more(cast, three, as_user):
    User.objects.filter(pk=cast.member.pk).update(member=None)
    User.objects.filter(pk=cast.officer.pk).update(member=cast.zhang)
    client = as_user(cast.officer)
    assert client.post(STORE, ticked(cast.zhang)).url == reverse("dues:proposal-list")

    assert client.get(COLLECT).context["waiting"] == {cast.zhang.pk}
    assert "disabled" in client.get(COLLECT).content.decode()
    assert client.post(STORE, ticked(cast.zhang)).context["form"].errors
    assert PaymentProposal.objects.count() == 1


# --- Who may -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "status"),
    [("officer", 200), ("secretary", 200), ("member", 403), ("group_leader", 403), ("county_staff", 403)],
)
def test_who_may_collect(cast, three, as_user, part, status):
    assert as_user(getattr(cast, part)).get(COLLECT).status_code == status


@pytest.mark.parametrize("address", [COLLECT, STORE])
def test_another_branch_isnt_there(cast, three, as_user, address):
    client = as_user(cast.next_secretary)

    assert client.post(f"{address}?org=branch", ticked(three["li"])).status_code == 404
    assert Payment.objects.count() == 0


def test_storing_needs_a_post(cast, as_user):
    assert as_user(cast.officer).get(STORE).status_code == 405
