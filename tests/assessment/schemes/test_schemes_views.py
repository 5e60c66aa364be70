"""The pages about schemes: what they do, for whom, and what they refuse."""

import io
import uuid
from dataclasses import replace

import openpyxl
import pytest
from django.urls import reverse

from assessment.models import Clause, Indicator, Scheme
from assessment.schemes import services
from assessment.schemes.queries import plan_of
from assessment.schemes.services import store_plan
from audit.models import Entry
from tests.assessment.schemes.making import METRICS, PLAN, line, manual, with_line
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST, NEW = reverse("assessment:scheme-list"), reverse("assessment:scheme-new")
DATA = {
    "title": "考核办法", "year": "2026", "unit_kind": "", "total": "100", "code": "", "document": "", "approved_by": "",
    "objection_days": "10", "weight_self": "0", "weight_peer": "0", "weight_superior": "100", "weight_members": "0",
}  # fmt: skip
LINE = {"title": "新指标", "parent": "", "code": "5", "max_points": "5", "part": "party", "cycle": "year", "basis": ""}
BANDS = {"name_1": "好", "at_least_1": "90", "quota_1": "30", "name_2": "差", "at_least_2": "0", "quota_2": ""}
FORCE = {"approved_by": "镇党委会", "document": "", "since": TODAY.isoformat()}


@pytest.fixture(autouse=True)
def metrics(monkeypatch):
    for module in (services, services):
        monkeypatch.setattr(module, "all_metrics", lambda: dict.fromkeys(METRICS))


@pytest.fixture
def scheme(cast):
    return stored(cast)


def stored(cast, plan=PLAN, place=None, **facts):
    made = store_plan(plan=plan, organization=place or cast.district, by=cast.district_staff, unfinished=True)
    Scheme.objects.filter(pk=made.pk).update(**facts)
    return Scheme.objects.get(pk=made.pk)


def in_force(cast, plan=PLAN, **facts):
    return stored(cast, plan, **{"state": "in_force", "in_force_since": TODAY} | facts)


def page(one, name, *more):
    return reverse(f"assessment:scheme-{name}", args=[one.pk, *(row.pk for row in more)])


def of(scheme, code):
    return Indicator.objects.get(scheme=scheme, code=code)


def clause(scheme, kind):
    return Clause.objects.get(indicator__scheme=scheme, kind=kind)


def pages_of_a_draft(scheme):
    """Every page that changes it, with what would be sent."""
    return {
        "edit": (page(scheme, "edit"), DATA),
        "bands": (page(scheme, "bands"), BANDS),
        "force": (page(scheme, "force"), FORCE),
        "delete": (page(scheme, "delete"), {}),
        "line-new": (page(scheme, "line-new"), LINE | {"key": uuid.uuid4()}),
        "line-edit": (page(scheme, "line-edit", of(scheme, "4")), LINE | {"key": uuid.uuid4()}),
        "line-up": (page(scheme, "line-up", of(scheme, "4")), {"position": "7"}),
        "line-down": (page(scheme, "line-down", of(scheme, "1")), {"position": "1"}),
        "line-remove": (page(scheme, "line-remove", of(scheme, "4")), {}),
        "clause-new": (page(scheme, "clause-new", of(scheme, "4")), {}),
        "clause-edit": (page(scheme, "clause-edit", clause(scheme, "bonus")), {}),
        "clause-up": (page(scheme, "clause-up", clause(scheme, "deduct_flat")), {"position": "2"}),
        "clause-down": (page(scheme, "clause-down", clause(scheme, "deduct_flat")), {"position": "2"}),
        "clause-remove": (page(scheme, "clause-remove", clause(scheme, "bonus")), {}),
    }


