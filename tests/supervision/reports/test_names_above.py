"""A committee has meetings of its own; whoever keeps them reads nobody's attendance in the branches below."""

import pytest
from django.urls import reverse

from members.choices import OfficeKind
from members.offices import Access
from supervision.reports.records import SOURCES
from tests.cast import make_member, make_user
from tests.supervision.reports.making import FIRST, IN, LAST, filled, hold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

CANARY, OWN = "鸢尾雀", "委员钱"
ASKED = {"org": "district", "first": FIRST, "last": LAST}
OF_THE_YEAR = {"org": "district", "year": "2026", "period": "2026"}
PAGES = (
    *("meetings:duty-list", "meetings:figure-list", "meetings:meeting-list", "meetings:correction-list"),
    *("meetings:task-list", "assessment:dashboard", "assessment:heat", "supervision:report-list"),
)
FIGURES = ("meetings", "attendance", "on_site", "unexplained")
PARTS = (OfficeKind.COMMITTEE_STAFF, OfficeKind.COMMITTEE_SECRETARY)


@pytest.fixture
def told(cast):
    """A quarter of the branch, with somebody absent there and somebody absent from the committee's own meeting."""
    filled(cast)
    canary = make_member(CANARY, cast.branch)
    hold(cast.branch, "party_lecture", IN, one=(canary, {"state": "absent"}))
    hold(cast.branch, "party_lecture", IN, one=(canary, {"state": "leave", "leave_kind": "sick"}))
    own = make_member(OWN, cast.next_branch)
    hold(cast.district, "committee_meeting", IN, one=(own, {"state": "absent"}))
    return cast


def addresses():
    for figure in SOURCES:
        yield reverse("supervision:report-records", args=[figure]), ASKED
        yield reverse("supervision:report-records", args=[figure]), ASKED | {"own": "on"}
    for name in PAGES:
        yield reverse(name), OF_THE_YEAR
    for measure in FIGURES:
        asked = {"org": "district", "measure": measure, "period": "2026", "unit": ""}
        yield reverse("assessment:figure-records"), asked
        yield reverse("assessment:figure-records"), asked | {"org": "branch"}


def heard(client):
    answers = ((address, asked, client.get(address, asked)) for address, asked in addresses())
    return [(address, asked) for address, asked, answer in answers if CANARY.encode() in answer.getvalue()]


@pytest.mark.parametrize("office", PARTS)
def test_nobody_above_reads_who_was_there(told, as_user, office):
    assert heard(as_user(make_user("above", office, told.district))) == []


@pytest.mark.parametrize("office", PARTS)
def test_what_is_told_by_place_leads_to_the_committees_own_meetings(told, as_user, office):
    client = as_user(make_user("above", office, told.district))
    address = reverse("supervision:report-records", args=["attendance.absent_without"])
    counted = client.get(address, ASKED)
    own = client.get(address, ASKED | {"own": "on"})

    assert dict(counted.context["page"]) == {"城关镇党委": 1, "红旗社区第一党支部": 2}
    assert "own=on" in counted.text
    assert [row.title.partition(" · ")[0] for row in own.context["rows"]] == [OWN]


def test_what_holds_in_one_organization_alone_taken_for_all_below_is_heard(told, as_user, monkeypatch):
    """The negative control."""
    client = as_user(make_user("above", OfficeKind.COMMITTEE_STAFF, told.district))
    monkeypatch.setattr(Access, "may_throughout", Access.may)

    assert {asked["org"] for _address, asked in heard(client)} == {"district"}
