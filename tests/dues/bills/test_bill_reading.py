"""What is read from a bill: which rows are money that came in, when, from whom and how much."""

from datetime import date, datetime, time

import pytest
from openpyxl import load_workbook

from dues.bills import cells
from dues.bills.cells import Amount, MoneyDirection
from dues.bills.importing import NotABill, read_bill
from dues.choices import BillSource
from members.workbooks.cells import UnreadableCell
from members.workbooks.reading import UnreadableWorkbook
from tests.dues.bills.bill_files import WECHAT_HEADINGS, alipay_bill, csv_bill, wechat_bill, wechat_row, xlsx_bill

AT = "2026-10-29 21:30:37"


def lines(path):
    """(when, payer, note, fen, number) of everything that came in."""
    return [
        (f"{one.came_at:%Y-%m-%d %H:%M:%S}", one.payer_name, one.note, one.amount_fen, one.transaction)
        for one in read_bill(path).lines
    ]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (datetime(2026, 10, 29, 21, 30, 37, 500), datetime(2026, 10, 29, 21, 30, 37)),
        (date(2026, 10, 29), datetime(2026, 10, 29)),
        ("2026-10-29 21:30:37", datetime(2026, 10, 29, 21, 30, 37)),
        ("2026/10/29 21:30", datetime(2026, 10, 29, 21, 30)),
        ("2026/1/5 9:05", datetime(2026, 1, 5, 9, 5)),
        ("2026年10月29日 21:30:37", datetime(2026, 10, 29, 21, 30, 37)),
        ("2026年1月5日", datetime(2026, 1, 5)),
        ("20261029", datetime(2026, 10, 29)),
        (20261029, datetime(2026, 10, 29)),
        ("20261029213037", datetime(2026, 10, 29, 21, 30, 37)),
        ("20261029 21:30:37", datetime(2026, 10, 29, 21, 30, 37)),
        ("2026-10-29-21.30.37.123456", datetime(2026, 10, 29, 21, 30, 37)),
        ("2026-10-29T21:30:37Z", datetime(2026, 10, 29, 21, 30, 37)),
        ("2026.10.29", datetime(2026, 10, 29)),
        ("\t2026-10-29 21:30:37 ", datetime(2026, 10, 29, 21, 30, 37)),
        ("２０２６－１０－２９", datetime(2026, 10, 29)),
        ("2026-10", None),
        ("2026-13-29 21:30:37", None),
        ("合计", None),
        ("", None),
        (None, None),
    ],
)
def test_a_moment_is_read_as_it_is_written(written, moment):
    assert cells.moment(written) == moment


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("21:30:37", time(21, 30, 37)),
        ("9:05", time(9, 5)),
        ("213037", time(21, 30, 37)),
        (93005, time(9, 30, 5)),
        ("257000", None),
        ("早上", None),
    ],
)
def test_a_time_alone(written, clock):
    assert cells.clock(written) == clock


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("¥92.39", Amount(9239)),
        ("￥1,234.50", Amount(123450)),
        ("1，234.50元", Amount(123450)),
        ("+100.00", Amount(10000)),
        ("-100.00", Amount(10000, MoneyDirection.OUT)),
        ("¥-100.00", Amount(10000, MoneyDirection.OUT)),
        ("−100.00", Amount(10000, MoneyDirection.OUT)),
        ("(100.00)", Amount(10000, MoneyDirection.OUT)),
        ("100.00-", Amount(10000, MoneyDirection.OUT)),
        ("100.00CR", Amount(10000, MoneyDirection.IN)),
        ("100.00 CR", Amount(10000, MoneyDirection.IN)),
        ("100.00 DR", Amount(10000, MoneyDirection.OUT)),
        ("贷100.00", Amount(10000, MoneyDirection.IN)),
        ("借100.00", Amount(10000, MoneyDirection.OUT)),
        ("CNY 100.00", Amount(10000)),
        ("\t100.00\t", Amount(10000)),
        ("１００．００", Amount(10000)),
        (92.39, Amount(9239)),
        (-92, Amount(9200, MoneyDirection.OUT)),
        (0, Amount(0)),
        ("0.00", Amount(0)),
        ("", None),
        ("-", None),
        ("/", None),
        (None, None),
    ],
)
def test_an_amount_and_the_way_it_says(written, amount):
    assert cells.amount(written) == amount


@pytest.mark.parametrize("written", ["九十元", "12.3.4", "abc"])
def test_an_amount_that_is_none(written):
    with pytest.raises(UnreadableCell):
        cells.amount(written)