# --- Who sees what --------------------------------------------------------------------------------------------------
def test_the_list_shows_drafts_to_who_keeps_them_and_the_rest_to_who_is_assessed_by_it(cast, as_user):
    stored(cast, replace(PLAN, title="草案"))
    in_force(cast, replace(PLAN, code="b", title="镇办法"))
    in_force(cast, replace(PLAN, code="c", title="外镇办法"), place=cast.other_district)

    def shown(user):
        return {one.title for one in as_user(user).get(LIST).context["page"]}

    assert shown(cast.district_staff) == {"草案", "镇办法"}
    assert shown(cast.secretary) == {"镇办法"}
    assert shown(cast.county_secretary) == {"镇办法", "外镇办法"}
    assert as_user(cast.member).get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"甲", "乙", "丙"}), ("year=2027", {"乙"}), ("state=in_force", {"丙"}), ("unit_kind=school", {"丙"}),
        ("q=乙", {"乙"}), ("q=c-2", {"丙"}), ("year=x&state=y", {"甲", "乙", "丙"}),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(cast, as_user, query, titles):
    stored(cast, replace(PLAN, title="甲"))
    stored(cast, replace(PLAN, title="乙", code="b-2", year=2027))
    in_force(cast, replace(PLAN, title="丙", code="c-2", unit_kind=""))

    page = as_user(cast.district_staff).get(f"{LIST}?{query}").context["page"]
    assert {one.title for one in page} == titles


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    for year in range(2026, 2026 + number):
        stored(cast, replace(PLAN, year=year))
    client = as_user(cast.district_staff)
    client.get(LIST)
    with django_assert_num_queries(5):
        client.get(LIST)


@pytest.mark.parametrize("number", [1, 3])
def test_a_scheme_asks_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    lines = [line(f"{n}", "10", "", manual(), manual()) for n in range(1, number + 1)]
    address = page(stored(cast, replace(PLAN, indicators=tuple(lines))), "detail")
    client = as_user(cast.district_staff)
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)


def test_an_empty_list_says_what_comes_next(cast, as_user):
    assert NEW in as_user(cast.district_staff).get(LIST).content.decode()
    assert NEW not in as_user(cast.secretary).get(LIST).content.decode()


def test_a_scheme_is_read_by_who_is_assessed_and_changed_by_who_keeps_it(cast, as_user):
    one = in_force(cast)

    assert as_user(cast.secretary).get(page(one, "detail")).status_code == 200
    assert as_user(cast.other_secretary).get(page(one, "detail")).status_code == 404
    assert as_user(cast.secretary).get(page(stored(cast), "detail")).status_code == 404
    assert as_user(cast.secretary).get(page(one, "preview")).status_code == 403


@pytest.mark.parametrize(
    ("part", "told"), [("county_secretary", 403), ("secretary", 403), ("member", 403), ("inspector", 403)]
)
def test_others_change_nothing(cast, as_user, scheme, part, told):
    for address, sent in pages_of_a_draft(scheme).values():
        assert as_user(getattr(cast, part)).post(address, sent).status_code == told

    assert plan_of(Scheme.objects.get()) == PLAN


def test_another_committees_draft_is_not_there(cast, as_user):
    other = stored(cast, place=cast.other_district)
    for address, sent in pages_of_a_draft(other).values():
        assert as_user(cast.district_staff).post(address, sent).status_code == 404


def test_what_is_in_force_can_no_longer_be_changed(cast, as_user):
    one = in_force(cast)
    for address, sent in pages_of_a_draft(one).values():
        assert as_user(cast.district_staff).post(address, sent).status_code == 403

    assert plan_of(Scheme.objects.get()) == PLAN


def test_a_line_of_another_scheme_is_not_there(cast, as_user, scheme):
    other = stored(cast, replace(PLAN, code="b"))
    for address in (
        page(scheme, "line-edit", of(other, "4")), page(scheme, "line-remove", of(other, "4")),
        page(scheme, "clause-new", of(other, "4")), page(scheme, "clause-edit", clause(other, "bonus")),
    ):  # fmt: skip
        assert as_user(cast.district_staff).get(address).status_code == 404


def test_pages_that_only_show_take_nothing(cast, as_user, scheme):
    for name in ("detail", "preview", "export"):
        assert as_user(cast.district_staff).post(page(scheme, name)).status_code == 405
    assert as_user(cast.district_staff).post(LIST).status_code == 405
    assert as_user(cast.district_staff).get(page(scheme, "line-up", of(scheme, "2"))).status_code == 405


# --- Building one ---------------------------------------------------------------------------------------------------
def test_a_scheme_is_begun_once_and_leads_to_its_bands(cast, as_user):
    sent, client = DATA | {"key": uuid.uuid4()}, as_user(cast.district_staff)
    answer = [client.post(NEW, sent) for _turn in range(2)][1]

    one = Scheme.objects.get()
    assert answer["Location"] == page(one, "bands")
    assert (one.organization, one.code, one.state) == (cast.district, "district-2026", "draft")


