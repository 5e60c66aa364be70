"""Recording and changing a member's own facts."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from audit.keyring import fingerprint
from audit.models import Entry
from members.access.queries import access_for
from members.dates import MONTH, PartialDate
from members.fields import Sealed
from members.models import Affiliation, Member
from members.refused import CannotBelong, Refused
from members.roster import services
from members.roster.services import EDITABLE, create_member, describe, edit_member, version_of
from tests.cast import TODAY, make_cast, make_national_id

pytestmark = pytest.mark.django_db

NEW_ID = make_national_id("19600501", 128)
VALUES = {
    "name": "陈玉兰",
    "sex": "female",
    "membership": "formal_member",
    "national_id": NEW_ID,
    "phone": "13912345678",
    "born": PartialDate(date(1960, 5, 1)),
    "joined": PartialDate(date(1985, 7, 1), MONTH),
    "confirmed": PartialDate(date(1986, 7, 1)),
}


def secretary_of(cast):
    cast.secretary.access = access_for(cast.secretary, on=TODAY)
    return cast.secretary


def create(cast, key=None, **changed):
    return create_member(
        key=key or uuid.uuid4(), organization=cast.branch, since=date(2026, 3, 1), values={**VALUES, **changed},
        on=TODAY, by=secretary_of(cast),
    )  # fmt: skip


def edit(cast, reason="", version=None, **values):
    version = version or version_of(cast.zhang)
    return edit_member(
        member=cast.zhang, values=values, version=version, on=TODAY, by=secretary_of(cast), reason=reason
    )  # fmt: skip


def test_a_new_member_stands_on_the_roster_with_a_dated_relation_and_entries_in_the_record(cast):
    member = create(cast)

    stored = Member.objects.get(key=member.key)
    assert (stored.name, stored.roster_path, str(stored.joined)) == ("陈玉兰", cast.branch.path, "1985-07")
    assert stored.national_id.open() == NEW_ID
    assert stored.affiliations.get().valid_from == date(2026, 3, 1)
    actions = Entry.objects.filter(subject_id=str(member.pk)).values_list("action", "organization_code")
    assert sorted(actions) == [("create_member", "branch"), ("place_member", "branch")]


def test_a_new_member_is_found_by_name_initials_and_the_end_of_the_phone(cast):
    member = create(cast)

    for typed in ("陈玉", "cyl", "chenyu", "5678", NEW_ID[-6:]):
        assert list(Member.objects.search(typed)) == [member]


def test_the_same_form_sent_twice_stores_one_member(cast):
    key = uuid.uuid4()
    first, second = create(cast, key), create(cast, key)

    assert first.pk == second.pk
    assert Affiliation.objects.filter(member=first).count() == 1
    assert Entry.objects.filter(action="create_member").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"national_id": NEW_ID[:-1] + "0"}, "national_id"),
        ({"joined": PartialDate(date(1970, 1, 1))}, "joined"),
        ({"national_id": make_national_id("19750109", 349), "sex": "", "born": None, "joined": None}, "national_id"),
    ],
    ids=["no name", "check digit", "too young", "already on record"],
)
def test_a_refused_member_leaves_nothing(cast, changed, field):
    before = Member.objects.count()

    with pytest.raises(Refused) as refusal:
        create(cast, **changed)

    assert refusal.value.field == field
    assert (Member.objects.count(), Entry.objects.count()) == (before, 0)


def test_a_member_cannot_be_placed_on_a_committee_and_then_is_not_stored_at_all(cast):
    with pytest.raises(CannotBelong):
        create_member(
            key=uuid.uuid4(), organization=cast.district, since=None, values=VALUES, on=TODAY, by=cast.secretary
        )

    assert not Member.objects.filter(name="陈玉兰").exists()
    assert not Entry.objects.exists()


def test_an_identity_number_that_an_older_key_of_the_ring_knows_is_noticed(cast, settings):
    create(cast)
    settings.FIELD_KEYS = ("a-newer-key-of-the-ring", *settings.FIELD_KEYS)

    with pytest.raises(Refused) as refusal:
        create(cast, name="另一人")

    assert refusal.value.field == "national_id"


def test_an_edit_stores_what_changed_and_names_the_fields_without_their_values(cast):
    changed = edit(cast, phone="13900001111", work_post="退休教师")

    stored = Member.objects.get(pk=cast.zhang.pk)
    entry = Entry.objects.get(action="edit_member")
    assert sorted(changed) == ["phone", "work_post"]
    assert (stored.phone.open(), stored.work_post) == ("13900001111", "退休教师")
    assert sorted(entry.changes) == ["phone", "work_post"]
    assert "13900001111" not in str(entry.changes)
    assert entry.organization_code == "branch"


def test_an_edit_keeps_the_search_and_the_sorting_key(cast):
    edit(cast, reason="改名，户口簿已核对", name="赵敏", phone="13900002468")

    stored = Member.objects.get(pk=cast.zhang.pk)
    assert stored.name_key.split() == ["zhao", "min"]
    assert list(Member.objects.search("zm")) == [stored]
    assert list(Member.objects.search("2468")) == [stored]
    assert not Member.objects.search("0689").exists()


def test_an_edit_that_changes_nothing_records_nothing(cast):
    assert edit(cast, name="张英", phone="15695900689") == []
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"name": "张颖"},
        {"national_id": make_national_id("19750109", 351)},
        {"born": PartialDate(date(1975, 1, 1), MONTH)},
        {"joined": PartialDate(date(1999, 7, 1))},
        {"confirmed": PartialDate(date(2000, 7, 1))},
        {"membership": "probationary_member"},
    ],
)
def test_a_sensitive_fact_changes_only_with_a_reason(cast, values):
    with pytest.raises(Refused) as refusal:
        edit(cast, **values)
    assert refusal.value.field == "reason"
    assert not Entry.objects.exists()

    edit(cast, reason="与档案核对", **values)
    assert Entry.objects.get().reason == "与档案核对"


def test_a_page_that_is_out_of_date_overwrites_nothing(cast):
    shown = version_of(cast.zhang)
    edit(cast, phone="13900001111")

    with pytest.raises(Refused) as refusal:
        edit(cast, version=shown, phone="13900002222")

    assert refusal.value.field is None
    assert Member.objects.get(pk=cast.zhang.pk).phone.open() == "13900001111"
    assert Entry.objects.count() == 1


def test_the_same_edit_sent_twice_is_done_once_and_not_refused(cast):
    shown = version_of(cast.zhang)
    edit(cast, version=shown, phone="13900001111")

    assert edit(cast, version=shown, phone="13900001111") == []


def test_without_the_version_check_the_older_page_would_win(cast, monkeypatch):
    monkeypatch.setattr(services, "_refuse_outdated", lambda *args: None)
    shown = version_of(cast.zhang)
    edit(cast, phone="13900001111")
    edit(cast, version=shown, phone="13900002222")

    assert Member.objects.get(pk=cast.zhang.pk).phone.open() == "13900002222"


@pytest.mark.parametrize("field", [field for field in EDITABLE if field not in ("born", "joined", "confirmed")])
def test_the_version_changes_with_every_fact(cast, field):
    before = version_of(cast.zhang)
    setattr(cast.zhang, field, "something else")
    assert version_of(cast.zhang) != before


def test_the_version_says_nothing_about_the_facts(cast):
    assert len(version_of(cast.zhang)) == 32
    assert "15695900689" not in version_of(cast.zhang)


def test_a_number_in_use_is_refused_and_the_member_stays_as_it_was(cast):
    create(cast)
    with pytest.raises(Refused) as refusal:
        edit(cast, reason="更正", national_id=NEW_ID)

    assert refusal.value.field == "national_id"
    assert Member.objects.get(pk=cast.zhang.pk).national_id.open() == make_national_id("19750109", 349)


def test_what_was_doubtful_before_does_not_stand_in_the_way_of_a_new_phone(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(full_on=date(1990, 1, 1), full_precision="day")
    Member.objects.filter(pk=cast.zhang.pk).update(joined_on=date(1999, 1, 1), joined_precision="day")
    cast.zhang.refresh_from_db()

    assert edit(cast, phone="13900001111") == ["phone"]
    with pytest.raises(Refused):
        edit(cast, reason="更正", joined=PartialDate(date(1998, 1, 1)))


def test_an_emptied_date_and_number_are_empty_afterwards(cast):
    edit(cast, reason="尚未核实", national_id="", phone="", born=None)

    stored = Member.objects.get(pk=cast.zhang.pk)
    assert (stored.national_id_print, stored.born) == ("", None)
    assert not Member.objects.search("0689").exists()


def test_describing_a_member_opens_what_the_database_holds(cast):
    stored = Member.objects.get(pk=cast.zhang.pk)
    assert isinstance(stored.national_id, Sealed)

    describe(stored)

    assert stored.national_id_print == fingerprint(make_national_id("19750109", 349))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_at_once_store_one_member():
    cast, key = make_cast(), uuid.uuid4()

    def send(_turn):
        try:
            return create(cast, key).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(send, range(8)))

    assert len(set(stored)) == 1
    assert Member.objects.filter(key=key).count() == 1
    assert Affiliation.objects.filter(member__key=key).count() == 1
    assert Entry.objects.filter(action="create_member").count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_eight_edits_of_the_same_page_one_is_stored_and_seven_are_told():
    cast = make_cast()
    version = version_of(cast.zhang)

    def send(turn):
        try:
            return edit(cast, version=version, phone=f"1390000000{turn}")
        except Refused:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    assert answers.count("told") == 7
    assert Entry.objects.filter(action="edit_member").count() == 1


def test_members_are_found_by_fingerprints_through_their_index(cast):
    """Once a chunk of an import, and whenever a number is entered: never by going through everybody."""
    found = Member.objects.with_prints([fingerprint("nobody's"), cast.zhang.national_id_print])
    assert list(found) == [cast.zhang]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "member_by_number" in found.explain()


def test_no_number_is_nobodys_fingerprint(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(national_id="", national_id_print="")
    assert not Member.objects.with_prints([""]).exists()
