"""A balance carried over is called that, and never a month, on every page where somebody meets it."""

import pytest
from django.urls import reverse

from dues.ledger.queries import in_arrears
from dues.models import ArrearsReason, LedgerImport
from members.models import Member
from tests.cast import TODAY, make_member
from tests.dues.books.ledger_files import ledger
from tests.dues.making import charge, month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
INVENTED = "2025年12月"
CARRIED = "上年结转（2025年及以前）"


@pytest.fixture
def only_carried(cast):
    """Owes 46 yuan of the years before, and nothing else."""
    member = make_member("蔡淑芬", cast.branch)
    charge(member, "2025-12", 4600, carried_over=True)
    return member


def test_the_grid_lists_everybody_whom_its_head_counts(cast, only_carried, as_user):
    for text in ("2026-09", "2026-10"):
        charge(cast.zhang, text, 4000)
    charge(cast.li, "2026-11", 4000)
    page = as_user(cast.officer).get(reverse("dues:grid"), {"org": "branch", "behind": "1"})
    listed = {row.member for row in page.context["page"]}

    assert listed == {cast.zhang, only_carried}
    assert listed == set(in_arrears(Member.objects.below(cast.branch.path), on=TODAY))
    assert page.context["in_arrears"] == len(listed)
    three = as_user(cast.officer).get(reverse("dues:grid"), {"org": "branch", "behind": "3"})
    assert list(three.context["page"]) == []


def test_the_list_of_arrears_says_in_which_order_it_is(cast, only_carried, as_user):
    for member, texts in ((cast.zhang, ("2026-10",)), (cast.li, ("2026-08", "2026-09"))):
        for text in texts:
            charge(member, text, 4000)
    ArrearsReason.objects.create(member=cast.li, valid_from=month("2026-01"), reason="住院", recorded_on=TODAY)
    page = as_user(cast.officer).get(reverse("dues:arrears"), {"org": "branch"})

    assert [(line.member.name, len(line.arrears.months)) for line in page.context["lines"]] == [
        ("张英", 1), ("李国强", 2), ("蔡淑芬", 0),
    ]  # fmt: skip
    assert "没有理由在案的月数多的在前" in page.text


def test_collecting_asks_why_without_inventing_a_month(cast, only_carried, as_user):
    page = as_user(cast.officer).get(reverse("dues:collect"), {"org": "branch"})
    (row,) = page.context["rows"]

    assert row["line"].needs_reason == "上年结转 46.00 元；补交一般不超过 6 个月，请说明原因。"
    assert "2025-12" not in page.text
    assert INVENTED not in page.text


def test_recording_a_payment_calls_it_by_its_name(cast, only_carried, as_user):
    address, client = reverse("dues:payment-new", args=[only_carried.key]), as_user(cast.officer)
    page = client.get(address)
    sent = {"key": page.context["form"]["key"].value(), "amount": "46.00", "voluntary": "", "paid_on": TODAY}
    refused = client.post(address, sent | {"way": "cash", "payer_kind": "self"})

    assert f'<th scope="row">{CARRIED}</th>' in page.text
    assert "上年结转 46.00 元" in refused.context["form"].errors["reason"][0]
    assert INVENTED not in page.text + refused.text


def test_the_preview_of_a_ledger_has_a_column_for_it(cast, as_user, tmp_path):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_category="employed")
    path = ledger(tmp_path / "t.xlsx", [["张英", 40, 46]], ["姓名", "月应交", "上年欠交"])
    client = as_user(cast.officer)
    with path.open("rb") as file:
        new = client.get(reverse("dues:ledger-new"))
        given = {"key": new.context["form"]["key"].value(), "organization": "branch", "year": 2026, "file": file}
        client.post(reverse("dues:ledger-new"), given)
    page = client.get(reverse("dues:ledger-detail", args=[LedgerImport.objects.get().pk]))

    assert 'data-label="上年结转" class="number">46.00</td>' in page.text
    assert 'data-label="应交" class="number phone-below"><span class="usual">0.00</span></td>' in page.text


def test_sheet_and_overview_call_what_is_older_by_one_word_and_say_that_it_is_not_part_of_what_is_due(cast, as_user):
    charge(cast.zhang, "2025-11", 4000)
    charge(cast.zhang, "2026-09", 5000)
    sheet = as_user(cast.secretary).get(reverse("dues:disclosure"), {"org": "branch", "year": 2026})
    overview = as_user(cast.district_staff).get(reverse("dues:overview"), {"org": "district"})

    assert sheet.context["figures"]["due_fen"] == overview.context["total"]["due_fen"] == 5000
    assert all("以前未交（元）" in page.text and "不含“以前未交”" in page.text for page in (sheet, overview))
    assert "以前年度未交" not in sheet.text
