"""The events of one member, newest first, in one query."""

import uuid
from datetime import date, datetime

import pytest
from django.utils import timezone

from members.choices import ContactKind, ImportState, LeavingReason, OfficeKind, RowVerdict, SituationKind
from members.models import (
    Affiliation,
    Contact,
    ContactPerson,
    HelpRequest,
    Office,
    RosterImport,
    RosterImportRow,
    Situation,
)
from members.roster.member_queries import Happening, timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def eventful(cast):
    """Zhang with one row in every table, each on days of its own."""
    zhang = cast.zhang
    zhang.joined_on, zhang.joined_precision = date(1999, 7, 1), "month"
    zhang.full_on, zhang.full_precision = date(2000, 7, 1), "day"
    zhang.save()
    present = zhang.affiliations.get()
    present.valid_from = date(2020, 1, 1)
    present.save()
    Affiliation.objects.create(
        member=zhang, organization=cast.next_branch, valid_from=date(2010, 1, 1), valid_until=date(2020, 1, 1),
        left_because=LeavingReason.TRANSFERRED,
    )  # fmt: skip
    Office.objects.create(
        member=zhang, organization=cast.branch, kind=OfficeKind.GROUP_LEADER,
        valid_from=date(2021, 1, 1), valid_until=date(2022, 1, 1),
    )  # fmt: skip
    Situation.objects.create(
        member=zhang, kind=SituationKind.MOBILE, place="深圳",
        valid_from=date(2023, 1, 1), valid_until=date(2024, 1, 1),
    )  # fmt: skip
    ContactPerson.objects.create(
        member=zhang, person=cast.li, valid_from=date(2023, 2, 1), valid_until=date(2024, 2, 1)
    )
    contact = Contact.objects.create(
        member=zhang, happened_on=date(2025, 1, 1), kind=ContactKind.PHONE, made_by="李国强", needs="膝盖不好",
        recorded_by=cast.secretary,
    )  # fmt: skip
    HelpRequest.objects.create(
        member=zhang, contact=contact, asked_on=date(2025, 1, 2), due_on=date(2025, 1, 17), request="买药",
        answered_on=date(2025, 1, 5), answer="已送到", answered_by=cast.secretary, recorded_by=cast.secretary,
    )  # fmt: skip
    applied = RosterImport.objects.create(
        file_name="花名册.xlsx", state=ImportState.APPLIED,
        applied_at=datetime(2026, 3, 1, 12, tzinfo=timezone.get_current_timezone()),
    )  # fmt: skip
    RosterImportRow.objects.create(roster_import=applied, number=4, verdict=RowVerdict.CHANGED, member=zhang)
    return zhang


def happenings(member, **changed):
    page = {"start": 0, "size": 50, "with_contacts": True, **changed}
    return [(str(event.day), event.happening.name) for event in timeline(member, **page)]


def test_every_table_with_a_day_is_told_newest_first(eventful):
    assert happenings(eventful) == [
        ("2026-03-01", "IMPORTED"),
        ("2025-01-05", "HELP_ANSWERED"),
        ("2025-01-02", "HELP_ASKED"),
        ("2025-01-01", "CONTACT"),
        ("2024-02-01", "PERSON_ENDED"),
        ("2024-01-01", "SITUATION_ENDED"),
        ("2023-02-01", "PERSON_BEGUN"),
        ("2023-01-01", "SITUATION_BEGUN"),
        ("2022-01-01", "OFFICE_ENDED"),
        ("2021-01-01", "OFFICE_BEGUN"),
        ("2020-01-01", "LEFT"),
        ("2020-01-01", "PLACED"),
        ("2010-01-01", "PLACED"),
        ("2000-07-01", "CONFIRMED"),
        ("1999-07-01", "JOINED"),
    ]


def test_each_event_says_what_where_and_which_row(cast, eventful):
    found = {event.happening: event for event in timeline(eventful, start=0, size=50, with_contacts=True)}
    contact = Contact.objects.get()

    assert (found[Happening.CONTACT].code, found[Happening.CONTACT].text) == ("phone", "李国强")
    assert found[Happening.CONTACT].words.open() == "膝盖不好"
    assert found[Happening.CONTACT].ref == contact.key
    assert found[Happening.HELP_ANSWERED].words.open() == "已送到"
    assert found[Happening.PERSON_BEGUN].text == "李国强"
    assert found[Happening.LEFT].code == "transferred"
    assert found[Happening.SITUATION_BEGUN].text == "深圳"
    assert found[Happening.JOINED].code == "month"
    assert isinstance(found[Happening.IMPORTED].ref, uuid.UUID)


def test_without_leave_to_read_the_contact_log_nothing_of_it_is_told(eventful):
    told = {name for _day, name in happenings(eventful, with_contacts=False)}
    assert told.isdisjoint({"CONTACT", "HELP_ASKED", "HELP_ANSWERED", "PERSON_BEGUN", "PERSON_ENDED"})
    assert {"IMPORTED", "SITUATION_ENDED", "PLACED"} <= told


def test_a_page_holds_one_more_event_when_there_are_older_ones(eventful):
    assert len(happenings(eventful, size=4)) == 5
    assert happenings(eventful, start=13, size=4) == [("2000-07-01", "CONFIRMED"), ("1999-07-01", "JOINED")]


def test_nothing_of_another_member_is_told(cast, eventful):
    assert happenings(cast.li) == []


def test_an_import_that_was_undone_is_not_told(eventful):
    RosterImport.objects.update(state=ImportState.UNDONE)
    assert "IMPORTED" not in {name for _day, name in happenings(eventful)}


@pytest.mark.parametrize("contacts", [1, 40])
def test_one_query_however_much_happened(cast, eventful, contacts, django_assert_num_queries):
    Contact.objects.bulk_create(
        Contact(
            member=eventful, happened_on=date(2026, 1, 1 + turn % 28), kind="visit", made_by="x",
            recorded_by=cast.secretary,
        )
        for turn in range(contacts)
    )  # fmt: skip
    with django_assert_num_queries(1):
        assert len(timeline(eventful, start=0, size=10, with_contacts=True)) == 11
