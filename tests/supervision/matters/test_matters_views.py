"""The pages about major matters: what they do, for whom, and what they refuse."""

import io
import uuid
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext

from audit.models import Entry
from members.models import Organization
from supervision.matters.models import MatterQuerySet
from supervision.models import Matter
from tests.cast import TODAY, make_organization
from tests.supervision.matters.making import AUGUST, DECISION, EXECUTION, JUNE, MAY, OPINION, matter, meeting, vote

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, NEW, EXPORT = (reverse(f"supervision:matter-{name}") for name in ("list", "new", "export"))
COUNTS, COUNTS_EXPORT = reverse("supervision:matter-counts"), reverse("supervision:matter-counts-export")
STEPS = ("opinion", "decision", "execution", "review")


def page(one, name="detail"):
    return reverse(f"supervision:matter-{name}", args=[one.pk])


def text(answer):
    return answer.content.decode()


def titles(answer):
    return [one.matter.title for one in answer.context["listing"].rows]


def total(answer):
    shown = answer.context["listing"]
    return {column.code: cell["text"] for column, cell in zip(shown.columns, shown.totals, strict=True)}


def proposal(**changes):
    known = {
        "key": uuid.uuid4(), "kind": "large_fund", "title": "门面房续租", "proposal": "续租三年",
        "amount_fen": "48000.50",
        "proposed_on": "2026-05-10", "proposed_by": "居委会", "unit": "",
    }  # fmt: skip
    return known | changes


def cells(answer):
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [list(row) for row in book.active.values]


