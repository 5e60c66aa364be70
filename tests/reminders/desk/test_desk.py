"""The desk of who works in a branch: what is on it, for whom, and what it costs."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from meetings.models import Meeting
from members.access.queries import access_for
from members.choices import Capability, OfficeKind
from members.models import Office, Situation, User
from members.offices import CAPABILITIES
from members.pages.links import DutyDisplay, duty_display
from reminders.desk.queries import MOST_BRANCHES, desk_of, today_of, words_of
from reminders.desk.rules import When
from reminders.models import NotApplicable
from rulebook.values import DutyState
from tests.cast import TODAY, make_member, make_organization, make_user
from tests.dues.making import charge
from tests.reminders.messages.told import AT, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

HOME = reverse("reminders:desk")
ALL = f"{HOME}?all=1"


@pytest.fixture(autouse=True)
def english(cast):
    for user in cast.users().values():
        user.language = "en"
        user.save()


def lines_of(answer, when=None):
    """(kind, organization, member, period) of the lines of a section, or of all."""
    return [
        (line.duty.kind, line.place.code, line.member and line.member.name, line.duty.period)
        for section in answer.context["sections"]
        for pile in section.piles
        for line in pile.lines
        if when in (None, section.when)
    ]


def kinds_of(answer):
    return {kind for kind, _place, _member, _period in lines_of(answer)}


def owe(member, *months):
    for month in months:
        charge(member, month, 4000)


def in_english(kind):
    """Title and action as they stand on an English page."""
    with translation.override("en"):
        words = words_of(kind)
        return DutyDisplay(str(words.title), str(words.action), words.url)


def at(code):
    return reverse("reminders:desk-at", args=[code])


# --- What is on it ----------------------------------------------------------------------------------------------------
def test_a_secretary_finds_what_is_late_and_what_comes(cast, as_user):
    owe(cast.zhang, "2026-09")
    answer = as_user(cast.secretary).get(HOME)

    assert ("theme_day", "branch", None, "2026-10") in lines_of(answer, When.OVERDUE)
    assert ("theme_day", "branch", None, "2026-11") in lines_of(answer, When.THIS_MONTH)
    assert ("dues_arrears", "branch", "张英", "2026-09") in lines_of(answer, When.OVERDUE)
    assert ("group_meeting", "group", None, "2026-11") in lines_of(answer)


def test_nothing_of_the_next_branch_is_on_it(cast, as_user):
    owe(cast.wang, "2026-09")
    answer = as_user(cast.secretary).get(HOME)

    assert {place for _kind, place, _member, _period in lines_of(answer)} == {"branch", "group"}
    assert "王秀兰" not in answer.text


def test_a_line_says_what_by_when_why_and_leads_to_where_it_is_done(cast, as_user):
    html = as_user(cast.secretary).get(ALL).text

    assert in_english("theme_day").title in html
    assert "2026-11-30" in html
    assert "in 6 days" in html
    assert re.search(r"<summary>[^<]+</summary><p>《[^<]+", html)
    assert in_english("theme_day").action in html
    assert "kind=theme_day" in html


def test_a_duty_that_is_done_is_folded_away(cast, as_user):
    answer = as_user(cast.secretary).get(HOME)
    done = [section for section in answer.context["sections"] if section.when == When.DONE]

    assert all("<details" in answer.text for _section in done)


def test_many_lines_of_one_kind_are_one_line_that_opens(cast, as_user):
    answer = as_user(cast.secretary).get(ALL)
    [overdue] = [section for section in answer.context["sections"] if section.when == When.OVERDUE]
    [pile] = [pile for pile in overdue.piles if pile.kind == "theme_day"]

    assert pile.is_folded
    assert f"{len(pile.lines)} items" in answer.text


def test_the_line_of_a_group_says_which_and_that_of_the_branch_doesnt(cast, as_user):
    cast.secretary.access = access_for(cast.secretary, on=TODAY)
    desk = desk_of(cast.secretary, [cast.branch.path], on=TODAY)
    lines = [line for section in desk.sections for pile in section.piles for line in pile.lines]

    assert {(line.place.code, line.where) for line in lines} == {("branch", ""), ("group", "第一党小组")}


def test_a_branch_with_nothing_to_do_reads_so(cast, as_user, monkeypatch):
    monkeypatch.setattr("reminders.desk.queries.duties_below", lambda path, on: [])
    monkeypatch.setattr("reminders.desk.beginning._runs", lambda path: True)
    html = as_user(cast.secretary).get(HOME).text

    assert "All done: nothing of yours is due this month." in html
    assert 'class="duty"' not in html


# --- On one screen ------------------------------------------------------------------------------------------------
def today_at(user):
    user.access = access_for(user, on=TODAY)
    found = desk_of(user, [user.access.held[0].path], on=TODAY)
    return today_of(found, on=TODAY)


def test_three_things_stand_first_the_late_and_quick_ones(cast):
    owe(cast.zhang, "2026-08", "2026-09")
    today = today_at(cast.secretary)
    first = [(pile.lines[0].duty.state == DutyState.OVERDUE, len(pile.lines)) for pile in today.first]
    late = [len(pile.lines) for pile in [*today.first, *today.rest] if pile.lines[0].duty.state == DutyState.OVERDUE]

    assert len(today.first) == 3
    assert all(is_late for is_late, _lines in first)
    assert late == sorted(late)


def test_what_others_do_is_folded_under_their_names(cast, as_user):
    answer = as_user(cast.secretary).get(HOME)

    [(whose, piles)] = answer.context["today"].others.items()
    assert whose == "officer (Organization officer)"
    assert {pile.kind for pile in piles} == {"dues_bases"}
    assert "officer (Organization officer) has 1 in hand" in answer.text


def test_each_kind_stands_on_the_days_screen_once_and_nothing_is_left_out(cast, as_user):
    owe(cast.zhang, "2026-09")
    answer = as_user(cast.secretary).get(HOME)
    today = answer.context["today"]
    mine = [pile.kind for pile in [*today.first, *today.rest, *today.not_yet]]
    theirs = [pile.kind for piles in today.others.values() for pile in piles]
    now = {
        pile.kind
        for section in answer.context["sections"]
        if section.when not in (When.LATER, When.DONE)
        for pile in section.piles
    }

    assert len(mine) == len(set(mine))
    assert {*mine, *theirs} == now


def test_the_committee_secretary_starts_from_the_dashboard_and_everybody_else_from_the_desk(cast, as_user):
    assert as_user(cast.county_secretary).get(HOME).url == reverse("assessment:dashboard")
    assert as_user(cast.county_staff).get(HOME).status_code == 200


# --- For whom ---------------------------------------------------------------------------------------------------------
def test_a_group_leader_finds_the_meetings_of_the_group_and_no_dues(cast, as_user):
    owe(cast.li, "2026-08")
    answer = as_user(cast.group_leader).get(HOME)

    assert {place for _kind, place, _member, _period in lines_of(answer)} == {"group"}
    assert "group_meeting" in kinds_of(answer)
    assert not any(kind.startswith("dues") for kind in kinds_of(answer))


@pytest.mark.parametrize(
    ("without", "gone", "left"),
    [
        (Capability.VIEW_DUES, "dues_arrears", "theme_day"),
        (Capability.VIEW_CONTACTS, "contact", "theme_day"),
        (Capability.VIEW_MEETINGS, "theme_day", "dues_arrears"),
    ],
)
def test_what_an_office_may_not_see_isnt_on_its_desk(cast, as_user, monkeypatch, without, gone, left):
    owe(cast.zhang, "2026-09")
    Situation.objects.create(member=cast.zhang, kind="frail", valid_from=TODAY - timedelta(days=400))
    assert gone in kinds_of(as_user(cast.secretary).get(HOME))

    less = {kind: held - {without} for kind, held in CAPABILITIES.items()}
    monkeypatch.setattr("members.offices.CAPABILITIES", less)
    answer = as_user(cast.secretary).get(HOME)
    assert gone not in kinds_of(answer)
    assert left in kinds_of(answer)


def test_every_kind_but_one_says_who_has_it_on_the_desk():
    assert [kind for kind, words in duty_display().items() if words.seen_with is None] == ["term_election"]


def test_who_cant_do_it_reads_the_line_without_a_button(cast, as_user):
    secretary = as_user(cast.secretary).get(f"{HOME}?kind=dues_bases")
    officer = as_user(cast.officer).get(f"{HOME}?kind=dues_bases")

    assert "Done by officer (Organization officer)" in secretary.text
    assert in_english("dues_bases").action not in secretary.text
    assert in_english("dues_bases").action in officer.text


def test_where_nobody_holds_the_office_the_secretary_does_it(cast, as_user):
    Office.objects.filter(user=cast.officer).update(valid_until=TODAY)
    secretary = as_user(cast.secretary).get(f"{HOME}?kind=dues_bases")

    assert in_english("dues_bases").action in secretary.text
    assert "Done by" not in secretary.text


def test_that_an_office_is_vacant_is_said_where_nobody_stands_in(cast, as_user):
    discipline = make_user("discipline", OfficeKind.DISCIPLINE_OFFICER, cast.branch)
    User.objects.update(language="en")
    told = as_user(discipline).get(f"{HOME}?kind=theme_day").text
    Office.objects.filter(organization=cast.branch).exclude(user=discipline).update(valid_until=TODAY)
    alone = as_user(discipline).get(f"{HOME}?kind=theme_day").text

    assert "Done by officer (Organization officer), secretary (Branch secretary)" in " ".join(told.split())
    assert "Nobody holds the office that does this" in alone


@pytest.mark.parametrize(
    "part", ["member", "stranger", "inspector", "administrator", "district_staff", "county_secretary"]
)
def test_nobody_else_has_a_desk_of_lines(cast, as_user, part):
    assert "desk" not in as_user(cast.users()[part]).get(reverse("reminders:desk-below")).context


def test_a_kind_without_words_shows_its_code_and_and_keeps_members_from_the_leader(cast, as_user, monkeypatch):
    monkeypatch.setattr("reminders.desk.queries.duty_display", lambda: {})
    owe(cast.zhang, "2026-09")
    html = as_user(cast.secretary).get(HOME).text

    assert "theme day" in html
    assert cast.branch.get_absolute_url() in html
    assert "张英" not in as_user(cast.group_leader).get(HOME).text


# --- Filter, size -----------------------------------------------------------------------------------------------------
def test_one_kind_can_be_looked_at_alone(cast, as_user):
    answer = as_user(cast.secretary).get(f"{HOME}?kind=theme_day")

    assert kinds_of(answer) == {"theme_day"}
    assert len(lines_of(answer)) == 11
    assert "reminders/desk/piles.html" in [template.name for template in answer.templates]


@pytest.mark.parametrize("kind", ["nothing", "\0", "x" * 500, "<script>"])
def test_a_kind_that_isnt_there_shows_nothing_of_it(cast, as_user, kind):
    answer = as_user(cast.secretary).get(HOME, {"kind": kind})

    assert (answer.status_code, lines_of(answer)) == (200, [])
    assert "<script>" not in answer.text


def test_a_long_kind_comes_in_pages(cast, as_user, monkeypatch):
    monkeypatch.setattr("reminders.desk.views.ON_A_PAGE", 4)
    client = as_user(cast.secretary)

    assert [len(lines_of(client.get(HOME, {"kind": "theme_day", "page": page}))) for page in (1, 3)] == [4, 3]


def test_a_pile_shows_its_first_lines_and_leads_to_the_rest(cast, as_user, monkeypatch):
    monkeypatch.setattr("reminders.desk.views.OPENED", 5)
    html = as_user(cast.secretary).get(ALL).text

    assert "?kind=theme_day" in html
    assert "Show all 10" in html


@pytest.mark.parametrize("more", [1, 3])
def test_the_desk_costs_the_same_for_one_and_three_of_each_kind(cast, as_user, django_assert_num_queries, more):
    for number in range(more):
        member = make_member(f"党员{number}", cast.branch)
        owe(member, "2026-08", "2026-09")
        Situation.objects.create(member=member, kind="frail", valid_from=TODAY - timedelta(days=400))
        said = {"kind": "theme_day", "period": f"2026-0{number + 1}", "reason": "冬训", "said_by": cast.secretary}
        NotApplicable.objects.create(organization=cast.branch, **said)
        make_organization(f"group{number}", f"党小组{number}", "group", cast.branch)
    client = as_user(cast.secretary)
    client.get(HOME)
    with django_assert_num_queries(73):
        client.get(HOME)


# --- Many branches ----------------------------------------------------------------------------------------------------
def test_an_office_over_few_branches_has_them_all_on_one_desk(cast, as_user):
    Office.objects.create(user=cast.stranger, kind=OfficeKind.ORGANIZATION_OFFICER, organization=cast.district)
    answer = as_user(cast.stranger).get(HOME)

    assert {place for _kind, place, _member, _period in lines_of(answer)} == {"branch", "group", "next-branch"}
    assert "below" not in answer.context


def test_an_office_over_many_branches_starts_from_their_counts(cast, as_user):
    for number in range(MOST_BRANCHES):
        make_organization(f"more{number}", f"第{number}党支部", "branch", cast.district)
    Office.objects.create(user=cast.stranger, kind=OfficeKind.ORGANIZATION_OFFICER, organization=cast.district)
    client = as_user(cast.stranger)

    answer = client.get(HOME)
    assert "desk" not in answer.context
    assert answer.context["below"].branches == MOST_BRANCHES + 2
    assert {place for _kind, place, _member, _period in lines_of(client.get(at("branch")))} == {"branch", "group"}


def test_a_branch_of_ones_own_has_a_page_and_others_none(cast, as_user):
    client = as_user(cast.secretary)

    assert client.get(at("branch")).status_code == 200
    assert [client.get(at(code)).status_code for code in ("next-branch", "group", "nowhere")] == [404, 404, 404]
    assert client.post(at("branch")).status_code == 405
    assert as_user(cast.member).get(at("branch")).status_code == 403


# --- Members ----------------------------------------------------------------------------------------------------------
def test_a_member_reads_a_few_lines_of_their_own_and_no_duties(cast, as_user):
    owe(cast.zhang, "2026-10")
    answer = as_user(cast.member).get(HOME)

    own = ["My meetings", "Suggestions and help", "My talks", "My self-checks", "My training"]
    assert [link.title for link in answer.context["own"]] == own
    assert "Due and unpaid: 40.00 yuan, 1 month." in answer.text
    assert not [name for name in ("desk", "below") if name in answer.context]


def test_a_message_that_waits_for_an_answer_is_one_of_ones_own_lines(cast, as_user):
    tell(cast.branch, cast.zhang, user=cast.member, read_at=AT)
    tell(cast.branch, cast.zhang, user=cast.member, kind="dues")
    tell(cast.branch, cast.zhang, user=cast.member, read_at=AT, settled_at=AT)

    texts = {link.url: link.text for link in as_user(cast.member).get(HOME).context["own"]}
    assert texts[reverse("reminders:inbox")] == "1 waits for your answer."
    assert reverse("reminders:inbox") not in as_user(cast.secretary).get(HOME).context["own"]


@pytest.mark.parametrize(("read", "text"), [({}, ["1 not read yet."]), ({"read_at": AT}, [])])
def test_what_asks_nothing_is_a_line_until_it_is_read(cast, as_user, read, text):
    tell(cast.branch, None, user=cast.stranger, kind="dues", **read)

    assert [link.text for link in as_user(cast.stranger).get(HOME).context["own"]] == text


def test_the_door_to_a_meeting_opens_the_next_one_else_the_form_for_one(cast, as_user):
    client = as_user(cast.secretary)
    empty = client.get("/").context["doors"]["meeting"]
    planned = Meeting.objects.create(
        organization=cast.branch, kind="theme_day", day=TODAY, counts_for_year=2026, state="planned"
    )

    assert empty == reverse("meetings:meeting-plan", args=["branch"])
    assert client.get("/").context["doors"]["meeting"] == planned.get_absolute_url()
    assert as_user(cast.member).get("/").context.get("doors", {}).get("meeting", "") == ""
