"""docs/architecture.md names every file of the program that six features pass, and no other."""

import re
import uuid
from datetime import datetime, time

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessment.assessments.services import begin, compute_waiting
from assessment.models import ClauseScore
from dues import tasks as dues_tasks
from dues.models import Charge
from meetings.choices import AttendanceState, MeetingKind
from meetings.models import Attendance
from members import tasks as members_tasks
from members.models import Member
from members.workbooks import worker
from members.workbooks.sheets import LIMITS
from reminders.channels.rules import SHANGHAI
from reminders.choices import MessageKind
from reminders.planning import kinds
from reminders.tasks import dispatch_messages, plan_messages
from supervision.models import Letter
from tests.assessment.assessments.judging import scheme_of
from tests.cast import TODAY
from tests.dues.making import charge, fix
from tests.meetings.votes.voting import hold
from tests.members.imports.roster_files import three
from tests.supervision.letters.letterbox import letter_of, open_box
from tests.ways import traced

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PAGE = (settings.BASE_DIR / "docs/architecture.md").read_text(encoding="utf-8")
FILE = re.compile(r"`([\w/]+\.py)`")


def part(title: str) -> str:
    """What stands below a heading of the page, up to the next one."""
    return re.split(r"^#+ ", PAGE.split(f"# {title}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def steps(title: str) -> list[str]:
    """The files of the numbered lines, in order."""
    return re.findall(r"^\d+\. `([\w/]+\.py)`", part(title), re.MULTILINE)


def below(title: str) -> set[str]:
    return set(FILE.findall(part(title).split("Below: ")[1]))


def assert_described(title: str, way: list[str], *, frame: bool = False) -> None:
    """Every file of the way is a step, in order, or below; of a page, or in its frame."""
    beyond = [name for name in way if name not in FRAME] if frame else way
    assert [name for name in beyond if name not in below(title)] == steps(title)
    assert below(title) <= set(beyond)


FRAME = set(FILE.findall(part("The frame of every page")))


def test_one_tap(cast, as_user):
    meeting = hold(cast, formal=4, present=0, kind=MeetingKind.THEME_DAY)
    client = as_user(cast.secretary)
    tap = {"key": uuid.uuid4(), "member": cast.zhang.pk, "state": "on_site"}
    with traced() as way:
        client.post(reverse("meetings:attendance-mark", args=[meeting.pk]), tap, headers={"HX-Request": "true"})

    assert Attendance.objects.get(meeting=meeting, member=cast.zhang).state == AttendanceState.ON_SITE
    assert_described("One tap on the sign-in page", way, frame=True)


def test_charging_a_month(cast):
    fix(cast.zhang, 4900)
    with traced() as way:
        dues_tasks.charge_current_month()

    assert Charge.objects.get().member == cast.zhang
    assert_described("Charging a month", way)


def test_one_reminder(cast, monkeypatch, settings):
    settings.EMAIL_HOST = "mail.example"
    Member.objects.filter(pk=cast.zhang.pk).update(email="zhang@example.com")
    charge(cast.zhang, "2026-10", 4000)
    morning = datetime.combine(TODAY.replace(day=2), time(10), SHANGHAI)
    monkeypatch.setattr(timezone, "now", lambda: morning)
    monkeypatch.setattr(kinds, "KINDS", {MessageKind.DUES: kinds.KINDS[MessageKind.DUES]})
    with traced() as way:
        plan_messages()
        dispatch_messages()

    assert [message.to for message in mail.outbox] == [["zhang@example.com"]]
    assert_described("One reminder, planned and sent", way)


def test_a_roster_workbook(cast, as_user, tmp_path, monkeypatch):
    monkeypatch.setattr(members_tasks, "start", lambda task, key: task(str(key)))
    client, before, file = as_user(cast.secretary), Member.objects.count(), three(tmp_path / "a.xlsx")
    key, workbook = uuid.uuid4(), SimpleUploadedFile("名册.xlsx", file.read_bytes())
    with traced() as way:
        client.post(reverse("members:import-new"), {"key": key, "organization": cast.branch.code, "workbook": workbook})
        client.get(reverse("members:import-detail", args=[key]))
        client.post(reverse("members:import-confirm", args=[key]))
    with traced() as in_the_subprocess:
        assert len(list(worker.rows_of(worker.open_book(file, LIMITS), 0, LIMITS))) > len(["heading"])

    assert Member.objects.count() == before + 3
    assert_described("A roster workbook", list(dict.fromkeys(way + in_the_subprocess)), frame=True)


def test_one_clause(cast):
    begin(scheme=scheme_of(cast), branches=[cast.branch], on=TODAY, by=cast.district_staff)
    with traced() as way:
        compute_waiting(on=TODAY)

    assert ClauseScore.objects.exists()
    assert_described("One clause of an assessment", way)


def test_a_sealed_letter(cast, client):
    open_box(cast)
    typed = letter_of("报销发票与实际不符")
    with traced() as way:
        client.post(reverse("letterbox:write"), typed)

    assert Letter.objects.count() == 1
    assert_described("A sealed letter", way, frame=True)


def test_the_frame_is_what_two_plain_pages_share(cast, as_user):
    client = as_user(cast.secretary)
    with traced() as one:
        client.get("/preferences/")
    with traced() as other:
        client.get("/account/password/")

    assert set(one) & set(other) == FRAME
