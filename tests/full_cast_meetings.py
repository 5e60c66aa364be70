"""The meetings of the full cast: held, planned and of the committee, in every branch, with what hangs on each."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.utils import timezone

from meetings.attendance.importing import SheetContents
from meetings.attendance.rules import slot_of, token
from meetings.choices import MeetingKind, MeetingState
from meetings.models import (
    AgendaItem,
    Attendance,
    AttendanceCorrection,
    AttendanceImport,
    CalendarFeed,
    Candidate,
    Exclusion,
    LeaveRequest,
    LocalKind,
    Material,
    Meeting,
    MembershipStep,
    Minutes,
    Observer,
    Scrutineer,
    SpecialDay,
    Speech,
    Task,
    ThemeDay,
    Vote,
    VoteLook,
)
from meetings.planning.services import token_print
from members.models import Member, Organization
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast

HELD, OPEN, PLANNED = MeetingState.HELD, MeetingState.OPEN, MeetingState.PLANNED
NEXT_WEEK = TODAY + timedelta(days=7)
FEED = "feed-of-member"
"""The secret in the address of the member's calendar."""
ON_THE_WALL = "secret-of-the-evening"
"""From this the codes of the open meeting come."""
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 24


def meetings(full: "FullCast") -> None:
    """`before` is a meeting of the next branch when `zhang` still belonged there."""
    cast = full.cast
    meeting(full, "branch", cast.branch, HELD, zhang=cast.zhang, li=cast.li)
    meeting(full, "group", cast.group, HELD, li=cast.li)
    meeting(full, "next-branch", cast.next_branch, HELD, wang=cast.wang)
    meeting(full, "other-branch", cast.other_branch, HELD, zhao=cast.zhao)
    meeting(full, "before", cast.next_branch, HELD, zhang=cast.zhang)
    meeting(full, "open", cast.branch, OPEN, zhang=cast.zhang, li=cast.li)
    elected(full, "branch", zhang=cast.zhang)
    elected(full, "next-branch", wang=cast.wang)
    elected(full, "other-branch", zhao=cast.zhao)
    meeting(full, "committee", cast.branch, PLANNED, kind=MeetingKind.COMMITTEE_MEETING)
    asked(full, meeting(full, "planned", cast.branch, PLANNED), zhang=cast.zhang, li=cast.li)
    asked(full, meeting(full, "next-planned", cast.next_branch, PLANNED), wang=cast.wang)
    for place in (cast.branch, cast.next_branch, cast.other_branch):
        of_branch(full, place)
    full.keep(SpecialDay.objects.create(day=NEXT_WEEK, kind="off", name="停电"), "outage")
    full.keep(CalendarFeed.objects.create(user=cast.member, token_print=token_print(FEED)), "member")


def meeting(
    full: "FullCast", name: str, place: Organization, state: str, kind: str = MeetingKind.THEME_DAY, **people: Member
) -> Meeting:
    day = NEXT_WEEK if state == PLANNED else TODAY
    made = Meeting.objects.create(organization=place, kind=kind, day=day, counts_for_year=day.year, state=state)
    full.keep(made, name)
    began(made)
    item = AgendaItem.objects.create(meeting=made, position=1, title="讨论", report="只给支委看")
    full.keep(item, name)
    full.keep(Speech.objects.create(item=item, speaker="李", points="同意"), f"speech@{name}")
    owner = full.cast.zhang if name == "branch" else None
    full.keep(Task.objects.create(item=item, what="修灯", who="李", owner=owner), f"task@{name}")
    for is_open in (True, False):
        text = Material.objects.create(meeting=made, title="材料", text="内容", is_open_to_members=is_open)
        full.keep(text, f"{name}-{'open' if is_open else 'closed'}")
    if state != PLANNED:
        full.keep(
            Vote.objects.create(item=item, subject="motion", method="open", about="计划", entitled=2, present=2), name
        )
    for short, member in people.items():
        expected(full, made, f"{short}@{name}", member)
    return made


def began(made: Meeting) -> None:
    """What a meeting has once it is open: its code; and once it is over: a signed sheet and minutes."""
    if made.state != PLANNED:
        made.opened_at = timezone.now()
    if made.state == OPEN:
        made.sign_in_secret = ON_THE_WALL
    if made.state == HELD:
        made.sheet.save("sheet.png", ContentFile(PNG), save=False)
        Minutes.objects.create(meeting=made, text="会议记录")
    made.save()


def code_of(made: Meeting) -> str:
    """What is on the wall of an open meeting now."""
    return token(ON_THE_WALL, made.pk, slot_of(timezone.now()))


def elected(full: "FullCast", name: str, **people: Member) -> None:
    """An election that waits for the approval from above, and so does a step of membership."""
    item = AgendaItem.objects.get(meeting=full.rows[Meeting][name])
    vote = Vote.objects.create(
        item=item, number=2, subject="election", method="secret_ballot", about="支部书记", seats=1, office="secretary",
        entitled=2, present=2, issued=2, returned=2, void=0, is_valid=True, is_passed=True, counted_by="李",
        confirmed_by="王",
    )  # fmt: skip
    full.keep(vote, f"elected@{name}")
    look = VoteLook(vote=vote, present=1, doubt="到会人数不够", reason="签到表上有两个人", by=full.cast.secretary)
    look.save()
    full.keep(look, f"elected@{name}")
    full.keep(Candidate.objects.create(vote=vote, name="孙", votes_for=2, is_elected=True), f"elected@{name}")
    for short, member in people.items():
        step = MembershipStep.objects.create(vote=vote, member=member, name=member.name, asked_by="李")
        full.keep(step, short)


def expected(full: "FullCast", made: Meeting, name: str, member: Member) -> None:
    vote = Vote.objects.get(item__meeting=made, number=1)
    for row in (
        Attendance(meeting=made, member=member, name=member.name, is_formal=True, state="on_site"),
        Exclusion(meeting=made, member=member, ground="abroad"),
        Observer(meeting=made, member=member, name=member.name),
        Candidate(vote=vote, member=member, name=member.name),
        Scrutineer(vote=vote, member=member),
        AttendanceCorrection(
            meeting=made, member=member, name=member.name, was="on_site", becomes="absent",
            reason="签到表上没有他的名字", proposed_by=full.cast.secretary,
        ),
    ):  # fmt: skip
        row.save()
        full.keep(row, name)


def asked(full: "FullCast", made: Meeting, **people: Member) -> None:
    for name, member in people.items():
        full.keep(LeaveRequest.objects.create(meeting=made, member=member, kind="sick", reason="住院"), name)


def of_branch(full: "FullCast", place: Organization) -> None:
    full.keep(ThemeDay.objects.create(organization=place, day_of_month=20), place.code)
    full.keep(LocalKind.objects.create(organization=place, name="院坝会"), place.code)
    workbook = AttendanceImport.objects.create(
        organization=place, year=2026, file_name="签到.xlsx", found=SheetContents([]).stored()
    )
    full.keep(workbook, place.code)
