"""The pages of assessments: what they do, for whom, and what they refuse."""

import io
import uuid
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.assessments.services import publish, take_together
from assessment.models import Assessment, Objection
from assessment.schemes.rules import Weights
from tests.assessment.assessments.judging import (
    URL,
    again,
    band,
    begun,
    completed,
    entered,
    indicator,
    page,
    record_says,
    scheme_of,
    shown,
)
from tests.cast import TODAY, make_organization

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST, BEGIN, ANEW, PROGRESS, EXPORT = (
    reverse(f"assessment:assessment-{name}") for name in ("list", "begin", "anew", "progress", "export")
)
PDF = b"%PDF-1.7 evidence"
D = Decimal


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    record_says(monkeypatch)


def published(one, cast):
    publish(assessment=one, on=one.objections_until + timedelta(days=1), by=cast.district_staff)
    return again(one)


def listed(answer):
    return [one.organization.code for one in answer.context["page"]]


# --- The list ---------------------------------------------------------------------------------------------------------
def test_the_list_is_in_the_order_of_the_tree(cast, as_user):
    scheme = scheme_of(cast)
    begun(cast, cast.next_branch, cast.branch, scheme=scheme)
    answer = as_user(cast.district_staff).get(LIST)

    assert listed(answer) == ["branch", "next-branch"]
    assert listed(as_user(cast.county_secretary).get(LIST)) == ["branch", "next-branch"]
    for part in (cast.secretary, cast.other_secretary):
        assert listed(as_user(part).get(LIST)) == []
    assert as_user(cast.inspector).get(LIST).status_code == 403
    assert as_user(cast.district_staff).post(LIST).status_code == 405


def test_the_branch_sees_its_own_from_the_day_it_is_shown(cast, as_user):
    one = begun(cast)
    assert as_user(cast.secretary).get(page(one)).status_code == 404
    shown(one, cast)

    assert as_user(cast.secretary).get(page(one)).status_code == 200
    assert listed(as_user(cast.secretary).get(LIST)) == ["branch"]
    for part in (cast.next_secretary, cast.other_secretary, cast.stranger):
        assert as_user(part).get(page(one)).status_code in (403, 404)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["branch", "next-branch"]), ("q=第二", ["next-branch"]), ("state=shown", ["branch"]),
        ("only=objections", ["branch"]), ("only=values", ["next-branch"]), ("only=stale", []),
        ("only=incomplete", ["branch", "next-branch"]), ("scheme=x&state=y", ["branch", "next-branch"]),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(cast, as_user, query, codes):
    one, other = begun(cast, cast.branch, cast.next_branch), Assessment.objects.get(organization=cast.next_branch)
    shown(one, cast)
    Objection.objects.create(
        assessment=one, indicator=indicator(one), text="已补", raised_by=cast.secretary, raised_on=TODAY
    )
    entered(other, cast.district_staff)

    assert listed(as_user(cast.district_staff).get(f"{LIST}?{query}")) == codes


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    places = [cast.branch] + [
        make_organization(f"more-{n}", f"支部{n}", "branch", cast.district) for n in range(number - 1)
    ]
    begun(cast, *places)
    client = as_user(cast.district_staff)
    client.get(LIST)
    with django_assert_num_queries(16):
        client.get(LIST)


def test_bands_are_counted_beside_their_quota(cast, as_user):
    one = completed(begun(cast, cast.branch, cast.next_branch), cast)
    answer = as_user(cast.district_staff).get(LIST)

    assert one.band.rank == 1
    counts = [(count.band.name, count.count, count.most, count.is_over) for count in answer.context["bands"]]
    assert counts == [("好", 1, 0, True), ("较好", 0, None, False), ("差", 0, None, False)]
    assert answer.context["incomplete"] == 1


def test_the_workbook_keeps_incomplete_ones_apart_and_ranks_nobody(cast, as_user):
    scheme = scheme_of(cast)
    one = completed(begun(cast, cast.branch, cast.next_branch, scheme=scheme), cast)
    answer = as_user(cast.district_staff).get(EXPORT, {"scheme": scheme.pk})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    complete, incomplete = ([[cell.value for cell in row] for row in sheet] for sheet in book)

    assert [row[0] for row in complete[1:]] == [cast.branch.name]
    assert [row[0] for row in incomplete[1:]] == [cast.next_branch.name]
    assert float(one.total) in complete[1]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
    assert as_user(cast.secretary).get(EXPORT, {"scheme": scheme.pk}).status_code == 403
    assert as_user(cast.district_staff).get(EXPORT, {"scheme": uuid.uuid4()}).status_code == 404