def test_a_scheme_is_begun_for_a_committee_below(cast, as_user):
    as_user(cast.county_staff).post(f"{NEW}?org=other-district", DATA | {"key": uuid.uuid4()})

    assert Scheme.objects.get().organization == cast.other_district
    assert as_user(cast.district_staff).get(f"{NEW}?org=other-district").status_code == 404
    assert as_user(cast.district_staff).get(f"{NEW}?org=branch").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""}, {"year": "26"}, {"total": "0"}, {"total": "x"}, {"weight_peer": "10"}, {"objection_days": "0"},
        {"unit_kind": "spaceship"}, {"key": "x"}, {"code": "x" * 61},
    ],
)  # fmt: skip
def test_bad_data_are_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.district_staff).post(NEW, DATA | {"key": uuid.uuid4()} | changes)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Scheme.objects.exists()


def test_data_and_bands_are_changed(cast, as_user, scheme):
    Clause.objects.filter(kind="veto").delete()
    client = as_user(cast.district_staff)
    assert client.post(page(scheme, "edit"), DATA | {"code": "neu"}).status_code == 302
    assert client.post(page(scheme, "bands"), BANDS).status_code == 302

    one = Scheme.objects.get()
    assert (one.code, one.title) == ("neu", "考核办法")
    assert [(band.name, band.at_least, band.quota_percent) for band in one.bands.all()] == [
        ("好", 90, 30), ("差", 0, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes", [{"at_least_1": ""}, {"name_1": ""}, {"name_2": "好"}, {"quota_1": "101"}, {"at_least_1": "-1"}]
)
def test_bands_that_say_half_are_refused(cast, as_user, scheme, changes):
    assert as_user(cast.district_staff).post(page(scheme, "bands"), BANDS | changes).status_code == 200
    assert plan_of(scheme).bands == PLAN.bands


def test_a_line_is_added_once_with_the_next_number(cast, as_user, scheme):
    client, parent = as_user(cast.district_staff), of(scheme, "1")
    form = client.get(f"{page(scheme, 'line-new')}?below={parent.pk}").context["form"]
    assert (form.initial["code"], form.initial["parent"]) == ("1.3", parent)
    sent = LINE | {"key": uuid.uuid4(), "code": "1.3", "parent": parent.pk}
    for _turn in range(2):
        client.post(page(scheme, "line-new"), sent)

    assert of(scheme, "1.3").position == 4
    assert scheme.indicators.count() == 8


@pytest.mark.parametrize(
    "changes", [{"code": ""}, {"code": "1.1"}, {"title": ""}, {"max_points": "-1"}, {"parent": "x"}]
)
def test_a_line_that_says_half_is_refused(cast, as_user, scheme, changes):
    sent = LINE | {"key": uuid.uuid4()} | changes
    assert as_user(cast.district_staff).post(page(scheme, "line-new"), sent).status_code == 200
    assert scheme.indicators.count() == 7


def test_a_line_is_changed_moved_and_removed(cast, as_user, scheme):
    client = as_user(cast.district_staff)
    client.post(page(scheme, "line-edit", of(scheme, "4")), LINE | {"key": uuid.uuid4(), "code": "9"})
    assert of(scheme, "9").title == "新指标"
    for _turn in range(2):
        client.post(page(scheme, "line-up", of(scheme, "2")), {"position": "4"})
    assert of(scheme, "2").position == 1
    client.post(page(scheme, "line-remove", of(scheme, "2")))
    assert not scheme.indicators.filter(code__startswith="2").exists()
    client.post(page(scheme, "line-up", of(scheme, "1")), {"position": "x"})
    assert of(scheme, "1").position == 1


def test_a_clause_is_moved_within_its_line(cast, as_user, scheme):
    client, flat = as_user(cast.district_staff), clause(scheme, "deduct_flat")
    shown = client.get(page(scheme, "detail")).text
    assert page(scheme, "clause-up", flat) in shown and page(scheme, "clause-down", flat) in shown
    client.post(page(scheme, "clause-down", flat), {"position": "2"})
    assert clause(scheme, "deduct_flat").position == 3
    assert page(scheme, "clause-down", flat) not in client.get(page(scheme, "detail")).text
    client.post(page(scheme, "clause-up", flat), {"position": "x"})
    assert clause(scheme, "deduct_flat").position == 3


CLAUSES = {
    "deduct_per_missing": {"metric": "", "points": "1", "cap": "4", "expected": "", "every": ""},
    "deduct_flat": {"metric": "", "points": "0.5", "expected": "", "every": ""},
    "tiered": {"metric": "", "counted": "done", "from_1": "0", "points_1": "1", "from_2": "4", "points_2": "5"},
    "ratio_step": {"metric": "", "points": "1", "cap": "", "step": "10", "full_at": "90"},
    "bonus": {"metric": "", "points": "1", "cap": "2"},
    "manual": {},
    "veto": {"metric": ""},
}


@pytest.mark.parametrize("kind", CLAUSES)
def test_a_clause_of_each_kind_is_added_once(cast, as_user, scheme, kind):
    client, address = as_user(cast.district_staff), f"{page(scheme, 'clause-new', of(scheme, '2.1'))}?kind={kind}"
    sent = CLAUSES[kind] | {"key": uuid.uuid4(), "text": "条款原文"}
    sent |= {"band": scheme.bands.get(rank=3).pk} if kind == "veto" else {}
    assert client.get(address).status_code == 200
    for _turn in range(2):
        client.post(address, sent)

    assert of(scheme, "2.1").clauses.count() == 2
    new = of(scheme, "2.1").clauses.get(text="条款原文")
    assert new.kind == kind
    assert new.tiers == ([["4", "5"], ["0", "1"]] if kind == "tiered" else [])


def test_the_kind_is_chosen_first_and_has_to_be_one(cast, as_user, scheme):
    client, address = as_user(cast.district_staff), page(scheme, "clause-new", of(scheme, "2.1"))
    assert {kind["url"] for kind in client.get(address).context["choices"]} == {f"?kind={kind}" for kind in CLAUSES}
    assert client.get(f"{address}?kind=gossip").status_code == 404
    scheme.indicators.all().delete()
    scheme.bands.all().delete()
    bare = Indicator.objects.create(scheme=scheme, position=1, code="1", title="组织生活", max_points=5)
    offered = client.get(page(scheme, "clause-new", bare)).context["choices"]
    assert "?kind=veto" not in {kind["url"] for kind in offered}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("deduct_flat", {"text": ""}), ("deduct_flat", {"points": ""}), ("deduct_flat", {"expected": "4"}),
        ("deduct_flat", {"metric": "gossip"}), ("tiered", {"points_2": ""}), ("tiered", {"counted": ""}),
        ("tiered", {"from_1": "", "points_1": "", "from_2": "", "points_2": ""}), ("ratio_step", {"step": "0"}),
        ("veto", {"band": uuid.UUID(int=1)}), ("bonus", {"points": "0"}),
    ],
    ids=str,
)  # fmt: skip
def test_a_clause_that_says_half_is_refused(cast, as_user, scheme, kind, changes):
    address = f"{page(scheme, 'clause-new', of(scheme, '2.1'))}?kind={kind}"
    sent = CLAUSES[kind] | {"key": uuid.uuid4(), "text": "条款原文"} | changes

    assert as_user(cast.district_staff).post(address, sent).status_code == 200
    assert of(scheme, "2.1").clauses.count() == 1


