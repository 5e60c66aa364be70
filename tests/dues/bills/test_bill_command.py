"""`manage.py import_payments`: the contract's answer, what it posts, and what it refuses."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dues.management.commands.import_payments import Command
from dues.models import Bill, BillRow, Payment
from tests.dues.bills.bill_files import csv_bill, wechat_bill, wechat_row
from tests.dues.making import charge, fix, settled

pytestmark = pytest.mark.django_db
NUMBER = "27815005961001261407922953{:02}"


@pytest.fixture
def bill(cast, today, tmp_path):
    """张英 and 李国强 owe; one row for each, one for both, one of nobody, one going out."""
    for member, fen in ((cast.zhang, 4000), (cast.li, 1000)):
        fix(member, fen)
        charge(member, "2026-10", fen)
    rows = [
        wechat_row(NUMBER.format(1), "金瑞", "党费 张英", "40.00"),
        wechat_row(NUMBER.format(2), "李国强", "/", "10.00"),
        wechat_row(NUMBER.format(3), "金瑞", "张英 李国强党费", "55.00"),
        wechat_row(NUMBER.format(4), "金瑞", "还饭钱", "20.00"),
        wechat_row(NUMBER.format(5), "红旗超市", "购物", "86.36", way="支出", status="支付成功"),
        wechat_row(NUMBER.format(1), "金瑞", "党费 张英", "40.00"),
    ]
    return wechat_bill(tmp_path / "微信支付账单.csv", rows)


def run(path, *options, org="branch"):
    out = StringIO()
    call_command("import_payments", str(path), "--org", org, "--json", *options, stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


EXPECTED = {
    (NUMBER.format(1), "张英", 4000, True),
    (NUMBER.format(2), "李国强", 1000, True),
    (NUMBER.format(3), "张英", 5500, False),
}


def told(answer):
    return {(one["transaction"], one["member"], one["fen"], one["certain"]) for one in answer["matched"]}


def test_the_answer_is_the_contracts_and_what_is_clear_is_posted(cast, bill):
    answer = run(bill)
    assert list(answer) == ["matched", "unmatched", "duplicates", "ignored"]
    assert told(answer) == EXPECTED
    assert answer["unmatched"] == [{"transaction": NUMBER.format(4), "reason": "not_dues"}]
    assert (answer["duplicates"], answer["ignored"]) == (1, 1)
    assert settled(cast.zhang) == {"2026-10": 4000}
    assert settled(cast.li) == {"2026-10": 1000}
    assert BillRow.objects.waiting().count() == 2


def test_a_dry_run_says_the_same_and_stores_nothing(bill):
    assert told(run(bill, "--dry-run")) == EXPECTED
    assert (Bill.objects.count(), BillRow.objects.count(), Payment.objects.count()) == (0, 0, 0)


def test_the_same_file_twice_adds_nothing(bill):
    run(bill)
    assert run(bill) == {"matched": [], "unmatched": [], "duplicates": 5, "ignored": 1}
    assert (BillRow.objects.count(), Payment.objects.count()) == (4, 2)


def test_an_overlapping_export_adds_only_what_is_new(bill, tmp_path):
    run(bill)
    rows = [
        wechat_row(NUMBER.format(2), "李国强", "/", "10.00"),
        wechat_row(NUMBER.format(6), "孙悟空", "党费", "9.00"),
    ]
    answer = run(wechat_bill(tmp_path / "十一月.csv", rows))
    assert (answer["matched"], answer["duplicates"]) == ([], 1)
    assert answer["unmatched"] == [{"transaction": NUMBER.format(6), "reason": "payer_unknown"}]


def test_a_match_stays_certain_where_its_posting_is_refused(cast, bill, tmp_path):
    path = wechat_bill(tmp_path / "多交.csv", [wechat_row(NUMBER.format(7), "金瑞", "党费 张英", "4000.00")])
    assert told(run(path)) == {(NUMBER.format(7), "张英", 400000, True)}
    row = BillRow.objects.get()
    assert (row.state, row.member, Payment.objects.count()) == ("held", cast.zhang, 0)


def test_a_row_that_cannot_be_read_is_told_and_makes_the_exit_code_one(cast, today, tmp_path):
    rows = [["交易日期", "收入", "对方户名", "流水号"], ["2026-10-29", "四十元", "张英", "A1"]]
    out = StringIO()
    command = Command(stdout=out, stderr=StringIO())
    call_command(command, str(csv_bill(tmp_path / "明细.csv", rows)), "--org", "branch", "--json")
    assert json.loads(out.getvalue())["unmatched"] == [{"transaction": "A1", "reason": "row_unreadable"}]
    assert command.exit_code == 1


def test_people_read_sentences(bill):
    out = StringIO()
    call_command("import_payments", str(bill), "--org", "branch", stdout=out, stderr=StringIO())
    assert "张英 40.00" in out.getvalue()
    assert len(out.getvalue().splitlines()) == 5


@pytest.mark.parametrize(
    ("content", "org"),
    [
        (None, "branch"),
        (b"", "branch"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "branch"),
        (b"PK\x03\x04cut", "branch"),
        ("交易时间,金额\n".encode("gb18030") + b"\x81\xff\xff", "branch"),
        ("姓名,性别\n张英,女\n".encode(), "branch"),
        ("交易时间,金额\n2026-10-01,5\n".encode(), "nowhere"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_stores_nothing(cast, tmp_path, content, org):
    path = tmp_path / "bill.xls"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        run(path, org=org)
    assert refusal.value.returncode == 2
    assert str(refusal.value)
    assert Bill.objects.count() == 0
