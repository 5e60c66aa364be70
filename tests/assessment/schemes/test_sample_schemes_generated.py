"""Each sample, built by import, gives every branch of a generated county the points of a slow calculation by hand."""

from datetime import date, timedelta
from random import Random

import pytest
from django.utils import timezone

from assessment.assessments.computing_queries import computed
from assessment.assessments.rules import recomputed
from assessment.choices import ScoreState, ValueState
from assessment.models import Assessment, Clause, ManualValue
from assessment.schemes.import_services import BY_NUMBER, read_workbook, store_read_plan
from branchweb.demo.generator.dues import adopt_farmers_amount, generate_dues
from branchweb.demo.generator.meetings import generate_meetings
from branchweb.demo.generator.members import generate_county
from meetings.choices import MeetingState
from meetings.models import Attendance, Meeting
from members.models import Contact, Organization, Situation, Term
from tests.assessment.assessments.slow_scores import LAST, SLOWLY, YEAR, Branch
from tests.assessment.schemes.test_sample_schemes import found_by_person, leaves
from tests.cast import make_organization

pytestmark = pytest.mark.django_db

BRANCHES, MEMBERS, SEED = 7, 110, 8
OTHER_KINDS = ("committee_meeting", "party_lecture", "org_life_meeting", "democratic_evaluation")


@pytest.fixture
def county(cast):
    """A year in seven branches, as people keep records: some of it forgotten, one branch without dues, one without
    anything."""
    root = generate_county(members=MEMBERS, branches=BRANCHES, seed=SEED, on=LAST).root
    adopt_farmers_amount(root, on=LAST)
    branches = list(Organization.objects.below(root.path).branches().in_tree_order())
    generate_meetings(root=root, months=12, seed=SEED, on=LAST)
    generate_dues(root=root, months=12, seed=SEED, on=LAST, leave_out=[branches[2].code])
    _forget(Random(SEED), branches)
    _look_after(Random(SEED), branches, cast.secretary)
    committee = Organization.objects.below(root.path).get(kind="committee", depth=root.depth + 1)
    make_organization("empty", "新党支部", "branch", committee)
    return root


def _forget(random, branches):
    """Meetings that never were, meetings of other kinds, minutes that weren't signed, people who weren't marked."""
    for meeting in Meeting.objects.order_by("day", "key"):
        draw = random.random()
        if draw < 0.15:
            Attendance.objects.filter(meeting=meeting).delete()
            meeting.delete()
        elif draw < 0.3:
            Meeting.objects.filter(pk=meeting.pk).update(kind=random.choice(OTHER_KINDS))
        elif draw < 0.35:
            Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.HELD)
    groups = Organization.objects.below(branches[0].parent_path).filter(kind="group").in_tree_order()
    for group, month in zip(groups, range(3, 12), strict=False):
        Meeting.objects.create(
            organization=group,
            kind="group_meeting",
            day=date(YEAR, month, 9),
            state=MeetingState.LOCKED,
            counts_for_year=YEAR,
        )
    everywhere = Attendance.objects.order_by("meeting", "member").values_list("pk", "meeting__organization")
    unmarked = [key for key, place in everywhere if place == branches[1].pk or random.random() < 0.05]
    Attendance.objects.filter(pk__in=unmarked).update(state="unknown", leave_kind="", leave_granted_by="")


def _look_after(random, branches, by):
    for number, branch in enumerate(branches[:4]):
        elected = date(YEAR - 3 + number % 2, 6, 1)
        Term.objects.create(
            organization=branch, elected_on=elected, ends_on=elected.replace(year=elected.year + 3),
            rule="term.years@2018-07-12",
        )  # fmt: skip
    for situation in Situation.objects.order_by("member", "kind"):
        if random.random() < 0.6:
            Contact.objects.create(
                member_id=situation.member_id, happened_on=LAST - timedelta(days=random.randrange(300)), kind="phone",
                made_by="支书", recorded_by=by,
            )  # fmt: skip


def build(number, cast, root):
    sample = BY_NUMBER[number]
    read = read_workbook(sample.path, name=sample.name, organization=root, year=YEAR)
    return store_read_plan(read.plan, organization=root, by="shell").scheme


def enter(scheme, branch, cast):
    """What no record says, found and confirmed by two persons."""
    assessment = Assessment.objects.create(scheme=scheme, organization=branch)
    for clause in Clause.objects.filter(indicator__scheme=scheme, metric=""):
        ManualValue.objects.create(
            assessment=assessment, clause=clause, value=found_by_person(clause), basis="查看材料",
            state=ValueState.CONFIRMED, entered_by=cast.district_staff, decided_by=cast.county_staff,
            decided_at=timezone.now(),
        )  # fmt: skip
    return assessment


def traced(line):
    """The facts kept with each clause give its points again."""
    results = [clause.result for clause in line.clauses if clause.result.state == ScoreState.SCORED]
    return all(recomputed(one.terms, one.facts) == one.points for one in results)


@pytest.mark.parametrize("number", BY_NUMBER)
def test_every_branch_comes_to_what_is_calculated_slowly(cast, county, number):
    scheme = build(number, cast, county)
    for branch in Organization.objects.below(county.path).branches().in_tree_order():
        result = computed(scheme, branch, on=LAST, assessment=enter(scheme, branch, cast))
        expected = SLOWLY[number](Branch(branch))
        known = [points for points in expected.values() if points is not None]

        assert leaves(result) == expected, branch.name
        assert all(traced(line) for line in result.leaves), branch.name
        assert result.known_points == sum(known)
        assert (result.total is None) == (len(known) < len(expected) or scheme.weight_superior < 100)


@pytest.mark.parametrize("number", BY_NUMBER)
def test_the_county_holds_every_case(county, number):
    """Points in full, points taken, and points that nobody knows: else the comparison would prove little."""
    branches = Organization.objects.below(county.path).branches()
    scores = [SLOWLY[number](Branch(branch)) for branch in branches]
    by_line = {code: {score[code] for score in scores} for code in scores[0]}

    assert len(scores) == BRANCHES + 1
    assert sum(len(found) > 1 for found in by_line.values()) >= 5
    assert sum(None in found for found in by_line.values()) >= 5
