"""Contact persons, the contact log and requests for help."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from audit.models import Entry
from members.choices import ContactKind
from members.contacts.services import (
    answer_help,
    ask_for_help,
    correct_contact,
    correct_contact_person,
    correct_help,
    name_contact_person,
    record_contact,
    remove_contact,
    remove_contact_person,
    remove_help,
)
from members.models import Contact, ContactPerson, HelpRequest
from members.refused import Refused
from tests.cast import TODAY, make_cast

pytestmark = pytest.mark.django_db

YESTERDAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 25)
VISIT = {"happened_on": YESTERDAY, "kind": ContactKind.VISIT, "made_by": "李国强", "needs": "腿脚不便", "next_on": None}
HELP = {"request": "需要轮椅", "asked_on": YESTERDAY, "due_on": date(2026, 12, 8)}


def name(cast, key=None, **values):
    values = {"person": None, "name": "张小兰", "relation": "女儿", "phone": "13900001111", **values}
    return name_contact_person(key=key or uuid.uuid4(), member=cast.zhang, values=values, by=cast.secretary)


def visit(cast, key=None, help_wanted=None, **values):
    return record_contact(
        key=key or uuid.uuid4(), member=cast.zhang, values={**VISIT, **values}, help_wanted=help_wanted, on=TODAY,
        by=cast.secretary,
    )  # fmt: skip


def ask(cast, key=None, **values):
    return ask_for_help(
        key=key or uuid.uuid4(), member=cast.zhang, values={**HELP, **values}, on=TODAY, by=cast.secretary
    )


def answer(cast, help_request, text="已从民政借到", answered_on=TODAY):
    return answer_help(
        help_request=help_request, answer=text, answered_on=answered_on, on=TODAY, by=cast.secretary
    )  # fmt: skip


def actions():
    return list(Entry.objects.in_order().values_list("action", flat=True))


# --- Contact persons ---
def test_a_relative_is_named_with_a_sealed_phone(cast):
    name(cast)
    stored = ContactPerson.objects.get()
    assert (stored.name, stored.relation, stored.phone.open()) == ("张小兰", "女儿", "13900001111")
    assert "13900001111" not in str.__str__(stored.phone)
    assert Entry.objects.get().organization_code == "branch"


def test_another_member_is_named(cast):
    name(cast, person=cast.li, name="", relation="")
    assert str(ContactPerson.objects.get()) == "李国强"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"person": "zhang"}, "person"),
        ({"valid_from": TODAY, "valid_until": YESTERDAY}, "valid_until"),
    ],
    ids=["nobody", "themselves", "ends before it begins"],
)
def test_a_contact_person_who_is_none_is_refused_and_leaves_nothing(cast, values, field):
    person = {"person": cast.zhang} if "person" in values else {}
    with pytest.raises(Refused) as refusal:
        name(cast, **{**values, **person})
    assert refusal.value.field == field
    assert not ContactPerson.objects.exists()
    assert not Entry.objects.exists()


def test_a_contact_person_is_corrected_ended_and_goes_on(cast):
    person = name(cast, valid_from=date(2026, 1, 1))
    for values in ({"phone": "13900002222"}, {"valid_until": TODAY}, {"valid_until": None}):
        assert correct_contact_person(contact_person=person, values=values, by=cast.secretary) == list(values)
    assert actions() == ["name_contact_person"] + 3 * ["correct_contact_person"]
    assert "13900002222" not in str(list(Entry.objects.values_list("changes", flat=True)))


# --- The contact log ---
def test_a_contact_is_stored_with_who_when_and_what_was_heard(cast):
    visit(cast, next_on=date(2026, 12, 20))
    stored = Contact.objects.get()
    assert (stored.kind, stored.happened_on, stored.made_by) == ("visit", YESTERDAY, "李国强")
    assert (stored.needs.open(), stored.next_on, stored.recorded_by) == ("腿脚不便", date(2026, 12, 20), cast.secretary)
    assert actions() == ["record_contact"]


def test_a_request_that_came_up_is_stored_with_its_contact(cast):
    contact = visit(cast, help_wanted={"request": "需要轮椅", "due_on": date(2026, 12, 8)})
    request = HelpRequest.objects.get()
    assert (request.contact, request.asked_on, request.due_on) == (contact, YESTERDAY, date(2026, 12, 8))
    assert request.request.open() == "需要轮椅"
    assert actions() == ["record_contact", "ask_for_help"]


def test_the_same_form_sent_twice_stores_one_contact_and_one_request(cast):
    key, wanted = uuid.uuid4(), {"request": "需要轮椅", "due_on": date(2026, 12, 8)}
    visit(cast, key, wanted)
    visit(cast, key, wanted)
    assert (Contact.objects.count(), HelpRequest.objects.count()) == (1, 1)
    assert actions() == ["record_contact", "ask_for_help"]


@pytest.mark.parametrize(
    ("values", "wanted", "field"),
    [
        ({"happened_on": TOMORROW}, None, "happened_on"),
        ({"next_on": YESTERDAY}, None, "next_on"),
        ({}, {"request": "需要轮椅", "due_on": date(2026, 11, 1)}, "due_on"),
    ],
    ids=["in the future", "next before this", "answered before asked"],
)
def test_a_contact_that_does_not_fit_is_refused_and_leaves_nothing(cast, values, wanted, field):
    with pytest.raises(Refused) as refusal:
        visit(cast, help_wanted=wanted, **values)
    assert refusal.value.field == field
    assert not Contact.objects.exists()
    assert not HelpRequest.objects.exists()
    assert not Entry.objects.exists()


def test_a_contact_is_corrected_but_not_into_the_future(cast):
    contact = visit(cast)
    changed = correct_contact(contact=contact, values={**VISIT, "needs": "已好转"}, on=TODAY, by=cast.secretary)
    assert changed == ["needs"]
    with pytest.raises(Refused):
        correct_contact(contact=contact, values={"happened_on": TOMORROW}, on=TODAY, by=cast.secretary)
    assert Contact.objects.get().needs.open() == "已好转"
    assert actions() == ["record_contact", "correct_contact"]


# --- Requests for help ---
def test_a_request_runs_until_it_is_answered(cast):
    request = ask(cast)
    assert HelpRequest.objects.unanswered().count() == 1
    assert not HelpRequest.objects.overdue(date(2026, 12, 8)).exists()
    assert HelpRequest.objects.overdue(date(2026, 12, 9)).exists()

    answer(cast, request)
    stored = HelpRequest.objects.get()
    assert (stored.answer.open(), stored.answered_on, stored.answered_by) == ("已从民政借到", TODAY, cast.secretary)
    assert not HelpRequest.objects.unanswered().exists()
    assert actions() == ["ask_for_help", "answer_help"]


def test_the_same_answer_twice_is_one_answer_and_another_corrects_it(cast):
    request = ask(cast)
    answer(cast, request)
    request.refresh_from_db()
    assert answer(cast, request) == []
    assert answer(cast, request, "已送到家") == ["answer"]
    assert actions() == ["ask_for_help", "answer_help", "answer_help"]


@pytest.mark.parametrize(
    ("text", "answered_on", "field"),
    [(" ", TODAY, "answer"), ("好", TOMORROW, "answered_on"), ("好", date(2026, 11, 1), "answered_on")],
)
def test_an_answer_that_is_none_leaves_the_request_open(cast, text, answered_on, field):
    request = ask(cast)
    with pytest.raises(Refused) as refusal:
        answer(cast, request, text, answered_on)
    assert refusal.value.field == field
    assert HelpRequest.objects.unanswered().exists()
    assert actions() == ["ask_for_help"]


def test_the_day_of_a_request_can_be_moved_but_not_before_it_was_asked(cast):
    request = ask(cast)
    correct_help(help_request=request, values={"due_on": date(2026, 12, 20)}, on=TODAY, by=cast.secretary)
    with pytest.raises(Refused):
        correct_help(help_request=request, values={"due_on": date(2026, 11, 1)}, on=TODAY, by=cast.secretary)
    assert HelpRequest.objects.get().due_on == date(2026, 12, 20)


@pytest.mark.parametrize(
    ("make", "remove"), [(name, remove_contact_person), (visit, remove_contact), (ask, remove_help)]
)
def test_what_was_written_down_by_mistake_is_removed_once(cast, make, remove):
    entry = make(cast)
    remove(entry=entry, reason="记错了人", by=cast.secretary)
    remove(entry=entry, reason="记错了人", by=cast.secretary)
    assert not type(entry).objects.exists()
    assert Entry.objects.get(action=remove.__name__).reason == "记错了人"


def test_a_request_outlives_the_contact_in_which_it_came_up(cast):
    contact = visit(cast, help_wanted={"request": "需要轮椅", "due_on": date(2026, 12, 8)})
    remove_contact(entry=contact, reason="记错了日期", by=cast.secretary)
    assert HelpRequest.objects.get().contact is None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_at_once_store_one_contact_and_one_request():
    cast, key = make_cast(), uuid.uuid4()
    wanted = {"request": "需要轮椅", "due_on": date(2026, 12, 8)}

    def send(_turn):
        try:
            return visit(cast, key, wanted).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {key}
    assert (Contact.objects.count(), HelpRequest.objects.count()) == (1, 1)
    assert sorted(actions()) == ["ask_for_help", "record_contact"]