@pytest.mark.parametrize(
    ("facts", "unknown"),
    [
        ({"row": {"open_points": 12}}, ""),
        ({"row": {"open_points": 0, "computed_at": None}}, "计算中"),
        ({"row": {"open_points": 0}, "view": "missing"}, "各方评价未齐，尚无总分"),
    ],
)
def test_what_is_undecided_is_no_zero_in_the_workbook(cast, as_user, facts, unknown):
    scheme = scheme_of(cast)
    one = begun(cast, cast.next_branch, scheme=scheme)
    if "view" in facts:
        completed(one, cast)
    Assessment.objects.update(**{"total": None, "band": None, "computed_at": timezone.now(), **facts["row"]})
    answer = as_user(cast.district_staff).get(EXPORT, {"scheme": scheme.pk})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    row = [cell.value for cell in book.worksheets[1][2]]

    assert row[2] == (facts["row"]["open_points"] or None)
    assert not unknown or row[3] == unknown


# --- Begun ------------------------------------------------------------------------------------------------------------
def test_branches_are_begun_from_the_page_once(cast, as_user):
    scheme = scheme_of(cast)
    client = as_user(cast.district_staff)
    assert client.get(BEGIN).context["number"] == 2
    for _turn in range(2):
        client.post(f"{BEGIN}?scheme={scheme.pk}", {"which": "some", "branches": [cast.branch.pk]})
    assert [one.organization for one in Assessment.objects.filter(computed_at__isnull=False)] == [cast.branch]
    client.post(BEGIN, {"which": "all"})

    assert Assessment.objects.count() == 2
    assert as_user(cast.secretary).get(BEGIN).status_code == 403


@pytest.mark.parametrize("typed", [{"which": "some"}, {"which": "x"}, {"which": "some", "branches": ["x"]}])
def test_a_beginning_without_branches_is_refused_on_the_page(cast, as_user, typed):
    scheme_of(cast)
    answer = as_user(cast.district_staff).post(BEGIN, typed)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Assessment.objects.exists()


def test_no_branch_outside_the_office_is_offered(cast, as_user):
    scheme_of(cast, cast.county)
    assert as_user(cast.district_staff).get(BEGIN).context["number"] == 2
    assert as_user(cast.county_staff).get(BEGIN).context["number"] == 3
    as_user(cast.district_staff).post(BEGIN, {"which": "some", "branches": [cast.other_branch.pk]})

    assert not Assessment.objects.exists()


def test_all_are_computed_anew_and_the_progress_is_shown(cast, as_user, monkeypatch):
    monkeypatch.setattr("assessment.assessments.views.AT_ONCE", 0)
    scheme = scheme_of(cast)
    begun(cast, cast.branch, cast.next_branch, scheme=scheme)
    as_user(cast.district_staff).post(ANEW, {"scheme": scheme.pk})
    answer = as_user(cast.district_staff).get(PROGRESS, {"scheme": scheme.pk})

    assert (answer.context["computed"], answer.context["total"]) == (0, 2)
    assert as_user(cast.other_secretary).post(ANEW, {"scheme": scheme.pk}).status_code == 403
    assert as_user(cast.county_staff).get(PROGRESS, {"scheme": "x"}).status_code == 404


