"""Assessments from the beginning to the lock: what each step stores, what it refuses, and who may not do it alone."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction

from assessment.assessments import judging_services, services
from assessment.assessments.judging_services import (
    answer_objection,
    confirm_values,
    enter_nothing_found,
    raise_objection,
    refuse_value,
)
from assessment.assessments.services import begin, compute_anew, compute_waiting, decide_grade, lock, publish, recompute
from assessment.models import Assessment, IndicatorScore, ManualValue, Objection, SatisfactionTally, Scheme
from assessment.schemes.rules import Weights
from audit.models import Entry
from members.refused import Refused
from tests.assessment.assessments.judging import (
    again,
    band,
    begun,
    clause,
    completed,
    confirmed,
    entered,
    indicator,
    record_says,
    scheme_of,
    second,
    shown,
)
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(days=30)
NEW_YEAR = date(TODAY.year + 1, 1, 5)
D = Decimal


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    record_says(monkeypatch)


def actions():
    return list(Entry.objects.order_by("number").values_list("action", flat=True))


def objected(one, cast, **facts):
    known = {"indicator": indicator(one), "text": "材料已补", "key": uuid.uuid4(), "on": TODAY, "by": cast.secretary}
    return raise_objection(assessment=one, **known | facts)


def answered(objection, cast, outcome="explained", **facts):
    known = {"answer": "以台账为准", "key": uuid.uuid4(), "on": TODAY, "by": cast.district_staff}
    return answer_objection(objection=objection, outcome=outcome, **known | facts)


# --- Begun and computed -----------------------------------------------------------------------------------------------
def test_each_branch_is_begun_once(cast):
    scheme = scheme_of(cast)
    given = {"scheme": scheme, "on": TODAY, "by": cast.district_staff}

    assert begin(branches=[cast.branch, cast.next_branch], **given) == 2
    assert begin(branches=[cast.branch, cast.next_branch], **given) == 0
    assert actions().count("begin_assessments") == 1


def test_only_branches_of_the_scheme_are_begun(cast):
    given = {"scheme": scheme_of(cast), "on": TODAY, "by": cast.district_staff}
    for place in (cast.other_branch, cast.group):
        with pytest.raises(Refused):
            begin(branches=[place], **given)
    Scheme.objects.update(unit_kind="village")
    given["scheme"].refresh_from_db()
    with pytest.raises(Refused):
        begin(branches=[cast.branch], **given)

    assert not Assessment.objects.exists()


def test_a_draft_assesses_nobody(cast):
    scheme = scheme_of(cast)
    Scheme.objects.update(state="draft")
    with pytest.raises(Refused):
        begin(scheme=scheme, branches=[cast.branch], on=TODAY, by=cast.district_staff)


def test_one_branch_that_fails_keeps_no_other_from_being_computed(cast):
    begin(scheme=scheme_of(cast), branches=[cast.branch, cast.next_branch], on=TODAY, by=cast.district_staff)
    store = services.store

    def fails_once(*, assessment, **given):
        if assessment.organization_id == cast.branch.pk:
            raise RuntimeError
        store(assessment=assessment, **given)

    with patch.object(services, "store", fails_once):
        assert compute_waiting(on=TODAY) == 1
    assert compute_waiting(on=TODAY) == 1
    assert compute_waiting(on=TODAY) == 0


def test_what_waits_is_no_zero(cast):
    one = begun(cast)

    assert (one.total, one.band, one.open_points) == (None, None, D(60))
    assert set(IndicatorScore.objects.filter(state="waiting").values_list("points", flat=True)) == {None}


def test_all_that_are_open_are_computed_anew(cast):
    begun(cast, cast.branch, cast.next_branch)
    Assessment.objects.filter(organization=cast.branch).update(
        state="published", shown_on=TODAY, objections_until=TODAY, published_on=TODAY
    )

    assert compute_anew(rows=Assessment.objects.all(), by=cast.district_staff) == 1
    assert compute_waiting(on=TODAY) == 1


# --- Values -----------------------------------------------------------------------------------------------------------
def test_a_value_counts_when_a_second_person_has_confirmed_it(cast):
    one = begun(cast)
    made = entered(one, cast.district_staff, value=D(3))
    before = recompute(assessment=one, on=TODAY, by=cast.district_staff).known_points
    confirm_values(assessment=one, keys={made.pk}, on=TODAY, by=second(cast))
    completed(one, cast)

    assert before == again(one).known_points - 14 - 40
    assert actions().count("enter_value") == 2
    assert actions().count("confirm_values") == 2


def test_nobody_confirms_or_refuses_their_own(cast):
    one = begun(cast)
    made = entered(one, cast.district_staff)
    with pytest.raises(Refused):
        confirm_values(assessment=one, keys={made.pk}, on=TODAY, by=cast.district_staff)
    with pytest.raises(Refused):
        refuse_value(value=made, reason="不对", by=cast.district_staff)

    assert ManualValue.objects.get().state == "waiting"


def test_where_the_service_forgets_it_the_database_still_asks_for_two(cast, monkeypatch):
    """The negative control: without its rule the service would store it, and only the constraint is left."""
    one = begun(cast)
    made = entered(one, cast.district_staff)
    monkeypatch.setattr(judging_services, "_refuse_own", lambda found, by: None)
    with pytest.raises(IntegrityError), transaction.atomic():
        confirm_values(assessment=one, keys={made.pk}, on=TODAY, by=cast.district_staff)

    assert ManualValue.objects.get().state == "waiting"


def test_a_refused_value_is_entered_anew_and_the_reason_stays(cast):
    one = begun(cast)
    made = entered(one, cast.district_staff)
    with pytest.raises(Refused):
        entered(one, second(cast))
    for _turn in range(2):
        refuse_value(value=made, reason="依据不足", by=second(cast))
    confirmed(one, cast)

    assert sorted(ManualValue.objects.values_list("state", flat=True)) == ["confirmed", "refused"]
    assert actions().count("refuse_value") == 1


@pytest.mark.parametrize(("code", "value"), [("2.1", D(1001)), ("1.2", D(1001))])
def test_a_value_is_believable(cast, code, value):
    one = begun(cast)
    with pytest.raises(Refused):
        entered(one, cast.district_staff, clause(one, code), value)


def test_what_the_record_says_nobody_enters(cast):
    one = begun(cast)
    with pytest.raises(Refused):
        entered(one, cast.district_staff, clause(one, "1.1"))
    with pytest.raises(Refused):
        entered(one, cast.district_staff, indicator(one), D(3))


def test_the_same_form_twice_enters_one_value(cast):
    one, key = begun(cast), uuid.uuid4()
    for _turn in range(2):
        entered(one, cast.district_staff, key=key)
        enter_nothing_found(assessment=one, basis="未发现", key=key, by=cast.district_staff)

    assert ManualValue.objects.count() == 2
    assert actions().count("enter_nothing_found") == 1


def test_nothing_found_is_not_said_of_tiers(cast):
    one = begun(cast)
    enter_nothing_found(assessment=one, basis="未发现", key=uuid.uuid4(), by=cast.district_staff)

    assert set(one.values.values_list("clause__indicator__code", flat=True)) == {"1.2"}


def test_a_veto_decides_the_band_whatever_the_points(cast):
    one = begun(cast)
    confirmed(one, cast, clause(one, position=1), D(1))

    assert (again(one).band, again(one).veto) == (band(one, 3), clause(one, position=1))


# --- Shown, objected to, answered -------------------------------------------------------------------------------------
def test_the_branch_may_object_for_the_days_of_the_scheme(cast):
    one = shown(begun(cast), cast)

    assert one.objections_until == TODAY + timedelta(days=10)
    objected(one, cast, on=one.objections_until)
    with pytest.raises(Refused):
        objected(one, cast, indicator=indicator(one, "1.1"), on=one.objections_until + timedelta(days=1))
    assert Objection.objects.count() == 1


@pytest.mark.parametrize("code", ["1", "1.2"])
def test_a_branch_objects_once_to_what_gives_points(cast, code):
    one, key = shown(begun(cast), cast), uuid.uuid4()
    for _turn in range(2):
        objected(one, cast, key=key)
    with pytest.raises(Refused):
        objected(one, cast, indicator=indicator(one, code))

    assert actions().count("raise_objection") == 1


def test_nobody_objects_before_it_is_shown(cast):
    with pytest.raises(Refused):
        objected(begun(cast), cast)


def test_where_the_branch_was_right_a_second_person_confirms_the_points(cast):
    one = shown(completed(begun(cast), cast, D(70)), cast)
    objection = objected(one, cast, indicator=indicator(one, "2.1"))
    answered(objection, cast, "upheld", points=D(38))
    with pytest.raises(Refused):
        publish(assessment=one, on=LATER, by=cast.district_staff)
    value = ManualValue.objects.waiting().get()
    with pytest.raises(Refused):
        confirm_values(assessment=one, keys={value.pk}, on=TODAY, by=cast.district_staff)
    confirm_values(assessment=one, keys={value.pk}, on=TODAY, by=second(cast))

    assert IndicatorScore.objects.get(indicator__code="2.1").points == D(38)
    assert publish(assessment=one, on=LATER, by=cast.district_staff) == []


def test_a_new_value_that_is_not_confirmed_is_entered_anew(cast):
    one = shown(begun(cast), cast)
    answered(objected(one, cast), cast, "upheld", points=D(18))
    refuse_value(value=ManualValue.objects.waiting().get(), reason="多了", by=second(cast))
    entered(one, cast.district_staff, indicator(one), D(16))

    assert ManualValue.objects.waiting().get().value == 16


def test_an_objection_is_answered_once_and_not_by_who_raised_it(cast):
    one = shown(begun(cast), cast)
    objection = objected(one, cast)
    with pytest.raises(Refused):
        answered(objection, cast, by=cast.secretary)
    with pytest.raises(Refused):
        answered(objection, cast, "upheld")
    for _turn in range(2):
        answered(objection, cast)
    with pytest.raises(Refused):
        answered(objection, cast, "record_first")

    assert (Objection.objects.get().outcome, actions().count("answer_objection")) == ("explained", 1)


# --- Published, decided, locked ---------------------------------------------------------------------------------------
def test_nothing_is_published_while_something_waits(cast):
    one = shown(completed(begun(cast), cast), cast)
    with pytest.raises(Refused):
        publish(assessment=one, on=one.objections_until, by=cast.district_staff)
    objection = objected(one, cast)
    with pytest.raises(Refused):
        publish(assessment=one, on=LATER, by=cast.district_staff)
    answered(objection, cast)
    publish(assessment=one, on=LATER, by=cast.district_staff)

    assert again(one).state == "published"


def test_what_is_not_shown_is_not_published(cast):
    with pytest.raises(Refused):
        publish(assessment=begun(cast), on=LATER, by=cast.district_staff)


def test_an_incomplete_one_is_published_without_a_band(cast):
    one = shown(begun(cast), cast)
    publish(assessment=one, on=LATER, by=cast.district_staff)

    assert (again(one).state, again(one).total, again(one).band) == ("published", None, None)


def test_publishing_again_says_what_changed(cast):
    one = shown(completed(begun(cast), cast), cast)
    publish(assessment=one, on=LATER, by=cast.district_staff)
    assert publish(assessment=one, on=LATER, by=cast.district_staff) == []
    IndicatorScore.objects.filter(assessment=one, indicator__code="2.1").update(points=D(1))
    Assessment.objects.update(stale_since="2026-12-24T00:00+08:00", stale_because=["2.1"])
    changed = publish(assessment=one, on=LATER, by=cast.district_staff)

    assert [(one.code, one.before, one.after) for one in changed] == [("2.1", D(1), D(40))]
    assert (again(one).stale_since, again(one).stale_because) == (None, [])
    assert actions().count("publish_assessment") == 2


def test_it_is_locked_after_the_year_and_after_what_changed_is_published(cast):
    one = shown(completed(begun(cast), cast), cast)
    with pytest.raises(Refused):
        lock(assessment=one, on=NEW_YEAR, by=cast.district_staff)
    publish(assessment=one, on=LATER, by=cast.district_staff)
    for day in (LATER, NEW_YEAR):
        with pytest.raises(Refused):
            lock(assessment=one, on=day, by=cast.district_staff)
    publish(assessment=one, on=NEW_YEAR, by=cast.district_staff)
    for _turn in range(2):
        lock(assessment=one, on=NEW_YEAR, by=cast.district_staff)

    assert (again(one).state, actions().count("lock_assessment")) == ("locked", 1)
    for refused in (publish, recompute):
        with pytest.raises(Refused):
            refused(assessment=one, on=NEW_YEAR, by=cast.district_staff)


def test_a_grade_is_decided_apart_from_the_points(cast):
    one = completed(begun(cast), cast)
    given = {"band": band(one, 2), "meeting": "党委会", "day": TODAY, "on": TODAY, "by": cast.district_staff}
    with pytest.raises(Refused):
        decide_grade(assessment=one, **given)
    shown(one, cast)
    with pytest.raises(Refused):
        decide_grade(assessment=one, **given | {"day": LATER})
    for _turn in range(2):
        decide_grade(assessment=one, **given)

    assert (again(one).band, again(one).decided_band) != (again(one).grade_or_band, None)
    assert again(one).grade_or_band == band(one, 2)
    assert actions().count("decide_grade") == 1


def test_a_grade_of_another_scheme_is_refused(cast):
    one = shown(begun(cast), cast)
    other = begun(cast, cast.next_branch, code="other")
    with pytest.raises(Refused):
        decide_grade(assessment=one, band=band(other), meeting="党委会", day=TODAY, on=TODAY, by=cast.district_staff)


def test_values_stay_once_it_is_published(cast):
    one = shown(begun(cast), cast)
    publish(assessment=one, on=LATER, by=cast.district_staff)
    with pytest.raises(Refused):
        entered(again(one), cast.district_staff)


def test_sums_of_answers_stand_there_from_the_beginning(cast):
    begun(cast, weights=Weights(superior=80, members=20))

    assert set(SatisfactionTally.objects.values_list("count", flat=True)) == {0}
    assert SatisfactionTally.objects.count() == 4