@pytest.mark.parametrize(
    ("written", "way"),
    [
        ("收入", MoneyDirection.IN),
        ("收", MoneyDirection.IN),
        ("贷", MoneyDirection.IN),
        ("贷方", MoneyDirection.IN),
        ("C", MoneyDirection.IN),
        ("CR", MoneyDirection.IN),
        ("Credit", MoneyDirection.IN),
        ("来账", MoneyDirection.IN),
        ("转入", MoneyDirection.IN),
        ("存入", MoneyDirection.IN),
        ("支出", MoneyDirection.OUT),
        ("支", MoneyDirection.OUT),
        ("借", MoneyDirection.OUT),
        ("D", MoneyDirection.OUT),
        ("DR", MoneyDirection.OUT),
        ("往账", MoneyDirection.OUT),
        ("转出", MoneyDirection.OUT),
        ("不计收支", MoneyDirection.OUT),
        ("/", MoneyDirection.NEITHER),
        ("其他", MoneyDirection.NEITHER),
        ("", None),
        (None, None),
    ],
)
def test_the_way_that_a_column_says(written, way):
    assert cells.way(written) == way


@pytest.mark.parametrize(
    ("status", "kind", "back"),
    [
        ("已存入零钱", "转账", 0),
        ("已收钱", "二维码收款", 0),
        ("支付成功", "", 0),
        ("交易成功", "", 0),
        ("", "", 0),
        ("已全额退款", "转账", 5000),
        ("对方已退还", "转账", 5000),
        ("已退款(￥20.00)", "转账", 2000),
        ("退款成功", "", 5000),
        ("交易关闭", "", 5000),
        ("等待确认收款", "", 5000),
        ("处理失败", "", 5000),
        ("已冲正", "", 5000),
        ("已存入零钱", "转账-退款", 5000),
    ],
)
def test_what_went_back_or_never_came(status, kind, back):
    assert cells.given_back(status, kind, 5000) == back


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("2781500596100126140792295333\t", "2781500596100126140792295333"),
        ("`2781500596100126", "2781500596100126"),
        ("'0012", "0012"),
        (12345, "12345"),
        (2.78150059610013e27, ""),
        (2781500596100126, ""),
        ("2.7815E+27", ""),
        ("/", ""),
        (None, ""),
    ],
)
def test_a_transaction_number_that_excel_rounded_is_none(written, number):
    assert cells.transaction_number(written) == number
    assert cells.is_rounded(written) == (number == "" and written not in {"/", None})


def test_a_wechat_bill(tmp_path):
    bill = read_bill(
        wechat_bill(
            tmp_path / "账单.csv",
            [
                wechat_row("1001", "金瑞", "党费 龚敏永", "92.39"),
                wechat_row("1002", "红旗超市", "购物", "86.36", way="支出", status="支付成功"),
                wechat_row("1003", "何亮", "/", "3.00", status="已全额退款"),
                wechat_row("1004", "零钱提现", "/", "50.00", way="/"),
                wechat_row("1005", "何亮", "/", "50.00", status="已退款(￥20.00)"),
            ],
        )
    )
    assert bill.source == BillSource.WECHAT
    assert bill.ignored == 3
    assert [(one.payer_name, one.note, one.amount_fen, one.gross_fen) for one in bill.lines] == [
        ("金瑞", "党费 龚敏永", 9239, 9239),
        ("何亮", "", 3000, 5000),
    ]
    assert bill.lines[0].came_at.isoformat() == "2026-10-29T21:30:37+08:00"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_bill_in_any_encoding(tmp_path, encoding):
    path = wechat_bill(tmp_path / "账单.csv", [wechat_row("1001", "金瑞", "党费 龚敏永", "92.39")], encoding)
    assert lines(path) == [(AT, "金瑞", "党费 龚敏永", 9239, "1001")]


def test_a_wechat_bill_as_a_workbook(tmp_path):
    above = [["微信支付账单明细"], ["微信昵称：[红旗支部]"], [None], ["----微信支付账单明细列表----"]]
    at, note = datetime(2026, 10, 29, 21, 30, 37), "转账备注:党费 龚敏永"
    row = [at, "转账", "金瑞", note, "收入", 92.39, "/", "已存入零钱", "1001", "/", "/"]
    path = xlsx_bill(tmp_path / "账单.xlsx", [*above, WECHAT_HEADINGS.split(","), row])
    assert lines(path) == [(AT, "金瑞", "转账备注:党费 龚敏永", 9239, "1001")]
    assert read_bill(path).source == BillSource.WECHAT


