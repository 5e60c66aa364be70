"""The roll-ups in the slow and obvious way: branch by branch and month by month, with the querysets of every page."""

from datetime import date

from django.db.models import Q

from assessment.dashboard.models import FIGURES
from assessment.dashboard.rules import is_incomplete, kept_months, last_day
from assessment.models import Assessment, RollUp
from dues.models import Allocation, Charge
from meetings.models import Attendance, Meeting
from meetings.planning.duty_queries import meeting_duties
from members.choices import HARD_TO_REACH_KINDS
from members.contacts.rules import ContactUrgency, LastContact, next_contact
from members.models import Affiliation, Contact, HelpRequest, Organization, Situation, Term
from members.models.organization import LocalRule
from members.paths import subtree
from members.regulations.queries import PlacesBelow, value_of
from rulebook.dates import add_months
from rulebook.values import DutyState
from supervision.models import Problem, Suggestion
from tests.assessment.dashboard.figures import needs_help


def stored():
    """Code, month and kind of unit → figures, of every row; zeros left out."""
    rows = RollUp.objects.select_related("organization")
    return {(one.organization.code, f"{one.month:%Y-%m}", one.unit_kind): known(vars(one)) for one in rows}


def recounted(on):
    found = {}
    for branch in Organization.objects.branches():
        for month in kept_months(on):
            if stood_in(branch, month, min(last_day(month), on)):
                figures = of_month(branch, month, on)
                found[branch.code, f"{month:%Y-%m}", ""] = known(figures)
                for above in Organization.objects.get_ancestors(branch):
                    for unit_kind in {"", branch.unit_kind}:
                        sums = found.setdefault((above.code, f"{month:%Y-%m}", unit_kind), {})
                        for name, figure in known(figures).items():
                            sums[name] = sums.get(name, 0) + figure
    return found


def known(figures):
    return {name: figures[name] for name in FIGURES if figures[name]}


def stood_in(branch, month, as_of):
    begun = branch.founded_on is None or branch.founded_on <= as_of
    return begun and (branch.dissolved_on is None or branch.dissolved_on > month)


def of_month(branch, month, on):
    first, last = month, last_day(month)
    as_of = min(last, on)
    standing = Organization.objects.standing_on(as_of).filter(pk=branch.pk).with_first_day()
    stands = standing.filter(Q(first_day=None) | Q(first_day__lte=as_of)).exists()
    figures = dict.fromkeys(FIGURES, 0) | {"branches": int(stands)}
    here = subtree("organization__path", [branch.path])
    figures["members"] = Affiliation.objects.formal().holding(as_of).filter(here).count()
    figures |= meetings(branch, first, last, on) | attendance(branch, first, last) | dues(branch, month)
    figures |= reach(branch, as_of) | problems(branch, first, last, on) | help_asked(branch, first, last, on)
    if stands:
        figures |= office(branch, as_of) | band(branch, as_of)
        figures["in_need"] = int(needs_help(figures))
        figures["incomplete"] = int(is_incomplete(figures))
    return figures


def meetings(branch, first, last, on):
    due = [
        one
        for one in meeting_duties(PlacesBelow(branch.path, on), through=min(on, date(first.year, 12, 31)))
        if first <= one.due_on <= last and one.due_on < on and begun(branch) <= first
    ]
    return {"meetings_due": len(due), "meetings_held": sum(one.state == DutyState.DONE for one in due)}


def begun(branch):
    """The month of the first meeting on record."""
    took_place = Meeting.objects.within(branch.path).exclude(state__in=["planned", "cancelled"])
    first = took_place.order_by("day").values_list("day", flat=True).first()
    return first.replace(day=1) if first else date.max


def attendance(branch, first, last):
    rows = Attendance.objects.of_held_meetings().between(first, last).should_attend()
    rows = rows.filter(subtree("meeting__organization__path", [branch.path]))
    states = [one.state for one in rows]
    unexplained = rows.unexplained().count()
    return {
        "expected": len(states), "on_site": states.count("on_site"), "online": states.count("online"),
        "visited": states.count("visited"), "made_up": states.count("made_up"), "on_leave": states.count("leave"),
        "explained": states.count("absent") - unexplained, "unexplained": unexplained,
        "unrecorded": states.count("unknown"),
    }  # fmt: skip


def dues(branch, month):
    lines = Charge.objects.filter(month=month, carried_over=False)
    paid = 0
    for member in set(lines.filter(organization=branch).values_list("member", flat=True)):
        if lines.filter(member=member).order_by("turn").last().organization_id == branch.pk:
            given = Allocation.objects.filter(member=member, month=month)
            paid += sum(given.values_list("amount_fen", flat=True))
    return {"charged_fen": lines.filter(organization=branch).net(), "paid_fen": paid}


def reach(branch, as_of):
    found = {"hard_to_reach": 0, "in_contact": 0}
    here = Affiliation.objects.formal().holding(as_of).filter(subtree("organization__path", [branch.path]))
    for relation in here.select_related("organization"):
        held = Situation.objects.of(*HARD_TO_REACH_KINDS).holding(as_of).filter(member=relation.member_id)
        situations = dict(held.values_list("kind", "valid_from"))
        if situations:
            last = Contact.objects.filter(member=relation.member_id, happened_on__lte=as_of).latest_first().first()
            local = [value_of(row) for row in LocalRule.objects.in_force_for(relation.organization.path)]
            known = LastContact(last.happened_on, last.next_on) if last else None
            found["hard_to_reach"] += 1
            overdue = next_contact(situations, last=known, on=as_of, local=local).state == ContactUrgency.OVERDUE
            found["in_contact"] += not overdue
    return found


def problems(branch, first, last, on):
    due = on_time = 0
    rows = Problem.objects.below(branch.path).handed_over().filter(due_on__range=(first, last), due_on__lt=on)
    for one in rows.exclude(state="dropped"):
        days = [step.on for step in one.steps.all() if step.kind == "done"]
        settled = [one.settled_on] if one.settled_on else []
        in_time = any(day <= one.due_on for day in [*days[-1:], *settled])
        due += 1
        on_time += in_time and one.state != "open"
    return {"problems_due": due, "problems_on_time": on_time}


def help_asked(branch, first, last, on):
    def belongs(one):
        here = Affiliation.objects.formal().holding(one.due_on).filter(subtree("organization__path", [branch.path]))
        return here.filter(member=one.member_id).exists()

    facts = {"due_on__range": (first, last), "due_on__lt": on}
    asked = [one for one in HelpRequest.objects.filter(**facts) if belongs(one)]
    asked += list(Suggestion.objects.below(branch.path).filter(**facts))
    in_time = sum(one.answered_on is not None and one.answered_on <= one.due_on for one in asked)
    return {"help_due": len(asked), "help_on_time": in_time}


def office(branch, as_of):
    term = Term.objects.filter(organization=branch, elected_on__lte=as_of).order_by("elected_on").last()
    if term is None:
        return {}
    ending = as_of <= term.ends_on < add_months(as_of, 6)
    return {"terms": 1, "terms_ending": int(ending), "terms_over": int(term.ends_on < as_of)}


def band(branch, as_of):
    rows = Assessment.objects.settled().filter(organization=branch, published_on__lte=as_of)
    newest = rows.order_by("published_on", "scheme__year", "key").last()
    return {f"band_{newest.grade_or_band.rank}": 1} if newest and newest.grade_or_band else {}
