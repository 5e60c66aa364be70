"""The pages of supervision reports: the list with the missing ones, a report and its way, Word, workbook, the desk."""

import uuid
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from meetings.models import Meeting
from members.models import LocalRule, Organization
from members.regulations.queries import PlacesBelow
from supervision.models import Report
from supervision.reports.queries import report_duties
from tests.cast import TODAY, make_organization
from tests.dues.making import charge
from tests.supervision.reports.making import QUARTER, adopted, begun, filled, hold, moved, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LIST, EXPORT = reverse("supervision:report-list"), reverse("supervision:report-export")
SINCE_2025 = ["2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4", "2025"]
NEW = reverse("supervision:report-new", args=["branch"])


def url(name, report, *more):
    return reverse(f"supervision:report-{name}", args=[report.pk, *more])


def text(answer):
    return answer.content.decode()


def rows(answer):
    return [(line.organization.code, line.period.name, line.state) for line in answer.context["page"]]


@pytest.fixture(autouse=True)
def since_2023(cast):
    """The first things on record."""
    hold(cast.branch, "theme_day", date(2023, 3, 1))
    charge(cast.wang, "2023-01", 500, organization=cast.next_branch)


def test_the_branch_sees_every_period_with_the_missing_ones(cast, as_user):
    begun(cast.branch, cast.secretary)
    page = as_user(cast.secretary).get(LIST)

    assert rows(page)[:2] == [("branch", QUARTER, "draft"), ("branch", "2026-Q2", "missing")]
    assert len(rows(page)) == 11
    assert f"{NEW}?period=2026-Q2" in text(page)


@pytest.mark.parametrize(
    ("first_day", "offered"),
    [("2026-07-01", ["2026-Q3"]), ("2026-07-02", []), ("2026-04-01", ["2026-Q3", "2026-Q2"])],
)
def test_no_report_is_begun_or_missed_for_a_time_before_the_first_day(cast, as_user, first_day, offered):
    Organization.objects.filter(pk=cast.branch.pk).update(begins_on=first_day)
    page = as_user(cast.secretary).get(NEW)

    form = page.context.get("form")
    assert [name for name, _words in (form.fields["period"].choices if form else [])] == offered
    assert ("现在还没有可报告的时期" in text(page)) == (offered == [])
    assert [period for _code, period, _state in rows(as_user(cast.secretary).get(LIST))] == offered


@pytest.mark.parametrize(
    ("held", "missing"),
    [(None, []), ("2026-10-01", []), ("2026-09-30", ["2026-Q3"]), ("2025-12-31", SINCE_2025)],
)
def test_nothing_is_missing_of_before_the_first_thing_on_record(cast, as_user, held, missing):
    Meeting.objects.all().delete()
    if held:
        hold(cast.branch, "theme_day", date.fromisoformat(held))
    page = as_user(cast.secretary).get(LIST)

    assert [period for _code, period, _state in rows(page)] == missing
    assert ("没有缺少的报告" in text(page)) == (missing == [])


def test_the_button_begins_the_latest_period_that_is_not_reported(cast, as_user):
    client = as_user(cast.secretary)
    assert client.get(LIST).context["begin"].period.name == QUARTER
    for period in (QUARTER, "2026-Q2", "2026-Q1", "2025-Q4"):
        begun(cast.branch, cast.secretary, period=period)
    assert client.get(LIST).context["begin"].period.name == "2025"
    assert client.get(LIST, {"state": "draft"}).context["begin"] is None


def test_a_period_is_begun_with_something_on_record_or_when_it_falls_due_this_year(cast, as_user):
    Meeting.objects.all().delete()
    offered = as_user(cast.secretary).get(NEW).context["form"].fields["period"].choices
    assert [name for name, _words in offered] == SINCE_2025


