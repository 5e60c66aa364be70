"""Schemes built in the browser: what the services store, put on record and refuse."""

import uuid
from datetime import timedelta
from uuid import UUID

import pytest

from assessment.models import Band, Clause, Indicator, Scheme
from assessment.schemes import services
from assessment.schemes.line_services import (
    add_clause,
    add_line,
    change_clause,
    change_line,
    move_clause,
    move_line,
    remove_clause,
    remove_line,
)
from assessment.schemes.queries import plan_of
from assessment.schemes.rules import BandPlan
from assessment.schemes.services import (
    DoesNotAddUp,
    begin_scheme,
    change_bands,
    change_scheme,
    copy_scheme,
    delete_scheme,
    make_version,
    put_in_force,
    retire_scheme,
    store_plan,
)
from audit.models import Entry
from members.refused import Refused
from tests.assessment.schemes.making import BANDS, METRICS, PLAN, points, with_line
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
DATA = {
    "code": "d-2026", "title": "考核办法", "year": 2026, "total": points("100"), "unit_kind": "", "document": "",
    "approved_by": "", "objection_days": 10, "weight_self": 0, "weight_peer": 0, "weight_superior": 100,
    "weight_members": 0,
}  # fmt: skip
LINE = {
    "code": "5", "title": "新指标", "parent": None, "part": "party", "cycle": "year", "max_points": points("5"),
    "basis": "",
}  # fmt: skip
FLAT = {"kind": "deduct_flat", "text": "没有公示的扣1分", "points": points("1")}


@pytest.fixture(autouse=True)
def metrics(monkeypatch):
    for module in (services, services):
        monkeypatch.setattr(module, "all_metrics", lambda: dict.fromkeys(METRICS))


@pytest.fixture
def scheme(cast):
    return stored(cast)


def stored(cast, plan=PLAN, **given):
    return store_plan(plan=plan, organization=cast.district, by=cast.district_staff, **given)


def line(scheme, code):
    return Indicator.objects.select_related("scheme").get(scheme=scheme, code=code)


def codes(scheme):
    return list(scheme.indicators.order_by("position").values_list("code", flat=True))


def kinds(scheme, code):
    return list(line(scheme, code).clauses.order_by("position").values_list("kind", flat=True))


def acts(name):
    return Entry.objects.filter(action=name)


def force(scheme, cast, **changes):
    given = {"approved_by": "镇党委会", "document": "", "since": TODAY, "on": TODAY, "by": cast.district_staff}
    return put_in_force(scheme=scheme, **given | changes)


def fresh(scheme):
    return Scheme.objects.select_related("organization").get(pk=scheme.pk)


# --- The scheme itself ----------------------------------------------------------------------------------------------
def test_an_empty_draft_is_begun_once(cast):
    given = {"key": UUID(int=3), "organization": cast.district, "values": DATA, "by": cast.district_staff}
    begin_scheme(**given)
    begin_scheme(**given)

    scheme = Scheme.objects.get()
    assert (scheme.pk, scheme.code, scheme.state, scheme.weight_superior) == (UUID(int=3), "d-2026", "draft", 100)
    assert acts("build_scheme").count() == 1


def test_data_are_changed_and_on_record_without_their_values(cast, scheme):
    change_scheme(scheme=scheme, values=DATA, by=cast.district_staff)

    assert (fresh(scheme).title, fresh(scheme).weight_self) == ("考核办法", 0)
    entry = acts("change_scheme").get()
    assert {"title", "code", "weight_self"} <= set(entry.changes)
    assert "考核办法" not in str(entry.changes)


def test_another_code_gets_its_next_version(cast, scheme):
    stored(cast, plan=with_line("1"), version=4)
    Scheme.objects.filter(version=4).update(code="d-2026")

    assert change_scheme(scheme=scheme, values=DATA, by=cast.district_staff).version == 5


def test_the_same_data_leave_no_entry(cast, scheme):
    values = {name: getattr(scheme, name) for name in DATA}
    change_scheme(scheme=scheme, values=values, by=cast.district_staff)

    assert not acts("change_scheme").exists()


def test_data_that_cannot_be_kept_are_refused(cast, scheme):
    with pytest.raises(DoesNotAddUp) as refusal:
        change_scheme(scheme=scheme, values=DATA | {"weight_peer": 20}, by=cast.district_staff)

    assert refusal.value.field == "weights"
    assert fresh(scheme).code == PLAN.code


