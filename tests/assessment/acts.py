"""What people do in a county, by the services that pages call: each act draws who and where from its seed."""

import uuid
from datetime import date, timedelta
from random import Random

from django.db import IntegrityError, transaction

from dues.charging.services import charge_month
from dues.models import Payment
from dues.payments.services import reverse_payment
from meetings.attendance.services import AttendanceFields, follow_up, mark, tap
from meetings.meeting.services import WrongState, plan_meeting
from meetings.models import Attendance, Meeting
from meetings.pages.services import cancel_meeting, open_meeting
from members.accounts.services import end_office, give_office
from members.choices import OfficeKind, OrganizationKind
from members.contacts.services import (
    answer_help,
    ask_for_help,
    correct_contact,
    record_contact,
    remove_contact,
    remove_help,
)
from members.models import (
    Affiliation,
    Contact,
    HelpRequest,
    LocalRule,
    Member,
    Office,
    Organization,
    Situation,
    Term,
    User,
)
from members.organizations.services import (
    create_organization,
    describe_organization,
    dissolve_organization,
    move_end_of_term,
    move_organization,
    record_term,
)
from members.refused import Refused
from members.regulations.services import Basis, add_local_rule, end_local_rule
from members.roster.move_services import (
    add_situation,
    end_situation,
    leave_roster,
    move_member,
    place_in_group,
    remove_situation,
    take_back_step,
)
from members.roster.services import edit_member, place_member, version_of
from supervision.models import Problem, ProblemList, Suggestion
from supervision.problems.services import make_list, take_step
from tests.cast import TODAY
from tests.dues.making import fix, left_open, pay
from tests.meetings.ending import end
from tests.supervision.problems.making import by
from tests.supervision.suggestions.making import answer, suggest

NOTHING = (Refused, WrongState, IntegrityError)
"""Whoever is told no has changed nothing."""


