"""Members are found by characters, pinyin, initials and tails of numbers; the index itself holds no number."""

import pytest
from django.db import connection

from members.models import Member
from members.search import name_key, postgres_query, search_terms, sqlite_query
from tests.cast import make_member

PEOPLE = {
    "张英": "13800001111",
    "张英杰": "13800002222",
    "李国强": "13800003333",
    "吕强": "13800004444",
    "买买提·吐尔逊": "13800005555",
    "Anna Weber": "13800006666",
    "𡈽方": "13800007777",
    "翟小单": "13800008888",
}


@pytest.fixture
def people(cast):
    Member.objects.filter(pk__in=[cast.zhang.pk, cast.li.pk, cast.wang.pk, cast.zhao.pk]).update(search_terms="")
    for name, phone in PEOPLE.items():
        make_member(name, cast.branch, phone=phone)


def found(text):
    return {member.name for member in Member.objects.search(text)}


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("张英", {"张英", "张英杰"}),
        ("英杰", {"张英杰"}),
        ("强", {"李国强", "吕强"}),
        ("英张", set()),
        ("李强", set()),
        ("张 杰", {"张英杰"}),
        ("zhangying", {"张英", "张英杰"}),
        ("zhang", {"张英", "张英杰"}),
        ("zhang ying", {"张英", "张英杰"}),
        ("Zhang Ying Jie", {"张英杰"}),
        ("ZY", {"张英", "张英杰"}),
        ("zyj", {"张英杰"}),
        ("lv", {"吕强"}),
        ("lü", {"吕强"}),
        ("lgq", {"李国强"}),
        ("guoqiang", set()),
        ("买买提·吐尔逊", {"买买提·吐尔逊"}),
        ("吐尔逊", {"买买提·吐尔逊"}),
        ("zhaixiaodan", {"翟小单"}),
        ("di xiao dan", {"翟小单"}),
        ("zxd", {"翟小单"}),
        ("xiaoshan", set()),
        ("anna", {"Anna Weber"}),
        ("anna weber", {"Anna Weber"}),
        ("𡈽", {"𡈽方"}),
        ("张英 1111", {"张英"}),
        ("张英 2222", {"张英杰"}),
        ("1111", {"张英"}),
        ("00001111", {"张英"}),
        ("13800001111", {"张英"}),
        ("１３８００００１１１１", {"张英"}),
        ("138 0000 1111", set()),
        ("1380000", set()),
        ("111", set()),
    ],
)
def test_what_is_typed_finds_whom_it_should(people, typed, names):
    assert found(typed) == names


@pytest.mark.parametrize(
    "typed",
    ['"', "'", "*", "%", "_", "张%", "a'b", 'a"b', "OR", "NEAR(a b)", "a:b", "!", "&", "|", "(", ")", "<->", "\\", "\0",
     "张\0", ";--", "a AND NOT b", "^a", "{x}", "ａ", "🙂", "x" * 5000, "张" * 5000, "1 " * 5000, "\ud800"],
)  # fmt: skip
def test_nothing_that_is_typed_breaks_the_search(people, typed):
    assert isinstance(found(typed), set)


@pytest.mark.parametrize("typed", ["", "   ", "\t\n"])
def test_nothing_typed_finds_everybody(people, typed):
    assert len(found(typed)) == Member.objects.values("name").distinct().count()


@pytest.mark.parametrize("typed", ["，。", "-", "🙂"])
def test_what_cant_be_searched_for_finds_nobody(people, typed):
    assert found(typed) == set()


def test_an_identity_number_is_found_by_its_end_whatever_the_case_of_x(cast):
    make_member("周", cast.branch, national_id="10022619750109349X")

    assert found("349x") == found("9349X") == found("10022619750109349X") == {"周"}


def test_a_former_name_finds_the_member_too(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(search_terms=search_terms(names=["张英", "刘小妹"], numbers=[]))

    assert found("刘小妹") == found("lxm") == {"张英"}
    assert found("英刘") == set()


def test_the_index_follows_a_changed_row_and_forgets_a_deleted_one(cast):
    member = make_member("周周", cast.branch)
    Member.objects.filter(pk=member.pk).update(search_terms=search_terms(names=["吴吴"], numbers=[]))
    assert (found("周周"), found("吴吴")) == (set(), {"周周"})

    member.affiliations.all().delete()
    member.delete()
    assert found("吴吴") == set()


def test_no_number_stands_in_the_index():
    terms = search_terms(names=["张英"], numbers=["15695900689", "100226197501093494"])

    assert not any(tail in terms for tail in ("0689", "900689", "3494", "15695900689", "100226197501093494"))


def test_without_the_key_ring_tails_say_nothing(settings):
    before = search_terms(names=[], numbers=["15695900689"])
    settings.FIELD_KEYS = ("another key of forty characters or more 0",)

    assert set(before.split()).isdisjoint(search_terms(names=[], numbers=["15695900689"]).split())


def test_a_number_is_found_under_an_older_key_of_the_ring(cast, settings):
    """While keys are being rotated, some rows are indexed under the old key and some under the new one."""
    old, new = settings.FIELD_KEYS[0], "another key of forty characters or more 0"
    settings.FIELD_KEYS = (new, old)
    make_member("周", cast.branch, phone="13999990689")

    assert found("0689") == {"张英", "周"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("张英", "zhang ying"),
        ("吕强", "lv qiang"),
        ("翟小单", "zhai xiao dan"),
        ("单小翟", "shan xiao di"),
        ("Anna Weber", "a n n a w e b e r"),
        ("", ""),
        ("张" * 60, ("zhang " * 60)[:120]),
    ],
)
def test_lists_are_sorted_by_pinyin_with_syllables_apart(name, key):
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("typed", "postgres", "sqlite"),
    [
        ("张", "张", '"张"'),
        ("张英", "张英", '"张英"'),
        ("张英杰", "张英 & 英杰", '"张英" AND "英杰"'),
        ("zy", "zy:*", "zy*"),
        ("张 zy", "张 & zy:*", '"张" AND zy*'),
        ("", "", ""),
        ("，", "", ""),
    ],
)
def test_the_two_databases_are_asked_the_same(typed, postgres, sqlite):
    assert (postgres_query(typed), sqlite_query(typed)) == (postgres, sqlite)


def test_the_search_reads_the_index(people):
    """A scan would do for a branch; a county has a million rows."""
    plan = Member.objects.search("张英").explain()

    if connection.vendor == "sqlite":
        assert "VIRTUAL TABLE INDEX" in plan
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "member_search" in Member.objects.search("张英").explain()
