"""Every number on the dashboard opens exactly its records."""

import re
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.dashboard.queries import months_of
from assessment.dashboard.record_queries import BRANCH, OF, records_of
from assessment.dashboard.rules import OPENED, read_period
from assessment.dashboard.services import rebuild
from assessment.models import RollUp
from dues.models import Charge
from members.choices import OrganizationKind
from members.models import Organization
from tests.assessment.dashboard.agreement import LINK, client_of, opened_numbers, rows_counted, tiles_of
from tests.assessment.dashboard.busy_county import BusyCounty
from tests.assessment.dashboard.figures import a_county
from tests.cast import TODAY

PERIODS = ("2026-10", "2026-Q3", "2025")
RECORDS = reverse("assessment:figure-records")
TILES = {"meetings", "attendance", "dues", "contact", "problems", "help", "terms"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def busy(cast):
    BusyCounty(cast, 1).fill()
    rebuild(on=TODAY)
    return cast


@pytest.mark.parametrize("seed", range(2))
def test_the_statements_count_what_the_apps_that_own_the_facts_count(cast, seed):
    """Each branch, each measure, the kept months and three longer periods."""
    BusyCounty(cast, seed).fill()
    Charge.objects.create(
        member=cast.zhang, organization=cast.branch, month="2025-11-01", turn=9, kind="charge", amount_fen=700,
        carried_over=True, rules="carried", made_by="shell", made_at=timezone.now(),
    )  # fmt: skip
    rebuild(on=TODAY)
    wrong, seen = [], 0
    for branch in Organization.objects.branches():
        stored = RollUp.objects.filter(organization=branch).values_list("month", flat=True)
        for code in [*(f"{month:%Y-%m}" for month in stored), "2026-Q3", "2026", "2025"]:
            period = read_period(code, TODAY)
            figures = months_of(branch, "", period.first, period.last).added(period)
            for measure in OPENED.values() if figures else ():
                found = records_of(branch, "", measure, period, on=TODAY, user=cast.county_staff)
                seen += found.whole > 0
                if found.sums != measure.fraction(figures):
                    wrong.append((branch.code, code, measure.code, found.sums, measure.fraction(figures)))
    assert (wrong, seen > 200) == ([], True)


@pytest.mark.parametrize(
    ("part", "places"),
    [
        ("county_secretary", ("county", "district", "branch", "other-branch")),
        ("district_staff", ("district", "next-branch")),
        ("secretary", ("branch",)),
    ],
)
def test_every_tile_opens_a_list_of_just_that_many(busy, part, places):
    assert opened_numbers(busy.users()[part], places, PERIODS) == []


def test_a_tile_that_opens_nothing_is_found(busy, monkeypatch):
    """The negative control of the table above."""
    monkeypatch.setattr("tests.assessment.dashboard.agreement.LINK", re.compile("never" + LINK.pattern))

    assert len(opened_numbers(busy.county_secretary, ["county"], ["2026-10"])) == len(TILES) + 1


def test_every_measure_has_its_records():
    assert {OF.get(code, code) for code in OPENED} == set(BRANCH)


def test_the_tiles_are_all_there(busy):
    client = client_of(busy.county_secretary)

    assert set(tiles_of(client, "county", "2026-10")) == TILES | {"bands"}
    assert set(tiles_of(client, "branch", "2026-10")) == TILES


def test_the_way_goes_down_to_the_meeting_where_one_may_read_it(busy, as_user):
    asked = {"org": "branch", "measure": "attendance", "period": "2026"}
    own, above = as_user(busy.secretary).get(RECORDS, asked), client_of(busy.county_staff).get(RECORDS, asked)
    ways = re.findall(r'<th scope="row"><a href="(/meetings/[^"]*)"', own.text)

    assert ways
    assert {as_user(busy.secretary).get(way).status_code for way in ways} == {200}
    assert '<th scope="row"><a' not in above.text
    assert above.context["found"].ends and not own.context["found"].ends


def test_every_way_on_is_open_and_nobodys_name_is_told_above(busy):
    names = {one.name for one in (busy.zhang, busy.li)}
    for user, measure in product((busy.secretary, busy.district_staff, busy.county_secretary), OPENED):
        client = client_of(user)
        answer = client.get(RECORDS, {"org": "branch", "measure": measure, "period": "2026"})
        ways = [row.url for row in answer.context["found"].rows if row.url]
        assert {client.get(way).status_code for way in ways[:20]} <= {200}, measure
        shown = {name for name in names if name in answer.text.partition('id="together"')[2]}
        assert user == busy.secretary or not shown, measure


def test_from_the_county_to_the_branch_the_question_stays_the_same(busy):
    client = client_of(busy.county_secretary)
    county = client.get(RECORDS, {"org": "county", "measure": "dues", "period": "2025"})
    district = next(row for row in county.context["found"].rows if "org=district" in row.url)

    rows, said = rows_counted(client, district.url)
    assert rows == said == (district.part, district.whole)
    assert "measure=dues" in district.url and "period=2025" in district.url


@pytest.mark.parametrize(
    ("part", "query", "status"),
    [
        ("secretary", {"org": "next-branch"}, 404),
        ("secretary", {"org": "district"}, 404),
        ("district_staff", {"org": "other-branch"}, 404),
        ("district_staff", {"org": "district", "measure": "x", "period": "x"}, 200),
        ("member", {}, 403),
        ("inspector", {}, 403),
    ],
)
@pytest.mark.parametrize("page", [RECORDS, reverse("assessment:figure-records-export")])
def test_it_is_for_offices_that_see_figures_in_their_place(cast, as_user, page, part, query, status):
    a_county(cast)

    assert as_user(cast.users()[part]).get(page, query).status_code == status


def test_it_only_reads(cast, as_user):
    assert as_user(cast.district_staff).post(RECORDS).status_code == 405


def test_what_was_recorded_since_is_said(busy, as_user):
    RollUp.objects.filter(organization=busy.branch).update(charged_fen=1)

    answer = as_user(busy.secretary).get(RECORDS, {"org": "branch", "measure": "dues", "period": "2025"})
    assert "notice-info" in answer.text


def test_it_asks_no_more_for_many_records(busy, as_user, django_assert_max_num_queries):
    client = as_user(busy.secretary)
    for measure in OPENED:
        with django_assert_max_num_queries(25, info=measure):
            client.get(RECORDS, {"org": "branch", "measure": measure, "period": "2026"})


def test_every_kind_of_place_is_in_the_table(busy):
    kinds = set(Organization.objects.filter(code__in=["county", "branch"]).values_list("kind", flat=True))

    assert kinds == {OrganizationKind.COMMITTEE, OrganizationKind.BRANCH}


@pytest.mark.parametrize(
    "page", ["meetings:duty-list", "meetings:figure-list", "reminders:desk-branch-list", "dues:arrears"]
)
def test_a_committee_that_goes_down_to_a_branch_meets_no_error(cast, as_user, page):
    """The choice of organizations offers committees; the branch that a link leads to is one of them all the same."""
    answer = as_user(cast.district_staff).get(reverse(page), {"org": "branch", "year": "2026"})
    form = answer.context.get("form")

    assert answer.status_code == 200
    assert form is None or not form.errors


def test_a_branchs_duties_say_above_it_where_the_record_ends(cast, as_user):
    page = reverse("meetings:duty-list")

    assert as_user(cast.district_staff).get(page, {"org": "branch"}).context["may_read"] is False
    assert as_user(cast.secretary).get(page, {"org": "branch"}).context["may_read"] is True


def test_every_piece_of_a_bar_opens_just_its_own(busy):
    client, wrong, seen = client_of(busy.county_secretary), [], set()
    for org, period in product(("county", "district"), PERIODS):
        board = client.get(reverse("assessment:dashboard"), {"org": org, "period": period})
        for part, url in [one for card in board.context["cards"] or () for one in card["parts"]]:
            rows, said = rows_counted(client, url) if url else (None, None)
            wanted = (part.count, part.count) if part.code.startswith("band") else (part.count, rows and rows[1])
            seen.add(part.code)
            if not rows == said == wanted:
                wrong.append((org, period, part.code, part.count, url, rows, said))
    assert wrong == []
    assert {"band-1", "leave"} <= seen
