"""The pages of arrears: a branch by name, committees in counts, reasons, quarterly payment, reviews."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from audit.models import Entry
from dues.models import Arrangement, ArrearsReason, ArrearsReview
from dues.units import months_between
from meetings.models import Meeting
from members.choices import OfficeKind
from tests.cast import TODAY, make_member, make_organization, make_user
from tests.dues.making import charge, month, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english")]

LIST = reverse("dues:arrears")


@pytest.fixture
def english(cast):
    for user in cast.users().values():
        user.language = "en"
        user.save()


def owe(member, first, last="2026-11", fen=4000):
    for one in months_between(month(first), month(last)):
        charge(member, f"{one:%Y-%m}", fen)


@pytest.fixture
def behind(cast):
    """李国强 seven months, 张英 two, 王秀兰 of the next branch four; 赵东山 of the other district one."""
    owe(cast.li, "2026-04")
    owe(cast.zhang, "2026-09")
    owe(cast.wang, "2026-07")
    owe(cast.zhao, "2026-10")
    pay(cast.zhang, 1500, "2026-10-02")
    return cast


def url(name, row):
    return reverse(f"dues:{name}", args=[row.key])


def reviewed(cast, **fields):
    return ArrearsReview.objects.create(member=cast.li, since=month("2026-04"), opened_on=TODAY, **fields)


# --- Lists -----------------------------------------------------------------------------------------------------------
def test_a_branch_sees_who_is_behind_furthest_first(behind, as_user):
    answer = as_user(behind.officer).get(LIST)

    assert [(line.member.name, len(line.arrears.months)) for line in answer.context["lines"]] == [
        ("李国强", 7),
        ("张英", 2),
    ]
    assert '<td data-label="Due and unpaid, in yuan" class="number">65.00' in " ".join(answer.text.split())
    assert '<td data-label="Last paid on">2026-10-02' in " ".join(answer.text.split())
    assert "Open a review" in answer.text
    assert "王秀兰" not in answer.text


def test_nobody_behind_is_good_news(cast, as_user):
    assert "Nobody has anything due and unpaid." in as_user(cast.officer).get(LIST).text


def test_a_larger_tree_is_walked_in_the_order_of_the_roster(behind, as_user):
    client = as_user(make_user("wide", OfficeKind.SECRETARY, behind.county))
    answer = client.get(LIST, {"org": "county"})

    assert [line.member.name for line in answer.context["lines"]] == ["张英", "李国强", "王秀兰", "赵东山"]
    after = client.get(LIST, {"org": "county", "after": str(behind.li.key)})
    assert [line.member.name for line in after.context["lines"]] == ["王秀兰", "赵东山"]
    assert "red-flag" not in after.text


def test_a_committee_sees_counts_with_those_to_help_first_and_no_name(behind, as_user):
    answer = as_user(behind.district_staff).get(LIST)
    lines = [(one.branch.code, one.in_arrears, one.stages) for one in answer.context["page"]]

    assert lines == [("branch", 2, (1, 0, 0, 1)), ("next-branch", 1, (0, 1, 0, 0))]
    for name in ("李国强", "张英", "王秀兰", "65.00", "280.00"):
        assert name not in answer.text


def test_the_county_sees_every_branch_and_can_look_for_one(behind, as_user):
    client = as_user(behind.county_secretary)
    assert [one.branch.code for one in client.get(LIST).context["page"]] == ["branch", "next-branch", "other-branch"]
    assert [one.branch.code for one in client.get(LIST, {"q": "东山"}).context["page"]] == ["other-branch"]


def test_a_reason_on_record_takes_somebody_off_the_ladder(behind, as_user):
    ArrearsReason.objects.create(member=behind.li, valid_from=month("2026-04"), reason="住院", recorded_on=TODAY)
    answer = as_user(behind.officer).get(LIST)

    assert [line.member.name for line in answer.context["lines"]] == ["张英", "李国强"]
    assert "A reason is on record" in answer.text
    assert [one.stages for one in as_user(behind.district_staff).get(LIST).context["page"]][1] == (1, 0, 0, 0)


def test_too_many_branches_are_looked_at_in_parts(behind, as_user, monkeypatch):
    monkeypatch.setattr("dues.arrears.grid.MOST_BRANCHES", 2)
    html = as_user(behind.county_staff).get(LIST).text

    assert "?org=district" in html
    assert "?org=other-district" in html
    assert "Choose a part" in html


@pytest.mark.parametrize(
    ("part", "org", "status"),
    [
        ("secretary", "branch", 200),
        ("secretary", "next-branch", 404),
        ("secretary", "group", 404),
        ("district_staff", "next-branch", 200),
        ("district_staff", "other-branch", 404),
        ("county_staff", "missing", 404),
        ("county_secretary", "", 200),
        ("group_leader", "", 403),
        ("member", "", 403),
        ("inspector", "", 403),
        ("administrator", "", 403),
        ("stranger", "", 403),
    ],
)
def test_arrears_stay_within_ones_own_organizations(behind, as_user, part, org, status):
    assert as_user(behind.users()[part]).get(LIST, {"org": org} if org else {}).status_code == status


def test_a_committee_that_goes_down_to_a_branch_still_sees_counts(behind, as_user):
    html = as_user(behind.district_staff).get(LIST, {"org": "branch"}).text
    assert "李国强" not in html


@pytest.mark.parametrize("asked", ["page=99", "after=x", "before=x", "q=%25", "org=nowhere"])
def test_what_cant_be_meant_breaks_nothing(behind, as_user, asked):
    assert as_user(behind.secretary).get(f"{LIST}?{asked}").status_code in (200, 404)


def test_the_list_is_only_read_and_only_behind_log_in(cast, as_user, client):
    assert client.get(LIST).status_code == 302
    assert as_user(cast.officer).post(LIST).status_code == 405


@pytest.mark.parametrize("more", [1, 30])
def test_the_list_of_a_branch_costs_the_same_for_one_and_for_thirty(cast, as_user, django_assert_num_queries, more):
    for number in range(more):
        owe(make_member(f"党员{number}", cast.branch), "2026-09")
    client = as_user(cast.officer)
    with django_assert_num_queries(11):
        assert len(client.get(LIST).context["lines"]) == more


@pytest.mark.parametrize("more", [1, 3])
def test_the_counts_cost_the_same_for_few_branches_and_many(cast, as_user, django_assert_num_queries, more):
    for number in range(more):
        place = make_organization(f"more-{number}", f"第{number}党支部", "branch", cast.district)
        owe(make_member(f"党员{number}", place), "2026-09")
    client = as_user(cast.district_staff)
    with django_assert_num_queries(11):
        client.get(LIST)


# --- Reasons and quarterly payment -----------------------------------------------------------------------------------
def test_a_reason_is_recorded_and_ended(behind, as_user):
    client = as_user(behind.officer)
    page = client.get(url("reason-add", behind.li))
    given = {"key": uuid.uuid4(), "reason": "住院", "first": "2026-04", "last": "2026-06"}
    answer = client.post(url("reason-add", behind.li), given)
    stored = ArrearsReason.objects.get()

    assert page.status_code == 200
    assert answer["Location"] == url("member-detail", behind.li)
    assert (stored.valid_from, stored.valid_until) == (month("2026-04"), month("2026-07"))
    client.post(reverse("dues:reason-end", args=[stored.pk]), {"last": "2026-05"})
    assert ArrearsReason.objects.get().valid_until == month("2026-06")


def test_quarterly_payment_is_agreed_and_ended(behind, as_user):
    client = as_user(behind.secretary)
    given = {"key": uuid.uuid4(), "because": "在外务工", "agreed_on": "2026-09-01", "first": "2026-10"}
    client.post(url("arrangement-add", behind.li), given)
    stored = Arrangement.objects.get()
    client.post(reverse("dues:arrangement-end", args=[stored.pk]), {"last": "2026-12"})

    assert (stored.valid_from, stored.agreed_on) == (month("2026-10"), date(2026, 9, 1))
    assert Arrangement.objects.get().valid_until == month("2027-01")
    assert "Paid once a quarter" in client.get(url("member-detail", behind.li)).text


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("reason-add", {"reason": "", "first": "2026-04"}, "reason"),
        ("reason-add", {"reason": "住院", "first": "April"}, "first"),
        ("arrangement-add", {"because": "务工", "agreed_on": "2026-12-01", "first": "2026-10"}, "agreed_on"),
        ("arrangement-add", {"because": "", "agreed_on": "2026-09-01", "first": "2026-10"}, "because"),
    ],
)
def test_what_is_missing_is_asked_for(behind, as_user, name, given, field):
    answer = as_user(behind.officer).post(url(name, behind.li), {"key": uuid.uuid4(), **given})

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert not Entry.objects.exclude(action="record_payment").exists()


@pytest.mark.parametrize("name", ["reason-add", "arrangement-add"])
@pytest.mark.parametrize(
    ("part", "whose", "status"),
    [
        ("officer", "li", 200),
        ("next_secretary", "li", 404),
        ("group_leader", "li", 403),
        ("district_staff", "li", 403),
        ("member", "zhang", 403),
    ],
)
def test_only_the_officers_of_the_branch_put_something_on_record(behind, as_user, name, part, whose, status):
    client = as_user(behind.users()[part])
    assert client.get(url(name, getattr(behind, whose))).status_code == status
    assert client.post(url(name, getattr(behind, whose))).status_code == status


def test_anothers_reason_cant_be_ended(behind, as_user):
    reason = ArrearsReason.objects.create(
        member=behind.wang, valid_from=month("2026-04"), reason="x", recorded_on=TODAY
    )
    address = reverse("dues:reason-end", args=[reason.pk])

    assert as_user(behind.officer).post(address, {"last": "2026-05"}).status_code == 404
    assert ArrearsReason.objects.get().valid_until is None


# --- Reviews ---------------------------------------------------------------------------------------------------------
def test_a_review_goes_through_its_steps_on_the_pages(behind, as_user):
    branch = as_user(behind.secretary)
    assert "Open a review" in branch.get(url("member-detail", behind.li)).text
    opened = branch.post(url("review-open", behind.li), {"key": uuid.uuid4()})
    review = ArrearsReview.objects.get()
    assert opened["Location"] == url("review", review)
    assert "Open a review" not in branch.get(url("member-detail", behind.li)).text
    meeting = Meeting.objects.create(
        organization=behind.branch, kind="general_meeting", counts_for_year=2026, day=date(2026, 11, 22), state="held"
    )
    for name, given in (
        ("review-talk", {"talked_on": "2026-11-20", "talked_by": "张书记", "reason": "忘记了交费"}),
        ("review-decision", {"meeting_on": "2026-11-22", "meeting": meeting.pk, "decision": "限期改正"}),
        ("review-report", {"reported_on": "2026-11-23"}),
    ):
        assert branch.post(url(name, review), given)["Location"] == url("review", review)
    committee = as_user(behind.district_staff)
    listed, read = committee.get(LIST).text, committee.get(url("review", review)).text
    assert "李国强" in listed
    assert "Waiting for the answer of the committee" in listed
    assert "限期改正" in read
    assert "忘记了交费" not in read
    committee.post(url("review-answer", review), {"answered_on": "2026-11-24", "answer": "同意"})
    branch = as_user(behind.secretary)
    assert "忘记了交费" in branch.get(url("review", review)).text
    branch.post(url("review-close", review), {"outcome": "已补交"})

    assert ArrearsReview.objects.get().outcome == "已补交"
    assert "忘记了交费" not in as_user(behind.district_staff).get(url("review", review)).text


def test_a_review_before_six_months_is_refused_in_words(behind, as_user):
    answer = as_user(behind.secretary).post(url("review-open", behind.zhang), {"key": uuid.uuid4()}, follow=True)

    assert "nothing to review" in answer.text
    assert not ArrearsReview.objects.exists()


def test_an_old_page_opens_nothing(behind, as_user):
    as_user(behind.secretary).post(url("review-open", behind.li), {"key": "x"})
    assert not ArrearsReview.objects.exists()


def test_a_step_too_early_says_what_comes_first(behind, as_user):
    review = reviewed(behind)
    answer = as_user(behind.secretary).post(
        url("review-decision", review), {"meeting_on": "2026-11-22", "decision": "限期改正"}
    )

    assert "First somebody talks to the member" in answer.text
    assert ArrearsReview.objects.get().meeting_on is None


STEPS = ["review-talk", "review-decision", "review-report", "review-close"]


@pytest.mark.parametrize(
    ("part", "reads", "steps", "answers"),
    [
        ("secretary", 200, 200, 403),
        ("officer", 200, 200, 403),
        ("district_staff", 200, 403, 200),
        ("county_staff", 200, 403, 200),
        ("county_secretary", 403, 403, 403),
        ("next_secretary", 404, 404, 403),
        ("group_leader", 403, 403, 403),
        ("member", 403, 403, 403),
        ("inspector", 403, 403, 403),
    ],
)
def test_who_reads_a_review_and_who_takes_which_step(behind, as_user, part, reads, steps, answers):
    review, client = reviewed(behind), as_user(behind.users()[part])

    assert client.get(url("review", review)).status_code == reads
    assert {client.get(url(name, review)).status_code for name in STEPS} == {steps}
    assert client.get(url("review-answer", review)).status_code == answers


def test_another_districts_committee_sees_no_review(behind, as_user):
    review = reviewed(behind)
    staff = make_user("other_staff", OfficeKind.COMMITTEE_STAFF, behind.other_district)

    assert as_user(staff).get(url("review", review)).status_code == 404
    assert "李国强" not in as_user(staff).get(LIST).text


def test_steps_are_forms_and_opening_is_a_post(behind, as_user):
    review, client = reviewed(behind), as_user(behind.secretary)

    assert client.get(url("review-open", behind.li)).status_code == 405
    assert client.post(url("review", review)).status_code == 405
    assert client.put(url("review-talk", review)).status_code == 405
