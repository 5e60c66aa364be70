"""The index filled at once is the index the trigger would have filled."""

import pytest
from django.db import connection, transaction

from members import bulk
from members.models import Member
from members.search import TRIGGER, WORTH_IT, filled_at_once, search_terms
from tests.cast import Cast, make_member

NAMES = [
    f"张{'甲乙丙丁戊己庚辛壬癸'[i % 10]}{'子丑寅卯辰巳午未申酉'[i // 10 % 10]}{'一二三'[i // 100]}"
    for i in range(WORTH_IT + 50)
]


def insert(first: int, names: list[str]) -> None:
    """Members as the import makes them, all fields but a few empty."""
    fields = list(Member._meta.concrete_fields)
    defaults = {field.attname: "" if not field.null else None for field in fields} | {"number_disputed": False}

    def row(number: int, name: str) -> list[object]:
        values = defaults | {"id": first + number, "key": f"{first + number:032x}", "name": name}
        values |= {"membership": "formal_member", "search_terms": search_terms(names=[name], numbers=[])}
        return [values[field.attname] for field in fields]

    bulk.insert(Member, [str(field.column) for field in fields], (row(*one) for one in enumerate(names)))


def found(name: str) -> list[str]:
    return [member.name for member in Member.objects.search(name)]


def triggers() -> int:
    """On PostgreSQL there is none to put aside."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = %s", [TRIGGER])
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("count", [3, len(NAMES)])
def test_everybody_inserted_is_found(cast: Cast, count: int) -> None:
    first = bulk.first_free_id(Member)
    with transaction.atomic(), filled_at_once(first, count):
        insert(first, NAMES[:count])
    bulk.follow_ids(Member)
    assert all(found(name) == [name] for name in NAMES[:count:17])
    assert found("张英") == ["张英"]
    make_member("欧阳新", cast.branch)
    assert found("欧阳新") == ["欧阳新"]


def test_a_failure_leaves_the_trigger_and_the_index_as_they_were(cast: Cast) -> None:
    first = bulk.first_free_id(Member)
    with pytest.raises(RuntimeError), transaction.atomic(), filled_at_once(first, len(NAMES)):
        insert(first, NAMES)
        raise RuntimeError
    assert found(NAMES[0]) == []
    make_member("欧阳新", cast.branch)
    assert found("欧阳新") == ["欧阳新"]


def test_the_trigger_is_put_aside_only_for_many(cast: Cast) -> None:
    """The negative control: inside, it really is away."""
    first = bulk.first_free_id(Member)
    seen = []
    for count in (3, len(NAMES)):
        with transaction.atomic(), filled_at_once(first, count):
            seen.append(triggers())
    there = int(connection.vendor == "sqlite")
    assert (seen, triggers()) == ([there, 0], there)


def test_the_index_agrees_with_the_rows(cast: Cast) -> None:
    first = bulk.first_free_id(Member)
    with transaction.atomic(), filled_at_once(first, len(NAMES)):
        insert(first, NAMES)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            check = "INSERT INTO members_member_search(members_member_search, rank) VALUES ('integrity-check', 1)"
            cursor.execute(check)
    assert found(NAMES[-1]) == [NAMES[-1]]
