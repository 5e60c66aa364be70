"""`manage.py verify` finds members whose derived columns contradict what they are derived from."""

import pytest
from django.db import connection
from django.utils import timezone

from members.fields import Sealed
from members.models import Affiliation, Member
from members.roster.services import refresh_roster_paths
from members.search import search_terms
from members.verification import checks

NEW = "another key of forty characters or more 0"


@pytest.fixture(autouse=True)
def todays_cast(cast):
    return cast


def wrong():
    return [check.name for check in checks() if not check.ok]


def update(member, **values):
    Member.objects.filter(pk=member.pk).update(**values)


def test_a_roster_in_order_passes_every_check():
    assert wrong() == []
    assert [check.name for check in checks()] == [
        "roster_paths", "search_index", "member_descriptions", "private_values",
    ]  # fmt: skip


def test_a_member_on_a_roster_that_no_relation_names_is_found(cast):
    update(cast.zhang, roster_path=cast.next_branch.path)
    detail = next(check.detail for check in checks() if not check.ok)

    assert wrong() == ["roster_paths"]
    assert str(cast.zhang.key) in detail
    assert "张英" not in detail


def test_a_relation_without_its_roster_is_found_and_can_be_refreshed(cast):
    Affiliation.objects.filter(member=cast.zhang).update(organization=cast.next_branch)
    assert wrong() == ["roster_paths"]

    refresh_roster_paths(on=timezone.localdate())
    assert wrong() == []


@pytest.mark.parametrize(
    "change",
    [
        {"name": "章英"},
        {"name_key": "wang"},
        {"search_terms": ""},
        {"search_terms": search_terms(names=["李英"], numbers=[])},
        {"phone": "13912345678"},
        {"national_id": "100226197501093470"},
        {"national_id": ""},
        {"national_id_print": "abc"},
        {"former_names": "刘小妹"},
    ],
)
def test_a_description_that_does_not_follow_from_name_and_numbers_is_found(cast, change):
    update(cast.zhang, **change)

    assert wrong() == ["member_descriptions"]


def test_a_member_still_under_an_older_key_is_in_order(cast, settings):
    settings.FIELD_KEYS = (NEW, *settings.FIELD_KEYS)

    assert wrong() == []


def test_without_the_key_it_is_not(settings):
    settings.FIELD_KEYS = (NEW,)

    assert wrong() == ["member_descriptions", "private_values"]


@pytest.mark.parametrize(
    ("field", "checks_that_fail"),
    [("phone", ["member_descriptions", "private_values"]), ("address", ["private_values"])],
)
def test_a_value_that_no_key_opens_is_found(cast, field, checks_that_fail):
    update(cast.zhang, **{field: Sealed("gAAAAABxxxx")})

    assert wrong() == checks_that_fail


def test_a_search_index_that_lost_a_row_is_found(cast):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP INDEX member_search")
        else:
            cursor.execute(
                "INSERT INTO members_member_search(members_member_search, rowid, search_terms) "
                "VALUES ('delete', %s, %s)",
                [cast.zhang.pk, Member.objects.get(pk=cast.zhang.pk).search_terms],
            )

    assert wrong() == ["search_index"]
