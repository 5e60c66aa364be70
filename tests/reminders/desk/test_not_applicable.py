"""Saying of a duty that it doesn't apply: the service, the pages, and what everybody else sees of it."""

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Entry
from members.refused import Refused
from reminders.desk.rules import When
from reminders.desk.services import say_not_applicable, take_back
from reminders.models import NotApplicable
from tests.cast import TODAY
from tests.dues.making import charge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

REASON = "冬训期间党员外出，改在春节后补办"
HOME = reverse("reminders:desk")


def say(cast, *, key=None, kind="theme_day", period="2026-10", member=None, reason=REASON, by=None, place=None):
    return say_not_applicable(
        key=key or uuid4(), organization=place or cast.branch, kind=kind, period=period, member=member, reason=reason,
        by=by or cast.secretary, on=TODAY,
    )  # fmt: skip


# --- The service ------------------------------------------------------------------------------------------------------
def test_it_is_stored_sealed_and_put_on_record_without_the_reason(cast):
    row = say(cast)

    stored = NotApplicable.objects.get()
    assert (stored.kind, stored.period, stored.member, stored.said_by) == ("theme_day", "2026-10", None, cast.secretary)
    assert stored.reason.open() == REASON
    assert REASON not in NotApplicable.objects.values_list("reason", flat=True)[0]
    entry = Entry.objects.get()
    assert (entry.action, entry.subject_id, entry.organization_code) == ("say_not_applicable", str(row.pk), "branch")
    assert entry.details == {"kind": "theme_day", "period": "2026-10"}
    assert REASON not in str(vars(entry))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "  \n"}, "reason"),
        ({"kind": "no_such_duty"}, None),
        ({"period": "2026-12"}, None),  # not begun
        ({"period": "2025-10"}, None),  # not of this year
        ({"period": ""}, None),
        ({"kind": "group_meeting"}, None),  # asked of the group, not of the branch
    ],
)
def test_what_isnt_asked_for_is_refused_and_nothing_is_stored(cast, changes, field):
    with pytest.raises(Refused) as refusal:
        say(cast, **changes)

    assert refusal.value.field == field
    assert not NotApplicable.objects.exists()
    assert not Entry.objects.exists()


def test_a_duty_about_one_member_isnt_one_about_another(cast):
    charge(cast.zhang, "2026-09", 4000)
    with pytest.raises(Refused):
        say(cast, kind="dues_arrears", period="2026-09", member=cast.li)
    with pytest.raises(Refused):
        say(cast, kind="dues_arrears", period="2026-09")

    assert say(cast, kind="dues_arrears", period="2026-09", member=cast.zhang).member == cast.zhang


def test_the_same_key_again_changes_nothing(cast):
    key = uuid4()
    assert say(cast, key=key) == say(cast, key=key, reason="anders")

    assert NotApplicable.objects.get().reason.open() == REASON
    assert Entry.objects.count() == 1


def test_a_second_person_is_told_that_it_was_said(cast):
    say(cast)
    with pytest.raises(Refused):
        say(cast, by=cast.officer)

    assert NotApplicable.objects.count() == 1
    assert Entry.objects.count() == 1


