"""Who is told that somebody new may come to read sealed letters."""

from datetime import datetime, time, timedelta

import pytest
from django.db.models import Model

from audit.models import Entry
from members.accounts.services import give_office
from members.choices import OfficeKind
from reminders.channels.rules import SHANGHAI
from reminders.models import Message
from reminders.planning.services import plan
from supervision.letters.key_services import make_key
from supervision.models import InspectorKey
from tests.cast import TODAY, make_user
from tests.reminders.planning.telling import stands, stored, told
from tests.supervision.letters.sealed import PASSPHRASE, stand

pytestmark = pytest.mark.django_db


def at(days: int = 0, hour: int = 18) -> datetime:
    return datetime.combine(TODAY + timedelta(days=days), time(hour), SHANGHAI)


def names(when: datetime, path: str = "") -> set[str]:
    return {one.values["name"] for one in told("readers", when, path)}


def new_key(user, place) -> Model:
    stand(user)
    return make_key(user=user, organization=place, passphrase=PASSPHRASE, on=TODAY)


@pytest.fixture
def others(cast):
    """Inspectors of two other committees; one of them can't log in any more."""
    make_user("inspector_below", OfficeKind.INSPECTOR, cast.district)
    closed = make_user("inspector_closed", OfficeKind.INSPECTOR, cast.county)
    closed.is_active = False
    closed.save()


def test_a_new_key_is_told_to_every_other_inspector_wherever_they_are(cast, others):
    key = new_key(make_user("inspector_new", OfficeKind.INSPECTOR, cast.other_district), cast.other_district)

    found = told("readers", at())

    assert {one.values["name"] for one in found} == {"inspector", "inspector_below"}
    assert {(one.about, one.organization_id) for one in found} == {(str(key.pk), cast.other_district.pk)}
    assert all("inspector_new" in one.values["items"] for one in found)
    assert all(one.values["page_link"].endswith("/supervision/letters/keys/") for one in found)


def test_for_two_weeks_and_of_its_place(cast, others):
    new_key(cast.inspector, cast.county)

    assert names(at(13)) == {"inspector_below"}
    assert names(at(14)) == set()
    assert names(at(), cast.county.path) == {"inspector_below"} and names(at(), cast.branch.path) == set()


def test_an_approval_in_the_meantime_or_a_withdrawal_takes_nothing_back(cast, others):
    new_key(cast.inspector, cast.county)
    message = stored(told("readers", at())[0])
    InspectorKey.objects.update(state="withdrawn", locked_private_key="")

    assert stands(message, at())


@pytest.mark.parametrize(
    ("kind", "place", "by", "is_told"),
    [
        (OfficeKind.INSPECTOR, "county", "shell", True),
        (OfficeKind.ADMINISTRATOR, "district", "shell", True),
        (OfficeKind.SECRETARY, "branch", "shell", False),
        (OfficeKind.INSPECTOR, "county", "system", False),
    ],
)
def test_an_office_from_the_command_line_that_takes_two_people_on_the_pages(cast, kind, place, by, is_told):
    user = make_user("shelly")
    office = give_office(
        user=user, kind=kind, organization=getattr(cast, place), on=TODAY, decided_by="", by=by
    )  # fmt: skip
    given = Entry.objects.in_order().last().at + timedelta(minutes=1)
    when = max(given, given.astimezone(SHANGHAI).replace(hour=20))  # what is given at night is told in the morning
    found = [one for one in told("readers", when) if one.values["name"] == "inspector"]

    assert [one.about for one in found] == ([str(office.pk)] if is_told else [])
    assert all("shelly" in one.values["items"] for one in found)
    assert not [one for one in told("readers", when) if one.user_id == user.pk]


def test_planned_it_is_one_message_each_that_nobody_reviews(cast, others):
    new_key(cast.inspector, cast.county)
    for _round in range(2):
        plan(at())

    [message] = Message.objects.filter(kind="readers")
    assert (message.user.username, message.state) == ("inspector_below", "ready")
