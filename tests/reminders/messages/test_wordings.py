"""Which wording holds where, and that the program has one for everything."""

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from reminders.choices import Addressee, MessageKind
from reminders.messages import wording_queries as queries
from reminders.messages.models import GIVEN_BACK
from reminders.messages.services import program_wordings
from reminders.messages.text_rules import AUDIENCES, PLACEHOLDERS, examples, filled, lacking, unknown
from reminders.messages.wording_queries import Slot, Text, Wordings, program_texts
from reminders.models import Wording
from tests.audit.protection import is_protected
from tests.emptying import triggers_lifted

SLOTS = [
    Slot(kind, addressee, language)
    for kind, addressees in AUDIENCES.items()
    for addressee in addressees
    for language, _name in settings.LANGUAGES
]
DUES = Slot(MessageKind.DUES, Addressee.MEMBER, "zh-hans")


def write(organization, user, slot=DUES, subject="党费", text="{姓名}，该交党费了", **fields):
    return Wording.objects.create(
        organization=organization, written_by=user, subject=subject, text=text, **slot._asdict(), **fields
    )


def names_in(text: Text) -> set[str]:
    return {part.split("}")[0] for part in text.text.split("{")[1:]}


# --- The program's own -----------------------------------------------------------------------------------------------
def test_the_program_has_a_wording_for_every_kind_addressee_and_language():
    assert set(program_texts()) == set(SLOTS)


@pytest.mark.parametrize("slot", SLOTS, ids="-".join)
def test_the_programs_wordings_leave_nothing_open(slot):
    text = program_texts()[slot]
    values = examples(MessageKind(slot.kind), slot.language)
    barest = {one.name: "" if one.may_lack else values[one.name] for one in PLACEHOLDERS[MessageKind(slot.kind)]}

    assert unknown(text.subject + text.text, MessageKind(slot.kind)) == ()
    assert lacking(text.subject) == ()
    for filling in (values, barest):
        subject, told = filled(text, filling)
        assert 0 < len(subject) <= 120
        assert len(told) < 500


@pytest.mark.parametrize("slot", [slot for slot in SLOTS if slot.addressee == Addressee.CONTACT_PERSON], ids="-".join)
def test_a_contact_person_is_told_whose_matter_it_is(slot):
    text = program_texts()[slot]

    assert {"成员", "member"} & names_in(text)


@pytest.mark.parametrize("slot", [slot for slot in SLOTS if slot.kind == MessageKind.ANNOUNCEMENT], ids="-".join)
def test_a_group_chat_is_told_nothing_about_anybody(slot):
    assert not {"姓名", "name", "成员", "member"} & names_in(program_texts()[slot])


def test_the_programs_wordings_are_stored_once(db):
    assert program_wordings() == len(SLOTS)
    assert program_wordings() == 0
    assert Wording.objects.filter(organization__isnull=True, written_by__isnull=True).count() == len(SLOTS)


def test_a_text_that_changed_is_another_row_and_the_old_one_stays(db, monkeypatch):
    program_wordings()
    new = {**program_texts(), DUES: Text("党费", "{姓名}，请交{金额}")}
    monkeypatch.setattr("reminders.messages.services.program_texts", lambda: new)
    monkeypatch.setattr(queries, "program_texts", lambda: new)

    assert program_wordings() == 1
    assert Wording.objects.filter(**DUES._asdict()).count() == 2
    assert Wordings.load().at("", DUES.kind, DUES.language).text == "{姓名}，请交{金额}"


def test_two_versions_side_by_side_do_not_add_rows_in_turns(db, monkeypatch):
    old, new = program_texts(), {**program_texts(), DUES: Text("党费", "{姓名}，请交{金额}")}
    added = []
    for texts in (old, new, old, new):
        monkeypatch.setattr("reminders.messages.services.program_texts", lambda texts=texts: texts)
        added.append(program_wordings())

    assert added == [len(SLOTS), 1, 0, 0]


