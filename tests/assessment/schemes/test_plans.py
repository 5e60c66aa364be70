"""Plans stored as schemes and read back."""

from dataclasses import replace
from uuid import UUID

import pytest

from assessment.models import Clause, Indicator, Scheme
from assessment.schemes import services
from assessment.schemes.queries import plan_of
from assessment.schemes.services import DoesNotAddUp, store_plan
from audit.models import Entry
from members.refused import Refused
from tests.assessment.schemes.making import METRICS, PLAN, manual as by_hand, with_clause, with_line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def metrics(monkeypatch):
    monkeypatch.setattr(services, "all_metrics", lambda: dict.fromkeys(METRICS))


def store(cast, plan=PLAN, **given):
    return store_plan(plan=plan, organization=cast.district, by=cast.district_staff, **given)


def test_what_is_stored_comes_back_equal(cast, django_assert_num_queries):
    store(cast)
    scheme = Scheme.objects.get()

    with django_assert_num_queries(3):
        assert plan_of(scheme) == PLAN


def test_it_is_a_draft_and_on_record(cast):
    scheme = store(cast)

    assert (scheme.state, scheme.version) == ("draft", 1)
    entry = Entry.objects.get(action="build_scheme")
    assert (entry.subject_id, entry.organization_code) == (str(scheme.pk), "district")
    assert entry.details == {"year": 2026, "indicators": len(PLAN.indicators)}


def test_the_next_free_version_is_taken(cast):
    store(cast)

    assert store(cast).version == 2
    assert store(cast, version=7).version == 7
    assert store(cast).version == 8


def test_the_same_form_twice_is_one_scheme(cast):
    first = store(cast, key=UUID(int=9))

    assert store(cast, key=UUID(int=9)) == first
    assert Scheme.objects.count() == 1
    assert Entry.objects.filter(action="build_scheme").count() == 1


def test_a_version_that_is_taken_is_refused(cast):
    store(cast)

    with pytest.raises(Refused) as refusal:
        store(cast, version=1)

    assert refusal.value.field == "code"


def test_what_does_not_add_up_is_refused_field_by_field_and_leaves_nothing(cast):
    broken = replace(with_line("1.2", title=""), total=PLAN.total + 1)
    with pytest.raises(DoesNotAddUp) as refusal:
        store(cast, broken)

    assert {flaw.path for flaw in refusal.value.flaws} == {"indicators/2/title", "total"}
    assert not Scheme.objects.exists()
    assert not Entry.objects.filter(action="build_scheme").exists()


def test_a_failure_in_the_middle_leaves_nothing(cast, monkeypatch):
    monkeypatch.setattr(services, "record", lambda **given: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        store(cast)

    assert not (Scheme.objects.exists() or Indicator.objects.exists() or Clause.objects.exists())


def test_an_unfinished_plan_is_stored_when_that_is_said(cast):
    scheme = store(cast, replace(PLAN, total=PLAN.total + 1), unfinished=True)

    assert scheme.total == 101


def test_what_the_database_could_not_hold_is_refused_even_unfinished(cast):
    with pytest.raises(DoesNotAddUp) as refusal:
        store(cast, with_clause(by_hand(metric="dues.paid")), unfinished=True)

    assert refusal.value.field == "indicators/4/clauses/0/metric"
