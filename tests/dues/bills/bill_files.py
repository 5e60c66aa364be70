"""Bills as WeChat, Alipay and banks export them, written for a test."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from dues.bills.importing import BillLine, ReadBill
from dues.bills.services import store_bill
from dues.choices import BillSource
from tests.cast import TODAY

SHANGHAI = ZoneInfo("Asia/Shanghai")

WECHAT_HEADINGS = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"
WECHAT_ABOVE = """微信支付账单明细,,,,,,,,
微信昵称:[红旗支部],,,,,,,,
起始时间:[2026-10-01 00:00:00] 终止时间:[2026-10-31 23:59:59],,,,,,,,
导出类型:[全部],,,,,,,,
,,,,,,,,
----------------------微信支付账单明细列表--------------------,,,,,,,,
"""
ALIPAY_ABOVE = """------------------------------------------------------------------------------------
导出信息：
姓名：红旗支部
支付宝账户：branch@example.com
起始时间：[2026-10-01 00:00:00]    终止时间：[2026-10-31 23:59:59]
导出交易类型：[全部]
导出时间：[2026-11-01 08:00:00]
共3笔记录
收入：2笔 120.00元
支出：1笔 30.00元
不计收支：0笔 0.00元

特别提示：
1.本回单内容可表明支付宝受理了相应支付交易申请，不代表任何其他含义；
2.支付宝快捷支付等非余额支付方式可能既产生支付宝交易也产生银行交易；
------------------------支付宝支付科技有限公司  电子客户回单------------------------
"""
ALIPAY_HEADINGS = (
    "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,"
)


def wechat_row(
    transaction: str, payer: str, note: str, amount: str, at: str = "2026-10-29 21:30:37", **other: str
) -> str:
    """A line of a WeChat bill; `way`, `status` and `kind` as keywords."""
    kind, way = other.get("kind", "转账"), other.get("way", "收入")
    return f"{at},{kind},{payer},{note},{way},¥{amount},零钱,{other.get('status', '已存入零钱')},{transaction}\t,,/"


def wechat_bill(path: Path, rows: Iterable[str], encoding: str = "utf-8-sig") -> Path:
    path.write_text(WECHAT_ABOVE + "\n".join([WECHAT_HEADINGS, *rows]) + "\n", encoding=encoding)
    return path


def alipay_bill(path: Path, rows: Iterable[str]) -> Path:
    path.write_text(ALIPAY_ABOVE + "\n".join([ALIPAY_HEADINGS, *rows]) + "\n", encoding="gb18030")
    return path


def csv_bill(path: Path, rows: Iterable[Sequence[object]], encoding: str = "utf-8", separator: str = ",") -> Path:
    path.write_text("\n".join(separator.join(map(str, row)) for row in rows), encoding=encoding)
    return path


def xlsx_bill(path: Path, *sheets: Sequence[Sequence[Any]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def line(payer="张英", note="张英党费", fen=4000, number="", at="2026-11-20 12:00:00", **fields):
    """A row as it is read; without more, 张英 pays 40 yuan for herself."""
    moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    fields = {"row": 8, "gross_fen": fen, **fields}
    return BillLine(came_at=moment, payer_name=payer, note=note, amount_fen=fen, transaction=number, **fields)


def store(cast, *lines, source=BillSource.WECHAT, key=None, by=None):
    """A bill of the branch with these rows."""
    read = ReadBill(source, lines=list(lines), ignored=2)
    return store_bill(
        read,
        key=key or uuid.uuid4(),
        organization=cast.branch,
        file_name="账单.csv",
        by=by or cast.officer,
        on=TODAY,
    )
