"""A private value is revealed to those who say why, on record, and only so many times an hour."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from audit.services import record
from members.fields import SealedField
from members.models import Member
from members.refused import Refused
from members.roster.services import REVEALABLE, recorded_fields, reveal_private, reveals_left
from tests.cast import make_cast, make_user

PHONE = "15695900689"


@pytest.fixture
def zhang(cast):
    return Member.objects.get(pk=cast.zhang.pk)


def reveal(cast, member, field="phone", reason="通知开会", now=None, by=None):
    return reveal_private(member=member, field=field, reason=reason, now=now or timezone.now(), by=by or cast.secretary)


def test_the_value_comes_out_and_the_act_goes_on_record(cast, zhang):
    assert reveal(cast, zhang, reason="  通知开会 ") == PHONE

    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.organization_code) == ("reveal_private", "secretary", "branch")
    assert (entry.subject_id, entry.reason, entry.details) == (str(zhang.pk), "通知开会", {"field": "phone"})


def test_the_record_names_the_field_and_never_the_value(cast, zhang):
    reveal(cast, zhang)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_entry")
        assert PHONE not in str(cursor.fetchall())


def test_every_sealed_field_of_a_member_can_be_revealed(cast, zhang):
    sealed = {field.name for field in Member._meta.fields if isinstance(field, SealedField)}
    zhang.address, zhang.dues_base = "红旗街1号", "480000"
    zhang.save()
    zhang.refresh_from_db()

    assert set(REVEALABLE) == sealed == {"national_id", "phone", "address", "dues_base"}
    assert [reveal(cast, zhang, field)[:3] for field in ("phone", "address", "dues_base")] == ["156", "红旗街", "480"]


@pytest.mark.parametrize(
    ("field", "reason", "about"),
    [
        ("address", "上门", "field"),
        ("name", "看看", "field"),
        ("remark", "看看", "field"),
        ("password", "看看", "field"),
        ("phone", "", "reason"),
        ("phone", "  \n ", "reason"),
    ],
)
def test_what_is_not_recorded_or_not_reasoned_is_refused_and_leaves_no_entry(cast, zhang, field, reason, about):
    with pytest.raises(Refused) as refusal:
        reveal(cast, zhang, field, reason)

    assert refusal.value.field == about
    assert not Entry.objects.exists()


def test_what_is_recorded_can_be_seen_without_a_key(zhang, settings):
    settings.FIELD_KEYS = ("a key that opens nothing, of forty characters",)

    assert recorded_fields(zhang) == ["national_id", "phone"]


def test_only_so_many_within_an_hour(cast, zhang, settings):
    settings.REVEALS_PER_HOUR = 3
    for _ in range(3):
        reveal(cast, zhang)

    with pytest.raises(Refused, match="3"):
        reveal(cast, zhang)
    assert Entry.objects.count() == 3


def test_without_the_limit_there_would_be_a_fourth(cast, zhang, settings):
    """The negative control."""
    settings.REVEALS_PER_HOUR = 999
    for _ in range(4):
        assert reveal(cast, zhang) == PHONE


def test_after_an_hour_there_are_more(cast, zhang, settings):
    settings.REVEALS_PER_HOUR = 1
    reveal(cast, zhang)
    soon, later = (timezone.now() + timedelta(minutes=minutes) for minutes in (59, 61))

    assert (reveals_left(cast.secretary, now=soon), reveals_left(cast.secretary, now=later)) == (0, 1)
    assert reveal(cast, zhang, now=later) == PHONE


def test_the_limit_is_each_persons_own_and_counts_nothing_else(cast, zhang, settings):
    settings.REVEALS_PER_HOUR = 2
    reveal(cast, zhang)
    record(action="edit_member", by=cast.secretary, subject=zhang)

    now = timezone.now()
    assert reveals_left(cast.secretary, now=now) == 1
    assert reveals_left(cast.officer, now=now) == 2


def test_somebody_with_a_similar_name_is_somebody_else(cast, zhang, settings):
    settings.REVEALS_PER_HOUR = 1
    reveal(cast, zhang)

    assert reveals_left(make_user("secretary2"), now=timezone.now()) == 1


def test_counting_reads_the_index(cast):
    """Six years of a county's acts are a million entries."""
    lookup = Entry.objects.by(cast.secretary).since(datetime(2026, 11, 24, tzinfo=UTC))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")

    assert "audit_entry_actor" in lookup.order_by().explain()


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_dont_get_past_the_limit(settings):
    cast = make_cast()
    settings.REVEALS_PER_HOUR = 2
    member = Member.objects.get(pk=cast.zhang.pk)

    def try_once(_number):
        try:
            return reveal(cast, member)
        except Refused:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(try_once, range(8)))

    assert [answer for answer in answers if answer] == [PHONE, PHONE]
    assert Entry.objects.count() == 2