def test_an_alipay_bill_with_its_preamble(tmp_path):
    path = alipay_bill(
        tmp_path / "alipay.csv",
        [
            f"{AT},转账红包,金瑞,138****1234,党费 龚敏永,收入,92.39,,交易成功,20261029001\t,\t,,",
            f"{AT},转账红包,何亮,138****1235,转账,收入,27.61,,交易成功,20261029002\t,\t,何亮党费,",
            f"{AT},日用百货,红旗超市,hq***@example.com,纸,支出,30.00,余额宝,交易成功,20261029003\t,T200\t,,",
            f"{AT},退款,红旗超市,hq***@example.com,退款-纸,不计收支,30.00,余额宝,退款成功,20261029004\t,T200\t,,",
            f"{AT},转账红包,何亮,138****1235,转账,收入,5.00,,交易关闭,20261029005\t,\t,,",
        ],
    )
    bill = read_bill(path)
    assert (bill.source, bill.ignored) == (BillSource.ALIPAY, 3)
    assert lines(path) == [
        (AT, "金瑞", "党费 龚敏永", 9239, "20261029001"),
        (AT, "何亮", "转账 何亮党费", 2761, "20261029002"),
    ]


OLD_ALIPAY_HEADINGS = [
    *("交易号", "商家订单号", "交易创建时间", "付款时间", "最近修改时间", "交易来源地", "类型", "交易对方", "商品名称"),
    *("金额（元）", "收/支", "交易状态", "服务费（元）", "成功退款（元）", "备注", "资金状态", ""),
]
OLD_ALIPAY_ABOVE = """支付宝交易记录明细查询
账号:[branch@example.com]
起始日期:[2026-10-01 00:00:00]    终止日期:[2026-11-01 00:00:00]
---------------------------------交易记录明细列表------------------------------------
"""
OLD_ALIPAY_BELOW = """
------------------------------------------------------------------------------------
共3笔记录
已收入:2笔,97.39元
待收入:0笔,0.00元
已支出:1笔,30.00元
导出时间:[2026-11-01 08:00:00]    用户:红旗支部
"""


def old_alipay_row(number, payer, amount, way, back, note):
    made, paid, changed = "2026-10-29 21:30:30", AT, "2026-10-30 08:00:00"
    return [
        *(f"{number} \t", "", made, paid, changed, "其他（包括阿里巴巴和外部商家）", "即时到账交易", payer, "转账"),
        *(amount, way, "交易成功", "0.00", back, note, f"已{way}", ""),
    ]


def test_an_old_alipay_bill_with_its_footer(tmp_path):
    path = tmp_path / "alipay.csv"
    rows = [
        OLD_ALIPAY_HEADINGS,
        old_alipay_row("20261029200040011", "金瑞", "92.39", "收入", "0.00", "党费 龚敏永"),
        old_alipay_row("20261029200040012", "何亮", "5.00", "收入", "5.00", ""),
        old_alipay_row("20261029200040013", "红旗超市", "30.00", "支出", "0.00", ""),
    ]
    table = "\n".join(",".join(f"{cell:<20}" for cell in row) for row in rows)
    path.write_text(OLD_ALIPAY_ABOVE + table + OLD_ALIPAY_BELOW, encoding="gb18030")
    bill = read_bill(path)
    assert (bill.source, bill.ignored, bill.unread) == (BillSource.ALIPAY, 2, [])
    assert lines(path) == [(AT, "金瑞", "转账 党费 龚敏永", 9239, "20261029200040011")]


