"""The demo's supervision: something to show on every list."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from branchweb.demo import meetings, members
from branchweb.demo.letters import NAME_REASON, PASSPHRASE
from branchweb.demo.supervision import fill
from members.access.queries import access_for
from members.accounts.office_services import may_confirm
from members.choices import ExportState
from members.exports.queries import may_agree
from members.models import Export, OfficeRequest, User
from supervision.choices import KeyState
from supervision.matters.rules import MatterState
from supervision.models import Appraisee, InspectorKey, Matter, NameRequest, Report
from supervision.reports.rules import due_on, period_named
from tests.cast import TODAY
from tests.world import BACKEND, routes

pytestmark = pytest.mark.django_db
ENDINGS = ("-list", "-below", "-counts")
LISTS = sorted(
    name
    for name, pattern in routes()
    if name.startswith("supervision:") and name.endswith(ENDINGS) and "<" not in str(pattern.pattern)
)
NOTHING_YET = {"supervision:letter-counts"}
"""Lists that stay empty in the demo: of letters no count below three is told."""


PAPERS: list[dict[str, str]] = []


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker):
    """The county as it stands in November, made once for all tests of this file: everybody who logs in."""
    with django_db_blocker.unblock(), transaction.atomic():
        logins = members.fill(on=TODAY)
        meetings.fill(on=TODAY)
        PAPERS.extend(fill(on=TODAY))
        yield list(User.objects.filter(username__in=[login["username"] for login in logins]))
        transaction.set_rollback(True)


def shows_something(user: User, address: str) -> bool:
    client = Client()
    client.force_login(user, backend=BACKEND)
    answer = client.get(address)
    return answer.status_code == 200 and 'class="empty"' not in answer.content.decode()


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_something_to_show(county, name):
    shown = any(shows_something(user, reverse(name)) for user in county)

    assert shown == (name not in NOTHING_YET)


def test_matters_have_come_to_different_steps(county):
    rows = list(Matter.objects.all())

    assert {one.state for one in rows} == set(MatterState)
    assert [one.title for one in rows if one.lacks_opinion] == ["社区门面房续租"]
    assert {one.kind for one in rows} == {"village", "project", "large_fund", "appointment", "major_decision"}
    assert {one.opinion_meeting.kind for one in rows if one.kind == "village"} == {"general_meeting"}


def test_reports_were_handed_in_in_time_and_the_home_branch_has_one_to_finish(county):
    reports = list(Report.objects.select_related("organization"))
    home = {one.period: one.state for one in reports if one.organization.code == "hongqi-1"}

    assert not [one for one in reports if one.submitted_on and one.submitted_on > due_on(period_named(one.period))]
    assert {"draft", "submitted", "closed", "returned"} <= {one.state for one in reports}
    assert home == {"2025-Q4": "closed", "2026-Q1": "closed", "2026-Q2": "closed", "2026-Q3": "draft"}


def test_a_closed_report_was_adopted_read_and_closed_in_this_order(county):
    closed = Report.objects.filter(state="closed", period="2026-Q2", organization__code="hongqi-1").get()

    assert [step.state for step in closed.steps.order_by("on")] == ["adopted", "submitted", "read", "closed"]
    assert closed.meeting.day <= closed.adopted_on <= closed.submitted_on <= closed.closed_on
    assert closed.figures["sections"]


def test_whoever_was_graded_lower_last_year_was_helped_but_for_one_whose_help_goes_on(county):
    lower = Appraisee.objects.filter(grade="basically_qualified", round__state="closed")
    home = lower.filter(round__organization__code="hongqi-1")

    assert lower.exclude(pk__in=home).exists()
    assert not lower.exclude(pk__in=home).filter(followed_up_on=None).exists()
    assert home.get(followed_up_on=None).follow_up_due_on > TODAY


# --- What takes a second person can be tried from the log-ins of the demo ---------------------------------------------
def as_somebody(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    return client


def standing(username: str) -> User:
    user = User.objects.get(username=username)
    user.access = access_for(user, on=TODAY)
    return user


@pytest.fixture
def undone(county):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("undone", "today")
def test_the_inspector_can_sign_the_key_that_waits():
    key = InspectorKey.objects.get(state=KeyState.WAITING)
    fingerprint = PAPERS[-1]["text"]
    given = {"heard": fingerprint[-4:], "passphrase": PASSPHRASE}
    answer = as_somebody("inspector").post(reverse("supervision:key-approve", args=[key.pk]), given)

    key.refresh_from_db()
    assert (answer.status_code, key.state) == (302, KeyState.IN_USE)


@pytest.mark.usefixtures("undone", "today")
def test_the_custodian_reads_why_a_name_is_wanted_and_releases_it():
    first, second = (paper["text"] for paper in PAPERS[:2])
    request, client = NameRequest.objects.get(), as_somebody("committee_staff")
    address = reverse("supervision:name-decide", args=[request.pk])

    assert NAME_REASON in client.post(address, {"first": first, "second": second, "act": "read"}).text
    client.post(address, {"first": first, "second": second, "act": "release"})
    request.refresh_from_db()
    assert request.state == "released"


@pytest.mark.usefixtures("undone", "today")
def test_an_office_and_a_workbook_wait_for_a_second_person():
    office, export = OfficeRequest.objects.waiting().get(), Export.objects.get(state=ExportState.PROPOSED)

    assert may_confirm(office, standing("inspector"))
    assert may_agree(export, standing("officer"))
    assert as_somebody("officer").get(reverse("members:export-agree", args=[export.pk])).status_code == 200