def test_a_step_is_taken_for_all_that_nothing_hinders(cast, as_user):
    scheme = scheme_of(cast)
    one = completed(begun(cast, cast.branch, cast.next_branch, scheme=scheme), cast)
    other = Assessment.objects.get(organization=cast.next_branch)
    show, publishing = (reverse("assessment:assessment-together", args=[step]) for step in ("show", "publish"))
    until = TODAY + timedelta(days=scheme.objection_days + 4)
    offered = as_user(cast.district_staff).get(show, {"scheme": scheme.pk}).context["form"]
    assert offered.initial["until"] == TODAY + timedelta(days=scheme.objection_days)
    asking = {"scheme": scheme.pk, "key": uuid.uuid4()}
    early = as_user(cast.district_staff).post(show, asking | {"until": TODAY + timedelta(days=1)})
    assert early.context["form"].errors.keys() == {"until"}
    assert {again(one).state, again(other).state} == {"collecting"}
    as_user(cast.district_staff).post(show, asking | {"until": until})
    assert {again(one).state, again(other).state} == {"shown"}
    assert {again(one).objections_until, again(other).objections_until} == {until}
    Assessment.objects.update(shown_on=TODAY - timedelta(days=20), objections_until=TODAY - timedelta(days=1))
    entered(other, cast.district_staff)
    asked = as_user(cast.district_staff).get(publishing, {"scheme": scheme.pk}).context["asked"]
    assert (asked.ready, list(asked.held_up.values())) == ([one], [[other]])
    said = {"scheme": scheme.pk, "key": uuid.uuid4(), "day": TODAY - timedelta(days=2), "words": "经党委会讨论"}
    late = said | {"day": TODAY + timedelta(days=1)}
    assert as_user(cast.district_staff).post(publishing, late).context["form"].errors.keys() == {"day"}
    answer = as_user(cast.district_staff).post(publishing, said, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success", "warning"]
    assert (again(one).published_on, again(one).published_words) == (said["day"], "经党委会讨论")
    assert "经党委会讨论" in as_user(cast.secretary).get(page(one)).text

    assert (again(one).state, again(other).state) == ("published", "shown")
    assert as_user(cast.secretary).post(show, {"scheme": scheme.pk}).status_code == 403
    assert as_user(cast.district_staff).put(show).status_code == 405
    unknown = reverse("assessment:assessment-together", args=["unlock"])
    assert as_user(cast.district_staff).post(unknown, {"scheme": scheme.pk}).status_code == 404


def test_a_step_that_can_be_taken_with_none_is_not_offered_and_says_why(cast, as_user):
    scheme = scheme_of(cast)
    one = completed(begun(cast, scheme=scheme), cast)
    Assessment.objects.update(
        state="published", shown_on=TODAY, objections_until=TODAY, published_on=TODAY, computed_on=TODAY
    )
    locking, client = reverse("assessment:assessment-together", args=["lock"]), as_user(cast.district_staff)
    asked = client.get(locking, {"scheme": scheme.pk})
    listed = client.get(reverse("assessment:assessment-list"), {"scheme": scheme.pk})

    assert asked.context["asked"].ready == []
    assert [[one.pk for one in held] for held in asked.context["asked"].held_up.values()] == [[one.pk]]
    assert not listed.context["can_step"] and f"{locking}?scheme=" in listed.text
    done = client.post(locking, {"scheme": scheme.pk}, follow=True)
    assert "success" not in [message.level_tag for message in done.context["messages"]]
    assert again(one).state == "published"


def test_a_go_takes_so_many_and_says_what_is_left(cast, as_user, monkeypatch):
    monkeypatch.setattr("assessment.assessments.services.AT_ONCE", 1)
    scheme = scheme_of(cast)
    begun(cast, cast.branch, cast.next_branch, scheme=scheme)
    found = take_together(rows=Assessment.objects.all(), step="show", on=TODAY, by=cast.district_staff)

    assert (found.done, found.left, found.refused) == (1, 1, [])


# --- One branch -------------------------------------------------------------------------------------------------------
def test_the_page_shows_what_each_point_comes_from(cast, as_user):
    one = shown(completed(begun(cast), cast), cast)
    answer = as_user(cast.district_staff).get(page(one))
    lines = {line.indicator.code: line for line in answer.context["lines"]}

    assert [(code, line.points) for code, line in lines.items()] == [
        ("1", D(55)), ("1.1", D(35)), ("1.2", D(20)), ("2", D(40)), ("2.1", D(40)),
    ]  # fmt: skip
    assert [(part.points, part.most) for part in answer.context["parts"]] == [(D(55), D(60)), (D(40), D(40))]
    text = answer.content.decode()
    assert all(words in text for words in ("少开一次扣5分", "第3季度党员大会", "−5", "未发现"))


def test_links_to_records_are_for_the_branch_alone(cast, as_user):
    one = shown(begun(cast), cast)

    assert URL in as_user(cast.secretary).get(page(one)).content.decode()
    for part in (cast.district_staff, cast.county_secretary):
        assert URL not in as_user(part).get(page(one)).content.decode()


def test_no_member_is_named_to_the_committee(cast, as_user):
    one = shown(completed(begun(cast), cast), cast)
    for part in (cast.district_staff, cast.county_secretary):
        text = as_user(part).get(page(one)).content.decode()
        assert not [name for name in ("张英", "李国强", "王秀兰", "赵东山") if name in text]


def test_what_the_branch_gave_and_said_is_not_told_to_others(cast, as_user):
    one = shown(begun(cast, weights=Weights(10, 10, 80)), cast)
    one.views.create(
        organization=cast.next_branch,
        source="peer",
        points=D(61),
        words="机密字样",
        by=cast.next_secretary,
        given_on=TODAY,
    )

    assert "机密字样" in as_user(cast.district_staff).get(page(one)).content.decode()
    assert "机密字样" not in as_user(cast.secretary).get(page(one)).content.decode()


def test_last_year_stands_beside_it(cast, as_user):
    before = published(shown(completed(begun(cast, year=TODAY.year - 1, code="last"), cast, D(70)), cast), cast)
    answer = as_user(cast.district_staff).get(page(begun(cast)))

    assert answer.context["last"] == before
    assert {line.indicator.code: line.before for line in answer.context["lines"]}["2.1"] == D(25)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, monkeypatch, number):
    record_says(monkeypatch, done=[0] * number)
    one = shown(begun(cast), cast)
    for code in ["1.1", "1.2", "2.1"][:number]:
        Objection.objects.create(
            assessment=one, indicator=indicator(one, code), text="已补", raised_by=cast.secretary, raised_on=TODAY
        )
    client = as_user(cast.district_staff)
    client.get(page(one))
    with django_assert_num_queries(15):
        client.get(page(one))


