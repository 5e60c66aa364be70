"""Private text is encrypted in the database and shows nothing until it is opened."""

import json

import pytest
from django.db import connection

from audit.keyring import SealBroken, unseal
from members.fields import Sealed, sealed
from members.models import Member

PHONE = "15695900689"


@pytest.fixture
def member(cast):
    return Member.objects.get(pk=cast.zhang.pk)


def stored(member, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM members_member WHERE id = %s", [member.pk])
        return cursor.fetchone()[0]


def test_the_database_holds_only_the_sealed_text(member):
    assert PHONE not in stored(member, "phone")
    assert unseal(stored(member, "phone")) == PHONE


def test_a_sealed_value_opens_when_asked(member):
    assert member.phone.open() == PHONE


@pytest.mark.parametrize("show", [str, repr, "{}".format, lambda value: "%s" % value, lambda value: f"{value}"])  # noqa: UP031
def test_showing_a_sealed_value_shows_nothing(member, show):
    assert PHONE not in show(member.phone)
    assert "•" in show(member.phone)


@pytest.mark.parametrize("leak", [lambda value: "".join([value]), json.dumps, lambda value: f"{value:>200}"])
def test_even_what_reads_past_str_gets_the_sealed_text(member, leak):
    assert PHONE not in leak(member.phone)


def test_an_unrecorded_value_can_be_seen_to_be_unrecorded_without_a_key(member):
    member.phone = ""
    member.save()
    member.refresh_from_db()

    assert (stored(member, "phone"), member.phone, str(member.phone), member.phone.open()) == ("", "", "", "")
    assert Member.objects.filter(phone="", pk=member.pk).exists()


def test_saving_again_doesnt_seal_what_is_sealed(member):
    before = stored(member, "phone")
    member.save()

    assert stored(member, "phone") == before


def test_a_value_copied_from_another_row_opens(member, cast):
    cast.li.phone = member.phone
    cast.li.save()

    assert Member.objects.get(pk=cast.li.pk).phone.open() == PHONE


def test_bulk_writes_are_sealed_too(member, cast):
    Member.objects.filter(pk=member.pk).update(phone="13912345678")
    copied = Member.objects.bulk_create([Member(name="周", membership="formal_member", phone="13912345678")])[0]

    for row in (member, copied):
        assert "13912345678" not in stored(row, "phone")
        assert unseal(stored(row, "phone")) == "13912345678"


def test_two_rows_with_one_value_dont_look_alike(member, cast):
    Member.objects.filter(pk__in=[member.pk, cast.li.pk]).update(address="同一处")
    Member.objects.filter(pk=cast.li.pk).update(address="同一处")

    assert stored(member, "address") != stored(cast.li, "address")


def test_a_value_that_was_tampered_with_doesnt_open(member):
    broken = Sealed("A" + str.__str__(member.phone)[1:-4] + "AAAA")

    with pytest.raises(SealBroken):
        broken.open()


def test_null_stays_null():
    assert Member._meta.get_field("phone").from_db_value(None, None, None) is None
    assert Member._meta.get_field("phone").get_prep_value(None) is None


def test_the_empty_text_is_never_sealed():
    assert sealed("") == ""