def test_bands_change_places_and_a_veto_keeps_its_own(cast, scheme):
    new = [BandPlan(1, "较好", points("90")), BandPlan(2, "好", points("60"), 40), BandPlan(3, "较差", points("0"))]
    change_bands(scheme=scheme, bands=new, by=cast.district_staff)

    assert plan_of(fresh(scheme)).bands == tuple(new)
    assert Clause.objects.get(kind="veto").band.name == "较差"
    assert set(acts("change_scheme").get().changes) == {"bands"}


def test_a_band_that_a_veto_decides_stays(cast, scheme):
    with pytest.raises(Refused):
        change_bands(scheme=scheme, bands=BANDS[:2], by=cast.district_staff)

    assert scheme.bands.count() == 3


def test_bands_go_and_come(cast, scheme):
    Clause.objects.filter(kind="veto").delete()
    change_bands(scheme=scheme, bands=[], by=cast.district_staff)
    assert not Band.objects.exists()
    change_bands(scheme=scheme, bands=BANDS, by=cast.district_staff)

    assert plan_of(fresh(scheme)).bands == BANDS


# --- Lines ----------------------------------------------------------------------------------------------------------
def test_a_line_is_added_once_below_its_parent(cast, scheme):
    values = LINE | {"code": "1.3", "parent": line(scheme, "1")}
    for _turn in range(2):
        add_line(scheme=scheme, key=UUID(int=5), values=values, by=cast.district_staff)

    assert codes(scheme) == ["1", "1.1", "1.2", "1.3", "2", "2.1", "3", "4"]
    assert list(scheme.indicators.order_by("position").values_list("position", flat=True)) == list(range(1, 9))
    assert acts("add_indicator").count() == 1


def test_a_code_stands_once(cast, scheme):
    for act in (
        lambda: add_line(scheme=scheme, key=uuid.uuid4(), values=LINE | {"code": "1.1"}, by=cast.district_staff),
        lambda: change_line(line=line(scheme, "4"), values=LINE | {"code": "1.1"}, by=cast.district_staff),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.field == "code"


def test_a_line_takes_along_what_is_below_it(cast, scheme):
    values = LINE | {"code": "1", "title": "组织生活", "parent": line(scheme, "2"), "max_points": points("60")}
    change_line(line=line(scheme, "1"), values=values, by=cast.district_staff)

    assert codes(scheme) == ["2", "2.1", "1", "1.1", "1.2", "3", "4"]
    assert "parent" in acts("change_indicator").get().changes


def test_a_line_does_not_go_below_itself(cast, scheme):
    with pytest.raises(Refused) as refusal:
        values = LINE | {"code": "1", "parent": line(scheme, "1.1")}
        change_line(line=line(scheme, "1"), values=values, by=cast.district_staff)

    assert refusal.value.field == "parent"


def test_a_line_moves_once_for_a_page_that_was_looked_at(cast, scheme):
    for _turn in range(2):
        move_line(line=line(scheme, "2"), step=-1, seen_at=4, by=cast.district_staff)

    assert codes(scheme) == ["2", "2.1", "1", "1.1", "1.2", "3", "4"]
    assert acts("move_indicator").count() == 1


def test_the_first_line_does_not_move_up(cast, scheme):
    move_line(line=line(scheme, "1"), step=-1, seen_at=1, by=cast.district_staff)

    assert codes(scheme)[0] == "1"
    assert not acts("move_indicator").exists()


def test_a_line_goes_with_what_is_below_it(cast, scheme):
    one = line(scheme, "1")
    for _turn in range(2):
        remove_line(line=one, by=cast.district_staff)

    assert codes(scheme) == ["2", "2.1", "3", "4"]
    assert list(scheme.indicators.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4]
    assert acts("remove_indicator").count() == 1


# --- Clauses --------------------------------------------------------------------------------------------------------
def test_a_clause_is_added_once(cast, scheme):
    for _turn in range(2):
        add_clause(line=line(scheme, "1.1"), key=UUID(int=6), values=FLAT, by=cast.district_staff)

    assert [clause.position for clause in line(scheme, "1.1").clauses.order_by("position")] == [1, 2, 3, 4]
    assert acts("add_clause").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points": None}, "points"),
        ({"text": ""}, "text"),
        ({"kind": "veto", "points": None}, "band"),
        ({"kind": "tiered", "points": None, "counted": "done", "tiers": []}, "tiers"),
        ({"kind": "ratio_step", "full_at": 95, "step": None}, "step"),
    ],
)
def test_a_clause_that_says_half_is_refused(cast, scheme, changes, field):
    with pytest.raises(Refused) as refusal:
        add_clause(line=line(scheme, "1.1"), key=uuid.uuid4(), values=FLAT | changes, by=cast.district_staff)

    assert refusal.value.field == field
    assert line(scheme, "1.1").clauses.count() == 3


