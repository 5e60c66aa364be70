"""Every page that shows attendance says the same: whoever counts the rows by hand finds the figure of each of them."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from openpyxl import load_workbook

from assessment.dashboard.services import rebuild
from assessment.models import RollUp
from meetings.metrics import attendance_facts, explained_facts
from meetings.minutes.queries import evening_of
from meetings.minutes.rules import compose
from meetings.models import Attendance, Meeting
from meetings.planning.duty_queries import record_duties
from meetings.votes.correction_services import Truth, confirm_correction, propose_correction
from members.regulations.queries import PlacesBelow
from supervision.reports.figures import attendance_figures
from tests.cast import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

FIRST, DAY, TODAY = date(2026, 1, 1), date(2026, 10, 20), date(2026, 11, 24)
PRESENT, TOOK_PART = {"on_site", "online"}, {"on_site", "online", "visited", "made_up"}
STATES = ("on_site", "online", "visited", "made_up", "leave", "absent", "absent", "unknown", "on_site")
NOT_EXPECTED = ("participant", "excluded")


@dataclass
class Filled:
    """A meeting of a branch with people of every state; one has a reason, guests and one left out besides."""

    meeting: Meeting
    cast: Any
    as_user: Any

    def get(self, name, *args, **query):
        return self.as_user(self.cast.secretary).get(reverse(f"meetings:{name}", args=args), query)

    def of_the_api(self, path):
        token = AuthToken.objects.create(self.cast.secretary)[1]
        return Client().get(path, headers={"Authorization": f"Token {token}"}).json()


def list_everybody(meeting, cast):
    for number, state in enumerate([*STATES, "on_site", "absent", "on_site"]):
        why = {9: "participant", 10: "participant", 11: "excluded"}.get(number, "probationary" if number == 8 else "")
        member = cast.zhang if number == 0 else make_member(f"党员{number}", cast.branch)
        said = {"reason": "住院", "reason_source": "officer"} if number == 5 else {}
        Attendance.objects.create(
            meeting=meeting, member=member, name=member.name, is_formal=True, state=state, not_counted=why, **said
        )


@pytest.fixture(params=["as recorded", "corrected"])
def filled(request, cast, as_user):
    meeting = Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=DAY, counts_for_year=2026, state="locked",
        opened_at=timezone.now(), closed_at=timezone.now(),
    )  # fmt: skip
    list_everybody(meeting, cast)
    if request.param == "corrected":
        for state, becomes in (("unknown", "on_site"), ("made_up", "absent"), ("leave", "online")):
            one = meeting.expected.filter(state=state).first()
            truth = Truth(one.member, becomes, "签到表上的签名与录入不一致")
            proposed = propose_correction(key=one.member.key, meeting=meeting, truth=truth, by=cast.secretary)
            confirm_correction(correction=proposed, by=cast.officer, on=TODAY)
    return Filled(meeting, cast, as_user)


def counted_by_hand(meeting):
    """What the rows say, one after another."""
    rows = list(meeting.expected.all())
    here = [one for one in rows if one.not_counted not in NOT_EXPECTED]
    guests = [one for one in rows if one.not_counted == "participant"]
    entitled = [one for one in rows if one.not_counted == ""]
    states = Counter(one.state for one in here)
    absent = [one for one in here if one.state == "absent"]
    return {
        "expected": len(here), "present": sum(one.state in PRESENT for one in here),
        "took_part": sum(one.state in TOOK_PART for one in here),
        "entitled": len(entitled), "entitled_present": sum(one.state in PRESENT for one in entitled),
        "guests": len(guests), "guests_present": sum(one.state in PRESENT for one in guests),
        "corrected": sum(one.corrected_on is not None for one in rows),
        "explained": sum(str(one.reason) != "" for one in absent),
        "unexplained": sum(str(one.reason) == "" for one in absent),
        **{f"is_{state}": states[state] for state in dict.fromkeys(STATES)},
    }  # fmt: skip


# What each place shows, under the names of `counted_by_hand`


def meeting_page(filled):
    return asdict(filled.get("meeting-detail", filled.meeting.pk).context["tally"])


def list_of_meetings(filled):
    return asdict(filled.get("meeting-list").context["listing"].rows[0]["tally"])


def sign_in_page(filled):
    page = filled.get("attendance", filled.meeting.pk).context
    return {**asdict(page["tally"]), "expected": len(page["people"]), "guests": len(page["guests"])}


def sheet_to_sign(filled):
    page = filled.get("sheet-blank", filled.meeting.pk).context
    return {"expected": len(page["people"]), "guests": len(page["guests"])}


def minutes(filled):
    evening = evening_of(filled.meeting)
    text = compose(evening)
    assert f"应到：{evening.expected}人，其中有表决权{evening.entitled}人" in text
    return {
        "expected": evening.expected, "present": evening.present, "entitled": evening.entitled,
        "entitled_present": evening.entitled_present, "guests_present": len(evening.guests),
        "is_leave": sum(one.on_leave for one in evening.absences),
    }  # fmt: skip


def quorum(filled):
    held = filled.get("meeting-detail", filled.meeting.pk).context["quorums"][0]
    return {"entitled": held.heads.entitled, "entitled_present": held.heads.present}


def meeting_of_the_api(filled):
    answer = filled.of_the_api(f"/api/meetings/{filled.meeting.pk}/")
    names = ("expected", "present", "entitled", "entitled_present", "guests", "guests_present")
    return {name: answer[name] for name in names}


def lines_of_the_api(filled):
    rows = filled.of_the_api("/api/attendances/")["results"]
    here = [one for one in rows if one["not_counted"] not in NOT_EXPECTED]
    states = Counter(one["state"] for one in here)
    corrected = sum(one["corrected_on"] is not None for one in rows)
    return {
        "expected": len(here),
        "corrected": corrected,
        **{f"is_{name}": states[name] for name in dict.fromkeys(STATES)},
    }


def _summed(lines):
    tallies = [asdict(line.tally) for line in lines]
    left_aside = ("entitled", "entitled_present")
    sums = {name: sum(tally[name] for tally in tallies) for name in tallies[0] if name not in left_aside}
    return {**sums, "took_part": sum(line.took_part for line in lines)}


def attendance_of_the_branch(filled):
    """By name; guests stand in it as members of their own branch, which here is the same."""
    return _summed(filled.get("figure-list").context["page"].object_list)


def attendance_for_the_committee(filled):
    page = filled.as_user(filled.cast.district_staff).get(reverse("meetings:figure-list")).context["page"]
    return _summed(page.object_list)


def workbook_for_the_committee(filled):
    answer = filled.as_user(filled.cast.district_staff).get(reverse("meetings:figure-export"))
    _head, row, *_others = load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    names = ("expected", "is_on_site", "is_online", "is_visited", "is_made_up", "is_leave", "is_absent", "is_unknown")
    return dict(zip(names, row[1:], strict=False))


def roll_up(filled):
    rebuild(on=TODAY)
    row = RollUp.objects.get(organization=filled.cast.branch, month=DAY.replace(day=1))
    names = {"on_leave": "is_leave", "unrecorded": "is_unknown"}
    names |= {name: f"is_{name}" for name in ("on_site", "online", "visited", "made_up")}
    names |= {name: name for name in ("expected", "explained", "unexplained")}
    return {ours: getattr(row, theirs) for theirs, ours in names.items()}


def report_from_below(filled):
    figures = attendance_figures(filled.cast.branch.path, FIRST, TODAY)
    names = {"absent_with_reason": "explained", "absent_without": "unexplained", "expected": "expected"}
    names |= {state: f"is_{state}" for state in dict.fromkeys(STATES) if state != "absent"}
    return {ours: figures[theirs] for theirs, ours in names.items()}


def facts_of_the_assessment(filled):
    (took_part,) = attendance_facts(filled.cast.branch.path, FIRST, TODAY, on=TODAY)
    (said_why,) = explained_facts(filled.cast.branch.path, FIRST, TODAY, on=TODAY)
    return {
        "took_part": took_part.done, "expected": took_part.of, "is_unknown": took_part.unknown,
        "explained": said_why.done, "is_absent": said_why.of,
    }  # fmt: skip


PLACES = (
    meeting_page, list_of_meetings, sign_in_page, sheet_to_sign, minutes, quorum, meeting_of_the_api, lines_of_the_api,
    attendance_of_the_branch, attendance_for_the_committee, workbook_for_the_committee, roll_up, report_from_below,
    facts_of_the_assessment,
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_place_shows_what_the_rows_say(filled, place):
    truth, shown = counted_by_hand(filled.meeting), place(filled)

    assert shown == {name: truth[name] for name in shown}


def test_the_rows_differ_in_everything_that_is_counted(filled):
    """Negative control: with nothing to tell apart, a place that counts something else would pass."""
    truth = counted_by_hand(filled.meeting)

    assert len({truth[name] for name in ("expected", "present", "took_part", "entitled", "guests")}) == 5
    assert truth["explained"] and truth["unexplained"] and truth["guests"] != truth["guests_present"]


def test_a_page_that_counted_guests_would_be_found(filled, monkeypatch):
    """Negative control: the definition in one place, taken back, is seen in every other."""
    monkeypatch.setattr("meetings.attendance.queries.TALLY", {"expected": models.Count("pk")})
    truth = counted_by_hand(filled.meeting)

    assert meeting_page(filled)["expected"] != truth["expected"]


@pytest.mark.parametrize("page", ["mine", "figure-mine"])
def test_the_own_pages_show_the_own_rows(filled, page):
    cast = filled.cast
    tally = filled.as_user(cast.member).get(reverse(f"meetings:{page}")).context["tally"]
    own = filled.meeting.expected.get(member=cast.zhang)
    line = next(one for one in filled.get("figure-list").context["page"].object_list if one.member == cast.zhang)

    assert asdict(tally) == asdict(line.tally)
    assert (tally.expected, tally.present, getattr(tally, f"is_{own.state}")) == (1, 1, 1)


def test_months_in_a_row_are_the_same_for_secretary_and_member(cast, as_user):
    for month in (7, 8, 9, 10, 11):
        meeting = Meeting.objects.create(
            organization=cast.branch, kind="theme_day", day=date(2026, month, 20), counts_for_year=2026, state="held"
        )
        Attendance.objects.create(meeting=meeting, member=cast.zhang, name="张英", is_formal=True, state="absent")
    page = as_user(cast.secretary).get(reverse("meetings:figure-list")).context["page"]
    months = next(line.months for line in page.object_list if line.member == cast.zhang)

    assert months == as_user(cast.member).get(reverse("meetings:figure-mine")).context["months"] == 4
    due = [duty for duty in record_duties(PlacesBelow(cast.branch.path, TODAY)) if duty.kind == "absences"]
    assert [duty.period for duty in due] == ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]
