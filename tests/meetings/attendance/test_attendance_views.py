"""The sign-in page: a tap a person, everybody except a few, the way back; with htmx and without."""

import re
import uuid

import pytest
from django.urls import reverse

from audit.models import Entry
from meetings.attendance.queries import tally_of
from meetings.attendance.services import AttendanceFields, attendance_of, follow_up, mark
from meetings.choices import AttendanceState, MeetingKind
from meetings.meeting.services import WrongState
from meetings.models import Attendance, AttendanceChange, Meeting
from members.choices import Membership
from tests.cast import make_member
from tests.meetings.ending import end
from tests.meetings.votes.voting import hold, ids, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

UUID_IN_PAGE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TOKEN_IN_PAGE = re.compile(r'csrfmiddlewaretoken" value="\w+"')


@pytest.fixture
def meeting(cast):
    return hold(cast, formal=4, present=0, kind=MeetingKind.THEME_DAY)


def url(name, meeting, *more):
    return reverse(f"meetings:{name}", args=[meeting.pk, *more])


def tapped(member, state="on_site", **more):
    return {"key": uuid.uuid4(), "member": member.pk, "state": state, **more}


def states(meeting):
    return dict(Attendance.objects.filter(meeting=meeting).values_list("name", "state"))


def row_of(text, expected):
    """The person's row as it stands in a page or patch, without what differs each time."""
    row = re.search(rf'<li class="person" id="row-{expected.pk}">.*?</form>\s*</li>', text, re.DOTALL).group()
    return re.sub(r"\s+", " ", TOKEN_IN_PAGE.sub("", UUID_IN_PAGE.sub("", row)))


def test_one_tap_marks_one_person_and_leads_back_to_the_row(meeting, cast, as_user):
    answer = as_user(cast.secretary).post(url("attendance-mark", meeting), tapped(cast.zhang))

    one = Attendance.objects.get(meeting=meeting, member=cast.zhang)
    assert answer.url == url("attendance", meeting) + f"#row-{one.pk}"
    assert (one.state, one.marked_by) == (AttendanceState.ON_SITE, "secretary")


@pytest.mark.parametrize("state", [one for one in AttendanceState.values if one != "made_up"])
def test_the_patched_row_is_the_fresh_row(meeting, cast, as_user, state):
    client = as_user(cast.secretary)
    client.post(url("attendance-mark", meeting), tapped(cast.zhang, "absent"))
    patch = client.post(url("attendance-mark", meeting), tapped(cast.zhang, state), headers={"HX-Request": "true"})
    page = client.get(url("attendance", meeting))

    one = Attendance.objects.get(meeting=meeting, member=cast.zhang)
    assert row_of(patch.content.decode(), one) == row_of(page.content.decode(), one)


def test_the_patch_brings_the_counts_and_tells_the_quorum(meeting, cast, as_user):
    patch = as_user(cast.secretary).post(
        url("attendance-mark", meeting), tapped(cast.zhang), headers={"HX-Request": "true"}
    )

    assert patch.headers["HX-Trigger"] == "attendance-marked"
    assert 'hx-swap-oob="true"' in patch.content.decode()
    assert patch.context["tally"].present == 1


def test_the_page_holds_no_out_of_band_patch(meeting, cast, as_user):
    assert "hx-swap-oob" not in as_user(cast.secretary).get(url("attendance", meeting)).content.decode()


def test_the_same_tap_twice_is_one_tap(meeting, cast, as_user):
    client, form = as_user(cast.secretary), tapped(cast.zhang)
    for _turn in range(2):
        client.post(url("attendance-mark", meeting), form)

    assert AttendanceChange.objects.count() == 1


def test_another_button_of_a_row_that_is_still_waiting_is_another_tap(meeting, cast, as_user):
    client, form = as_user(cast.secretary), tapped(cast.zhang)
    client.post(url("attendance-mark", meeting), form)
    client.post(url("attendance-mark", meeting), form | {"state": "leave"})

    assert states(meeting)["张英"] == AttendanceState.LEAVE


def test_a_tap_on_what_is_recorded_keeps_what_is_known(meeting, cast, as_user):
    known = AttendanceFields(AttendanceState.LEAVE, leave_kind="sick", reason="发烧", reason_source="member")
    mark(meeting=meeting, member_id=cast.zhang.pk, attendance=known, key=uuid.uuid4(), by="officer")
    as_user(cast.secretary).post(url("attendance-mark", meeting), tapped(cast.zhang, "leave"))

    assert Attendance.objects.get(meeting=meeting, member=cast.zhang).leave_kind == "sick"


