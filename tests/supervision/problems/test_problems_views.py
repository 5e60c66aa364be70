"""The pages about problems and inspections: what they do, for whom, and what they refuse."""

import io
import uuid
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from meetings.models import Meeting
from supervision.models import Inspection, Problem, ProblemList
from tests.cast import TODAY
from tests.supervision.problems.making import FOUND, finding, listed, problem, step, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, ADD, EXPORT, COUNTS = (reverse(f"supervision:problem-{name}") for name in ("list", "add", "export", "counts"))
VISITS, PLAN = reverse("supervision:inspection-list"), reverse("supervision:inspection-new")
PDF = b"%PDF-1.7 evidence"


def page(one, name="detail", of="problem"):
    return reverse(f"supervision:{of}-{name}", args=[one.pk])


def shown(answer):
    return {one.text for one in answer.context["page"]}


def rows(**facts):
    forms = {"rows-TOTAL_FORMS": "5", "rows-INITIAL_FORMS": "0"}
    return forms | {f"rows-0-{name}": value for name, value in facts.items()}


def occasion(**changes):
    known = {"key": uuid.uuid4(), "title": "组织生活会", "source": "org_life_meeting", "made_on": FOUND.isoformat()}
    row = {"text": "记录不及时", "responsible_name": "周书记", "due_on": (TODAY + timedelta(days=9)).isoformat()}
    return known | rows(**row) | changes


def given(**facts):
    return {"key": uuid.uuid4(), "text": "已办", **facts}


def test_problems_of_one_occasion_are_written_down_once(cast, as_user):
    client, typed = as_user(cast.secretary), occasion()
    answer = [client.post(ADD, typed) for _turn in range(2)][1]

    assert answer["Location"] == f"{LIST}?list={ProblemList.objects.get().pk}"
    assert [one.text for one in Problem.objects.all()] == ["记录不及时"]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"rows-0-text": ""},
        {"rows-0-due_on": ""},
        {"rows-0-responsible_name": ""},
        {"source": "inspection"},
    ],
)
def test_bad_input_is_refused_on_the_page(cast, as_user, changes):
    answer = as_user(cast.secretary).post(ADD, occasion(**changes))

    assert answer.status_code == 200
    assert not Problem.objects.exists()


@pytest.mark.parametrize(
    ("kind", "source", "origin"),
    [("theme_day", "meeting", "主题党日"), ("org_life_meeting", "org_life_meeting", "组织生活会")],
)
def test_a_problem_comes_from_the_meeting_at_which_it_was_found(cast, as_user, kind, source, origin):
    meeting = Meeting.objects.create(
        organization=cast.branch, kind=kind, day=FOUND, counts_for_year=FOUND.year, state="held"
    )
    client, address = as_user(cast.secretary), f"{ADD}?meeting={meeting.pk}"
    assert client.get(address).context["form"]["source"].initial == source
    client.post(address, occasion(source=source))
    found = Problem.objects.get()

    assert (found.problem_list.source, found.problem_list.meeting) == (source, meeting)
    assert origin in client.get(page(found)).text


@pytest.mark.parametrize("name", ["meeting", "suggestion", "round"])
def test_what_one_does_not_see_gives_no_list(cast, as_user, name):
    for key in (uuid.uuid4(), "x"):
        assert as_user(cast.secretary).get(f"{ADD}?{name}={key}").status_code == 404


def test_members_read_the_list_of_their_branch_without_what_is_marked(cast, as_user):
    problem(cast.branch, text="公开")
    problem(cast.branch, text="内部", is_internal=True)
    problem(cast.next_branch, text="别的支部")
    finding(cast, state="visited", text="未反馈")

    assert shown(as_user(cast.member).get(LIST)) == {"公开"}
    assert shown(as_user(cast.secretary).get(LIST)) == {"公开", "内部"}
    assert shown(as_user(cast.district_staff).get(LIST)) == {"未反馈"}
    assert as_user(cast.county_secretary).get(LIST)["Location"] == COUNTS


def test_a_committee_secretary_who_is_a_member_is_not_told_that_there_are_none(cast, as_user):
    """Where the own branch has nothing for members to read, the counts of the others are what is asked for."""
    cast.county_secretary.member = cast.zhao
    cast.county_secretary.save()
    problem(cast.next_branch, text="别的支部")

    assert as_user(cast.county_secretary).get(LIST)["Location"] == COUNTS
    problem(cast.other_branch, text="自己的支部")
    assert shown(as_user(cast.county_secretary).get(LIST)) == {"自己的支部"}


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("", {"甲", "乙", "丙"}), ("state=overdue", {"乙"}), ("state=accepted", {"丙"}),
        ("state=unsettled", {"甲", "乙"}),
        ("source=org_life_meeting", {"丙"}), ("who=张英", {"甲"}), ("q=乙", {"乙"}), ("org=branch", {"甲", "乙", "丙"}),
        (f"first={TODAY}", set()), (f"last={TODAY}&order=who", {"甲", "乙", "丙"}),
        ("state=x&first=y", {"甲", "乙", "丙"}),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(cast, as_user, query, texts):
    problem(cast.branch, text="甲", responsible=cast.zhang)
    problem(cast.branch, text="乙", due_on=TODAY - timedelta(days=1))
    done = {"state": "accepted", "settled_on": TODAY, "settled_by": cast.secretary}
    problem(cast.branch, listed(cast.branch, source="org_life_meeting"), text="丙", **done)

    assert shown(as_user(cast.secretary).get(f"{LIST}?{query}")) == texts