# --- Proposing, steps, correcting -----------------------------------------------------------------------------------
def test_the_secretary_records_a_proposal_once(cast, as_user):
    client, given = as_user(cast.secretary), proposal()
    answer = [client.post(NEW, given) for _turn in range(2)][1]

    one = Matter.objects.get()
    assert answer["Location"] == page(one)
    assert (one.organization, one.amount_fen, one.proposed_on) == (cast.branch, 4_800_050, MAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""}, {"proposal": " "}, {"kind": "gossip"}, {"amount_fen": "viel"}, {"proposed_on": "2026-11-25"},
        {"proposed_on": "morgen"}, {"key": "x"}, {"title": "长" * 161},
    ],
)  # fmt: skip
def test_a_proposal_with_bad_input_is_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.secretary).post(NEW, proposal(**changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Matter.objects.count() == 0


def test_all_steps_are_put_down_on_their_pages(cast, as_user):
    one, held = matter(cast.branch), meeting(cast.branch)
    motion, client = vote(held), as_user(cast.secretary)
    assert "2026-06-10" in text(client.get(page(one, "opinion")))
    client.post(page(one, "opinion"), {"opinion": "agrees", "opinion_meeting": held.pk, "opinion_vote": motion.pk})
    client.post(page(one, "decision"), {**DECISION, "decided_on": "2026-07-10"})
    client.post(page(one, "execution"), {"executed_on": "2026-08-10", "execution_text": "已完工"})
    client.post(page(one, "review"), {"reviewed_on": "2026-11-20", "review_text": "群众满意"})

    shown = text(client.get(page(one)))
    one.refresh_from_db()
    assert (one.state, one.opinion_on) == ("done", JUNE)
    assert all(words in shown for words in ("同意修路", "已完工", "群众满意", "居民会议"))


@pytest.mark.parametrize("name", STEPS)
def test_a_step_without_its_facts_is_refused(cast, as_user, name):
    one = matter(cast.branch)
    answer = as_user(cast.secretary).post(page(one, name), {"csrfmiddlewaretoken": "x"})

    assert answer.context["form"].errors
    assert Entry.objects.count() == 0


def test_an_opinion_out_of_another_branchs_meeting_is_no_choice(cast, as_user):
    one, other = matter(cast.branch), meeting(cast.next_branch)
    answer = as_user(cast.secretary).post(page(one, "opinion"), {"opinion": "agrees", "opinion_meeting": other.pk})

    assert "opinion_meeting" in answer.context["form"].errors


def test_a_village_matter_out_of_the_committee_is_refused_with_the_article(cast, as_user):
    one, held = matter(cast.branch, kind="village"), meeting(cast.branch)
    answer = as_user(cast.secretary).post(page(one, "opinion"), {"opinion": "agrees", "opinion_meeting": held.pk})

    assert "11" in answer.context["form"].errors["opinion_meeting"][0]


def test_a_decision_without_the_opinion_is_said_on_the_page_in_the_register_and_in_the_workbook(cast, as_user):
    one, client = matter(cast.branch), as_user(cast.secretary)
    assert client.get(page(one)).context["one"].spoke_first is None
    client.post(page(one, "decision"), {**DECISION, "decided_on": "2026-07-10"})

    reason = client.get(page(one)).context["one"].spoke_first.reason
    badge = gettext("Decided without the branch's opinion")
    assert escape(reason) in text(client.get(page(one)))
    assert [escape(badge) in text(client.get(address)) for address in (page(one), LIST)] == [True, True]
    assert reason in cells(client.get(EXPORT))[1]


def test_another_way_in_a_village_is_shown_as_not_by_the_article(cast, as_user):
    Organization.objects.filter(pk=cast.branch.pk).update(is_village=True)
    one, held = matter(cast.branch), meeting(cast.branch)
    client = as_user(cast.secretary)
    client.post(page(one, "opinion"), {"opinion": "agrees", "opinion_meeting": held.pk})

    assert client.get(page(one)).context["one"].skipped_general_meeting
    assert client.get(LIST).context["listing"].rows[0].skipped_general_meeting


def test_the_proposal_is_corrected_and_taken_out_with_a_reason(cast, as_user):
    one, client = matter(cast.branch), as_user(cast.secretary)
    given = proposal(title="修西巷的路")
    assert client.post(page(one, "edit"), given).context["form"].errors
    client.post(page(one, "edit"), given | {"reason": "写错了巷名"})
    one.refresh_from_db()
    assert one.title == "修西巷的路"

    assert client.post(page(one, "remove"), {"reason": ""}).context["form"].errors
    client.post(page(one, "remove"), {"reason": "重复登记"})
    assert Matter.objects.count() == 0
    assert list(Entry.objects.values_list("action", "reason").order_by("number")) == [
        ("correct_matter", "写错了巷名"),
        ("remove_matter", "重复登记"),
    ]


def test_a_step_that_stands_asks_for_a_reason(cast, as_user):
    one, client = matter(cast.branch, **DECISION), as_user(cast.secretary)
    changed = {**DECISION, "decided_on": "2026-07-10", "decision": "declined"}
    assert client.post(page(one, "decision"), changed).context["form"].errors
    client.post(page(one, "decision"), changed | {"reason": "听错了"})
    one.refresh_from_db()

    assert one.decision == "declined"


# --- Who ------------------------------------------------------------------------------------------------------------
def test_members_read_what_is_not_marked_and_change_nothing(cast, as_user):
    open_one, marked = matter(cast.branch), matter(cast.branch, title="人事", is_internal=True)
    client = as_user(cast.member)

    assert titles(client.get(reverse("supervision:matter-mine"))) == [open_one.title]
    assert client.get(page(open_one)).status_code == 200
    assert client.get(page(marked)).status_code == 404
    assert [client.get(page(open_one, name)).status_code for name in (*STEPS, "edit", "remove")] == [403] * 6
    assert page(open_one, "edit") not in text(client.get(page(open_one)))


def test_without_the_mark_in_the_scope_members_would_read_it(cast, as_user, monkeypatch):
    """The negative control."""
    marked = matter(cast.branch, title="人事", is_internal=True)
    monkeypatch.setattr(MatterQuerySet, "visible_to", lambda self, *_: self.all())

    assert as_user(cast.member).get(page(marked)).status_code == 200


@pytest.mark.parametrize(
    ("part", "status"),
    [("next_secretary", 404), ("other_secretary", 404), ("district_staff", 403), ("stranger", 403), ("member", 403)],
)
def test_others_change_nothing_here(cast, as_user, part, status):
    one, client = matter(cast.branch), as_user(cast.users()[part])

    assert client.post(page(one, "decision"), {**DECISION, "decided_on": "2026-07-10"}).status_code == status
    assert client.post(page(one, "remove"), {"reason": "x"}).status_code == status
    one.refresh_from_db()
    assert one.decided_on is None


def test_committees_are_led_to_counts_and_read_no_text(cast, as_user):
    one, client = matter(cast.branch, unit="红旗居委会", **DECISION), as_user(cast.district_staff)
    assert client.get(LIST)["Location"] == COUNTS
    assert client.get(page(one)).status_code == 404
    assert client.get(EXPORT).status_code == 403

    shown = text(client.get(COUNTS))
    assert cast.branch.name in shown
    assert not [words for words in (one.title, one.proposal, one.unit, one.proposed_by) if words in shown]


def test_a_committee_secretary_who_is_a_member_is_not_told_that_there_are_none(cast, as_user):
    cast.county_secretary.member = cast.zhao
    cast.county_secretary.save()
    matter(cast.branch)

    assert as_user(cast.county_secretary).get(LIST)["Location"] == COUNTS
    matter(cast.other_branch)
    assert as_user(cast.county_secretary).get(LIST).status_code == 200


@pytest.mark.parametrize("address", [LIST, EXPORT, COUNTS, COUNTS_EXPORT])
def test_lists_take_no_post(cast, as_user, address):
    assert as_user(cast.secretary).post(address).status_code == 405


# --- The register ---------------------------------------------------------------------------------------------------
@pytest.fixture
def register(cast):
    matter(cast.branch, title="甲", kind="village", proposed_on=date(2025, 5, 1), amount_fen=500)
    matter(cast.branch, title="乙", unit="物业公司", **DECISION)
    matter(cast.branch, title="丙", **OPINION, **DECISION, proposed_on=date(2026, 5, 11), amount_fen=900)
    matter(cast.branch, title="丁", **OPINION, **DECISION, **EXECUTION, proposed_on=date(2026, 5, 12))
    matter(cast.next_branch, title="外")
    return cast


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "丁丙乙甲"),
        ({"q": "丙"}, "丙"),
        ({"kind": "village"}, "甲"),
        ({"unit": "物业公司"}, "乙"),
        ({"state": "opinion"}, "甲"),
        ({"state": "execution"}, "丙乙"),
        ({"state": "review"}, "丁"),
        ({"shown": "without_opinion"}, "乙"),
        ({"shown": "without_opinion", "first": "2026-01-01", "last": "2026-12-31", "org": "branch"}, "乙"),
        ({"shown": "without_opinion", "first": "2026-08-01"}, ""),
        ({"shown": "executed", "first": "2026-08-10", "last": "2026-08-10"}, "丁"),
        ({"first": "2026-01-01", "last": "2026-05-11"}, "丙乙"),
        ({"order": "oldest"}, "甲乙丙丁"),
        ({"kind": "gossip", "state": "x", "first": "x", "order": "x", "org": "next-branch", "shown": "y"}, "丁丙乙甲"),
        ({"page": "x"}, "丁丙乙甲"),
    ],
)
def test_the_register_is_narrowed_and_sorted(register, as_user, asked, found):
    assert "".join(titles(as_user(register.secretary).get(LIST, asked))) == found


