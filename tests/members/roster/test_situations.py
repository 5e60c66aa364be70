"""Situations begin, are corrected, end, and are removed when they were never true."""

import uuid
from datetime import date

import pytest

from audit.models import Entry
from members.choices import SituationKind
from members.models import Member, Situation
from members.refused import Refused
from members.roster.move_services import add_situation, correct_situation, end_situation, remove_situation

pytestmark = pytest.mark.django_db

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)
MOBILE, FRAIL = SituationKind.MOBILE, SituationKind.FRAIL


def add(cast, kind=MOBILE, key=None, **values):
    return add_situation(
        key=key or uuid.uuid4(), member=cast.zhang, kind=kind, values={"valid_from": MARCH, **values}, by=cast.secretary
    )


def actions():
    return list(Entry.objects.in_order().values_list("action", flat=True))


def test_a_situation_is_stored_with_place_host_and_a_sealed_note(cast):
    add(cast, place="深圳市南山区", host="科技园党支部", able_to="线上学习", note="与女儿同住")

    stored = Situation.objects.get()
    assert (stored.kind, stored.valid_from, stored.valid_until) == ("mobile", MARCH, None)
    assert (stored.place, stored.host, stored.able_to) == ("深圳市南山区", "科技园党支部", "线上学习")
    assert stored.note.open() == "与女儿同住"
    entry = Entry.objects.get()
    assert (entry.action, entry.subject_label, entry.organization_code) == ("add_situation", "张英", "branch")
    assert entry.details == {"kind": "mobile"}


def test_the_same_form_sent_twice_stores_one(cast):
    key = uuid.uuid4()
    assert add(cast, key=key).pk == add(cast, key=key).pk
    assert actions() == ["add_situation"]


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        (MOBILE, {"valid_until": date(2026, 2, 28)}, "valid_until"),
        (SituationKind.SUSPENDED, {"note": " "}, "note"),
        (SituationKind.PROBATION_WITHIN_PARTY, {}, "note"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(cast, kind, values, field):
    with pytest.raises(Refused) as refusal:
        add(cast, kind, **values)
    assert refusal.value.field == field
    assert not Situation.objects.exists()
    assert not Entry.objects.exists()


def test_a_suspension_with_its_decision_is_recorded_but_changes_nothing_else(cast):
    add(cast, SituationKind.SUSPENDED, note="支部大会2026年3月1日决定，镇党委批准")
    assert Member.objects.get(pk=cast.zhang.pk).membership == cast.zhang.membership


def test_one_of_a_kind_is_open_and_another_waits_until_it_has_ended(cast):
    first = add(cast)
    with pytest.raises(Refused) as refusal:
        add(cast, valid_from=JUNE)
    assert refusal.value.field == "kind"
    assert actions() == ["add_situation"]

    end_situation(situation=first, on=JUNE, by=cast.secretary)
    add(cast, valid_from=JUNE)
    assert Situation.objects.count() == 2


def test_different_kinds_are_open_side_by_side(cast):
    add(cast, MOBILE)
    add(cast, FRAIL)
    assert Situation.objects.count() == 2


def test_a_correction_names_what_changed_without_the_values(cast):
    situation = add(cast, place="深圳", note="住址待核实")
    changed = correct_situation(
        situation=situation, values={"place": "广州", "note": "住天河区", "host": ""}, by=cast.secretary
    )

    stored = Situation.objects.get()
    entry = Entry.objects.get(action="correct_situation")
    assert sorted(changed) == sorted(entry.changes) == ["note", "place"]
    assert (stored.place, stored.note.open()) == ("广州", "住天河区")
    assert "广州" not in str(entry.changes)


def test_a_correction_that_changes_nothing_is_not_recorded(cast):
    situation = add(cast, place="深圳", note="住址待核实")
    assert (
        correct_situation(situation=situation, values={"place": "深圳", "note": "住址待核实"}, by=cast.secretary) == []
    )
    assert actions() == ["add_situation"]


def test_a_correction_that_does_not_fit_leaves_the_row(cast):
    ended = add(cast, valid_until=JUNE)
    add(cast, valid_from=JUNE)
    for values, field in (({"valid_until": date(2020, 1, 1)}, "valid_until"), ({"valid_until": None}, "kind")):
        with pytest.raises(Refused) as refusal:
            correct_situation(situation=ended, values=values, by=cast.secretary)
        assert refusal.value.field == field
    ended.refresh_from_db()
    assert ended.valid_until == JUNE
    assert actions() == ["add_situation", "add_situation"]


def test_an_end_is_recorded_once_and_not_before_the_beginning(cast):
    situation = add(cast)
    with pytest.raises(Refused) as refusal:
        end_situation(situation=situation, on=date(2026, 2, 1), by=cast.secretary)
    assert refusal.value.field == "on"

    end_situation(situation=situation, on=JUNE, by=cast.secretary)
    end_situation(situation=situation, on=JUNE, by=cast.secretary)
    assert Situation.objects.get().valid_until == JUNE
    assert actions() == ["add_situation", "end_situation"]


def test_what_has_ended_is_corrected_not_ended_again(cast):
    situation = add(cast, valid_until=JUNE)
    with pytest.raises(Refused):
        end_situation(situation=situation, on=date(2026, 7, 1), by=cast.secretary)
    assert Situation.objects.get().valid_until == JUNE


def test_an_end_that_was_a_mistake_is_corrected_away(cast):
    situation = add(cast, valid_until=JUNE)
    correct_situation(situation=situation, values={"valid_until": None}, by=cast.secretary)
    assert Situation.objects.get().valid_until is None


def test_what_was_never_true_is_removed_once_with_its_reason(cast):
    situation = add(cast)
    remove_situation(situation=situation, reason="记错了人", by=cast.secretary)
    remove_situation(situation=situation, reason="记错了人", by=cast.secretary)

    assert not Situation.objects.exists()
    assert Entry.objects.get(action="remove_situation").reason == "记错了人"