def test_what_changed_is_said(cast, as_user):
    one = published(shown(completed(begun(cast), cast), cast), cast)
    Assessment.objects.update(stale_since="2026-11-20T08:00+08:00", stale_points=D(90), stale_because=["1.1"])
    answer = as_user(cast.secretary).get(page(one))

    assert [line.indicator.code for line in answer.context["changed"]] == ["1.1"]


@pytest.mark.parametrize("name", ["compute", "lock"])
def test_steps_are_for_who_assesses(cast, as_user, name):
    one = shown(begun(cast), cast)
    address = page(one, f"assessment-{name}")

    assert as_user(cast.secretary).post(address).status_code == 403
    assert as_user(cast.next_secretary).post(address).status_code in (403, 404)
    assert as_user(cast.district_staff).get(address).status_code == 405
    assert (
        as_user(cast.district_staff).post(reverse(f"assessment:assessment-{name}", args=[uuid.uuid4()])).status_code
        == 404
    )
    assert as_user(cast.district_staff).post(address).status_code == 302


def test_from_the_first_look_to_publishing_by_the_pages(cast, as_user, monkeypatch):
    one = completed(begun(cast), cast)
    staff, address = as_user(cast.district_staff), page(one, "assessment-publish")
    typed = {"day": str(TODAY), "words": "县委常委会讨论", "key": uuid.uuid4()}
    staff.post(address, typed)
    assert again(one).state == "collecting"
    showing, until = page(one, "assessment-show"), TODAY + timedelta(days=one.scheme.objection_days)
    for wrong in ({}, {"key": uuid.uuid4(), "until": str(until - timedelta(days=1))}):
        assert staff.post(showing, wrong).status_code == 200
        assert again(one).state == "collecting"
    staff.post(showing, {"key": uuid.uuid4(), "until": str(until)})
    assert again(one).objections_until == until
    staff.post(address, typed)
    assert again(one).state == "shown"
    Assessment.objects.update(shown_on=TODAY - timedelta(days=20), objections_until=TODAY - timedelta(days=1))
    for wrong in ({}, {"day": ""}, {"day": str(TODAY + timedelta(days=1))}, {"day": str(TODAY - timedelta(days=21))}):
        assert staff.post(address, {**typed, **wrong} if wrong else {}).status_code == 200
        assert again(one).state == "shown"
    for _turn in range(2):
        staff.post(address, typed)

    assert (again(one).state, again(one).published_words) == ("published", "县委常委会讨论")


def test_the_grade_is_put_down(cast, as_user):
    one = shown(completed(begun(cast), cast), cast)
    address, typed = page(one, "assessment-grade"), {"band": band(one, 2).pk, "meeting": "党委会", "day": str(TODAY)}
    assert as_user(cast.secretary).post(address, typed).status_code == 403
    for wrong in ({"band": ""}, {"meeting": ""}, {"day": "x"}, {"day": str(TODAY + timedelta(days=1))}):
        assert as_user(cast.district_staff).post(address, typed | wrong).status_code == 200
    as_user(cast.district_staff).post(address, typed)

    assert again(one).decided_band == band(one, 2)


# --- Values -----------------------------------------------------------------------------------------------------------