def test_the_largest_amount_stands_first_and_what_has_none_last(register, as_user):
    assert titles(as_user(register.secretary).get(LIST, {"order": "most"}))[:2] == ["丙", "甲"]


def test_the_register_pages_and_prints_on_one_page(cast, as_user):
    for _number in range(31):
        matter(cast.branch)
    client = as_user(cast.secretary)

    assert [len(titles(client.get(LIST, asked))) for asked in ({}, {"page": 2}, {"paper": 1})] == [30, 1, 31]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_register_asks_as_often_for_one_row_as_for_three(cast, as_user, django_assert_num_queries, rows):
    for _number in range(rows):
        matter(cast.branch, **OPINION, opinion_meeting=meeting(cast.branch))
    client = as_user(cast.secretary)
    client.get(LIST)

    with django_assert_num_queries(8):
        client.get(LIST)


def test_the_workbook_holds_the_register_and_its_export_is_on_record(register, as_user):
    matter(register.branch, title="=1+1", proposed_on=TODAY)
    headings, first, *others = cells(as_user(register.secretary).get(EXPORT))

    assert len(headings) == len(first)
    assert first[3] == "=1+1"
    assert [row[3] for row in others] == list("丁丙乙甲")
    entry = Entry.objects.get(action="export_matters")
    assert (entry.subject_label, entry.organization_code, entry.details) == ("secretary", "branch", {"rows": 5})