BANKS = {
    "income and expense": [
        ["中国某某银行账户交易明细"],
        ["户名：", "红旗社区党委", "账号：", "6222000000000000", "币种：", "人民币"],
        [],
        ["交易日期", "交易时间", "收入", "支出", "余额", "对方户名", "对方账号", "摘要", "交易流水号"],
        ["2026-10-29", "21:30:37", "92.39", "", "1,092.39", "金瑞", "6222", "党费 龚敏永", "A001"],
        ["2026-10-29", "21:30:38", "", "30.00", "1,062.39", "红旗超市", "6223", "购物", "A002"],
        ["合计", "", "92.39", "30.00", "", "", "", "", ""],
        ["打印时间：2026-11-01", "", "", "", "", "", "", "", ""],
    ],
    "credit and debit, the day booked": [
        ["序号", "记账日期", "借方金额", "贷方金额", "账户余额", "对方名称", "附言", "核心流水号"],
        [1, "20261029", "0.00", "¥92.39", "1,092.39", "金瑞", "党费 龚敏永", "A001"],
        [2, "20261029", "¥30.00", "0.00", "1,062.39", "红旗超市", "购物", "A002"],
        ["", "本页合计", "30.00", "92.39", "", "", "", ""],
    ],
    "one amount with a side": [
        ["借贷标志", "用途", "交易金额", "对方单位名称", "入账日期", "时间", "流水号"],
        ["贷", "党费 龚敏永", "92.39", "金瑞", "2026/10/29", "213037", "A001"],
        ["借", "购物", "30.00", "红旗超市", "2026/10/29", "93005", "A002"],
    ],
    "one amount with a sign": [
        ["交易时间", "交易金额", "余额", "付款人", "备注", "交易流水号"],
        ["2026-10-29 21:30:37", "+92.39", "1,092.39", "金瑞", "党费 龚敏永", "A001"],
        ["2026-10-29 21:30:38", "-30.00", "1,062.39", "红旗超市", "购物", "A002"],
    ],
    "one amount with CR and DR": [
        ["日期", "发生额", "对方户名", "附言", "凭证号"],
        ["2026年10月29日", "92.39CR", "金瑞", "党费 龚敏永", "A001"],
        ["2026年10月29日", "30.00DR", "红旗超市", "购物", "A002"],
    ],
    "headings in two lines": [
        ["交易", "交易", "发生额", "发生额", "对方信息", "对方信息", "摘要", "流水号"],
        ["日期", "时间", "借方", "贷方", "户名", "账号", "", ""],
        ["2026-10-29", "21:30:37", "", "92.39", "金瑞", "6222", "党费 龚敏永", "A001"],
        ["2026-10-29", "21:30:38", "30.00", "", "红旗超市", "6223", "购物", "A002"],
    ],
    "stored and taken": [
        ["交易日", "存入", "支取", "对手户名", "交易附言", "日志号"],
        ["2026.10.29", "92.39", "", "金瑞", "党费 龚敏永", "A001"],
        ["2026.10.29", "", "30.00", "红旗超市", "购物", "A002"],
        [],
        ["2026.10.30", "", "", "", "结转", "A003"],
    ],
}


@pytest.mark.parametrize("rows", BANKS.values(), ids=BANKS)
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_statements_of_several_banks(tmp_path, rows, kind):
    if kind == "xlsx":
        path = xlsx_bill(tmp_path / "明细.xlsx", rows)
    else:
        path = csv_bill(tmp_path / "明细.csv", [[str(cell) for cell in row] for row in rows], "gb18030", "\t")
    bill = read_bill(path)
    assert (bill.source, bill.ignored, bill.unread) == (BillSource.BANK, 1, [])
    [(when, *rest)] = lines(path)
    assert when in {AT, "2026-10-29 00:00:00"}
    assert rest == ["金瑞", "党费 龚敏永", 9239, "A001"]


@pytest.mark.parametrize("when", ["何时到的", "列1"])
def test_moments_and_payers_are_found_by_what_stands_there(tmp_path, when):
    names = ["金瑞", "侯祥雨", "罗静磊", "江静国", "郭平飞"]
    rows = [[f"2026-10-2{number} 21:30:37", name, "92.39", "党费"] for number, name in enumerate(names)]
    path = xlsx_bill(tmp_path / "a.xlsx", [[when, "谁转的", "金额", "备注"], *rows])
    assert [(one[0][:10], one[1]) for one in lines(path)] == [(row[0][:10], row[1]) for row in rows]


def test_the_time_comes_from_a_column_of_its_own(tmp_path):
    for name in ("income and expense", "one amount with a side", "headings in two lines"):
        assert lines(xlsx_bill(tmp_path / f"{name}.xlsx", BANKS[name]))[0][0] == AT


def test_every_sheet_of_a_statement_counts_and_hidden_ones_do_not(tmp_path):
    october, november = BANKS["one amount with a sign"], [["交易日期", "收入"], ["2026-11-01", 5]]
    assert [one[3] for one in lines(xlsx_bill(tmp_path / "明细.xlsx", october, [["说明"]], november))] == [9239, 500]


def test_a_word_for_a_heading_inside_the_data_is_no_heading(tmp_path):
    rows = [["交易日期", "事由", "金额"], ["2026-10-29", "收入", "92.39"], ["2026-10-30", "收入", "3.00"]]
    assert [one[3] for one in lines(csv_bill(tmp_path / "明细.csv", rows))] == [9239, 300]