def test_a_clause_of_another_kind_loses_the_terms_of_the_old_one(cast, scheme):
    clause = Clause.objects.select_related("indicator__scheme").get(kind="ratio_step")
    change_clause(clause=clause, values=FLAT, by=cast.district_staff)

    clause.refresh_from_db()
    assert (clause.kind, clause.metric, clause.full_at, clause.step, clause.cap) == (
        "deduct_flat",
        "",
        None,
        None,
        None,
    )
    assert {"kind", "full_at", "points"} <= set(acts("change_clause").get().changes)


@pytest.mark.parametrize(
    ("step", "after"),
    [
        (-1, ["deduct_flat", "deduct_per_missing", "ratio_step"]),
        (1, ["deduct_per_missing", "ratio_step", "deduct_flat"]),
    ],
)
def test_a_clause_moves_once_for_a_page_that_was_looked_at(cast, scheme, step, after):
    clause = Clause.objects.select_related("indicator__scheme").get(kind="deduct_flat")
    for _turn in range(2):
        move_clause(clause=clause, step=step, seen_at=2, by=cast.district_staff)

    assert kinds(scheme, "1.1") == after
    assert acts("move_clause").get().organization_code == "district"


@pytest.mark.parametrize(("kind", "step", "at"), [("deduct_per_missing", -1, 1), ("ratio_step", 1, 3)])
def test_the_first_clause_does_not_move_up_nor_the_last_one_down(cast, scheme, kind, step, at):
    clause = Clause.objects.select_related("indicator__scheme").get(kind=kind)
    before = kinds(scheme, "1.1")
    move_clause(clause=clause, step=step, seen_at=at, by=cast.district_staff)

    assert kinds(scheme, "1.1") == before
    assert not acts("move_clause").exists()


def test_a_clause_moves_over_the_gap_that_another_one_left(cast, scheme):
    rows = {one.kind: one for one in Clause.objects.select_related("indicator__scheme")}
    remove_clause(clause=rows["deduct_flat"], by=cast.district_staff)
    move_clause(clause=rows["ratio_step"], step=-1, seen_at=3, by=cast.district_staff)

    assert kinds(scheme, "1.1") == ["ratio_step", "deduct_per_missing"]


def test_a_clause_goes(cast, scheme):
    clause = Clause.objects.select_related("indicator__scheme").get(kind="bonus")
    for _turn in range(2):
        remove_clause(clause=clause, by=cast.district_staff)

    assert acts("remove_clause").count() == 1
    for act in (
        lambda: change_clause(clause=clause, values=FLAT, by=cast.district_staff),
        lambda: move_clause(clause=clause, step=1, seen_at=1, by=cast.district_staff),
    ):
        with pytest.raises(Refused):
            act()


# --- What becomes of it ---------------------------------------------------------------------------------------------
def test_it_is_put_in_force_and_stays_as_it_is(cast, scheme):
    force(scheme, cast, approved_by=" 县委常委会 ")

    held = fresh(scheme)
    assert (held.state, held.in_force_since, held.approved_by) == ("in_force", TODAY, "县委常委会")
    assert acts("put_scheme_in_force").get().organization_code == "district"
    clause = Clause.objects.select_related("indicator__scheme").first()
    for act in (
        lambda: change_scheme(scheme=held, values=DATA, by=cast.district_staff),
        lambda: change_bands(scheme=held, bands=[], by=cast.district_staff),
        lambda: add_line(scheme=held, key=uuid.uuid4(), values=LINE, by=cast.district_staff),
        lambda: change_line(line=line(held, "4"), values=LINE, by=cast.district_staff),
        lambda: move_line(line=line(held, "4"), step=-1, seen_at=7, by=cast.district_staff),
        lambda: remove_line(line=line(held, "4"), by=cast.district_staff),
        lambda: add_clause(line=line(held, "4"), key=uuid.uuid4(), values=FLAT, by=cast.district_staff),
        lambda: change_clause(clause=clause, values=FLAT, by=cast.district_staff),
        lambda: move_clause(clause=clause, step=1, seen_at=1, by=cast.district_staff),
        lambda: remove_clause(clause=clause, by=cast.district_staff),
        lambda: delete_scheme(scheme=held, by=cast.district_staff),
        lambda: force(held, cast),
    ):
        with pytest.raises(Refused):
            act()
    assert plan_of(held).indicators == PLAN.indicators


