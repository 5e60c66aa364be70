"""What we ask of a branch: what is counted, what isn't, and who sees it."""

from datetime import UTC, date, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken
from openpyxl import load_workbook

from members.choices import OfficeKind
from reminders.desk.count_queries import asked_below, asked_by_month, counted_since
from reminders.desk.services import count_form
from reminders.models import Effort
from tests.cast import TODAY
from tests.reminders.messages.told import tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PAGE, EXPORT = reverse("reminders:desk-effort"), reverse("reminders:desk-effort-export")


def stored():
    return {
        (row.organization.code, f"{row.month:%Y-%m}"): (row.forms, row.fields)
        for row in Effort.objects.select_related("organization")
    }


def send(client: Client, reason="冬训", **headers):
    """A form of one field that somebody types."""
    given = {"key": str(uuid4()), "of_kind": "theme_day", "of_period": "2026-10", "reason": reason}
    return client.post(reverse("reminders:desk-not-applicable", args=["branch"]), given, **headers)


def type_contact(client, member):
    day = {"happened_on": "2026-11-20", "kind": "phone"}
    return client.post(reverse("members:contact-add", args=[member.key]), day)


# --- Counting ---------------------------------------------------------------------------------------------------------
def test_an_officers_form_is_counted_with_what_was_typed(cast, as_user):
    assert send(as_user(cast.secretary)).status_code == 302

    assert stored() == {("branch", "2026-11"): (1, 1)}


def test_forms_of_all_officers_add_up_and_name_nobody(cast, as_user):
    send(as_user(cast.secretary))
    send(as_user(cast.officer), reason="")

    assert stored() == {("branch", "2026-11"): (2, 1)}
    assert {field.name for field in Effort._meta.fields} == {"id", "organization", "month", "forms", "fields"}


def test_a_group_leaders_form_counts_for_the_branch(cast, as_user):
    given = {"key": str(uuid4()), "of_kind": "group_meeting", "of_period": "2026-10", "reason": "冬训"}
    as_user(cast.group_leader).post(reverse("reminders:desk-not-applicable", args=["group"]), given)

    assert stored() == {("branch", "2026-11"): (1, 1)}


def test_a_tap_is_a_form_of_one_field(cast, as_user):
    send(as_user(cast.secretary), headers={"HX-Request": "true"})

    assert stored() == {("branch", "2026-11"): (1, 1)}


@pytest.mark.parametrize("part", ["member", "stranger", "district_staff", "county_staff", "administrator"])
def test_what_others_send_isnt_counted(cast, as_user, part):
    as_user(cast.users()[part]).post(reverse("members:look-switch"), {"theme": "dark"})
    send(as_user(cast.users()[part]))

    assert stored() == {}


@pytest.mark.parametrize("name", ["account_logout", "account_change_password", "members:preference-edit"])
def test_ones_own_account_is_no_work_for_the_branch(cast, as_user, name):
    as_user(cast.secretary).post(reverse(name), {"theme": "dark", "oldpassword": "x"})

    assert stored() == {}


def test_reading_and_refusals_arent_counted(cast, as_user):
    client = as_user(cast.secretary)
    client.get(PAGE)
    client.post(PAGE)
    client.post(reverse("reminders:desk-not-applicable", args=["next-branch"]), {"reason": "x"})

    assert stored() == {}


def test_a_program_isnt_somebody_who_types(cast, client):
    token = AuthToken.objects.create(cast.officer)[1]
    client.post(reverse("api:payment-list"), {"key": "x"}, headers={"Authorization": f"Token {token}"})

    assert stored() == {}


def test_a_count_that_fails_is_logged_and_never_shown(cast, as_user, monkeypatch, caplog):
    def broken(**_facts):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("reminders.middleware.count_form", broken)
    assert send(as_user(cast.secretary)).status_code == 302
    assert "could not be counted" in caplog.text
    assert stored() == {}


def test_counting_is_one_statement(cast, django_assert_num_queries):
    with django_assert_num_queries(3) as queries:  # with the savepoint of the test around it
        count_form(path=cast.branch.path, office=OfficeKind.SECRETARY, fields=3, on=TODAY)

    assert [query["sql"].split()[0] for query in queries] == ["SAVEPOINT", "INSERT", "RELEASE"]
    assert connection.vendor in ("sqlite", "postgresql")


def test_months_are_counted_apart(cast):
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30)):
        count_form(path=cast.branch.path, office=OfficeKind.SECRETARY, fields=2, on=day)

    assert stored() == {("branch", "2026-10"): (1, 2), ("branch", "2026-11"): (2, 4)}


def test_an_office_in_a_place_that_isnt_there_counts_nowhere(cast):
    count_form(path="9999", office=OfficeKind.SECRETARY, fields=2, on=TODAY)

    assert stored() == {}


