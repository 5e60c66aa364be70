"""Rows stored in bulk are what the slow and obvious way would have stored."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from branchweb.demo.generator.members import AFFILIATION_COLUMNS, SITUATION_COLUMNS
from members import bulk
from members.choices import AffiliationKind, SituationKind
from members.fields import sealed
from members.models import Affiliation, Member, Situation
from tests.cast import Cast, make_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "place", ["杭州", "", "a\tb\nc\rd", r"back\slash \N \t", "quote ' \" and %s", "𡈽", "=1+1", "\\.", " x "]
)
def test_text_is_stored_as_it_is(cast: Cast, place: str) -> None:
    row = (uuid4(), cast.li.pk, SituationKind.MOBILE, None, None, place, "", "", "", datetime(2026, 1, 1, tzinfo=UTC))
    assert bulk.insert(Situation, SITUATION_COLUMNS, [row]) == 1
    assert Situation.objects.get(pk=row[0]).place == place


def test_every_kind_of_value_comes_back_as_bulk_create_stores_it(cast: Cast) -> None:
    recorded = datetime(2026, 3, 31, 23, 59, 59, 123456, tzinfo=UTC)
    row = (
        uuid4(), cast.li.pk, SituationKind.FRAIL, date(2020, 2, 29), date(2026, 1, 1), "", "", "", "sealed", recorded,
    )  # fmt: skip
    bulk.insert(Situation, SITUATION_COLUMNS, [row])
    slow = Situation.objects.create(
        member=cast.zhang, kind=SituationKind.FRAIL, valid_from=date(2020, 2, 29), valid_until=date(2026, 1, 1)
    )
    Situation.objects.filter(pk=slow.pk).update(recorded_at=recorded)
    columns = ("kind", "valid_from", "valid_until", "place", "host", "able_to", "recorded_at")
    fast, obvious = (Situation.objects.values_list(*columns).get(pk=key) for key in (row[0], slow.pk))
    assert fast == obvious


def test_a_column_of_several_kinds_is_stored_as_it_is(cast: Cast) -> None:
    recorded = datetime(2026, 1, 1, tzinfo=UTC)
    notes = [sealed("杭州"), "a\tb", SituationKind.FRAIL, "x"]
    days = [None, date(2020, 2, 29), None, date(1, 1, 1)]
    rows = [
        (uuid4(), cast.li.pk, kind, day, None, "", "", "", note, recorded)
        for kind, note, day in zip(list(SituationKind)[:4], notes, days, strict=True)
    ]
    bulk.insert(Situation, SITUATION_COLUMNS, rows)
    stored = {one.pk: (str.__str__(one.note), one.valid_from) for one in Situation.objects.all()}
    assert stored == {row[0]: (str.__str__(row[8]), row[3]) for row in rows}


@pytest.mark.parametrize("lists", [[None, "a"], [sealed("a"), None], [None, None], [sealed("a"), "b\\"], [1, None]])
def test_what_is_copied_is_the_text_itself(lists: list[object]) -> None:
    values = tuple(lists)
    copied = bulk._copied(values, set(map(type, values)))
    obvious = [
        r"\N" if value is None else (str.__str__(value) if isinstance(value, str) else str(value)) for value in values
    ]
    assert list(map(str.__str__, copied)) == [text.replace("\\", "\\\\") if text != r"\N" else text for text in obvious]


def test_rows_come_in_parts_and_are_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS_AT_ONCE", 2)
    rows = [(uuid4(), cast.li.pk, cast.branch.pk, AffiliationKind.PARTICIPATION, None, None, "") for _ in range(5)]
    assert bulk.insert(Affiliation, AFFILIATION_COLUMNS, iter(rows)) == 5
    assert Affiliation.objects.filter(kind=AffiliationKind.PARTICIPATION).count() == 5


@pytest.mark.parametrize("count", [0, 1, 5])
def test_rows_may_be_stored_while_they_are_made(cast: Cast, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(bulk, "ROWS_SENT", 2)
    rows = ((uuid4(), cast.li.pk, cast.branch.pk, AffiliationKind.PARTICIPATION, None, None, "") for _ in range(count))
    assert bulk.insert(Affiliation, AFFILIATION_COLUMNS, rows, as_made=True) == count
    assert Affiliation.objects.filter(kind=AffiliationKind.PARTICIPATION).count() == count


def test_a_row_that_cannot_be_made_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS_SENT", 1)

    def rows():
        yield uuid4(), cast.li.pk, cast.branch.pk, AffiliationKind.PARTICIPATION, None, None, ""
        raise LookupError("no such key")

    with pytest.raises(Exception, match="no such key"):
        bulk.insert(Affiliation, AFFILIATION_COLUMNS, rows(), as_made=True)
    assert not Affiliation.objects.filter(kind=AffiliationKind.PARTICIPATION).exists()


def test_the_constraints_of_the_database_hold_and_nothing_is_left(cast: Cast) -> None:
    good = (uuid4(), cast.li.pk, cast.branch.pk, AffiliationKind.PARTICIPATION, None, None, "")
    bad = (uuid4(), cast.li.pk, cast.branch.pk, "unheard-of", None, None, "")
    with pytest.raises(IntegrityError):
        bulk.insert(Affiliation, AFFILIATION_COLUMNS, [good, bad])
    assert not Affiliation.objects.filter(kind=AffiliationKind.PARTICIPATION).exists()


def test_the_next_id_follows_those_that_were_inserted(cast: Cast) -> None:
    free = bulk.first_free_id(Member)
    Member.objects.create(pk=free + 500, name="周", membership="formal_member")
    bulk.follow_ids(Member)
    assert make_member("吴", cast.branch).pk == free + 501


def test_postgresql_counts_anew_what_was_stored_inside_a_transaction(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as statements:
        bulk.refresh_statistics(Member, Affiliation)

    analyze = 'ANALYZE "members_member", "members_affiliation"'
    assert [one["sql"] for one in statements] == ([analyze] if connection.vendor == "postgresql" else [])


def test_what_is_there_already_is_left_out_and_not_counted(cast: Cast) -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    first = (uuid4(), cast.li.pk, SituationKind.MOBILE, None, None, "杭州", "", "", "", made)
    second = (uuid4(), cast.li.pk, SituationKind.FRAIL, None, None, "100 %s", "", "", "", made)
    assert bulk.insert_new(Situation, SITUATION_COLUMNS, [first]) == 1
    changed = (*first[:5], "宁波", *first[6:])
    assert bulk.insert_new(Situation, SITUATION_COLUMNS, [changed, second, second]) == 1

    assert sorted(Situation.objects.values_list("place", flat=True)) == ["100 %s", "杭州"]


def test_what_breaks_another_rule_is_refused_all_the_same(cast: Cast) -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    days = date(2026, 1, 2), date(2026, 1, 1)
    row = (uuid4(), cast.li.pk, SituationKind.MOBILE, *days, "", "", "", "", made)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert_new(Situation, SITUATION_COLUMNS, [row])


def test_nothing_is_nothing_new() -> None:
    assert bulk.insert_new(Situation, SITUATION_COLUMNS, []) == 0


def test_a_moment_is_found_by_itself(cast: Cast) -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    bulk.insert(
        Situation,
        SITUATION_COLUMNS,
        [(uuid4(), cast.li.pk, SituationKind.MOBILE, None, None, "", "", "", "", made)],
    )

    assert Situation.objects.filter(recorded_at__lte=made, recorded_at__gte=made).count() == 1