class Acts:
    """One county; `do(name, seed)` does one thing, or is refused."""

    def __init__(self, cast):
        self.cast, self.by = cast, cast.county_staff

    def do(self, name, seed):
        self.random = Random(seed)
        try:
            with transaction.atomic():
                getattr(self, name)()
        except NOTHING:
            return False
        return True

    def one(self, rows):
        rows = list(rows)
        if not rows:
            raise Refused("nobody there")
        return self.random.choice(rows)

    def member(self):
        return self.one(Member.objects.order_by("pk"))

    def branch(self):
        return self.one(Organization.objects.branches().order_by("code"))

    def place(self):
        kinds = ("branch", "group")
        return self.one(Organization.objects.filter(kind__in=kinds).order_by("code"))

    def day(self, back=200):
        return TODAY - timedelta(days=self.random.randrange(back))

    # people
    def move(self):
        move_member(
            key=uuid.uuid4(), member=self.member(), organization=self.place(), on=self.day(), today=TODAY, by=self.by
        )

    def join(self):
        from_ = self.day()
        place_member(member=self.member(), organization=self.place(), on=from_, today=TODAY, by=self.by)

    def leave(self):
        relation = self.one(Affiliation.objects.formal().open().order_by("member"))
        leave_roster(
            affiliation=relation, because="left_system", reason="", on=self.day(), today=TODAY, by=self.by
        )  # fmt: skip

    def return_(self):
        ended = self.one(Affiliation.objects.formal().filter(valid_until__isnull=False).order_by("valid_until", "key"))
        take_back_step(affiliation=ended, reason="弄错了", by=self.by)

    def group(self):
        people = Member.objects.below(self.cast.branch.path)
        place_in_group(members=people[:1], organization=self.cast.group, on=self.day(), today=TODAY, by=self.by)

    def rename_post(self):
        member = self.member()
        values = {"party_post": self.random.choice(["组织委员", ""])}
        edit_member(member=member, values=values, version=version_of(member), on=TODAY, by=self.by, reason="改")

    # meetings
    def hold(self):
        place, day = self.place(), self.day(30)
        kind = "group_meeting" if place.kind == "group" else self.one(["theme_day", "general_meeting", "party_lecture"])
        meeting = Meeting(organization=place, kind=kind, day=day, counts_for_year=day.year)
        meeting = plan_meeting(meeting=meeting, by=self.by)
        meeting = open_meeting(meeting=meeting, on=TODAY, by=self.by)
        if meeting.expected.count() > 1:
            end(meeting, by=self.by)

    def cancel(self):
        meeting = Meeting(organization=self.place(), kind="theme_day", day=TODAY, counts_for_year=TODAY.year)
        cancel_meeting(meeting=plan_meeting(meeting=meeting, by=self.by), because="停电", by=self.by)

    def tap(self):
        one = self.one(Attendance.objects.filter(meeting__state="held").order_by("pk"))
        state = self.one(["on_site", "online", "absent"])
        tap(meeting=one.meeting, member_id=one.member_id, state=state, key=uuid.uuid4(), by=self.by)

    def mark(self):
        one = self.one(Attendance.objects.filter(meeting__state="held").order_by("pk"))
        absent = AttendanceFields("absent", reason="出差", reason_source="officer")
        mark(meeting=one.meeting, member_id=one.member_id, attendance=absent, key=uuid.uuid4(), by=self.by)

    def complete(self):
        one = self.one(Attendance.objects.filter(meeting__state="locked").order_by("pk"))
        made_up = AttendanceFields("made_up", made_up_on=TODAY)
        follow_up(
            meeting=one.meeting, member_id=one.member_id, attendance=made_up, key=uuid.uuid4(), is_own=True, by=self.by
        )

    # dues
    def charge(self):
        for member in Member.objects.filter(bases__isnull=True):
            fix(member, 500, "2026-01")
        place = self.one(Organization.objects.exclude(kind="group").order_by("code"))
        charge_month(place, date(2026, self.random.randrange(6, 12), 1), by="system", on=TODAY)

    def pay(self):
        member, branch = self.member(), self.branch()
        most = sum(left_open(member).values())
        if most:
            fen = self.random.randrange(1, most + 1)
            pay(member, fen, "2026-11-20", organization=branch, reason="补交", by="officer")

    def reverse(self):
        payment = self.one(Payment.objects.live().in_order())
        reverse_payment(payment, key=uuid.uuid4(), reason="记错", by="officer", on=TODAY)

    # care
    def reach(self):
        day = self.day()
        values = {"kind": "phone", "made_by": "张", "happened_on": day, "needs": "", "next_on": day + timedelta(days=9)}
        record_contact(key=uuid.uuid4(), member=self.member(), values=values, help_wanted=None, on=TODAY, by=self.by)

    def correct_reach(self):
        contact = self.one(Contact.objects.order_by("happened_on", "key"))
        correct_contact(contact=contact, values={"happened_on": self.day(), "next_on": None}, on=TODAY, by=self.by)

    def forget_reach(self):
        remove_contact(entry=self.one(Contact.objects.order_by("happened_on", "key")), reason="错", by=self.by)

    def befall(self):
        kind, values = self.one(["mobile", "frail", "retired"]), {"valid_from": self.day()}
        add_situation(key=uuid.uuid4(), member=self.member(), kind=kind, values=values, by=self.by)

    def end_befallen(self):
        rows = Situation.objects.filter(valid_until=None).order_by("member", "kind")
        end_situation(situation=self.one(rows), on=self.day(), by=self.by)

    def never_befallen(self):
        remove_situation(situation=self.one(Situation.objects.order_by("member", "kind")), reason="错", by=self.by)

    def ask(self):
        day = self.day()
        values = {"asked_on": day, "due_on": day + timedelta(days=5), "request": "修灯"}
        ask_for_help(key=uuid.uuid4(), member=self.member(), values=values, on=TODAY, by=self.by)

    def answer(self):
        asked = self.one(HelpRequest.objects.unanswered().order_by("due_on", "key"))
        answer_help(help_request=asked, answer="已办", answered_on=min(asked.due_on, TODAY), on=TODAY, by=self.by)

    def unask(self):
        remove_help(entry=self.one(HelpRequest.objects.order_by("due_on", "key")), reason="错", by=self.by)

    # supervision
    def find(self):
        problem_list = ProblemList(organization=self.branch(), source="other", title="问题", made_on=self.day(60))
        due = self.day(20)
        row = {"text": "不实", "measure": "改", "responsible": None, "responsible_name": "张", "due_on": due}
        make_list(problem_list=problem_list, rows=[row | {"is_internal": False}], on=TODAY, by=self.by)

    def settle(self):
        problem = self.one(Problem.objects.unsettled().order_by("due_on", "key"))
        kind = "done" if problem.state == "open" else self.one(["accepted", "sent_back"])
        user = User.objects.filter(offices__kind="secretary", offices__organization=problem.organization).first()
        user = by(user or self.cast.secretary)
        take_step(problem=problem, kind=kind, key=uuid.uuid4(), text="改了", on=problem.due_on, by=user)

    def suggest(self):
        suggest(self.member(), self.by, asked_on=self.day(60))

    def reply(self):
        asked = self.one(Suggestion.objects.unanswered().order_by("due_on", "key"))
        answer(asked, self.by, answered_on=min(asked.due_on, TODAY))

    # the tree
    def retag(self):
        branch, kind = self.branch(), self.one(["village", "school", ""])
        founded = self.one([None, self.day(600)])
        describe_organization(organization=branch, unit_kind=kind, village=False, founded_on=founded, by=self.by)

    def shift(self):
        under = self.one([self.cast.district, self.cast.other_district, self.cast.county])
        move_organization(organization=self.branch(), under=under, by=self.by)

    def shift_committee(self):
        self.cast.other_district.refresh_from_db()
        under = self.one([self.cast.district, self.cast.county])
        move_organization(organization=self.cast.other_district, under=under, by=self.by)

    def found(self):
        under = Organization.objects.get(code="district")
        name = f"新支部{self.random.randrange(999)}"
        create_organization(name=name, kind=OrganizationKind.BRANCH, parent=under, by=self.by, unit_kind="school")

    def dissolve(self):
        dissolve_organization(organization=self.branch(), on=self.day(), by=self.by)

    def elect(self):
        record_term(organization=self.branch(), elected_on=self.day(1500), by=self.by)

    def prolong(self):
        term = self.one(Term.objects.order_by("organization", "elected_on"))
        move_end_of_term(term=term, ends_on=term.ends_on - timedelta(days=300), document="通知", by=self.by)

    def take_office(self):
        user, kind = self.cast.stranger, OfficeKind(self.one(["committee_member", "organization_officer"]))
        give_office(user=user, kind=kind, organization=self.branch(), on=self.day(), decided_by="会", by="system")

    def leave_office(self):
        rows = Office.objects.filter(organization__kind="branch", valid_until=None).order_by("organization", "kind")
        end_office(office=self.one(rows), on=self.day(), by="system")

    def rule(self):
        basis = Basis("通知", "1号", "县委", date(2025, 1, 1))
        key, value = self.one([("mobile.contact.months", "1"), ("meet.org_life_meeting.window", "next_first_quarter")])
        place = self.one([self.cast.county, self.cast.district])
        add_local_rule(
            key=uuid.uuid4(), organization=place, rule_key=key, value=value, basis=basis, valid_from=date(2025, 6, 1),
            on=TODAY, by=self.by,
        )  # fmt: skip

    def unrule(self):
        rows = LocalRule.objects.filter(valid_until=None).order_by("organization", "rule_key")
        end_local_rule(local_rule=self.one(rows), on=date(2026, 6, 1), reason="废止", by=self.by)


NAMES = sorted(
    name for name, act in vars(Acts).items()
    if not name.startswith("_") and name not in ("do", "one", "member", "branch", "place", "day")
)  # fmt: skip
