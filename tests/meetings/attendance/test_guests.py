"""Who takes part here and belongs elsewhere: on the list, after the others, and in no figure of who should attend."""

from datetime import date

import pytest
from django.urls import reverse

from assessment.dashboard.services import rebuild
from assessment.models import RollUp
from meetings.attendance.queries import elsewhere_below, elsewhere_of, roll, tally_of
from meetings.choices import NotCountedBecause
from meetings.minutes.queries import evening_of
from meetings.minutes.rules import compose
from meetings.models import Attendance, Meeting
from meetings.pages.queries import months_of
from meetings.votes.queries import heads_of
from meetings.votes.rules import Heads
from members.choices import AffiliationKind
from members.models import Affiliation
from tests.cast import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

DAY = date(2026, 11, 20)
GUEST = NotCountedBecause.PARTICIPANT


def held(place, day=DAY, state="held", **fields):
    given = {"opened_at": "2026-11-20 19:00+08:00"} if state != "planned" else {}
    return Meeting.objects.create(
        organization=place, kind="theme_day", day=day, counts_for_year=day.year, state=state, **given, **fields
    )


def listed(meeting, member, state, not_counted="", **fields):
    return Attendance.objects.create(
        meeting=meeting, member=member, name=member.name, is_formal=True, state=state, not_counted=not_counted, **fields
    )


def take_part(member, place):
    return Affiliation.objects.create(member=member, organization=place, kind=AffiliationKind.PARTICIPATION)


@pytest.fixture
def evening(cast):
    """Two belong, one of them was there; of two guests one."""
    meeting = held(cast.branch)
    for member, state, why in (
        (cast.wang, "on_site", GUEST),
        (cast.zhao, "absent", GUEST),
        (cast.zhang, "on_site", ""),
        (cast.li, "absent", ""),
    ):
        listed(meeting, member, state, why)
    return meeting


def test_guests_are_counted_apart(evening):
    tally = tally_of(evening)

    assert (tally.expected, tally.present, tally.is_absent) == (2, 1, 1)
    assert (tally.guests, tally.guests_present) == (2, 1)
    assert heads_of(evening) == Heads(entitled=2, present=1)


def test_guests_stand_at_the_end_of_the_list(cast):
    meeting = held(cast.branch, state="planned")
    take_part(cast.wang, cast.branch)

    assert [(one.name, one.is_guest) for one in roll(meeting)][-1] == ("王秀兰", True)
    assert [one.is_guest for one in roll(meeting)].count(True) == 1


def test_the_minutes_name_guests_in_a_line_of_their_own(evening):
    text = compose(evening_of(evening))

    assert "应到：2人，其中有表决权2人" in text
    assert "缺席：李国强（未说明原因）" in text
    assert "其他支部党员参加（不计入以上人数）：1人：王秀兰" in text
    assert "赵东山" not in text


@pytest.mark.parametrize("opened", [True, False])
def test_the_sheet_to_sign_has_a_table_for_guests(cast, as_user, opened):
    meeting = held(cast.branch, state="open" if opened else "planned")
    take_part(cast.wang, cast.branch)
    if opened:
        listed(meeting, cast.wang, "unknown", GUEST)
        listed(meeting, cast.zhang, "unknown")
    answer = as_user(cast.secretary).get(reverse("meetings:sheet-blank", args=[meeting.pk]))

    assert [one.name for one in answer.context["guests"]] == ["王秀兰"]
    assert "王秀兰" not in [one.name for one in answer.context["people"]]
    assert "外来参加人员，单独计数：1人" in answer.content.decode()


class TestSignInPage:
    def test_guests_come_after_the_others_with_their_own_count(self, cast, as_user, evening):
        answer = as_user(cast.secretary).get(reverse("meetings:attendance", args=[evening.pk]))
        page = answer.content.decode()

        assert [one.name for one in answer.context["people"]] == ["张英", "李国强"]
        assert [one.name for one in answer.context["guests"]] == ["王秀兰", "赵东山"]
        assert page.index("李国强") < page.index("外来参加人员，单独计数：2人") < page.index("王秀兰")

    def test_a_part_of_the_list_is_marked_without_the_guests(self, cast, as_user):
        meeting = held(cast.branch, state="open")
        for member, why in ((cast.zhang, ""), (cast.wang, GUEST)):
            listed(meeting, member, "unknown", why)
        as_user(cast.secretary).post(
            reverse("meetings:attendance-rest", args=[meeting.pk]),
            {"key": "6f4c3f1e-0000-4000-8000-000000000001", "group": ""},
        )

        assert dict(Attendance.objects.values_list("name", "state")) == {"张英": "on_site", "王秀兰": "unknown"}

    def test_what_was_marked_is_said_with_the_guests_apart(self, cast, as_user):
        meeting = held(cast.branch, state="open")
        for member, why in ((cast.zhang, ""), (cast.li, ""), (cast.wang, GUEST)):
            listed(meeting, member, "unknown", why)
        url = reverse("meetings:attendance-rest", args=[meeting.pk])
        answer = as_user(cast.secretary).post(url, {"key": "6f4c3f1e-0000-4000-8000-000000000001"}, follow=True)

        assert "已记为到会：本支部 2 人，来宾 1 人。" in answer.content.decode()


class TestAtHome:
    """Where the guest belongs, and on the own page."""

    @pytest.mark.parametrize(("state", "found"), [("on_site", 1), ("online", 1), ("absent", 0), ("unknown", 0)])
    def test_taking_part_as_a_guest_stands_beside_the_figures(self, cast, state, found):
        listed(held(cast.branch), cast.wang, state, GUEST)

        assert len(elsewhere_of([cast.wang.pk], DAY, DAY).get(cast.wang.pk, [])) == found
        assert elsewhere_below([cast.next_branch], DAY, DAY)[cast.next_branch.path] == found

    @pytest.mark.parametrize(("state", "months"), [("on_site", 0), ("absent", 1), ("leave", 1)])
    def test_who_takes_part_as_a_guest_takes_part(self, cast, state, months):
        """A guest who doesn't come isn't absent, and owes the host no reason."""
        listed(held(cast.next_branch, date(2026, 10, 20)), cast.wang, "absent")
        kind = {"leave_kind": "sick"} if state == "leave" else {}
        listed(held(cast.branch, date(2026, 10, 21)), cast.wang, state, GUEST, **kind)

        assert months_of([cast.wang.pk], on=date(2026, 11, 1)).get(cast.wang.pk, 0) == months

    def test_no_reason_is_asked_of_a_guest(self, cast):
        listed(held(cast.branch), cast.wang, "absent", GUEST)

        assert not Attendance.objects.should_attend().unexplained().exists()


@pytest.mark.parametrize("more", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_guests(cast, as_user, evening, django_assert_num_queries, more):
    for number in range(more):
        listed(evening, make_member(f"客人{number}", cast.next_branch), "on_site", GUEST)
    client = as_user(cast.secretary)
    with django_assert_num_queries(9):
        client.get(reverse("meetings:attendance", args=[evening.pk]))


def test_the_dashboard_leaves_guests_aside(cast, evening):
    """The roll-ups count what the meeting's page counts."""
    rebuild(on=date(2026, 12, 2))
    month = RollUp.objects.get(organization=cast.branch, month=date(2026, 11, 1))

    assert (month.expected, month.on_site, month.unexplained) == (2, 1, 1)
