"""A member's first page: what is owed, what was missed, what comes next, and twelve months in signs."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from dues.choices import MonthState
from meetings.choices import AttendanceState
from meetings.models import Attendance, Meeting, Minutes
from members.choices import OfficeKind
from members.models import Office
from reminders.desk.queries import own_year
from tests.cast import TODAY
from tests.dues.making import charge, pay

pytestmark = pytest.mark.django_db
HOME = reverse("reminders:desk")


def meet(cast, day, *states, state="held", **facts):
    """Held evenings on that day, one for each state of Zhang's."""
    for one in states or [None]:
        meeting = Meeting.objects.create(
            organization=cast.branch, kind="theme_day", day=day, counts_for_year=2026, state=state, **facts
        )
        if one:
            Attendance.objects.create(
                meeting=meeting, member=cast.zhang, name=cast.zhang.name, is_formal=True, state=one
            )
    return meeting


@pytest.fixture
def member(cast, as_user):
    as_user(cast.member)
    from members.access.queries import access_for  # noqa: PLC0415

    cast.member.access = access_for(cast.member, on=TODAY)
    return cast.member


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["on_site"], AttendanceState.ON_SITE),
        (["on_site", "absent", "leave"], AttendanceState.ABSENT),
        (["online", "leave"], AttendanceState.LEAVE),
        (["on_site", "made_up"], AttendanceState.MADE_UP),
        (["unknown"], None),
        ([], None),
    ],
)
def test_a_month_shows_the_worst_of_its_evenings(cast, member, states, shown):
    if states:
        meet(cast, date(2026, 3, 5), *states)

    assert own_year(member, on=TODAY).months[2].attendance == shown


def test_a_month_shows_what_the_page_of_dues_shows(cast, member, as_user):
    for one in ("2026-09", "2026-10"):
        charge(cast.zhang, one, 4000)
    pay(cast.zhang, 4000, "2026-09-20")

    states = [one.dues for one in own_year(member, on=TODAY).months]
    lines = {line.month: line.state for line in as_user(cast.member).get(reverse("dues:mine")).context["page"].lines}
    assert states[8:10] == [MonthState.SETTLED, MonthState.OPEN]
    assert states[8:10] == [lines[date(2026, 9, 1)], lines[date(2026, 10, 1)]]
    assert states[0] is None


def test_the_last_absence_that_nobody_made_up_for_is_said_with_the_way_to_do_it(cast, member, as_user):
    meet(cast, date(2026, 3, 5), "absent")
    last = meet(cast, date(2026, 4, 5), "absent")
    meet(cast, date(2026, 5, 5), "made_up")

    page = as_user(cast.member).get(HOME)
    assert page.context["year"].missed.meeting == last
    assert reverse("meetings:make-up", args=[last.key]) in page.text
    assert [page.context["year"].expected, page.context["year"].present, page.context["year"].later] == [3, 0, 1]


def test_what_comes_next_is_said_once_with_the_way_to_ask_for_leave(cast, member, as_user):
    coming = meet(cast, date(2026, 12, 20), state="planned", place="支部活动室")
    page = as_user(cast.member).get(HOME)

    assert page.text.count(f'href="{coming.get_absolute_url()}"') == 1
    assert reverse("meetings:leave-ask", args=[coming.key]) in page.text


def test_of_nobody_on_record_there_is_no_year_and_who_holds_an_office_reads_duties(cast, as_user):
    assert "year" not in as_user(cast.stranger).get(HOME).context
    assert "year" not in as_user(cast.secretary).get(HOME).context


def test_the_page_asks_no_more_for_a_full_year(cast, member, as_user, django_assert_max_num_queries):
    client = as_user(cast.member)
    for number in range(1, 12):
        charge(cast.zhang, f"2026-{number:02}", 4000)
        meet(cast, date(2026, number, 5), "absent", "on_site")
    meet(cast, date(2026, 12, 20), state="planned")
    client.get(HOME)
    with django_assert_max_num_queries(25):
        client.get(HOME)


def test_an_office_without_a_desk_begins_like_a_member_and_with_what_waits_for_the_own_signature(cast, as_user, today):
    officer = cast.member
    Office.objects.create(user=officer, kind=OfficeKind.PUBLICITY_OFFICER, organization=cast.branch)
    meeting = meet(cast, TODAY, recorder=cast.zhang)
    Minutes.objects.create(meeting=meeting, text="记录")
    page = as_user(officer).get(HOME)

    assert page.context["year"]
    assert reverse("meetings:minutes", args=[meeting.key]) in page.text and "请您签名的会议记录" in page.text
    Minutes.objects.update(recorder_signed_by="member", recorder_signed_at=timezone.now())
    assert "请您签名的会议记录" not in as_user(officer).get(HOME).text
