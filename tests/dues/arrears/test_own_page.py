"""What one member's page shows, and to whom."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from dues.arrears.queries import dues_page
from dues.ledger.services import level
from dues.models import Arrangement, ArrearsReason, Relief
from dues.payments.services import reverse_payment
from dues.units import months_between
from members.access.queries import access_for
from members.models import Office
from tests.cast import TODAY
from tests.dues.making import charge, fix, month, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

MINE = reverse("dues:mine")
BASE = "8123.45"


def detail(member):
    return reverse("dues:member-detail", args=[member.key])


@pytest.fixture
def zhang(cast):
    """Pays 121.85 on a base of 8123.45, and is two months behind."""
    fix(cast.zhang, 12185, base=812345, rate="0.015")
    for one in months_between(month("2026-01"), month("2026-11")):
        charge(cast.zhang, f"{one:%Y-%m}", 12185)
    pay(
        cast.zhang,
        12185 * 8 + 100,
        "2026-08-15",
        way="wechat",
        payer_kind="relative",
        payer_name="张小红",
        reason="补交",
    )
    return cast.zhang


@pytest.fixture
def english(cast):
    for user in cast.users().values():
        user.language = "en"
        user.save()


def page_of(member, user, on=TODAY):
    user.access = access_for(user, on=on)
    return dues_page(member, user, on=on)


def line(page, text):
    return next(one for one in page.lines if one.month == month(text))


def test_each_month_says_what_was_charged_paid_and_is_open(cast, zhang):
    page = page_of(zhang, cast.member)

    assert [f"{one.month:%Y-%m}" for one in page.lines][::10] == ["2026-11", "2026-01"]
    assert (line(page, "2026-08").state, line(page, "2026-09").open_fen) == ("settled", 12085)
    assert [(one.paid_on, one.payer[:3]) for one in line(page, "2026-01").paid] == [(date(2026, 8, 15), "张小红")]
    assert (len(page.arrears.months), page.arrears.fen, page.arrears.this_month_fen) == (2, 12085 + 12185, 12185)


def test_two_years_are_shown_and_no_more(cast):
    for one in months_between(month("2023-06"), month("2026-11")):
        charge(cast.zhang, f"{one:%Y-%m}", 1000)
    page = page_of(cast.zhang, cast.member)

    assert (len(page.lines), page.lines[-1].month) == (24, month("2024-12"))
    assert (len(page.arrears.months), page.arrears.fen, page.arrears.this_month_fen) == (41, 41000, 1000)


def test_what_is_paid_ahead_is_shown_where_it_lies(cast, zhang):
    pay(zhang, 4 * 12185, "2026-11-20", voluntary_fen=4 * 12185 - 36455)
    payment = zhang.payments.order_by("recorded_at").last()
    payment.allocations.create(member=zhang, month=month("2026-12"), amount_fen=12185)
    page = page_of(zhang, cast.member)

    assert (page.lines[0].month, page.lines[0].state, page.beyond.ahead_fen) == (month("2026-12"), "ahead", 12185)


def test_a_payment_taken_back_stays_and_settles_nothing(cast, zhang):
    reverse_payment(zhang.payments.get(), key=uuid.uuid4(), reason="记错了", by=cast.officer, on=TODAY)
    level([zhang.pk], on=TODAY)
    page = page_of(zhang, cast.member)

    assert [(one.taken_back, one.receipt) for one in page.payments] == [(True, "2026-0001")]
    assert (line(page, "2026-01").state, line(page, "2026-01").paid) == ("open", ())


def test_the_member_reads_base_bracket_and_article(cast, zhang, as_user, english):
    html = as_user(cast.member).get(MINE).text

    assert f"{BASE} yuan × 1.5 %" in html
    assert "above 5000 and up to 10000 yuan" in html
    assert "中组发〔2008〕3号" in html
    assert "relative" in html
    assert "2026-0001" in html


@pytest.mark.parametrize(("part", "sees"), [("officer", True), ("secretary", False)])
def test_only_who_fixes_bases_sees_the_base(cast, zhang, as_user, english, part, sees):
    html = as_user(cast.users()[part]).get(detail(zhang)).text

    assert (BASE in html, "8,123.45" in html, "1.5 %" in html) == (sees, False, sees)
    assert "Employed" in html
    assert "中组发〔2008〕3号" in html


def test_who_takes_the_dues_is_named(cast, zhang):
    Office.objects.create(kind="organization_officer", organization=cast.branch, member=cast.li)
    Office.objects.create(kind="secretary", organization=cast.branch, member=cast.zhang, valid_until=date(2020, 1, 1))
    names = [name for name, _office in page_of(zhang, cast.member).contacts]

    assert names == ["officer", "李国强"]
    assert page_of(cast.li, cast.officer).branch == "红旗社区第一党支部"


def test_without_an_officer_the_secretary_takes_the_dues(cast):
    assert [name for name, _office in page_of(cast.wang, cast.next_secretary).contacts] == ["next_secretary"]


def test_what_was_agreed_is_listed(cast, zhang):
    ArrearsReason.objects.create(member=zhang, valid_from=month("2026-09"), reason="住院", recorded_on=TODAY)
    Arrangement.objects.create(member=zhang, valid_from=month("2026-01"), agreed_on=TODAY, because="在外务工")
    Relief.objects.create(
        member=zhang, kind="waiver", ground="困难", valid_from=month("2026-05"), decided_on=TODAY,
        needs_superior=True, rule="x",
    )  # fmt: skip
    page = page_of(zhang, cast.member)

    assert [one.text for one in page.reasons] == ["住院"]
    assert [(one.text, one.recorded_on) for one in page.arrangements] == [("在外务工", TODAY)]
    assert len(page.reliefs) == 1
    assert [f"{one.month:%m}" for one in page.arrears.months] == ["09"]
    assert page.arrears.counted == ()


def test_the_branch_that_a_member_left_reads_its_own_lines_only(cast, zhang):
    """Why somebody is behind, and by how much, is no longer its business."""
    ArrearsReason.objects.create(member=zhang, valid_from=month("2026-09"), reason="住院", recorded_on=TODAY)
    Arrangement.objects.create(member=zhang, valid_from=month("2026-01"), agreed_on=TODAY, because="在外务工")
    charge(zhang, "2025-12", 300, organization=cast.next_branch)
    page = page_of(zhang, cast.next_secretary)

    assert (page.reasons, page.arrangements, page.reliefs, page.reviews, page.whys) == ([], [], [], [], [])
    assert page.arrears.fen == 300
    assert line(page, "2025-12").charged_fen == 300


def test_what_another_branch_charged_or_received_is_not_shown_but_counts_as_open(cast):
    charge(cast.zhang, "2026-08", 7777, organization=cast.next_branch)
    charge(cast.zhang, "2026-09", 4000)
    page = page_of(cast.zhang, cast.officer)

    assert (line(page, "2026-08").state, line(page, "2026-08").charged_fen) == ("elsewhere", 0)
    assert page.arrears.fen == 11777
    assert line(page_of(cast.zhang, cast.member), "2026-08").charged_fen == 7777


def test_nothing_charged_is_said_in_words(cast, as_user, english):
    assert "Nothing has been charged yet" in as_user(cast.member).get(MINE).text


def test_who_is_no_member_has_no_dues(cast, as_user, english):
    assert "No member is recorded for this account" in as_user(cast.stranger).get(MINE).text


def test_large_type_keeps_everything(cast, zhang, as_user):
    cast.member.text_size = "large"
    cast.member.save()
    assert 'class="large-type"' in as_user(cast.member).get(MINE).text


@pytest.mark.parametrize(
    ("part", "whose", "status"),
    [
        ("officer", "zhang", 200),
        ("secretary", "li", 200),
        ("secretary", "wang", 404),
        ("member", "zhang", 403),
        ("group_leader", "li", 403),
        ("district_staff", "zhang", 403),
        ("county_secretary", "zhang", 403),
        ("administrator", "zhang", 403),
    ],
)
def test_the_officers_page_is_for_the_officers_of_the_branch(cast, as_user, part, whose, status):
    assert as_user(cast.users()[part]).get(detail(getattr(cast, whose))).status_code == status


def test_a_former_member_is_seen_by_the_branch_that_charged(cast, as_user):
    charge(cast.wang, "2026-02", 4000, organization=cast.branch)
    charge(cast.wang, "2026-03", 5555)
    answer = as_user(cast.officer).get(detail(cast.wang))

    assert answer.status_code == 200
    assert not answer.context["may_record"]
    assert "55.55" not in answer.text.partition("Agreed")[0].partition("months-table")[2]


def test_an_unknown_member_is_not_found(cast, as_user):
    assert as_user(cast.officer).get(reverse("dues:member-detail", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("url", ["mine", "detail"])
def test_the_pages_are_only_read_and_only_behind_log_in(cast, as_user, client, url):
    address = MINE if url == "mine" else detail(cast.zhang)
    assert client.get(address).status_code == 302
    assert as_user(cast.officer).post(address).status_code == 405


@pytest.mark.parametrize("first", ["2026-11", "2024-12"])
def test_nine_queries_whatever_the_ledger_holds(cast, as_user, django_assert_num_queries, first):
    fix(cast.zhang, 4000, since=first, base=800000, rate="0.015")
    for one in months_between(month(first), month("2026-11")):
        charge(cast.zhang, f"{one:%Y-%m}", 4000)
        pay(cast.zhang, 4000, f"{one:%Y-%m}-20", on=TODAY)
    client = as_user(cast.member)
    with django_assert_num_queries(9):
        page = client.get(MINE)
    assert (page.context["page"].arrears.fen, page.context["page"].arrears.this_month) == (0, ())


def test_what_few_have_is_asked_for_where_there_is_some(cast, as_user, django_assert_num_queries):
    fix(cast.zhang, 4000, since="2026-01", base=800000, rate="0.015")
    ArrearsReason.objects.create(
        member=cast.zhang, valid_from=month("2026-02"), recorded_on=TODAY, reason="在外看病"
    )  # fmt: skip
    client = as_user(cast.member)
    with django_assert_num_queries(10):
        page = client.get(MINE).context["page"]
    assert [one.text for one in page.reasons] == ["在外看病"]
    assert (page.reliefs, page.reviews) == ([], [])