# --- What a year looks like -------------------------------------------------------------------------------------------
def test_a_branch_reads_twelve_months(cast):
    count_form(path=cast.branch.path, office=OfficeKind.SECRETARY, fields=5, on=date(2026, 10, 2))
    count_form(path=cast.branch.path, office=OfficeKind.SECRETARY, fields=5, on=date(2025, 10, 2))
    tell(cast.branch, None, user=cast.secretary, addressee="officer", kind="digest")
    tell(cast.branch, cast.zhang, sent_at=datetime(2026, 11, 3, tzinfo=UTC))

    months = dict(asked_by_month(cast.branch.path, on=TODAY, since=counted_since()))

    assert (len(months), min(months), max(months)) == (12, date(2025, 12, 1), date(2026, 11, 1))
    assert (months[date(2026, 10, 1)].forms, months[date(2026, 10, 1)].fields) == (1, 5)
    assert (months[date(2026, 11, 1)].questions, months[date(2026, 10, 1)].questions) == (1, 0)
    assert sum(asked.forms for asked in months.values()) == 1


def test_duties_stand_in_the_month_in_which_their_period_begins(cast):
    months = dict(asked_by_month(cast.branch.path, on=TODAY, since=None))

    assert months[date(2026, 1, 1)].duties > months[date(2026, 2, 1)].duties > 0
    assert months[date(2025, 12, 1)].duties > 0


def test_what_nobody_counted_yet_is_unknown_and_not_zero(cast):
    assert counted_since() is None
    count_form(path=cast.next_branch.path, office=OfficeKind.SECRETARY, fields=2, on=date(2026, 9, 20))

    months = dict(asked_by_month(cast.branch.path, on=TODAY, since=counted_since()))

    assert (months[date(2026, 8, 1)].forms, months[date(2026, 8, 1)].fields) == (None, None)
    assert (months[date(2026, 9, 1)].forms, months[date(2026, 9, 1)].fields) == (0, 0)


def test_a_committee_reads_each_branch_and_the_middle(cast):
    count_form(path=cast.branch.path, office=OfficeKind.SECRETARY, fields=9, on=TODAY)
    count_form(path=cast.next_branch.path, office=OfficeKind.SECRETARY, fields=1, on=TODAY)
    tell(cast.group, None, user=cast.group_leader, addressee="officer", kind="digest")

    below = asked_below([cast.county.path], on=TODAY)

    assert {row.branch.code: (row.asked.questions, row.asked.fields) for row in below.rows} == {
        "branch": (1, 9), "next-branch": (0, 1), "other-branch": (0, 0),
    }  # fmt: skip
    assert (below.median.forms, below.median.fields) == (1, 1)
    assert all(row.asked.duties for row in below.rows)


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_a_secretary_sees_the_own_branch_and_what_is_counted(cast, as_user):
    answer = as_user(cast.secretary).get(PAGE)

    assert answer.context["place"] == cast.branch
    assert "不统计" in answer.text


def test_a_committee_sees_its_branches_and_goes_down(cast, as_user):
    client = as_user(cast.district_staff)

    assert [row.branch.code for row in client.get(PAGE).context["page"]] == ["branch", "next-branch"]
    assert [row.branch.code for row in client.get(PAGE, {"q": "第二"}).context["page"]] == ["next-branch"]
    assert client.get(PAGE, {"org": "branch"}).context["place"] == cast.branch
    assert client.get(PAGE, {"org": "other-branch"}).status_code == 404


@pytest.mark.parametrize(("query", "rows"), [({"org": "branch"}, 12), ({}, 3)])
def test_both_can_be_taken_along(cast, as_user, query, rows):
    answer = as_user(cast.district_staff).get(EXPORT, query)
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active

    assert sheet.max_row == rows + 1


@pytest.mark.parametrize("page", [PAGE, EXPORT])
def test_it_is_for_offices_that_see_duties_and_only_read(cast, as_user, client, page):
    assert client.get(page).status_code == 302
    for part in ("member", "stranger", "inspector", "administrator"):
        assert as_user(cast.users()[part]).get(page).status_code == 403
    assert as_user(cast.secretary).post(page).status_code == 405
    assert as_user(cast.county_staff).get(page, {"org": "\0", "page": "x"}).status_code == 404


@pytest.mark.parametrize("more", [1, 3])
def test_the_page_costs_the_same_for_more_rows(cast, as_user, django_assert_num_queries, more):
    for number in range(more):
        count_form(path=cast.branch.path, office=OfficeKind.SECRETARY, fields=1, on=date(2026, number + 1, 1))
        tell(cast.branch, None, user=cast.secretary, addressee="officer", kind="digest")
    client = as_user(cast.district_staff)
    client.get(PAGE)
    with django_assert_num_queries(46):
        client.get(PAGE)