def test_the_committee_sees_the_last_quarter_of_all_and_no_draft(cast, as_user):
    begun(cast.branch, cast.secretary)
    adopted(cast.next_branch, cast.next_secretary, "general_meeting")
    make_organization("more", "第三党支部", "branch", cast.district)
    page = as_user(cast.district_staff).get(LIST)

    assert rows(page) == [
        ("district", QUARTER, "missing"), ("branch", QUARTER, "missing"), ("next-branch", QUARTER, "missing"),
    ]  # fmt: skip
    report = submitted(cast.branch, cast.secretary, period="2026-Q2")
    filtered = as_user(cast.district_staff).get(LIST, {"period": "2026-Q2", "state": "submitted", "q": "第一"})
    assert rows(filtered) == [("branch", "2026-Q2", "submitted")]
    assert report.get_absolute_url() in text(filtered)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"state": "missing"}, 10), ({"state": "draft"}, 1), ({"state": "closed"}, 0), ({"org": "branch"}, 11),
        ({"org": "next-branch"}, 11), ({"period": "2025"}, 1), ({"period": "bad"}, 11), ({"q": "第二"}, 0),
    ],
)  # fmt: skip
def test_the_filters(cast, as_user, asked, count):
    """What can't be read is as if it weren't there."""
    begun(cast.branch, cast.secretary)

    assert as_user(cast.secretary).get(LIST, asked).context["page"].paginator.count == count


def test_who_is_led_to_a_new_report_that_was_begun_already_finds_it(cast, as_user):
    report = begun(cast.branch, cast.secretary)
    client = as_user(cast.secretary)

    assert client.get(NEW, {"period": QUARTER}).headers["Location"] == report.get_absolute_url()
    assert client.get(NEW, {"period": "2026-Q2"}).status_code == client.get(NEW).status_code == 200
    other = reverse("supervision:report-new", args=["next-branch"])
    assert client.get(other, {"period": QUARTER}).status_code == 404


def test_an_empty_list_says_what_to_do(cast, as_user):
    page = as_user(cast.secretary).get(LIST, {"state": "closed"})

    assert page.context["page"].paginator.count == 0
    assert 'class="empty"' in text(page)