def test_a_clause_is_changed_to_another_kind_and_removed(cast, as_user, scheme):
    one, client = clause(scheme, "ratio_step"), as_user(cast.district_staff)
    form = client.get(page(scheme, "clause-edit", one)).context["form"]
    assert {"full_at", "step", "points", "cap"} <= set(form.fields)
    sent = CLAUSES["deduct_flat"] | {"key": uuid.uuid4(), "text": "条款原文"}
    client.post(f"{page(scheme, 'clause-edit', one)}?kind=deduct_flat", sent)
    one.refresh_from_db()
    assert (one.kind, one.full_at) == ("deduct_flat", None)
    client.post(page(scheme, "clause-remove", one))
    assert not Clause.objects.filter(pk=one.pk).exists()


def test_what_does_not_add_up_leads_to_where_it_is_put_right(cast, as_user):
    one = stored(cast, replace(with_line("1.1", max_points=PLAN.total), total=PLAN.total + 1))
    found = as_user(cast.district_staff).get(page(one, "detail")).context["checks"]

    addresses = {check["url"] for check in found}
    assert {page(one, "edit"), page(one, "line-edit", of(one, "1"))} <= addresses
    for address in addresses:
        assert as_user(cast.district_staff).get(address).status_code == 200
    assert as_user(cast.district_staff).post(page(one, "force"), FORCE).status_code == 200
    assert Scheme.objects.get().is_draft