def test_what_does_not_add_up_is_not_put_in_force(cast):
    scheme = stored(cast, with_line("1.1", max_points=points("49")), unfinished=True)
    with pytest.raises(DoesNotAddUp) as refusal:
        force(scheme, cast)

    assert [flaw.code for flaw in refusal.value.flaws] == ["line_sum"]
    assert fresh(scheme).is_draft


@pytest.mark.parametrize(
    ("changes", "field"), [({"approved_by": " "}, "approved_by"), ({"since": TODAY + timedelta(days=1)}, "since")]
)
def test_nobody_adopted_it_or_not_yet(cast, scheme, changes, field):
    with pytest.raises(Refused) as refusal:
        force(scheme, cast, **changes)

    assert refusal.value.field == field


def test_a_new_version_takes_the_place_of_the_old_one(cast, scheme):
    force(scheme, cast)
    for _turn in range(2):
        new = make_version(scheme=fresh(scheme), key=UUID(int=7), by=cast.district_staff)
    assert (new.version, new.copied_from, plan_of(new)) == (2, scheme, plan_of(fresh(scheme)))
    force(new, cast)

    assert (fresh(scheme).state, fresh(new).state) == ("retired", "in_force")
    assert acts("retire_scheme").get().subject_id == str(scheme.pk)


def test_one_draft_of_a_next_version_is_enough(cast, scheme):
    with pytest.raises(Refused):
        make_version(scheme=scheme, key=uuid.uuid4(), by=cast.district_staff)
    force(scheme, cast)
    make_version(scheme=fresh(scheme), key=uuid.uuid4(), by=cast.district_staff)

    with pytest.raises(Refused):
        make_version(scheme=fresh(scheme), key=uuid.uuid4(), by=cast.district_staff)


def test_another_committees_scheme_of_the_same_code_stays_in_force(cast, scheme):
    force(scheme, cast)
    other = store_plan(plan=PLAN, organization=cast.other_district, by=cast.county_staff)
    force(other, cast)

    assert fresh(scheme).state == "in_force"


def test_a_copy_keeps_everything_but_the_year(cast, scheme):
    force(scheme, cast)
    values = {"code": "district-2027", "title": "新办法", "year": 2027}
    given = {"organization": cast.district, "values": values, "by": cast.district_staff}
    copy = copy_scheme(scheme=fresh(scheme), key=UUID(int=8), **given)

    old, new = plan_of(fresh(scheme)), plan_of(copy)
    assert (new.indicators, new.bands, new.weights) == (old.indicators, old.bands, old.weights)
    assert (copy.year, copy.version, copy.state, copy.in_force_since) == (2027, 1, "draft", None)
    assert copy.copied_from == scheme


def test_it_is_retired_with_a_reason_once(cast, scheme):
    with pytest.raises(Refused):
        retire_scheme(scheme=scheme, reason="不再使用", by=cast.district_staff)
    force(scheme, cast)
    with pytest.raises(Refused) as refusal:
        retire_scheme(scheme=scheme, reason=" ", by=cast.district_staff)
    assert refusal.value.field == "reason"
    for _turn in range(2):
        retire_scheme(scheme=scheme, reason="不再使用", by=cast.district_staff)

    assert fresh(scheme).state == "retired"
    assert acts("retire_scheme").get().reason == "不再使用"


def test_a_draft_is_deleted_with_everything_in_it(cast, scheme):
    delete_scheme(scheme=scheme, by=cast.district_staff)

    assert not (Scheme.objects.exists() or Indicator.objects.exists() or Clause.objects.exists())
    assert acts("delete_scheme").get().details == {"year": 2026, "indicators": 7}
    with pytest.raises(Refused):
        delete_scheme(scheme=scheme, by=cast.district_staff)


def test_a_failure_leaves_nothing(cast, scheme, monkeypatch):
    monkeypatch.setattr("assessment.schemes.line_services.record", lambda **given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add_line(scheme=scheme, key=uuid.uuid4(), values=LINE, by=cast.district_staff)
    with pytest.raises(ZeroDivisionError):
        remove_line(line=line(scheme, "1"), by=cast.district_staff)

    assert codes(scheme) == ["1", "1.1", "1.2", "2", "2.1", "3", "4"]
