"""How a member stands, at the top of the page: dues, meetings, the last contact, and what is open; each for who may
read it."""

from datetime import date

import pytest
from django.urls import reverse

from meetings.choices import AttendanceState, MeetingKind, MeetingState
from meetings.models import AgendaItem, Attendance, Meeting, Task
from members.choices import ContactKind
from members.models import Contact, HelpRequest, Situation
from supervision.models import Problem, ProblemList
from tests.cast import TODAY, make_user
from tests.dues.making import charge, pay_by_ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def english(cast):
    for user in cast.users().values():
        user.language = "en"
        user.save()


@pytest.fixture
def absences(cast):
    """Three meetings: there, absent without a reason, absent with one."""
    for month, state, reason in ((8, "on_site", ""), (9, "absent", "出差"), (10, "absent", "")):
        meeting = Meeting.objects.create(
            organization=cast.branch, kind=MeetingKind.THEME_DAY, day=date(2026, month, 20), counts_for_year=2026,
            state=MeetingState.HELD,
        )  # fmt: skip
        Attendance.objects.create(
            meeting=meeting,
            member=cast.zhang,
            name="张英",
            is_formal=True,
            state=AttendanceState(state),
            reason=reason,
            reason_source="officer" if reason else "",
        )
    return list(Meeting.objects.order_by("day"))


@pytest.fixture
def everything(cast, absences):
    """Four months owed, a visit, and one of each thing that can be open."""
    for month in ("2026-08", "2026-09", "2026-10", "2026-11"):
        charge(cast.zhang, month, 1950)
    by = {"recorded_by": cast.secretary}
    visit = {"happened_on": date(2026, 6, 1), "kind": ContactKind.VISIT, "made_by": "李国强", **by}
    Contact.objects.create(member=cast.zhang, **visit)
    Situation.objects.create(member=cast.zhang, kind="frail", valid_from=date(2020, 1, 5))
    asked = {"asked_on": date(2026, 10, 2), "due_on": date(2026, 10, 17), "request": "想借一辆轮椅", **by}
    HelpRequest.objects.create(member=cast.zhang, **asked)
    listed = ProblemList.objects.create(
        organization=cast.branch, title="查摆问题", source="org_life_meeting", made_on=TODAY
    )
    Problem.objects.create(
        problem_list=listed, organization=cast.branch, text="记录不及时", responsible=cast.zhang, found_on=TODAY,
        due_on=date(2026, 12, 20),
    )  # fmt: skip
    item = AgendaItem.objects.create(meeting=absences[0], position=1, title="学习条例")
    Task.objects.create(item=item, what="整理笔记", who="张英", owner=cast.zhang, due_on=date(2026, 10, 1))


def stands(as_user, user, member):
    """Title → words and whether they are late, as the page shows them."""
    answer = as_user(user).get(reverse("members:member-detail", args=[member.key]))
    return {str(one.title): (str(one.text), one.is_late) for one in answer.context["links"]}


def test_the_branch_reads_what_is_owed_missed_and_open(cast, as_user, english, everything):
    shown = stands(as_user, cast.secretary, cast.zhang)

    assert shown["Dues"] == ("Due and unpaid: 58.50 yuan, 3 months. This month, unpaid: 19.50 yuan.", True)
    assert shown["Meetings"] == ("Absent 2 of 3 times in twelve months, 1 without a reason. 1 month in a row.", True)
    assert shown["Last contact"] == ("Visit 2026-06-01 · due by 2026-09-01", True)
    assert shown["Request for help"] == ("Open, answer by 2026-10-17.", True)
    assert shown["A problem to put right"] == ("1 to put right, by 2026-12-20", False)
    assert shown["Tasks"] == ("1 task of decisions is open.", True)


def test_of_whom_nothing_is_on_record_that_is_said(cast, as_user, english):
    shown = stands(as_user, cast.officer, cast.zhang)

    assert shown["Dues"] == ("Nothing has been charged yet.", False)
    assert shown["Meetings"] == ("No meeting of twelve months is on record.", False)
    assert shown["Last contact"] == ("No contact on record", False)
    assert not {"Request for help", "A problem to put right", "Tasks"} & set(shown)


def test_who_has_paid_is_settled_until_a_month_and_ahead(cast, as_user, english):
    charge(cast.zhang, "2026-11", 1950)
    pay_by_ledger(cast.zhang, 3950, "2026-11-20")

    said = ("Settled until November 2026. Paid ahead: 20.00 yuan.", False)
    assert stands(as_user, cast.secretary, cast.zhang)["Dues"] == said


def test_each_line_leads_to_its_page(cast, as_user, english, everything):
    client = as_user(cast.secretary)
    answer = client.get(reverse("members:member-detail", args=[cast.zhang.key]))

    assert all(client.get(one.url).status_code == 200 for one in answer.context["links"])


def test_others_read_only_what_is_theirs_to_read(cast, as_user, english, everything):
    """A committee's staff reads the roster and none of it; a leader of a group everything but the dues."""
    cast.zhang.affiliations.update(organization=cast.group)
    cast.zhang.roster_path = cast.group.path
    cast.zhang.save()

    assert stands(as_user, cast.district_staff, cast.zhang) == {}
    shown = set(stands(as_user, cast.group_leader, cast.zhang))
    assert "Dues" not in shown
    assert {"Meetings", "Last contact", "Request for help"} <= shown


def test_the_page_costs_twenty_five_queries_at_most(cast, as_user, english, everything, django_assert_max_num_queries):
    client, address = as_user(cast.secretary), reverse("members:member-detail", args=[cast.zhang.key])
    with django_assert_max_num_queries(25):
        client.get(address)


def test_missed_meetings_stand_first_with_a_way_to_the_reason(cast, as_user, english, absences):
    address = reverse("meetings:figure-member", args=[cast.zhang.key])
    answer = as_user(cast.secretary).get(address)

    assert [one.state for one in answer.context["listing"].rows] == ["absent", "absent", "on_site"]
    assert reverse("meetings:attendance-person", args=[absences[2].pk, cast.zhang.pk]) in answer.content.decode()
    careful = make_user("careful", "committee_member", cast.branch)
    assert "Reason, make-up" not in as_user(careful).get(address).content.decode()
