"""What dashboards read from the roll-ups."""

from dataclasses import replace
from datetime import date
from urllib.parse import quote

import pytest
from django.urls import reverse

from assessment.dashboard.below_queries import below, spread
from assessment.dashboard.models import FIGURES
from assessment.dashboard.queries import band_names, band_years, bands_card, cards_of, curve, medians_of, months_of
from assessment.dashboard.rules import BY_CODE, MEASURES, NOT_RECORDED, REASONS, last_day, read_period, share_of, step
from assessment.dashboard.services import rebuild
from assessment.models import Assessment, RollUp
from assessment.schemes.rules import BandPlan
from assessment.schemes.services import store_plan
from members.choices import OrganizationKind, UnitKind
from members.models import Organization
from tests.assessment.dashboard.busy_county import BusyCounty
from tests.assessment.dashboard.figures import BEHIND, UNRECORDED, a_county, add_up, median, month_of
from tests.assessment.schemes.making import PLAN, points
from tests.cast import TODAY, make_organization

OCTOBER = date(2026, 10, 1)


def below_in_october(place, unit="", measure="meetings"):
    return below(place, unit, BY_CODE[measure], OCTOBER, on=TODAY)


def in_need(place, unit=""):
    return below_in_october(place, unit).needing


def test_a_period_adds_what_happened_and_takes_what_stood_at_its_end(cast):
    for month, members in (("2026-07", 10), ("2026-08", 11), ("2026-09", 12)):
        month_of(cast.branch, month, members=members)

    added = months_of(cast.branch, "", date(2026, 1, 1), OCTOBER).added(read_period("2026-Q3", TODAY))

    assert (added["meetings_due"], added["members"], added["hard_to_reach"], added["branches"]) == (12, 12, 4, 1)
    assert months_of(cast.branch, "", date(2026, 1, 1), OCTOBER).added(read_period("2026-10", TODAY)) is None


def test_a_branchs_months_are_the_same_for_every_kind_of_unit_and_a_committees_are_not(cast):
    Organization.objects.filter(pk=cast.branch.pk).update(unit_kind=UnitKind.SCHOOL)
    a_county(cast)
    add_up(cast.district, unit=UnitKind.SCHOOL)

    of = [months_of(place, UnitKind.SCHOOL, OCTOBER, OCTOBER).of(OCTOBER) for place in (cast.branch, cast.district)]

    assert [figures["branches"] for figures in of] == [1, 1]
    assert months_of(cast.district, "", OCTOBER, OCTOBER).of(OCTOBER)["branches"] == 2


@pytest.mark.parametrize(("among", "shown"), [(1, None), (2, None), (3, 900)])
def test_no_median_is_shown_among_fewer_than_three(cast, among, shown):
    median("dues", 900, among=among)

    found = medians_of(OrganizationKind.COMMITTEE, "", "2026-10", [], "")

    assert found.of("2026-10", "dues") == shown
    assert medians_of(OrganizationKind.BRANCH, "", "2026-10", [], "").rows == {}
    assert medians_of(OrganizationKind.COMMITTEE, UnitKind.SCHOOL, "2026-10", [], "").rows == {}


def test_cards_say_how_it_was_before(cast):
    a_county(cast)
    september = RollUp.objects.filter(organization=cast.district, month=date(2026, 9, 1))
    september.update(paid_fen=20_000, meetings_held=1, terms_ending=1)
    median("terms", 500)
    months = months_of(cast.district, "", date(2026, 9, 1), OCTOBER)
    now, before = (months.added(read_period(code, TODAY)) for code in ("2026-10", "2026-09"))

    cards = {
        card.code: card for card in cards_of(now, before, medians_of("committee", "", "2026-10", [], ""), "2026-10")
    }

    assert (cards["dues"].shown, cards["dues"].change, cards["dues"].is_better) == ("85%", -150, False)
    assert (cards["meetings"].shown, cards["meetings"].change, cards["meetings"].is_better) == ("62.5%", 500, True)
    assert [part.count for part in cards["attendance"].parts] == [60, 12, 4, 2, 2]
    assert sum(part.width for part in cards["attendance"].parts) == 1000
    terms = cards["terms"]
    assert (terms.shown, terms.change, terms.before, terms.median) == ("0", None, "1", "50%")
    assert (cards["dues"].before, cards["dues"].median) == ("", "")