# --- Which holds where ------------------------------------------------------------------------------------------------
def test_without_a_wording_of_ones_own_the_programs_holds(cast):
    program_wordings()

    held = Wordings.load().at(cast.branch.path, MessageKind.DUES, "zh-hans", Addressee.CONTACT_PERSON)

    assert (held.organization, held.addressee) == (None, Addressee.CONTACT_PERSON)
    assert held.pk


def test_before_the_program_stored_its_texts_they_can_be_read_all_the_same(cast):
    held = Wordings.load().at(cast.branch.path, MessageKind.DUES, "en")

    assert (held.pk, held.text) == (None, program_texts()[DUES._replace(language="en")].text)


def test_the_nearest_organizations_wording_holds(cast):
    write(cast.county, cast.county_staff, text="{姓名} county")
    write(cast.district, cast.county_staff, text="{姓名} district")
    wordings = Wordings.load()

    def text_at(place):
        return wordings.at(place.path, MessageKind.DUES, "zh-hans").text

    assert text_at(cast.group) == text_at(cast.branch) == text_at(cast.district) == "{姓名} district"
    assert text_at(cast.other_branch) == text_at(cast.county) == "{姓名} county"
    assert wordings.at(cast.branch.path, MessageKind.DUES, "en").organization is None
    assert wordings.at(cast.branch.path, MessageKind.DUES, "zh-hans", Addressee.CONTACT_PERSON).organization is None


def test_the_newest_of_an_organization_holds(cast):
    write(cast.district, cast.district_staff, text="{姓名} one")
    write(cast.district, cast.district_staff, text="{姓名} two")

    assert Wordings.load().at(cast.branch.path, MessageKind.DUES, "zh-hans").text == "{姓名} two"


def test_who_gave_the_wording_up_has_that_of_the_level_above_again(cast):
    write(cast.county, cast.county_staff, text="{姓名} county")
    write(cast.district, cast.district_staff)
    write(cast.district, cast.district_staff, subject=GIVEN_BACK, text="")
    wordings = Wordings.load()

    assert wordings.at(cast.branch.path, MessageKind.DUES, "zh-hans").text == "{姓名} county"
    assert wordings.own(cast.district.path, DUES) is None
    assert wordings.own(cast.county.path, DUES).text == "{姓名} county"


def test_somebody_whom_the_kind_does_not_tell_has_the_kinds_first_wording(cast):
    assert Wordings.load().at("", MessageKind.TERM, "en", Addressee.MEMBER).addressee == Addressee.OFFICER


def test_all_wordings_are_one_query(cast, django_assert_num_queries):
    program_wordings()
    write(cast.district, cast.district_staff)
    with django_assert_num_queries(1):
        wordings = Wordings.load()
        for slot in SLOTS:
            assert wordings.at(cast.branch.path, slot.kind, slot.language, slot.addressee).kind == slot.kind


# --- Written once -----------------------------------------------------------------------------------------------------
def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize(
    "statement", ["UPDATE reminders_wording SET text = 'x'", "DELETE FROM reminders_wording", "TRUNCATE"]
)
def test_what_was_written_is_not_changed_or_taken_out(cast, statement):
    write(cast.district, cast.district_staff)
    if statement == "TRUNCATE":
        on_postgresql = connection.vendor == "postgresql"
        statement = f"{'TRUNCATE' if on_postgresql else 'DELETE FROM'} reminders_wording{' CASCADE' * on_postgresql}"

    assert refused(statement)
    assert is_protected("reminders_wording")


def test_without_the_triggers_it_could_be_changed(cast):
    write(cast.district, cast.district_staff)
    with triggers_lifted():
        assert not refused("UPDATE reminders_wording SET text = 'x'")


@pytest.mark.parametrize(
    "wrong",
    [
        {"addressee": "nobody"},
        {"kind": "gossip"},
        {"language": "fr"},
        {"subject": ""},
        {"text": ""},
        {"written_by": None},
        {"organization": None},
        {"organization": None, "written_by": None, "subject": GIVEN_BACK, "text": ""},
    ],
)
def test_the_database_refuses_a_wording_that_cannot_be(cast, wrong):
    fields = {"organization": cast.district, "written_by": cast.district_staff, "subject": "党费", "text": "交"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Wording.objects.create(**{**DUES._asdict(), **fields, **wrong})