# --- What becomes of it ---------------------------------------------------------------------------------------------
def test_from_a_draft_to_a_new_version(cast, as_user, scheme):
    client = as_user(cast.district_staff)
    assert client.post(page(scheme, "force"), FORCE | {"approved_by": ""}).status_code == 200
    client.post(page(scheme, "force"), FORCE)
    sent = {"key": uuid.uuid4()}
    for _turn in range(2):
        answer = client.post(page(scheme, "version"), sent)
    new = Scheme.objects.get(version=2)
    assert answer["Location"] == page(new, "detail")
    client.post(page(new, "force"), FORCE)
    client.post(page(new, "retire"), {"reason": "另行制定"})

    assert {one.version: one.state for one in Scheme.objects.all()} == {1: "retired", 2: "retired"}
    assert client.post(page(scheme, "version"), {"key": "x"}).status_code == 200


def test_a_scheme_is_copied_for_the_next_year_once(cast, as_user):
    one, client = in_force(cast), as_user(cast.district_staff)
    known = client.get(page(one, "copy")).context["form"].initial
    assert (known["code"], known["year"], known["org"]) == ("district-2027", 2027, "district")
    sent = known | {"key": uuid.uuid4()}
    for _turn in range(2):
        client.post(page(one, "copy"), sent)

    copy = Scheme.objects.get(year=2027)
    assert replace(plan_of(copy), code=PLAN.code, year=2026) == PLAN
    assert client.post(page(one, "copy"), sent | {"org": "other-district"}).status_code == 200


def test_a_scheme_of_the_level_above_is_copied_for_ones_own(cast, as_user):
    one = in_force(cast, place=cast.county)
    sent = {"key": uuid.uuid4(), "title": "镇办法", "year": "2026", "code": "eigen", "org": "district"}
    assert as_user(cast.secretary).get(page(one, "copy")).status_code == 403
    as_user(cast.district_staff).post(page(one, "copy"), sent)

    assert Scheme.objects.get(code="eigen").organization == cast.district
    taken = sent | {"key": uuid.uuid4(), "code": PLAN.code}
    assert as_user(cast.district_staff).post(page(one, "copy"), taken).status_code == 200


def test_a_draft_is_deleted(cast, as_user, scheme):
    assert as_user(cast.district_staff).post(page(scheme, "delete"))["Location"] == LIST
    assert not Scheme.objects.exists()


def test_one_branch_is_tried_with_it_and_nothing_is_kept(cast, as_user):
    one = stored(cast, replace(PLAN, unit_kind=""))
    answer = as_user(cast.district_staff).get(f"{page(one, 'preview')}?branch=branch")

    assert answer.context["found"].organization == cast.branch
    assert answer.context["open"]["waiting"] > 0
    assert as_user(cast.district_staff).get(f"{page(one, 'preview')}?branch=other-branch").context["found"] is None
    assert not one.assessments.exists()


def test_it_is_taken_along_as_the_sheet_that_people_know(cast, as_user):
    one = in_force(cast, replace(PLAN, title="=1+1"))
    answer = as_user(cast.secretary).get(page(one, "export"))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet]

    assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert rows[1][:5] == ["序号", "一级指标", "二级指标", "分值", "评分标准"]
    assert rows[2][:4] == ["1.1", "组织生活（60分）", "指标1.1", 50]
    assert any("90分及以上为好" in str(row[0]) for row in rows)
    assert Entry.objects.filter(action="export_scheme", subject_id=str(one.pk)).exists()


# --- For programs ---------------------------------------------------------------------------------------------------
def test_programs_read_the_list_and_the_tree(cast, as_user):
    one = in_force(cast)
    stored(cast, replace(PLAN, code="b"), place=cast.other_district)
    client = as_user(cast.district_staff)

    listed = client.get("/api/schemes/").json()["results"]
    assert [(row["code"], row["organization"], row["state"]) for row in listed] == [
        ("district-2026", "district", "in_force")
    ]
    tree = client.get(f"/api/schemes/{one.pk}/").json()
    assert [row["code"] for row in tree["indicators"]] == ["1", "1.1", "1.2", "2", "2.1", "3", "4"]
    assert tree["indicators"][1]["parent"] == "1"
    assert tree["indicators"][6]["clauses"][0]["band_rank"] == 3
    assert client.get("/api/schemes/", {"year": "x"}).status_code == 400
    assert client.get("/api/schemes/", {"year": 2027}).json()["results"] == []
    assert as_user(cast.other_secretary).get(f"/api/schemes/{one.pk}/").status_code == 404
    assert as_user(cast.district_staff).get(f"/api/schemes/{'-' * 36}/").status_code == 404
    assert as_user(cast.member).get("/api/schemes/").status_code == 403