@pytest.mark.parametrize("change", [{"state": "made_up"}, {"state": "x"}, {"key": "x"}, {"member": "x"}])
def test_a_tap_that_cannot_be_is_refused(meeting, cast, as_user, change):
    answer = as_user(cast.secretary).post(url("attendance-mark", meeting), tapped(cast.zhang) | change)

    assert answer.status_code == 400
    assert not AttendanceChange.objects.exists()


def test_a_tap_on_somebody_who_is_not_expected_finds_nobody(meeting, cast, as_user):
    assert as_user(cast.secretary).post(url("attendance-mark", meeting), tapped(cast.wang)).status_code == 404


def test_before_the_opening_the_page_says_what_to_do(cast, as_user):
    meeting = plan(cast, formal=2)
    client = as_user(cast.secretary)
    answer = client.get(url("attendance", meeting), follow=True)

    assert len(answer.context["messages"]) == 1
    patch = client.post(url("attendance-rest", meeting), {"key": uuid.uuid4()}, headers={"HX-Request": "true"})
    assert patch.status_code == 409


def test_everybody_else_is_here_except_for_the_ticked(meeting, cast, as_user):
    client = as_user(cast.secretary)
    client.post(url("attendance-mark", meeting), tapped(cast.zhang, "leave"))
    answer = client.post(
        url("attendance-rest", meeting), {"key": uuid.uuid4(), "absent": ids(meeting, "党员03")}, follow=True
    )

    assert states(meeting) == {"张英": "leave", "李国强": "on_site", "党员03": "unknown", "党员04": "on_site"}
    assert answer.context["tally"].present == 2


@pytest.mark.parametrize(
    ("group", "here"), [("第一党小组", {"李国强"}), ("", {"张英", "党员03", "党员04"}), ("没有", set())]
)
def test_everybody_else_of_a_group_is_nobody_of_another(meeting, cast, as_user, group, here):
    as_user(cast.secretary).post(url("attendance-rest", meeting), {"key": uuid.uuid4(), "group": group})

    assert {name for name, state in states(meeting).items() if state == "on_site"} == here


def test_everybody_else_is_taken_back_in_one_tap(meeting, cast, as_user):
    client, key = as_user(cast.secretary), uuid.uuid4()
    page = client.post(url("attendance-rest", meeting), {"key": key}, follow=True)
    client.post(url("attendance-mark", meeting), tapped(cast.li, "leave"))
    for _turn in range(2):
        client.post(url("attendance-undo", meeting), {"key": uuid.uuid4(), "rest": key})

    assert page.context["rest"] == key
    assert states(meeting) == {"张英": "unknown", "李国强": "leave", "党员03": "unknown", "党员04": "unknown"}
    assert Entry.objects.filter(action="undo_rest_present").count() == 1


def test_exceptions_are_people_of_the_list(meeting, cast, as_user):
    form = {"key": uuid.uuid4(), "absent": [cast.wang.pk]}

    assert as_user(cast.secretary).post(url("attendance-rest", meeting), form).status_code == 400
    assert tally_of(meeting).present == 0


def test_the_last_tap_is_offered_and_taken_back(meeting, cast, as_user):
    client = as_user(cast.secretary)
    client.post(url("attendance-mark", meeting), tapped(cast.zhang, "absent"))
    last = client.get(url("attendance", meeting)).context["last"]
    form = {"key": uuid.uuid4(), "mark": last.pk}
    for _turn in range(2):
        client.post(url("attendance-undo", meeting), form)

    assert states(meeting)["张英"] == AttendanceState.UNKNOWN
    assert AttendanceChange.objects.count() == 2


def test_what_somebody_else_changed_since_is_not_offered(meeting, cast, as_user):
    as_user(cast.secretary).post(url("attendance-mark", meeting), tapped(cast.zhang))
    as_user(cast.officer).post(url("attendance-mark", meeting), tapped(cast.zhang, "absent"))

    assert as_user(cast.secretary).get(url("attendance", meeting)).context["last"] is None


def test_a_tap_of_another_meeting_is_not_taken_back_here(meeting, cast, as_user):
    other = hold(cast, formal=4, present=0)
    client = as_user(cast.secretary)
    client.post(url("attendance-mark", other), tapped(cast.zhang))
    form = {"key": uuid.uuid4(), "mark": AttendanceChange.objects.get().pk}

    assert client.post(url("attendance-undo", meeting), form).status_code == 404
    assert client.post(url("attendance-undo", meeting), {"key": uuid.uuid4()}).status_code == 400