@pytest.mark.parametrize("number", [1, 3])
def test_the_lists_ask_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    for _turn in range(number):
        problem(cast.branch, responsible=cast.zhang)
        visit(cast)
    client = as_user(cast.secretary)
    for address, queries in ((LIST, 6), (VISITS, 6)):
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)


def test_the_export_holds_no_formula(cast, as_user):
    problem(cast.branch, text="=1+1")
    answer = as_user(cast.secretary).get(EXPORT)
    cells = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active

    assert all(cell.data_type != "f" for row in cells for cell in row)


def test_the_member_reports_and_the_secretary_accepts(cast, as_user):
    one, file = problem(cast.branch, responsible=cast.zhang), SimpleUploadedFile("x.exe", PDF)
    as_user(cast.member).post(page(one, "done"), given(file=file))
    sent = as_user(cast.member).get(reverse("supervision:problem-evidence", args=[one.pk, one.steps.get().pk]))
    assert (sent["Content-Type"], ".exe" in sent["Content-Disposition"]) == ("application/pdf", False)
    assert as_user(cast.member).post(page(one, "accepted"), given()).status_code == 403
    as_user(cast.secretary).post(page(one, "accepted"), given())

    assert Problem.objects.get().state == "accepted"
    assert as_user(cast.secretary).get(page(one)).status_code == 200


def test_strangers_neither_read_nor_act(cast, as_user):
    one = problem(cast.branch)
    for part in (cast.next_secretary, cast.county_secretary, cast.stranger):
        assert as_user(part).get(page(one)).status_code == 404
        assert as_user(part).post(page(one, "done"), given()).status_code == 404
    assert as_user(cast.secretary).put(page(one, "done")).status_code == 405


def test_an_inspection_by_its_pages(cast, as_user):
    key = uuid.uuid4()
    plan = {
        "key": key,
        "organization": cast.branch.pk,
        "visit_on": FOUND.isoformat(),
        "team": "组织科",
        "subject": "公示",
    }
    for _turn in range(2):
        as_user(cast.district_staff).post(PLAN, plan)
    one = Inspection.objects.get()
    assert one.inspected_by == cast.district
    row = rows(text="未公示", due_on=TODAY.isoformat())
    kept = as_user(cast.district_staff).post(
        page(one, "findings", "inspection"), {"key": uuid.uuid4(), "summary": "总体好", **row}
    )
    assert kept.status_code == 302, (kept.context["form"].errors, kept.context["rows"].errors)
    assert as_user(cast.secretary).get(page(one, of="inspection")).status_code == 404
    handed = as_user(cast.district_staff).post(page(one, "hand-over", "inspection"))
    assert handed.status_code == 302, handed.context["form"].errors
    assert "总体好" in as_user(cast.secretary).get(page(one, of="inspection")).content.decode()
    found = Problem.objects.get()
    step(found, "done", cast.secretary)
    assert as_user(cast.secretary).get(page(found, "accepted")).status_code == 403
    as_user(cast.district_staff).post(page(found, "accepted"), given())
    as_user(cast.district_staff).post(page(one, "close", "inspection"), {"words": "已整改"})

    one.refresh_from_db()
    assert one.state == "closed"


def test_a_finding_is_taken_out_on_its_page(cast, as_user):
    one = finding(cast, state="visited")
    assert as_user(cast.secretary).get(page(one, "take-out", "finding")).status_code == 403
    asked = as_user(cast.district_staff).get(page(one, "take-out", "finding"))
    assert one.text in asked.content.decode()
    assert as_user(cast.district_staff).post(page(problem(cast.branch), "take-out", "finding")).status_code == 404
    taken = as_user(cast.district_staff).post(page(one, "take-out", "finding"))

    assert taken.status_code == 302
    assert not Problem.objects.filter(pk=one.pk).exists()


def test_a_committee_counts_its_branches(cast, as_user):
    problem(cast.branch, text="机密字样", due_on=TODAY - timedelta(days=1))
    answer = as_user(cast.county_secretary).get(COUNTS)

    shown = answer.context["listing"]
    totals = {column.code: cell["text"] for column, cell in zip(shown.columns, shown.totals, strict=True)}
    assert totals == {
        "branch": "全部支部",
        "found": "1", "accepted": "0", "on_time": "0", "dropped": "0", "unsettled": "1", "overdue": "1",
    }  # fmt: skip
    assert "机密字样" not in answer.content.decode()
    assert as_user(cast.county_secretary).get(reverse("supervision:problem-counts-export")).status_code == 200


def test_who_counts_problems_has_one_entry_for_them_named_after_all_branches(cast, as_user):
    cast.county_secretary.member = cast.li
    cast.county_secretary.save()
    page = as_user(cast.county_secretary).get(reverse("supervision:problem-list"), follow=True).text

    for name in ("problem", "matter"):
        assert f'href="{reverse(f"supervision:{name}-list")}"' in page
        assert f'href="{reverse(f"supervision:{name}-mine")}"' not in page
    mine = as_user(cast.member).get(reverse("supervision:suggestion-mine")).text
    assert f'href="{reverse("supervision:problem-mine")}"' in mine
