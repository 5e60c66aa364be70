"""The cast's county with three years of everything that a roll-up counts, drawn at random and the same for a seed."""

from datetime import date, timedelta
from random import Random

from assessment.models import Assessment, Band, Scheme
from meetings.models import Attendance, Meeting, Session
from members.models import Affiliation, Contact, HelpRequest, LocalRule, Office, Organization, Situation, Term
from rulebook.dates import add_months
from supervision.models import Inspection, Problem, ProblemList, ProblemStep, Suggestion
from tests.cast import TODAY, make_member
from tests.dues.making import charge, left_open, pay

DAYS = 800
KINDS = (
    "general_meeting", "committee_meeting", "theme_day", "party_lecture", "org_life_meeting",
    "democratic_evaluation", "election",
)  # fmt: skip
STATES = ("on_site", "online", "visited", "made_up", "leave", "absent", "unknown")
SITUATIONS = ("retired", "mobile", "frail", "abroad_private", "lost_contact", "hardship", "relocated")


class BusyCounty:
    """Fills the county of the cast; every draw is the seed's."""

    def __init__(self, cast, seed):
        self.cast, self.random, self.by = cast, Random(seed), cast.secretary
        self.branches = [cast.branch, cast.next_branch, cast.other_branch]
        self.places = [*self.branches, cast.group]
        self.people = [cast.zhang, cast.li, cast.wang, cast.zhao]

    def fill(self):
        self.shape()
        self.people += [make_member(f"党员{number}", self.pick(self.places)) for number in range(5)]
        self.move_people()
        self.meet(90)
        self.count_dues()
        self.reach()
        self.supervise()
        self.assess()
        self.hold_offices()

    def day(self, until=0):
        return TODAY + timedelta(days=self.random.randrange(-DAYS, until + 1))

    def pick(self, rows):
        return self.random.choice(list(rows))

    def maybe(self, value, nothing=None):
        return value if self.random.random() < 0.6 else nothing

    def rarely(self, value):
        return value if self.random.random() < 0.25 else None

    def shape(self):
        for place, kind in zip(self.branches, ("community", "community", "village"), strict=True):
            founded, gone = sorted((self.day(), self.day()))
            facts = {"founded_on": self.rarely(founded), "dissolved_on": self.rarely(gone)}
            Organization.objects.filter(pk=place.pk).update(unit_kind=kind, **facts)
        rules = {"mobile.contact.months": "1", "meet.org_life_meeting.window": "next_first_quarter"}
        for place, (key, value) in zip((self.cast.district, self.cast.county), rules.items(), strict=True):
            LocalRule.objects.create(
                organization=place, rule_key=key, value=value, document="通知", approved_by="县委",
                approved_on=date(2024, 1, 1), valid_from=self.pick([date(2024, 1, 1), date(2025, 5, 5)]),
            )  # fmt: skip

    def move_people(self):
        for member in self.people:
            present = member.affiliations.get()
            days = sorted(self.day() for _ in range(self.random.randrange(3)))
            for day in days:
                Affiliation.objects.filter(pk=present.pk).update(valid_until=day, left_because="transferred")
                present = Affiliation.objects.create(member=member, organization=self.pick(self.places), valid_from=day)
            if self.random.random() < 0.1:
                day = max([TODAY - timedelta(days=3), *days])
                Affiliation.objects.filter(pk=present.pk).update(valid_until=day, left_because="deceased")

    def meet(self, count):
        for _ in range(count):
            self.meeting()

    def meeting(self):
        place, day = self.pick(self.places), self.day(30)
        kind = "group_meeting" if place == self.cast.group else self.pick(KINDS)
        states = ("planned", "cancelled") if day > TODAY else ("held", "locked", "locked", "open", "cancelled")
        state = self.pick(states)
        meeting = Meeting.objects.create(
            organization=place, kind=kind, state=state, day=day,
            counts_for_year=day.year - (day.month < 4 and self.random.random() < 0.5),
            cancelled_because="停电" if state == "cancelled" else "",
        )  # fmt: skip
        if self.random.random() < 0.3:
            Session.objects.create(meeting=meeting, kind=self.pick(KINDS))
        for member in self.random.sample(self.people, 4):
            self.expect(meeting, member)
        return meeting

    def expect(self, meeting, member):
        state = self.pick(STATES)
        reason = self.maybe("出差", "") if state == "absent" else ""
        Attendance.objects.create(
            meeting=meeting, member=member, name=member.name, is_formal=True, state=state, reason=reason,
            not_counted=self.pick(["", "", "participant", "excluded"]), reason_source="officer" if reason else "",
            leave_kind="sick" if state == "leave" else "",
        )  # fmt: skip

    def count_dues(self):
        for member in self.people:
            first, branch = add_months(TODAY.replace(day=1), -self.random.randrange(2, 27)), self.pick(self.branches)
            for number in range(self.random.randrange(9)):
                month = f"{add_months(first, number):%Y-%m}"
                if add_months(first, number) <= TODAY:
                    self.charge(member, month, branch)
            self.pay(member, branch)

    def pay(self, member, branch):
        """A part of what he owes, whoever charged it; nothing where nothing is open."""
        most = sum(left_open(member).values())
        if most:
            fen = self.random.randrange(1, most + 1)
            return pay(member, fen, "2026-11-20", organization=branch, reason="补交")
        return None

    def charge(self, member, month, branch):
        fen = self.random.randrange(1, 20) * 100
        charge(member, month, fen, self.maybe(0, 100), organization=branch)
        if self.random.random() < 0.2:
            first = member.charges.get(month=f"{month}-01", turn=0)
            back = {"kind": "reversal", "waived_fen": -first.waived_fen, "reason": "转走"}
            self.line(first, 1, amount_fen=-first.amount_fen, **back)
            if self.random.random() < 0.6:
                self.line(first, 2, organization=self.pick(self.branches), amount_fen=fen)

    def line(self, first, turn, **facts):
        same = {name: getattr(first, name) for name in ("member", "organization", "month", "rules", "made_by")}
        type(first).objects.create(**same | {"kind": "charge", "turn": turn, "made_at": first.made_at, **facts})

    def reach(self):
        for member in self.people:
            for kind in self.random.sample(SITUATIONS, self.random.randrange(3)):
                since = self.maybe(self.day())
                until = max(self.day(), since or date.min) if self.random.random() < 0.3 else None
                Situation.objects.create(member=member, kind=kind, valid_from=since, valid_until=until)
            for _ in range(self.random.randrange(5)):
                self.contact(member, self.day())
            self.ask_for_help(member, self.day())

    def contact(self, member, day):
        following = self.maybe(day + timedelta(days=self.random.randrange(1, 99)))
        facts = {"kind": "phone", "made_by": "张英", "recorded_by": self.by}
        return Contact.objects.create(member=member, happened_on=day, next_on=following, **facts)

    def ask_for_help(self, member, day):
        answered = self.maybe(day + timedelta(days=self.random.randrange(30)))
        facts = {"answered_on": answered, "answered_by": self.by, "answer": "已办"} if answered else {}
        due = day + timedelta(days=15)
        return HelpRequest.objects.create(
            member=member, asked_on=day, due_on=due, request="修灯", recorded_by=self.by, **facts
        )

    def supervise(self):
        for _ in range(30):
            self.problem(self.pick(self.branches), self.day())
            self.suggest(self.pick(self.people), self.pick(self.branches), self.day())

    def problem(self, place, found_on):
        inspection = None
        if self.random.random() < 0.3:
            state = self.pick(["visited", "issued"])
            inspection = Inspection.objects.create(
                organization=place, inspected_by=self.cast.county, state=state, visit_on=found_on, team="组",
                subject="台账", issued_on=found_on if state == "issued" else None,
            )  # fmt: skip
        of = {"source": "inspection" if inspection else "other", "inspection": inspection}
        where = ProblemList.objects.create(organization=place, title="问题", made_on=found_on, **of)
        state, due_on = self.pick(["open", "done", "accepted", "dropped"]), found_on + timedelta(days=20)
        later = found_on + timedelta(days=self.random.randrange(40))
        settled = {"settled_on": later, "settled_by": self.by} if state in ("accepted", "dropped") else {}
        problem = Problem.objects.create(
            problem_list=where,
            organization=place,
            text="不实",
            found_on=found_on,
            due_on=due_on,
            state=state,
            **settled,
        )
        for number in range(self.random.randrange(3) if state != "open" else 0):
            ProblemStep.objects.create(
                problem=problem, kind="done", on=found_on + timedelta(days=10 + 8 * number), text="改了", by=self.by
            )
        return problem

    def suggest(self, member, place, day):
        answered = self.maybe(day + timedelta(days=self.random.randrange(30)))
        facts = (
            {"answered_on": answered, "answered_by": self.by, "answer": "办", "outcome": "solved"} if answered else {}
        )
        return Suggestion.objects.create(
            organization=place, member=member, kind="work", text="建议", asked_on=day, due_on=day + timedelta(days=15),
            recorded_by=self.by, **facts,
        )  # fmt: skip

    def assess(self):
        for year in (2024, 2025):
            scheme = Scheme.objects.create(
                organization=self.cast.county, code=f"考核{year}", title="考核", year=year, state="in_force",
                in_force_since=date(year, 1, 1),
            )  # fmt: skip
            bands = [Band.objects.create(scheme=scheme, rank=rank, name=str(rank), at_least=0) for rank in (1, 2, 3)]
            for branch in self.branches:
                self.assessment(scheme, bands, branch)

    def assessment(self, scheme, bands, branch):
        decided = self.maybe(self.pick(bands))
        day = self.day()
        facts = {"decided_band": decided, "decided_with": "常委会", "decided_on": day} if decided else {}
        state = self.pick(["published", "shown"])
        return Assessment.objects.create(
            scheme=scheme, organization=branch, state=state, shown_on=day, objections_until=day,
            published_on=day if state == "published" else None, band=self.maybe(self.pick(bands)), **facts,
        )  # fmt: skip

    def hold_offices(self):
        for branch in self.branches:
            since = self.maybe(self.day())
            until = max(self.day(400), since or date.min) if self.random.random() < 0.5 else None
            Office.objects.create(
                kind=self.pick(["committee_member", "organization_officer"]), organization=branch,
                member=self.pick(self.people), valid_from=since, valid_until=until,
            )  # fmt: skip
            for _ in range(2):
                self.term(branch, self.day())

    def term(self, branch, elected):
        ends = elected + timedelta(days=self.random.randrange(1, 900))
        facts = {"ends_on": ends, "rule": "term.branch@2018-10-28"}
        return Term.objects.get_or_create(organization=branch, elected_on=elected, defaults=facts)