@pytest.mark.parametrize(
    ("paid", "lines"),
    [
        ([0, 50, 100], ["0,18 50,10 100,2"]),
        ([80, 80, 80], ["0,10 50,10 100,10"]),
        ([0, None, 50, 100], ["0,18", "66,10 100,2"]),
        ([0, None, 100], []),
    ],
)
def test_a_tile_draws_the_months_that_are_known(paid, lines):
    rows = [None if fen is None else dict.fromkeys(FIGURES, 0) | {"charged_fen": 100, "paid_fen": fen} for fen in paid]

    assert curve(BY_CODE["dues"], rows) == lines


def test_nothing_due_is_no_zero(cast):
    month_of(cast.branch, problems_due=0, problems_on_time=0)
    now = months_of(cast.branch, "", OCTOBER, OCTOBER).of(OCTOBER)

    card = next(
        one for one in cards_of(now, None, medians_of("branch", "", "2026-10", [], ""), "x") if one.code == "problems"
    )

    assert (card.shown, card.change) == ("—", None)


def test_who_needs_help_says_why_and_incomplete_branches_stand_apart(cast):
    silent = make_organization("silent", "沉默党支部", OrganizationKind.BRANCH, cast.district)
    month_of(silent, **UNRECORDED, **BEHIND)
    a_county(cast)

    found = in_need(cast.district)

    assert [(line.code, [reason.code for reason in line.reasons]) for line in found] == [
        ("next-branch", ["meetings", "dues"])
    ]
    assert [line.code for line in below_in_october(cast.district).uncompared] == ["silent"]


def test_more_reasons_come_first_and_of_committees_those_with_more_branches_in_need(cast):
    third = make_organization("third", "第三党支部", OrganizationKind.BRANCH, cast.district)
    month_of(third, **BEHIND, problems_on_time=0)
    a_county(cast)
    RollUp.objects.filter(organization=cast.other_branch).update(in_need=1, terms_over=1)
    RollUp.objects.filter(organization=cast.other_district).update(in_need=1)

    assert [line.code for line in in_need(cast.district)] == ["third", "next-branch"]
    assert [(line.code, line.in_need) for line in in_need(cast.county)] == [
        ("district", 2), ("other-district", 1),
    ]  # fmt: skip


def test_a_kind_of_unit_leaves_the_others_out(cast):
    Organization.objects.filter(pk=cast.next_branch.pk).update(unit_kind=UnitKind.SCHOOL)
    a_county(cast)

    assert in_need(cast.district, UnitKind.VILLAGE) == []
    assert [line.code for line in in_need(cast.district, UnitKind.SCHOOL)] == ["next-branch"]


def test_a_dissolved_branch_and_groups_are_not_below(cast):
    a_county(cast)
    Organization.objects.filter(pk=cast.next_branch.pk).update(dissolved_on=date(2026, 11, 1))

    assert in_need(cast.district) == []
    assert in_need(cast.branch) == []


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.code)
def test_the_spread_counts_each_branch_on_its_step(cast, measure):
    a_county(cast)
    rows = RollUp.objects.filter(organization__kind=OrganizationKind.BRANCH, month=OCTOBER)
    steps = [step(measure, share_of(measure, vars(row))) for row in rows]

    found = spread(cast.county, "", measure, (OCTOBER, OCTOBER), 3, on=TODAY)

    assert found.counts == {code: steps.count(code) for code in steps}
    assert found.of_branches


def test_the_spread_of_very_many_branches_is_that_of_what_is_directly_below(cast):
    a_county(cast)

    assert spread(cast.county, "", BY_CODE["meetings"], (OCTOBER, OCTOBER), 50_000, on=TODAY) is None
    assert below_in_october(cast.county).steps == {2: 1, 5: 1}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.code)
def test_both_ways_of_counting_steps_agree(cast, measure):
    a_county(cast)
    found = spread(cast.district, "", measure, (OCTOBER, OCTOBER), 2, on=TODAY)

    assert below_in_october(cast.district, measure=measure.code).steps == found.counts


def test_the_spread_of_a_year_adds_its_months_and_shows_who_is_not_compared(cast):
    a_county(cast)
    month_of(cast.branch, "2026-08", meetings_held=0)
    RollUp.objects.filter(organization=cast.next_branch, month=OCTOBER).update(incomplete=1)

    found = spread(cast.district, "", BY_CODE["meetings"], (date(2026, 1, 1), OCTOBER), 2, on=TODAY)

    assert found.counts == {2: 1, NOT_RECORDED: 1}


def test_every_reason_has_its_condition_in_the_database(cast):
    month_of(cast.branch)
    for reason in REASONS:
        assert not RollUp.objects.extra(where=[reason.sql]).exists()