def test_money_that_cannot_be_understood_is_told_and_not_lost(tmp_path):
    rows = [
        ["交易日期", "收入金额", "对方户名", "流水号"],
        ["2026-10-29", "九十二元", "金瑞", "A001"],
        ["2026-02-30", "92.39", "金瑞", "A002"],
        ["2026-10-29", "92.39", "金瑞", "A003"],
    ]
    bill = read_bill(csv_bill(tmp_path / "明细.csv", rows))
    assert [one.transaction for one in bill.lines] == ["A003"]
    assert [(one.row, one.transaction) for one in bill.unread] == [(2, "A001"), (3, "A002")]
    assert "九十二" in bill.unread[0].sentence
    assert "2026-02-30" in bill.unread[1].sentence


TAKEN_BACK = {
    "negative income": [
        ["交易日期", "收入", "支出", "对方户名", "摘要"],
        ["2026-10-28", "92.39", "", "金瑞", "党费 龚敏永"],
        ["2026-10-29", "92.39", "", "何亮", "党费"],
        ["2026-10-29", "92.39", "", "金瑞", "党费 龚敏永"],
        ["2026-10-30", "-92.39", "", "金瑞", "冲正"],
    ],
    "negative credit": [
        ["交易日期", "借贷标志", "金额", "对方户名", "摘要"],
        ["2026-10-28", "贷", "92.39", "金瑞", "党费 龚敏永"],
        ["2026-10-29", "贷", "92.39", "何亮", "党费"],
        ["2026-10-29", "贷", "92.39", "金瑞", "党费 龚敏永"],
        ["2026-10-30", "贷", "-92.39", "", "冲正"],
        ["2026-10-30", "借", "92.39", "金瑞", "购物"],
    ],
}


@pytest.mark.parametrize(
    ("kind", "left", "ignored"),
    [
        ("negative income", [("28", "金瑞"), ("29", "何亮")], 2),
        ("negative credit", [("28", "金瑞"), ("29", "何亮")], 3),
    ],
)
def test_what_the_bank_takes_back_is_no_money(tmp_path, kind, left, ignored):
    bill = read_bill(csv_bill(tmp_path / "明细.csv", TAKEN_BACK[kind]))
    assert [(f"{one.came_at:%d}", one.payer_name) for one in bill.lines] == left
    assert bill.ignored == ignored


@pytest.mark.parametrize(("letters", "read"), [(0, 3), (3, 3), (12, 2), (25, 2)])
def test_a_row_in_which_the_file_ends_is_told_and_not_counted(tmp_path, letters, read):
    rows = [["交易日期", "收入", "流水号"], *[["2026-10-29", "92.39", f"2781500596{number}"] for number in range(3)]]
    path = csv_bill(tmp_path / "明细.csv", [[*row, "柜台"] for row in rows])
    path.write_bytes(path.read_bytes()[: -letters or None])
    bill = read_bill(path)
    assert (len(bill.lines), len(bill.unread)) == (read, 3 - read if letters < 20 else 0)


def test_a_merged_amount_counts_once(tmp_path):
    path = xlsx_bill(tmp_path / "明细.xlsx", [["交易日期", "收入"], ["2026-10-29", 5], ["2026-10-30", None]])
    book = load_workbook(path)
    book.active.merge_cells("B2:B3")
    book.save(path)
    assert [one[3] for one in lines(path)] == [500]


@pytest.mark.parametrize(
    "rows",
    [
        [["姓名", "性别"], ["张英", "女"]],
        [["交易日期", "对方户名", "摘要"], ["2026-10-29", "金瑞", "党费"]],
        [["金额", "备注"], ["5.00", "党费"]],
        [["交易日期", "收入", "对方户名"]],
    ],
)
def test_what_is_no_bill_is_refused_with_a_sentence(tmp_path, rows):
    with pytest.raises(NotABill) as refusal:
        read_bill(csv_bill(tmp_path / "x.csv", rows))
    assert str(refusal.value)


def test_broken_files_are_refused_with_a_sentence(tmp_path):
    whole = xlsx_bill(tmp_path / "whole.xlsx", BANKS["income and expense"]).read_bytes()
    broken = {
        "cut.xlsx": whole[: len(whole) // 2],
        "empty.csv": b"",
        "page.xls": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        "odd.csv": "交易日期,收入\n".encode("gb18030") + b"\xff\xfe\x80\xff",
        "picture.xlsx": b"\x89PNG\r\n\x1a\n",
    }
    for name, content in broken.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises((UnreadableWorkbook, NotABill)) as refusal:
            read_bill(path)
        assert str(refusal.value)