@pytest.mark.parametrize("branches", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(cast, as_user, django_assert_num_queries, branches):
    for number in range(branches):
        place = make_organization(f"more-{number}", f"支部{number}", "branch", cast.district)
        submitted(place, cast.secretary, "general_meeting")
    client = as_user(cast.district_staff)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


@pytest.mark.parametrize("branches", [1, 3])
def test_a_summary_costs_the_same_whatever_its_subtree(cast, as_user, django_assert_num_queries, branches):
    for number in range(branches):
        place = make_organization(f"more-{number}", f"支部{number}", "branch", cast.district)
        submitted(place, cast.secretary, "general_meeting")
    report = begun(cast.district, cast.district_staff)
    client = as_user(cast.district_staff)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(report.get_absolute_url())


LIST_QUERIES, PAGE_QUERIES = 7, 34


def test_the_workbook_holds_the_list(cast, as_user):
    begun(cast.branch, cast.secretary)
    cast.branch.name = "=1+1"
    cast.branch.save()
    answer = as_user(cast.secretary).get(EXPORT, {"period": QUARTER})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active

    assert [cell.value for cell in sheet[2]][:2] == ["=1+1", QUARTER]
    assert sheet["A2"].data_type == "s"


def test_the_way_of_a_report_by_its_pages(cast, as_user):
    key = uuid.uuid4()
    answer = as_user(cast.secretary).post(NEW, {"key": key, "period": QUARTER})
    again = as_user(cast.secretary).post(NEW, {"key": key, "period": QUARTER})
    report = Report.objects.get()
    assert answer.url == again.url == report.get_absolute_url()

    client = as_user(cast.secretary)
    client.post(url("judgement", report), {"judgement": "还要抓紧"})
    assert "还要抓紧" in text(client.get(report.get_absolute_url()))
    empty = text(client.get(url("adopt", report)))
    assert reverse("meetings:meeting-plan", args=["branch"]) in empty
    meeting = hold(cast.branch, "committee_meeting", TODAY)
    assert str(meeting.pk) in text(client.get(url("adopt", report)))
    client.post(url("adopt", report), {"meeting": meeting.pk})
    client.post(url("step", report, "submit"), {"text": ""})
    assert "还要抓紧" in text(as_user(cast.district_staff).get(report.get_absolute_url()))

    client = as_user(cast.district_staff)
    client.post(url("step", report, "return"), {"text": "为什么？"})
    client = as_user(cast.secretary)
    assert "为什么？" in text(client.get(report.get_absolute_url()))
    client.post(url("step", report, "answer"), {"text": "因为"})
    client = as_user(cast.district_staff)
    client.post(url("step", report, "read"), {"text": ""})
    client.post(url("step", report, "close"), {"text": ""})
    report.refresh_from_db()
    assert report.state == "closed"


def test_a_step_may_be_taken_back_by_its_page(cast, as_user):
    report = submitted(cast.branch, cast.secretary)
    client = as_user(cast.secretary)

    assert client.post(url("step", report, "take-back"), {"text": ""}).status_code == 200
    assert client.post(url("step", report, "take-back"), {"text": "写错了"}).status_code == 302
    report.refresh_from_db()
    assert report.state == "adopted"


def test_what_is_refused_is_said_on_the_page(cast, as_user):
    report = adopted(cast.branch, cast.secretary)
    client = as_user(cast.secretary)

    assert client.post(url("step", report, "answer"), {"text": "好"}).context["form"].non_field_errors()
    assert client.post(url("judgement", report), {"judgement": "x"}).context["form"].non_field_errors()
    assert client.post(url("adopt", report), {"meeting": uuid.uuid4()}).context["form"].errors
    assert client.post(NEW, {"key": uuid.uuid4(), "period": "2026-Q4"}).context["form"].errors


@pytest.mark.parametrize(
    ("part", "act", "status"),
    [
        ("secretary", "submit", 200),
        ("secretary", "read", 403),
        ("secretary", "adopt", 200),
        ("secretary", "burn", 404),
        ("district_staff", "read", 200),
        ("district_staff", "submit", 403),
        ("county_staff", "return", 200),
        ("county_secretary", "close", 200),
        ("group_leader", "submit", 403),
        ("next_secretary", "submit", 404),
        ("member", "submit", 403),
    ],
)
def test_who_opens_which_step(cast, as_user, part, act, status):
    report = submitted(cast.branch, cast.secretary)

    assert as_user(getattr(cast, part)).get(url("step", report, act)).status_code == status


@pytest.mark.parametrize(
    ("part", "status"),
    [("secretary", 200), ("officer", 200), ("district_staff", 404), ("next_secretary", 404), ("member", 403)],
)
def test_a_draft_is_the_branchs_own(cast, as_user, part, status):
    report = begun(cast.branch, cast.secretary)

    assert as_user(getattr(cast, part)).get(report.get_absolute_url()).status_code == status


def test_a_committee_writes_its_own_summary_and_does_not_read_it_itself(cast, as_user):
    client = as_user(cast.district_staff)
    client.post(reverse("supervision:report-new", args=["district"]), {"key": uuid.uuid4(), "period": QUARTER})
    report = Report.objects.get(organization=cast.district)
    meeting = hold(cast.district, "committee_meeting", TODAY)
    client.post(url("adopt", report), {"meeting": meeting.pk})
    page = text(client.get(report.get_absolute_url()))
    assert "党委会已通过" in page
    assert "支委会已通过" not in page
    client.post(url("step", report, "submit"), {"text": ""})

    assert client.get(url("step", report, "read")).status_code == 403
    assert as_user(cast.county_staff).get(url("step", report, "read")).status_code == 200
    assert as_user(cast.county_staff).get(url("judgement", report)).status_code == 403


def test_a_county_does_not_write_for_the_district(cast, as_user):
    new = reverse("supervision:report-new", args=["district"])

    assert as_user(cast.county_staff).get(new).status_code == 403
    assert as_user(cast.district_staff).get(new).status_code == 200


def test_the_committees_page_names_the_branches_and_tells_none_of_their_words(cast, as_user):
    filled(cast)
    report = adopted(cast.branch, cast.secretary)
    Report.objects.filter(pk=report.pk).update(judgement="只给上级看")
    moved(report, "submit", cast.secretary)
    summary = begun(cast.district, cast.district_staff)
    page = as_user(cast.district_staff).get(summary.get_absolute_url())

    assert page.context["stand"] == {"submitted": 0, "late": 1, "open": 0, "missing": 1}
    assert [one["name"] for one in page.context["page"]] == ["红旗社区第二党支部", "红旗社区第一党支部"]
    assert "只给上级看" not in text(page)
    assert "路灯" not in text(page)
    assert "修路" not in text(page)


def test_the_reader_above_reads_numbers_without_links(cast, as_user):
    filled(cast)
    report = submitted(cast.branch, cast.secretary)

    assert "/reports/records/" not in text(as_user(cast.district_staff).get(report.get_absolute_url()))
    assert "/reports/records/" in text(as_user(cast.secretary).get(report.get_absolute_url()))


def words_of(answer):
    document = Document(BytesIO(b"".join(answer.streaming_content)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [one.text for one in document.paragraphs], cells


def test_the_word_document_tells_what_the_page_tells(cast, as_user):
    filled(cast)
    report = adopted(cast.branch, cast.secretary)
    Report.objects.filter(pk=report.pk).update(judgement="还要抓紧\n<尽快>")
    lines, cells = words_of(as_user(cast.secretary).get(url("word", report)))

    assert f"红旗社区第一党支部 {QUARTER}" in lines
    assert {"还要抓紧", "<尽快>"} <= set(lines)
    assert "70.00" in cells
    assert not any("{" in one for one in [*lines, *cells])


def test_the_summary_in_word_names_who_is_missing(cast, as_user):
    submitted(cast.branch, cast.secretary)
    report = begun(cast.district, cast.district_staff)
    lines, _cells = words_of(as_user(cast.district_staff).get(url("word", report)))

    assert any("红旗社区第二党支部" in line for line in lines)
    assert any("红旗社区第一党支部" in line for line in lines)


def told(path, kind):
    duties = report_duties(PlacesBelow(path, TODAY))
    return [(one.organization, one.period, one.due_on.isoformat(), one.state) for one in duties if one.kind == kind]


def test_the_duty_is_done_by_submitting(cast):
    adopted(cast.branch, cast.secretary)
    assert ("branch", QUARTER, "2026-10-15", "overdue") in told(cast.branch.path, "supervision_report")

    moved(Report.objects.get(), "submit", cast.secretary)
    assert ("branch", QUARTER, "2026-10-15", "done") in told(cast.branch.path, "supervision_report")
    assert len(told(cast.branch.path, "supervision_report")) == 4


def test_a_committee_gives_more_days(cast):
    LocalRule.objects.create(
        organization=cast.district, rule_key="supervision.report.days", value="55", document="通知", number="1",
        approved_by="镇党委", approved_on="2026-01-01", valid_from="2025-01-01",
    )  # fmt: skip

    assert ("branch", QUARTER, "2026-11-24", "open") in told(cast.county.path, "supervision_report")
    assert ("other-branch", QUARTER, "2026-10-15", "overdue") in told(cast.county.path, "supervision_report")


def test_submitted_reports_wait_at_the_committee_right_above(cast):
    assert told(cast.county.path, "report_to_read") == []

    submitted(cast.branch, cast.secretary)
    assert told(cast.county.path, "report_to_read") == [("district", QUARTER, "2026-12-09", "open")]
    assert told(cast.other_district.path, "report_to_read") == []
    moved(Report.objects.get(), "read", cast.district_staff)
    assert told(cast.county.path, "report_to_read") == []


@pytest.mark.parametrize("branches", [1, 3])
def test_the_duties_cost_the_same_whatever_the_tree(cast, django_assert_num_queries, branches):
    for number in range(branches):
        submitted(make_organization(f"m{number}", "支部", "branch", cast.district), cast.secretary, "general_meeting")
    with django_assert_num_queries(4):
        report_duties(PlacesBelow(cast.county.path, TODAY))