def test_the_list_is_filtered_by_group_and_comes_back_to_it(meeting, cast, as_user):
    client = as_user(cast.secretary)
    page = client.get(url("attendance", meeting), {"group": "第一党小组"})
    back = client.post(url("attendance-mark", meeting), tapped(cast.li, group="第一党小组"))

    assert [one.name for one in page.context["people"]] == ["李国强"]
    assert page.context["tally"].expected == 4
    assert "group=" in back.url


@pytest.mark.parametrize("formal", [2, 6])
def test_the_page_costs_the_same_for_few_and_many(cast, as_user, django_assert_num_queries, formal):
    meeting = hold(cast, formal=formal, present=0)
    client = as_user(cast.secretary)
    with django_assert_num_queries(9):
        client.get(url("attendance", meeting))


def test_probationary_members_are_on_the_list_and_said_to_have_no_vote(cast, as_user):
    make_member("周明", cast.branch, membership=Membership.PROBATIONARY)
    meeting = hold(cast, formal=2, present=0)

    assert "周明" in as_user(cast.secretary).get(url("attendance", meeting)).content.decode()


# --- What is known of one person ----------------------------------------
def particulars(**more):
    return {"key": uuid.uuid4(), "state": "leave", "leave_kind": "sick", "leave_granted_by": "王书记", **more}


def test_leave_is_recorded_with_its_kind_who_granted_it_and_the_reason(meeting, cast, as_user):
    form = particulars(reason="住院", reason_source="contact_person")
    as_user(cast.secretary).post(url("attendance-person", meeting, cast.zhang.pk), form)

    one = Attendance.objects.get(meeting=meeting, member=cast.zhang)
    assert (one.state, one.leave_kind, one.leave_granted_by) == ("leave", "sick", "王书记")
    assert (one.reason.open(), one.reason_source) == ("住院", "contact_person")


def test_a_study_made_up_has_what_when_and_their_line(meeting, cast, as_user):
    form = particulars(
        state="made_up", made_up_on="2026-11-24", made_up_with="会议材料", answer="学了", answer_source="contact_person"
    )
    as_user(cast.secretary).post(url("attendance-person", meeting, cast.zhang.pk), form)

    one = Attendance.objects.get(meeting=meeting, member=cast.zhang)
    assert (one.state, one.made_up_with, one.answer) == ("made_up", "会议材料", "学了")
    assert (one.answer_source, one.leave_kind) == ("contact_person", "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "住院"}, "reason_source"),
        ({"reason_source": "officer"}, "reason_source"),
        ({"state": "made_up"}, "made_up_with"),
        ({"state": "made_up", "made_up_with": "书", "made_up_on": "2026-11-23"}, "made_up_on"),
        ({"state": "made_up", "made_up_with": "书", "made_up_on": "2026-11-25"}, "made_up_on"),
        ({"answer": "学了"}, "answer_source"),
        ({"state": "absent", "leave_kind": "", "made_up_with": "会议录像"}, "made_up_with"),
        ({"state": "absent", "leave_kind": "", "made_up_on": "2026-11-24"}, "made_up_on"),
        ({"state": "absent"}, "leave_kind"),
        ({"state": "gone"}, "state"),
        ({"key": ""}, "key"),
    ],
)
def test_what_does_not_fit_together_is_said_at_its_field(meeting, cast, as_user, change, field):
    answer = as_user(cast.secretary).post(url("attendance-person", meeting, cast.zhang.pk), particulars(**change))

    assert field in answer.context["form"].errors
    assert not AttendanceChange.objects.exists()


def lock(meeting):
    Meeting.objects.filter(pk=meeting.pk).update(state="locked")


def test_after_the_minutes_a_reason_can_still_be_added_and_a_visit_is_proposed(meeting, cast, as_user):
    mark(
        meeting=meeting, member_id=cast.zhang.pk, attendance=AttendanceFields("absent"), key=uuid.uuid4(), by="officer"
    )
    lock(meeting)
    client = as_user(cast.secretary)
    page = client.get(url("attendance-person", meeting, cast.zhang.pk))
    form = particulars(state="absent", leave_kind="", leave_granted_by="", reason="值班", reason_source="member")
    client.post(url("attendance-person", meeting, cast.zhang.pk), form)

    one = Attendance.objects.get(meeting=meeting, member=cast.zhang)
    assert [code for code, _label in page.context["form"].fields["state"].choices] == ["absent"]
    assert f"{url('correction-add', meeting)}?member={cast.zhang.pk}" in page.text
    assert (one.state, one.reason.open()) == ("absent", "值班")
    assert Entry.objects.filter(action="follow_up_attendance").count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"made_up_on": "2026-11-20", "made_up_with": "材料"},
        {"reason": "别的", "reason_source": "member"},
        {"leave_kind": "sick"},
    ],
)
def test_after_the_minutes_nothing_typed_is_dropped_without_a_word(meeting, cast, as_user, typed):
    away = AttendanceFields("absent", reason="值班", reason_source="member")
    mark(meeting=meeting, member_id=cast.zhang.pk, attendance=away, key=uuid.uuid4(), by="officer")
    lock(meeting)
    client, address = as_user(cast.secretary), url("attendance-person", meeting, cast.zhang.pk)
    form = client.get(address).context["form"]
    answer = client.post(address, {"key": uuid.uuid4(), "state": "absent", **typed})

    assert {name: field.disabled for name, field in form.fields.items() if name not in ("key", "state")} == {
        "reason": True, "reason_source": True,
    }  # fmt: skip
    assert answer.context["form"].non_field_errors()
    assert attendance_of(Attendance.objects.get(meeting=meeting, member=cast.zhang)) == away


