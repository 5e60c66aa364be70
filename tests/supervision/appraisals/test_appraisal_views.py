"""Pages of an appraisal: for officers, for members, above the branch; wrong offices, wrong methods, bad input."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import Entry
from members.fields import opened as text_of
from members.regulations.queries import PlacesBelow
from supervision.appraisals.queries import appraisal_duties, appraisal_figures, branch_lines
from supervision.appraisals.services import give_opinion
from supervision.choices import RoundState
from supervision.models import AppraisalRound, Appraisee, MutualAppraisal
from tests.cast import TODAY
from tests.supervision.appraisals.making import (
    ballot,
    committee_meeting,
    grade_all,
    led_to,
    of,
    opened,
    people,
    step,
    sums,
    vote,
    voters,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def members(cast):
    return people(cast)


def at(name, *args, query=""):
    return reverse(f"supervision:{name}", args=args) + query


def shown(client, name, *args, query="", status=200):
    answer = client.get(at(name, *args, query=query))
    assert answer.status_code == status
    return answer.content.decode()


# --- Officers ---------------------------------------------------------------------------------------------------------
def test_an_officer_leads_a_round_from_page_to_page(cast, members, as_user):
    client = as_user(cast.secretary)
    key = "8d6c7a52-3d0f-4d0f-9d0f-0d6c7a523d0f"
    for _click in range(2):
        answer = client.post(at("round-open"), {"key": key, "year": TODAY.year})
        assert answer.headers["Location"] == at("round-detail", key)
    held = AppraisalRound.objects.get()
    client.post(at("round-on", held.pk), {"state": "self"})
    shown(client, "round-on", held.pk)
    client.post(at("round-on", held.pk), {"state": "mutual", "method": "online"})
    for member in voters(held)[:3]:
        vote(held, member)
    assert "李国强" in shown(client, "round-detail", held.pk)
    client.post(at("round-on", held.pk), {"state": "ballot"})
    for one in Appraisee.objects.filter(round=held):
        given = {"grade": "qualified"} if one.is_graded else {}
        assert client.post(at("appraisee-opinion", one.pk), given | {"opinion": "好"}).status_code == 302
    meeting = committee_meeting(cast)
    client.post(at("round-on", held.pk), {"state": "opinion", "meeting": meeting.pk})
    held.refresh_from_db()
    assert (held.state, held.opinion_meeting) == ("closed", meeting)
    client.post(at("appraisee-told", of(held, cast.zhang).pk))
    assert of(held, cast.zhang).told_on == TODAY
    for page in ("appraisee-detail", "appraisee-sheet"):
        assert "张英" in shown(client, page, of(held, cast.zhang).pk)
    assert "张英" in shown(client, "round-detail", held.pk)


def test_no_sum_and_no_voter_is_shown_in_the_ballot_step(cast, members, as_user):
    held = led_to(cast, RoundState.BALLOT)
    vote(held, cast.zhang, "unqualified")
    client = as_user(cast.secretary)
    before = shown(client, "round-detail", held.pk)
    person = shown(client, "appraisee-detail", of(held, cast.li).pk)
    Appraisee.objects.filter(round=held).update(has_voted=False)
    Appraisee.objects.filter(round=held, member=cast.li).update(has_voted=True)
    assert _plain(shown(client, "round-detail", held.pk)) == _plain(before)  # whoever it was, the page is the same
    assert "不合格" not in person


def _plain(page):
    return [line for line in page.splitlines() if "csrf" not in line]


def test_going_back_says_why_not(cast, members, as_user):
    held = led_to(cast, RoundState.BALLOT)
    vote(held, cast.zhang)
    answer = as_user(cast.secretary).post(at("round-back", held.pk), {"state": "ballot"}, follow=True)
    held.refresh_from_db()
    assert held.state == "ballot"
    assert 'class="messages"' in answer.content.decode() or list(answer.context["messages"])


def test_an_officer_writes_for_who_has_no_account(cast, as_user):
    held = opened(cast)
    client = as_user(cast.secretary)
    assert client.post(at("appraisee-text", of(held, cast.li).pk), {"text": "年纪大了"}).status_code == 302
    assert client.post(at("appraisee-text", of(held, cast.zhang).pk), {"text": "代写"}).status_code == 200
    step(cast, held)
    said = {"author": cast.li.pk, "text": "热心"}
    assert client.post(at("appraisee-said", of(held, cast.zhang).pk), said).status_code == 302
    assert text_of(MutualAppraisal.objects.get().text) == "热心"
    assert "热心" in shown(client, "appraisee-detail", of(held, cast.zhang).pk)


def test_papers_are_typed_by_two_on_a_page(cast, members, as_user):
    held = led_to(cast, RoundState.BALLOT, method="paper")
    graded = Appraisee.objects.filter(round=held, is_graded=True)
    form = {"ballots": 5} | {
        f"{one.pk}-{mark}": number
        for one in graded
        for mark, number in zip(
            ("excellent", "qualified", "basically_qualified", "unqualified", "abstained"), (2, 3, 0, 0, 0), strict=True
        )
    }
    client = as_user(cast.secretary)
    assert "党员0" in shown(client, "round-ballot-paper", held.pk)
    shown(client, "round-count", held.pk)
    assert client.post(at("round-count", held.pk), form | {"ballots": 9}).status_code == 200
    assert client.post(at("round-count", held.pk), form).status_code == 302
    wrong = form | {f"{of(held, cast.li).pk}-excellent": 3, f"{of(held, cast.li).pk}-qualified": 2}
    assert as_user(cast.officer).post(at("round-count", held.pk), wrong).status_code == 302
    page = shown(client, "round-detail", held.pk)
    assert "李国强</li>" in page
    assert client.post(at("round-count-anew", held.pk)).status_code == 302
    as_user(cast.secretary).post(at("round-count", held.pk), form)
    as_user(cast.officer).post(at("round-count", held.pk), form)
    assert sums(held)["张英"] == {"excellent": 2, "qualified": 3}


def test_help_is_written_down_and_asked_for(cast, members, as_user, django_assert_num_queries):
    held = led_to(cast, RoundState.OPINION)
    grade_all(cast, held)
    give_opinion(appraisee=of(held, cast.li), grade="unqualified", opinion="长期不来", by=cast.secretary)
    step(cast, held, meeting=committee_meeting(cast))
    with django_assert_num_queries(3):
        (duty,) = appraisal_duties(PlacesBelow(cast.county.path, TODAY))
    assert (duty.organization, duty.member, duty.state) == ("branch", None, "open")
    client = as_user(cast.secretary)
    help_ = {"follow_up": "结对帮助", "follow_up_due_on": "2026-12-20", "followed_up_on": "2026-11-24"}
    shown(client, "appraisee-help", of(held, cast.li).pk)
    assert client.post(at("appraisee-help", of(held, cast.li).pk), help_).status_code == 302
    assert [duty.state for duty in appraisal_duties(PlacesBelow(cast.county.path, TODAY))] == ["done"]


@pytest.mark.parametrize("rounds", [1, 3])
def test_the_list_asks_the_same_for_one_and_three(cast, as_user, django_assert_num_queries, rounds):
    for year in range(rounds):
        AppraisalRound.objects.create(organization=cast.branch, year=2026 - year, opened_on=TODAY)
    client = as_user(cast.secretary)
    shown(client, "round-list")
    with django_assert_num_queries(LIST_QUERIES):
        page = shown(client, "round-list")
    assert page.count('<th scope="row"') == rounds


LIST_QUERIES = 7


def test_the_list_is_filtered_and_a_figure_leads_to_it(cast, members, as_user):
    held = led_to(cast, RoundState.CLOSED)
    AppraisalRound.objects.create(organization=cast.branch, year=2025, opened_on=TODAY)
    client = as_user(cast.secretary)
    inside = "?first=2026-10-01&last=2026-12-31&org=branch"
    assert str(held.pk) in shown(client, "round-list", query=inside)
    for query in ("?first=2026-01-01&last=2026-09-30&org=branch", "?year=2025", "?state=self"):
        assert str(held.pk) not in shown(client, "round-list", query=query)
    assert str(held.pk) in shown(client, "round-list", query="?year=2026&state=closed")
    found = appraisal_figures(cast.district.path, TODAY.replace(month=10, day=1), TODAY)
    assert found == {
        "rounds_closed": 1, "excellent": 0, "qualified": 6, "basically_qualified": 0, "unqualified": 0, "ungraded": 1,
    }  # fmt: skip


def test_grades_are_taken_along_without_texts(cast, members, as_user):
    led_to(cast, RoundState.CLOSED)
    answer = as_user(cast.secretary).get(at("round-export"))
    cells = [cell.value for row in load_workbook(BytesIO(b"".join(answer.streaming_content))).active for cell in row]
    assert "张英" in cells
    assert not [cell for cell in cells if "认真" in str(cell)]
    assert Entry.objects.get(action="export_appraisals").details == {"rows": 7}


# --- Members ----------------------------------------------------------------------------------------------------------
def test_a_member_goes_through_an_appraisal(cast, members, as_user):
    held = opened(cast)
    client = as_user(cast.member)
    assert client.post(at("appraisal-text", held.pk), {"text": "学习认真"}).status_code == 302
    held = step(cast, held)
    other = of(held, cast.li)
    assert client.post(at("appraisal-of", held.pk, other.pk), {"text": "热心"}).status_code == 302
    assert "李国强" in shown(client, "appraisal-own", held.pk)
    held = step(cast, held, method="online")
    page = shown(client, "appraisal-ballot", held.pk)
    assert "张英" not in page.partition('<form class="ballot')[2].partition("</form>")[0]
    incomplete = ballot(held, cast.zhang) | {str(other.pk): ""}
    assert client.post(at("appraisal-ballot", held.pk), incomplete).status_code == 200
    assert sums(held) == {}
    for _click in range(2):
        answer = client.post(at("appraisal-ballot", held.pk), ballot(held, cast.zhang))
        assert answer.headers["Location"] == at("appraisal-own", held.pk)
    assert sums(held)["李国强"] == {"qualified": 1}
    for member in voters(held)[2:4]:
        vote(held, member)
    held = step(cast, held)
    grade_all(cast, held)
    held = step(cast, held, meeting=committee_meeting(cast))
    assert "工作认真" not in shown(client, "appraisal-own", held.pk)
    assert client.post(at("appraisal-result", held.pk)).status_code == 302
    assert "工作认真" in shown(client, "appraisal-own", held.pk)
    assert of(held, cast.zhang).told_on == TODAY
    assert str(held.pk) in shown(client, "appraisal-mine")


def test_only_who_takes_part_sees_a_members_pages(cast, members, as_user):
    held = opened(cast)
    for user in (cast.secretary, cast.next_secretary, cast.stranger):
        shown(as_user(user), "appraisal-own", held.pk, status=404)
    assert as_user(cast.secretary).post(at("appraisal-ballot", held.pk), {}).status_code == 404


def test_a_result_is_not_opened_before_it_is_there(cast, members, as_user):
    held = led_to(cast, RoundState.OPINION)
    assert as_user(cast.member).post(at("appraisal-result", held.pk)).status_code == 302
    assert of(held, cast.zhang).told_on is None


# --- Above ------------------------------------------------------------------------------------------------------------
def test_committees_see_counts_and_no_names(cast, members, as_user):
    led_to(cast, RoundState.CLOSED)
    client = as_user(cast.district_staff)
    assert client.get(at("round-list")).status_code == 302
    page = shown(client, "round-below", query=f"?year={TODAY.year}")
    assert "红旗社区第一党支部" in page
    assert "张英" not in page
    assert client.get(at("round-below-export")).status_code == 200
    lines = {line.branch.code: line for line in branch_lines(cast.district.path, TODAY.year, on=TODAY)}
    assert lines["branch"].grades["qualified"] == 6
    assert lines["next-branch"].state == ""


def test_programs_read_rounds_and_grades(cast, members, as_user):
    held = led_to(cast, RoundState.CLOSED)
    client = as_user(cast.secretary)
    rounds = client.get(reverse("api:appraisal-list")).json()["results"]
    assert [one["key"] for one in rounds] == [str(held.pk)]
    grades = client.get(reverse("api:grade-list"), {"organization": "branch", "year": TODAY.year}).json()["results"]
    assert len(grades) == 7
    assert set(grades[0]) == {"round", "organization", "year", "member", "grade", "told_on"}
    assert as_user(cast.member).get(reverse("api:grade-list")).status_code == 403
    assert as_user(cast.next_secretary).get(reverse("api:grade-list")).json()["results"] == []