# --- Names of the bands ----------------------------------------------------------------------------------------------
def published(cast, code="a", place=None, names=("好", "较好", "差"), **facts):
    """A scheme by which one branch was assessed."""
    bands = tuple(BandPlan(rank, name, points(str(90 - 20 * rank))) for rank, name in enumerate(names, start=1))
    plan = replace(PLAN, code=code, bands=bands, **{"unit_kind": ""} | facts)
    scheme = store_plan(plan=plan, organization=place or cast.county, by="shell", unfinished=True)
    days = {"shown_on": TODAY, "objections_until": TODAY, "published_on": TODAY}
    Assessment.objects.create(scheme=scheme, organization=cast.branch, state="published", **days)


def test_bands_have_the_names_of_the_scheme_also_below_and_above_the_committee_whose_scheme_it_is(cast):
    published(cast, place=cast.district)

    for place in (cast.county, cast.district, cast.branch):
        assert band_names(place, "", 2026) == {1: "好", 2: "较好", 3: "差"}
    assert band_names(cast.other_district, "", 2026) == {}
    assert [str(part.words) for part in bands_card(GOOD_BANDS, None, {1: "好"}, {}).parts] == ["好", "第二档"]


@pytest.mark.usefixtures("today")
def test_the_records_of_a_band_bear_its_name_on_the_page_and_in_the_workbook(cast, as_user):
    client, asked = as_user(cast.county_staff), {"org": "county", "period": "2026", "measure": "band_1"}
    before = client.get(reverse("assessment:figure-records"), asked).context
    published(cast)
    page = client.get(reverse("assessment:figure-records"), asked)
    file = client.get(reverse("assessment:figure-records-export"), asked)["Content-Disposition"]

    assert (before["title"], page.context["title"]) == ("考核档次：第一档", "考核档次：好")
    assert "<title>考核档次：好" in page.text and "第一档" not in page.text
    assert quote("考核档次：好") in file


GOOD_BANDS = dict.fromkeys(FIGURES, 0) | {"branches": 3, "band_1": 1, "band_2": 1}


@pytest.mark.parametrize(
    ("facts", "unit", "named"),
    [
        ({"names": ("好", "较好", "差")}, "", True),
        ({"names": ("优秀", "良好", "差")}, "", False),
        ({"names": ("优秀", "良好", "差"), "unit_kind": "school"}, "", False),
        ({"names": ("优秀", "良好", "差"), "unit_kind": "school"}, "village", True),
        ({"names": ("优秀", "良好", "差"), "year": 2025}, "", False),
        ({"names": ("优秀", "良好", "差"), "year": 2024}, "", True),
    ],
)
def test_where_two_schemes_name_them_otherwise_bands_have_no_name(cast, facts, unit, named):
    published(cast)
    published(cast, "b", cast.district, **facts)

    assert bool(band_names(cast.county, unit, 2026)) is named


def test_each_band_says_its_share_before():
    card = bands_card(GOOD_BANDS, GOOD_BANDS | {"band_1": 0, "band_2": 3}, {}, {(2025, True): 3, (2025, False): 1})

    assert [(part.share, part.before) for part in card.parts] == [("33.3%", "0%"), ("33.3%", "100%")]


def test_before_anything_was_published_no_share_stands_beside_the_bands():
    nothing = GOOD_BANDS | {"band_1": 0, "band_2": 0}

    assert [part.before for part in bands_card(GOOD_BANDS, nothing, {}, {(2026, True): 2}).parts] == ["", ""]


def test_the_bands_say_of_which_year_they_are_and_what_has_none():
    found = bands_card(GOOD_BANDS | {"branches": 5}, None, {}, {(2025, True): 2, (2026, False): 1})

    assert found.sentence == "5 个支部中的 2 个 · 2026年资料不全、没有档次：1个 · 按2025年考核：2个 · 没有公布：2个"


@pytest.mark.parametrize("seed", [0, 3])
def test_the_years_of_bands_add_up_to_the_bands(cast, seed):
    BusyCounty(cast, seed).fill()
    rebuild(on=TODAY)
    rows = RollUp.objects.filter(organization__kind="committee", unit_kind="", branches__gt=0)
    bands = [f"band_{rank}" for rank in range(1, 6)]
    wanted = {row: sum(getattr(row, name) for name in bands) for row in rows.select_related("organization")}
    found = {
        row: sum(
            count
            for (_year, banded), count in band_years(row.organization, "", min(last_day(row.month), TODAY)).items()
            if banded
        )
        for row in wanted
    }

    assert found == wanted
    assert any(wanted.values())


def test_a_scheme_by_which_nothing_was_published_names_nothing(cast):
    published(cast)
    Assessment.objects.update(state="shown")

    assert band_names(cast.county, "", 2026) == {}