AFTER_LOCKING = [
    ("on_site", "made_up"), ("absent", "on_site"), ("absent", "leave"), ("absent", "visited"), ("absent", "made_up"),
    ("leave", "visited"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), AFTER_LOCKING)
def test_after_the_minutes_an_officer_alone_moves_no_figure(meeting, cast, before, after):
    mark(meeting=meeting, member_id=cast.zhang.pk, attendance=AttendanceFields(before), key=uuid.uuid4(), by="officer")
    lock(meeting)

    with pytest.raises(WrongState):
        follow_up(
            meeting=meeting, member_id=cast.zhang.pk, attendance=AttendanceFields(after), key=uuid.uuid4(), by="officer"
        )


def test_a_locked_meeting_takes_no_tap(meeting, cast, as_user):
    lock(meeting)
    client = as_user(cast.secretary)

    assert client.post(url("attendance-mark", meeting), tapped(cast.zhang)).status_code == 302
    assert "person-taps" not in client.get(url("attendance", meeting)).content.decode()
    assert not AttendanceChange.objects.exists()


def test_who_was_there_can_be_completed_after_the_closing(meeting, cast, as_user):
    end(meeting, by=cast.secretary)
    late = Attendance.objects.filter(meeting=meeting, state="unknown").first()
    as_user(cast.secretary).post(url("attendance-mark", meeting), tapped(late.member))

    assert tally_of(meeting).present == 3


def test_a_page_with_a_reason_is_kept_by_no_cache(meeting, cast, as_user):
    client = as_user(cast.secretary)
    for address in (url("attendance-person", meeting, cast.zhang.pk), meeting.get_absolute_url()):
        assert "no-store" in client.get(address).headers["Cache-Control"]


# --- Paper ----------------------------------------
@pytest.mark.parametrize("make", [plan, hold])
def test_the_sheet_to_sign_names_everybody_expected(cast, as_user, make):
    meeting = make(cast, formal=3)
    page = as_user(cast.secretary).get(url("sheet-blank", meeting))

    assert {one.name for one in page.context["people"]} == {"张英", "党员03", "李国强"}


# --- Whose page it is ----------------------------------------
POSTED = ("attendance-mark", "attendance-rest", "attendance-undo")
READ = ("attendance", "sheet-blank")


@pytest.mark.parametrize("name", POSTED)
def test_nobody_else_taps(meeting, cast, as_user, name):
    form = tapped(cast.zhang)

    assert as_user(cast.next_secretary).post(url(name, meeting), form).status_code == 404
    assert as_user(cast.group_leader).post(url(name, meeting), form).status_code == 404
    assert as_user(cast.member).post(url(name, meeting), form).status_code == 403
    assert as_user(cast.district_staff).post(url(name, meeting), form).status_code == 404
    assert not AttendanceChange.objects.exists()


@pytest.mark.parametrize("name", POSTED)
def test_taps_are_posted(meeting, cast, as_user, name):
    assert as_user(cast.secretary).get(url(name, meeting)).status_code == 405


@pytest.mark.parametrize("name", READ)
def test_nobody_else_reads_the_list(meeting, cast, as_user, name):
    assert as_user(cast.next_secretary).get(url(name, meeting)).status_code == 404
    assert as_user(cast.member).get(url(name, meeting)).status_code == 403
    assert as_user(cast.secretary).post(url(name, meeting)).status_code == 405


def test_a_group_leader_records_the_group(cast, as_user):
    meeting = hold(cast, formal=2, present=0, organization=cast.group, kind=MeetingKind.GROUP_MEETING)
    as_user(cast.group_leader).post(url("attendance-mark", meeting), tapped(cast.li))

    assert states(meeting) == {"李国强": "on_site"}
