"""Rounds of the jobs: without one the roll-ups fall behind, a new day, two at once, medians, what is checked."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command

from assessment import tasks
from assessment.dashboard.queries import head_number, rollup_jobs
from assessment.dashboard.rules import BY_CODE, kept_months, periods
from assessment.dashboard.services import (
    compare,
    follow,
    is_current,
    is_left_aside,
    middle,
    news_after,
    rebuild,
    rebuild_medians,
    refresh,
    refresh_medians,
)
from assessment.models import LevelMedian, RollUp, RollUpState
from assessment.verification import checks
from audit.actions import ACTIONS
from audit.models import Entry
from audit.services import record
from members.models import Organization
from tests.assessment.acts import Acts
from tests.assessment.dashboard.busy_county import BusyCounty
from tests.assessment.dashboard.recount import recounted, stored
from tests.cast import TODAY, make_cast
from tests.meetings.votes.test_votes_at_once import at_once
from tests.supervision.problems.making import by

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(cast):
    BusyCounty(cast, 7).fill()
    Organization.objects.update(founded_on=None, dissolved_on=None)
    rebuild(on=TODAY)
    return cast


def test_without_a_round_they_fall_behind(county):
    """The negative control of all tests that follow."""
    Acts(county).do("find", 1)
    assert stored() != recounted(TODAY)
    assert compare(on=TODAY) > 0
    assert not is_current(on=TODAY)
    assert follow(on=TODAY) == 1
    assert stored() == recounted(TODAY)
    assert is_current(on=TODAY)


def test_a_round_with_nothing_new_writes_nothing(county, django_assert_max_num_queries):
    follow(on=TODAY)
    with django_assert_max_num_queries(9):
        assert follow(on=TODAY) == 0


def test_the_first_round_of_a_day_computes_everything_anew(county):
    tomorrow = TODAY + timedelta(days=7)
    follow(on=tomorrow)
    assert stored() == recounted(tomorrow)
    assert RollUpState.objects.get().entry_number == head_number()


def test_a_new_month_begins_and_the_oldest_is_forgotten(county):
    follow(on=TODAY + timedelta(days=7))
    months = RollUp.objects.order_by("month").values_list("month", flat=True).distinct()
    assert list(months) == kept_months(TODAY + timedelta(days=7))


def test_a_day_that_was_tried_out_is_taken_back_by_the_next_round(county):
    """`run_due_jobs --at` computes them as of another day."""
    before = stored()
    follow(on=TODAY + timedelta(days=40))
    assert stored() != before
    follow(on=TODAY)
    assert stored() == before


def test_a_branch_is_computed_anew_with_all_above_it(county):
    RollUp.objects.filter(organization__in=[county.branch, county.county, county.next_branch]).update(members=77)
    refresh([county.group.path], on=TODAY)
    wrong = set(RollUp.objects.filter(members=77).values_list("organization__code", flat=True))
    assert wrong == {"next-branch"}


def test_what_was_written_by_hand_is_found_and_put_right(county):
    RollUp.objects.filter(organization=county.branch, month="2026-08-01").update(paid_fen=1)
    RollUp.objects.filter(organization=county.district, month="2026-07-01", unit_kind="").delete()
    assert compare(on=TODAY) == 2
    assert RollUpState.objects.get().differing == 2
    assert rebuild(on=TODAY) == 2
    assert compare(on=TODAY) == 0


def test_an_act_of_nobody_knows_where_means_everything(county):
    RollUp.objects.filter(organization=county.other_branch).update(members=77)
    record(action="something_new", by="system", subject=None)
    follow(on=TODAY)
    assert compare(on=TODAY) == 0


@pytest.mark.parametrize("action", ["reveal_private", "export_roster", "change_password", "write_practice"])
def test_acts_that_move_no_figure_cost_nothing(county, action):
    record(action=action, by="system", subject=county.county, organization_code=county.county.code)
    news = news_after(Entry.objects.order_by("number").last().number - 1, since=None)
    assert (news.paths, news.everything, news.tree_changed) == (set(), False, False)


def test_a_committees_act_means_the_branches_below_it(county):
    record(action="add_local_rule", by="system", subject=county.district, organization_code=county.district.code)
    record(action="give_office", by="system", subject=county.county, organization_code=county.county.code)
    news = news_after(Entry.objects.order_by("number").last().number - 2, since=None)
    assert news.paths == {county.district.path}


def test_every_act_that_is_left_aside_exists():
    """A name that was misspelt would be computed for, which costs time and says nothing."""
    known = {action for action in ACTIONS if is_left_aside(action, "")}
    assert {"reveal_private", "draft_minutes", "add_clause"} <= known
    assert not {"place_member", "charge_dues", "close_meeting", "record_contact", "publish_assessment"} & known


@pytest.mark.parametrize(
    ("values", "median"),
    [
        ({500: 1}, 500),
        ({0: 1, 1000: 1}, 500),
        ({0: 2, 1: 1}, 0),
        ({3: 1, 4: 1}, 4),
        ({1: 5, 9: 4}, 1),
        ({1: 2, 8: 2}, 5),
    ],
)
def test_the_middle_of_counted_values(values, median):
    assert middle(values) == median


def test_medians_are_those_of_complete_organizations(county):
    rebuild_medians(on=TODAY)
    kept = periods(kept_months(TODAY))
    for one in LevelMedian.objects.filter(kind="branch", measure="meetings"):
        values = sorted(measured(one, kept[one.period]))
        middle_two = (values[(len(values) - 1) // 2] + values[len(values) // 2] + 1) // 2
        assert (one.organizations, one.per_mille) == (len(values), middle_two)
    assert LevelMedian.objects.filter(kind="committee", unit_kind="").exists()
    assert {len(name) for name in LevelMedian.objects.values_list("period", flat=True)} == {4, 7}


def measured(median, months):
    """Per mille of each complete branch over the period, by the rule of the page."""
    branches = Organization.objects.branches()
    for branch in branches.filter(unit_kind=median.unit_kind) if median.unit_kind else branches:
        rows = list(RollUp.objects.filter(organization=branch, month__in=months).order_by("month"))
        if rows and rows[-1].month == months[-1] and not rows[-1].incomplete:
            sums = {name: sum(getattr(row, name) for row in rows) for name in ("meetings_due", "meetings_held")}
            if sums["meetings_due"]:
                yield BY_CODE["meetings"].per_mille(sums["meetings_held"], sums["meetings_due"])


def test_the_medians_of_now_are_made_anew_each_hour(county):
    RollUp.objects.update(incomplete=0)
    rebuild_medians(on=TODAY)
    before = LevelMedian.objects.count()
    LevelMedian.objects.update(per_mille=7)
    refresh_medians(on=TODAY)
    assert LevelMedian.objects.count() == before
    again = set(LevelMedian.objects.exclude(per_mille=7).values_list("period", flat=True))
    assert again <= {"2026-11", "2026-Q4", "2026"}
    assert "2026" in again


@pytest.mark.usefixtures("today")
def test_the_jobs_do_it_and_say_so(county):
    RollUp.objects.all().delete()
    tasks.follow_rollups()
    tasks.rebuild_rollups()
    tasks.refresh_rollup_medians()
    assert compare(on=TODAY) == 0
    assert LevelMedian.objects.exists()


def test_every_job_is_planned():
    planned = {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {"follow_rollups", "rebuild_rollups", "refresh_rollup_medians"}
    assert {f"assessment.tasks.{name}" for name in ours} <= planned


def test_a_committee_sees_how_far_they_are_and_a_stranger_does_not(county):
    [job] = rollup_jobs(by(county.county_staff), on=TODAY)
    assert (job.queue, job.state) == ("rollups", "done")
    Acts(county).do("find", 1)
    assert rollup_jobs(by(county.county_staff), on=TODAY)[0].state == "waiting"
    assert rollup_jobs(by(county.stranger), on=TODAY) == []


@pytest.mark.usefixtures("today")
def test_verify_says_what_a_recount_says(county):
    assert [check.ok for check in checks()] == [True]
    RollUp.objects.filter(organization=county.branch, month="2026-08-01").update(paid_fen=1)
    [check] = checks()
    assert not check.ok and check.detail.startswith("1 ")


@pytest.mark.usefixtures("today")
def test_a_county_that_was_generated_has_them():
    call_command("generate", members=60, branches=4, months=3, verbosity=0)
    assert RollUp.objects.filter(organization__kind="committee", expected__gt=0, paid_fen__gt=0).exists()
    assert stored() == recounted(TODAY)


class TestAtOnce:
    pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

    def test_two_rounds_and_a_rebuild_at_once_are_as_good_as_one(self, transactional_db):
        county = make_cast()
        BusyCounty(county, 7).fill()
        rebuild(on=TODAY)
        acts = Acts(county)
        for name in ("find", "hold", "move", "find"):
            acts.do(name, 3)
        rounds = [lambda: follow(on=TODAY), lambda: follow(on=TODAY), lambda: rebuild(on=TODAY)]
        assert at_once(*rounds) == [None, None, None]
        follow(on=TODAY)
        assert compare(on=TODAY) == 0
        assert stored() == recounted(TODAY)