def test_without_the_unique_constraint_it_would_be_said_twice(cast):
    """The negative control: it is the database that refuses."""
    facts = {"organization": cast.branch, "kind": "theme_day", "period": "2026-10", "reason": REASON}
    NotApplicable.objects.create(said_by=cast.secretary, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        NotApplicable.objects.create(said_by=cast.officer, **facts)
    NotApplicable.objects.create(said_by=cast.officer, **facts | {"period": "2026-09"})


def test_it_can_be_taken_back_once_and_said_again(cast):
    row = say(cast)
    take_back(row=row, by=cast.officer)

    row.refresh_from_db()
    assert row.taken_back_by == cast.officer
    assert [entry.action for entry in Entry.objects.order_by("number")] == [
        "say_not_applicable", "take_back_not_applicable",
    ]  # fmt: skip
    with pytest.raises(Refused):
        take_back(row=row, by=cast.officer)
    assert say(cast).pk != row.pk


# --- On the desk ------------------------------------------------------------------------------------------------------
def posted(client, code="branch", **changes):
    given = {"key": str(uuid4()), "of_kind": "theme_day", "of_period": "2026-10", "reason": REASON} | changes
    return client.post(reverse("reminders:desk-not-applicable", args=[code]), given)


def overdue(answer):
    return {
        (line.duty.kind, line.duty.period)
        for section in answer.context["sections"]
        if section.when == When.OVERDUE
        for pile in section.piles
        for line in pile.lines
    }


def test_the_line_leaves_the_desk_and_comes_back(cast, as_user):
    client = as_user(cast.secretary)
    assert ("theme_day", "2026-10") in overdue(client.get(HOME))

    assert posted(client).url == HOME
    answer = client.get(HOME)
    assert ("theme_day", "2026-10") not in overdue(answer)
    assert REASON in client.get(f"{HOME}?all=1").text

    row = NotApplicable.objects.get()
    assert client.post(reverse("reminders:desk-take-back", args=[row.pk])).url == HOME
    assert ("theme_day", "2026-10") in overdue(client.get(HOME))
    client.post(reverse("reminders:desk-take-back", args=[row.pk]))
    assert Entry.objects.count() == 2


def test_a_refused_reason_comes_back_with_the_form(cast, as_user):
    answer = posted(as_user(cast.secretary), reason=" ")

    assert answer.status_code == 200
    assert 'name="of_period" value="2026-10"' in answer.text
    assert not NotApplicable.objects.exists()


def test_the_form_is_also_a_page_of_its_own(cast, as_user):
    page = reverse("reminders:desk-not-applicable", args=["branch"])
    answer = as_user(cast.secretary).get(page, {"of_kind": "theme_day", "of_period": "2026-10"})

    assert 'name="of_kind" value="theme_day"' in answer.text


@pytest.mark.parametrize(
    "bad",
    [
        {"key": "x"},
        {"of_kind": ""},
        {"of_kind": "x" * 60},
        {"of_period": "2026-13"},
        {"reason": "长" * 301},
        {"of_kind": "nothing"},
    ],
)
def test_bad_input_is_answered_with_the_form(cast, as_user, bad):
    assert posted(as_user(cast.secretary), **bad).status_code == 200
    assert not NotApplicable.objects.exists()


@pytest.mark.parametrize("member", ["no-uuid", "7d3b7f5e-2f6c-4d0e-9d6c-0d7a0f5a1b11"])
def test_a_member_who_isnt_there_is_missing(cast, as_user, member):
    assert posted(as_user(cast.secretary), of_kind="dues_arrears", of_member=member).status_code == 404


def test_a_member_of_another_branch_is_missing(cast, as_user):
    assert posted(as_user(cast.secretary), of_kind="dues_arrears", of_member=str(cast.wang.key)).status_code == 404


@pytest.mark.parametrize(
    ("part", "code", "status"),
    [
        ("officer", "branch", 302),
        ("group_leader", "branch", 404),
        ("next_secretary", "branch", 404),
        ("member", "branch", 403),
        ("district_staff", "branch", 403),
        ("county_secretary", "branch", 403),
        ("secretary", "next-branch", 404),
        ("secretary", "nowhere", 404),
    ],
)
def test_only_officers_of_the_place_say_it(cast, as_user, part, code, status):
    assert posted(as_user(cast.users()[part]), code).status_code == status
    assert NotApplicable.objects.exists() is (status == 302)


def test_who_doesnt_see_a_kind_can_say_nothing_of_it(cast, as_user):
    charge(cast.li, "2026-09", 4000)
    leader = as_user(cast.group_leader)

    assert (
        posted(leader, "group", of_kind="dues_arrears", of_period="2026-09", of_member=str(cast.li.key)).status_code
        == 403
    )
    assert posted(leader, "group", of_kind="group_meeting").status_code == 302


@pytest.mark.parametrize(("part", "status"), [("next_secretary", 404), ("member", 403), ("district_staff", 403)])
def test_others_cant_take_it_back(cast, as_user, part, status):
    row = say(cast)

    assert as_user(cast.users()[part]).post(reverse("reminders:desk-take-back", args=[row.pk])).status_code == status
    row.refresh_from_db()
    assert row.taken_back_at is None


def test_taking_back_is_a_post(cast, as_user):
    assert as_user(cast.secretary).get(reverse("reminders:desk-take-back", args=[say(cast).pk])).status_code == 405


# --- For everybody else -----------------------------------------------------------------------------------------------
def test_the_shell_says_that_it_was_said_and_never_why(cast):
    say(cast)
    out = StringIO()
    call_command("duties", "--org", "branch", "--on", "2026-11-24", "--json", stdout=out)
    found = {
        row["period"]: row["not_applicable"]
        for row in json.loads(out.getvalue())["duties"]
        if row["kind"] == "theme_day"
    }

    assert [period for period, said in found.items() if said] == ["2026-10"]
    assert REASON not in out.getvalue()


def test_committees_read_how_many_and_never_why(cast, as_user):
    say(cast)
    page = as_user(cast.district_staff).get(reverse("reminders:desk-at", args=["branch"]))

    assert page.context["row"].not_applicable == 1
    assert REASON not in page.text
    assert REASON not in as_user(cast.district_staff).get(reverse("reminders:desk-branch-list")).text