def test_what_was_never_recorded_says_what_to_do_next(cast, as_user):
    assert NEW in text(as_user(cast.secretary).get(LIST))


# --- Counts ---------------------------------------------------------------------------------------------------------
def test_a_committee_counts_its_branches(register, as_user):
    client = as_user(register.district_staff)
    answer = client.get(COUNTS)
    rows = {one.branch.code: one.figures for one in answer.context["page"]}

    assert rows["branch"] == {"proposed": 3, "decided": 3, "without_opinion": 1, "executed": 1, "reviewed": 0}
    assert total(answer)["proposed"] == "4"
    assert {one.branch.code for one in client.get(COUNTS, {"only": "without_opinion"}).context["page"]} == {"branch"}
    assert {one.branch.code for one in client.get(COUNTS, {"q": "第二"}).context["page"]} == {"next-branch"}
    assert total(client.get(COUNTS, {"year": 2025}))["proposed"] == "1"
    assert client.get(COUNTS, {"year": "x", "only": "y"}).status_code == 200
    assert client.get(COUNTS, {"org": "other-district"}).status_code == 404


def test_the_counts_are_a_workbook_without_text(register, as_user):
    rows = cells(as_user(register.district_staff).get(COUNTS_EXPORT))

    assert [row[1:] for row in rows if row[0] == register.branch.name] == [[3, 3, 1, 1, 0]]
    assert Entry.objects.get(action="export_matter_counts").organization_code == "district"


@pytest.mark.parametrize("branches", [0, 2])
def test_counting_asks_as_often_for_many_branches(register, as_user, django_assert_num_queries, branches):
    for number in range(branches):
        place = make_organization(f"more-{number}", "新支部", "branch", register.district)
        matter(place, **DECISION, executed_on=AUGUST, execution_text="好")
    client = as_user(register.district_staff)
    client.get(COUNTS)

    with django_assert_num_queries(6):
        client.get(COUNTS)


# --- For programs ---------------------------------------------------------------------------------------------------
def test_the_api_gives_the_register_of_ones_offices(register, as_user):
    client = as_user(register.secretary)
    rows = client.get("/api/matters/", {"since": "2026-01-01"}).json()["results"]

    assert [(one["title"], one["lacks_opinion"], one["state"]) for one in rows] == [
        ("丁", False, "review"), ("丙", False, "execution"), ("乙", True, "execution"),
    ]  # fmt: skip
    assert client.get(f"/api/matters/{rows[0]['key']}/").json()["organization"] == "branch"
    assert client.get("/api/matters/", {"organization": "next-branch"}).status_code == 404
    assert client.get("/api/matters/", {"since": "x"}).status_code == 400
    assert as_user(register.district_staff).get("/api/matters/").status_code == 403
