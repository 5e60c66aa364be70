#!/usr/bin/env python
"""Makes the sample workbooks of indicators below assessment/data/samples/, byte for byte the same each time.

Four customary layouts. How points are divided follows public papers (docs/assessment.md); the words are ours.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

TARGET = Path(__file__).resolve().parents[1] / "assessment" / "data" / "samples"
MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
Cells = Sequence[object]

# 样表一: an item merged over its rows, a cycle for each, party work beside the unit's own
MERGED_TITLE = "2026年学校党支部考核指标（样表一）"
MERGED_HEADINGS = ("序号", "考核项目", "考核内容", "分值", "评分标准", "考核方式")
MERGED = (
    ("一、基础工作（35分）", (
        ("组织设置与换届", 2, "未按期换届扣2分；换届程序不规范扣1分；有拉票贿选行为扣2分。", "阶段性考核"),
        ("计划与总结", 2, "上交迟的扣1分；内容空泛扣1分；没有上交扣2分。", "月考核"),
        ("制度与工作手册", 4, "制度不健全扣2分；会议没有记录扣2分；填写不规范扣1分。", "月考核"),
        ("组织生活会和民主评议党员", 2,
         "未召开组织生活会扣2分；未开展民主评议扣2分；程序不规范扣1分；评议结果有问题扣1分。", "年度考核"),
        ("集体荣誉", 2, "获得校级表彰加1分、市级表彰加2分、省级表彰加3分，最多加2分。", "年度考核"),
        ("党费", 2, "党费未按月足额收缴扣1分；账目混乱扣1分；没有账目扣2分；账簿遗失扣2分。", "月考核"),
        ("三会一课", 4, "支部党员大会每季度、支委会每月、党小组会每月、党课每季度各一次，每缺一次扣1分。", "月考核"),
        ("书记讲党课", 2, "书记全年未讲党课扣2分；讲课过程不完整扣1分。", "年度考核"),
        ("党员出勤与纪律", 3, "迟到每人次扣1分；无故缺席每人次扣2分；受到处分每人次扣3分。", "月考核"),
        ("主题党日", 5, "每少一次扣1分，扣完为止。", "月考核"),
        ("谈心谈话", 4, "未按要求开展谈心谈话扣2分；谈话没有记录扣1分。", "阶段性考核"),
        ("党费公示", 3, "党费收支未按期公示，每次扣1分。", "阶段性考核"),
    )),
    ("二、作用发挥（20分）", (
        ("问题整改", 8, "到期问题未整改的，每个扣1分。", "阶段性考核"),
        ("意见答复", 6, "党员意见建议未按期答复，每件扣1分。", "阶段性考核"),
        ("联系服务", 6, "流动和年老体弱党员未按期联系的，每人扣0.5分。", "月考核"),
    )),
    ("三、教学业务（45分）", (
        ("年度业务目标", 25, "完成率100%得25分；90%以上得20分；80%以上得15分；80%以下得0分。", "年度考核"),
        ("教学服务质量", 20, "有效投诉每件扣2分，扣完为止。", "阶段性考核"),
    )),
)  # fmt: skip
MERGED_FOOT = (
    "备注：1. 90分以上为好，80-90分为较好，60-80分为一般，60分以下为差。好等次不超过30%。",
    "2. 支部书记受到撤销党内职务以上处分的，直接定为差。",
)

# 样表二: a heading row over each part, the deductions beside
SECTIONS_TITLE = "机关党支部先进单位考评表（样表二）"
SECTIONS_HEADINGS = ("考评内容", "标准分", "扣分标准", "检查资料", "自评分", "考评得分")
SECTIONS = (
    ("一、学习教育（10分）", (
        ("学习计划", 2, "没有年度学习计划扣2分", "学习计划"),
        ("党课", 4, "党课每半年至少一次，少一次扣2分", "讲稿、签到"),
        ("教育培训", 4, "党员全年培训学时未达标的扣2分；没有学习心得扣1分", "培训登记"),
    )),
    ("二、日常基础工作（35分）", (
        ("组织生活", 15,
         "三会一课质量不高扣1分；没有开展谈心谈话扣1分；领导干部未过双重组织生活扣1分；未开展民主评议扣1分",
         "会议记录"),
        ("换届与力量", 8, "未按期换届扣3分；没有人从事党务工作扣2分", "换届批复"),
        ("党费", 6, "党费未按规定收缴或者补缴扣2分", "党费台账"),
        ("发展党员", 6, "发展党员程序不规范扣1分", "发展党员材料"),
    )),
    ("三、作风与服务（30分）", (
        ("到会情况", 10, "党员参会率低于90%的，每低5%扣1分", "签到表"),
        ("联系党员", 10, "未按期走访联系，每人次扣0.5分", "联系记录"),
        ("问题整改", 10, "检查发现的问题未按期整改，每个扣2分", "整改台账"),
    )),
    ("四、中心工作（25分）", (
        ("年度重点任务", 25, "根据年度重点任务完成情况由上级党组织打分", "工作总结"),
    )),
)  # fmt: skip
SECTIONS_FOOT = ("等次：85分以上为优秀；70分以上为良好；60分以上为合格；60分以下为不合格。",)

# 样表三: levels written once with empty cells below, points of both levels, lists of what is looked at
LISTED_TITLE = "党支部量化考核指标体系（样表三）"
LISTED_HEADINGS = ("一级指标", "分值", "二级指标", "考核要点", "支撑材料", "满分", "计分办法")
LISTED = (
    ("班子建设及机制保障", 10, (
        ("班子运行", "支委会（支部委员会）", "会议记录、签到表", 4,
         "每月召开一次，含假期，每缺一次扣0.5分；签到表每缺一份扣0.5分"),
        ("集体决策", "三重一大", "会议纪要", 1, "三重一大事项每年研究少于1次的扣0.5分"),
        ("意识形态", "意识形态专题研究", "会议纪要", 1, "每年专题研究少于2次的扣0.5分"),
        ("换届", "按期换届", "请示、批复、报道", 4,
         "未按期换届扣0.2分；过程材料每缺一份扣0.2分；没有新闻报道扣0.2分"),
    )),
    ("组织生活", 50, (
        ("支部党员大会", "每季度一次", "会议记录", 12, "每少一次扣3分"),
        ("党小组会", "每月一次", "会议记录", 12, "每少一次扣1分"),
        ("主题党日", "每月一次", "活动方案、照片、小结", 12, "每少一次扣1分"),
        ("会议记录", "记录完整", "会议记录", 7, "各类会议每缺一份记录扣0.5分"),
        ("组织生活会", "每年一次", "查摆材料、整改清单", 7, "未召开组织生活会不得分"),
    )),
    ("党员管理", 40, (
        ("党费收缴", "按月足额", "党费台账", 10, "党费收缴率达到100%，每下降1个百分点扣0.1分"),
        ("党员出勤", "履行请假手续", "签到表、请假条", 10, "无故缺席每人次扣0.5分，最多扣8分"),
        ("组织关系", "及时转接", "介绍信回执", 10, "组织关系未及时转接，每人次扣1分"),
        ("联系服务", "走访慰问", "走访记录", 10, "未按期联系流动党员，每人次扣0.5分"),
    )),
)  # fmt: skip
LISTED_FOOT = (
    "说明：得分90分以上为优秀，80-89分为良好，60-79分为一般，60分以下为较差；优秀等次控制在25%以内。",
    "一年以上没有开展组织生活的，直接定为较差。",
)

# 样表四: tiers, the points behind the names, weights of two views
TIERS_TITLE = "党支部工作考核测评表（样表四）"
TIERS_HEADINGS = ("测评项目", "测评要点", "评分标准", "得分")
TIERS = (
    ("支部班子（14分）", (
        ("支部委员会设置（4分）", "健全4分，较健全3分，一般2分，不健全0分"),
        ("按期换届（4分）", "未按期换届扣4分"),
        ("班子作用（6分）", "好6分，较好4分，一般2分，差0分"),
    )),
    ("工作机制（30分）", (
        ("支部党员大会（5分）", "每季度召开得5分，每半年召开得2分，很少召开得1分，从不召开0分"),
        ("支委会（2分）", "每月召开得2分，每季度召开得1分，很少召开得0.5分，从不召开0分"),
        ("党课（2分）", "每半年一次得2分，每年一次得1分，没有0分"),
        ("会议记录规范（3分）", "规范3分，较规范2分，较差1分，无0分"),
        ("民主评议党员（3分）", "每年开展得3分，没有开展0分"),
        ("组织关系转接（2分）", "组织关系未及时转接扣2分"),
        ("主题党日（13分）", "每月开展得13分，每季度开展得6分，很少开展得2分，从不开展0分"),
    )),
    ("党员队伍（26分）", (
        ("党员到会率（16分）", "到会率90%以上得16分，80%以上得12分，60%以上得6分，60%以下0分"),
        ("党费（10分）", "党费未按月足额收缴扣5分"),
    )),
    ("工作实绩（30分）", (
        ("中心工作（20分）", "根据中心工作完成情况打分"),
        ("党员和群众评价（10分）", "好10分，较好8分，一般5分，差0分"),
    )),
)  # fmt: skip
TIERS_FOOT = (
    "注：支部自评占30%，上级党组织考核占70%。",
    "90分以上为优秀，75-89分为良好，60-74分为一般，60分以下为较差。",
)


class Page:
    """A sheet being written from the top down."""

    def __init__(self, book: Any, name: str, widths: Sequence[int]) -> None:
        self.page = book.add_worksheet(name)
        self.title_look = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self.heading = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter"})
        self.part = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"})
        self.cell = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"})
        self.foot = book.add_format({"text_wrap": True})
        self.row, self.width = 0, len(widths)
        for column, width in enumerate(widths):
            self.page.set_column(column, column, width)

    def across(self, said: str, look: Any) -> None:
        self.page.merge_range(self.row, 0, self.row, self.width - 1, said, look)
        self.row += 1

    def cells(self, values: Cells, look: Any = None) -> None:
        for column, value in enumerate(values):
            self.page.write(self.row, column, value, look or self.cell)
        self.row += 1

    def begin(self, title: str, headings: Cells) -> None:
        self.across(title, self.title_look)
        self.cells(headings, self.heading)

    def end(self, remarks: Sequence[str]) -> None:
        for remark in remarks:
            self.across(remark, self.foot)


def merged(book: Any) -> None:
    page = Page(book, "考核指标", (6, 18, 24, 8, 52, 12))
    page.begin(MERGED_TITLE, MERGED_HEADINGS)
    number = 0
    for part, lines in MERGED:
        top = page.row
        for content, points, standard, cycle in lines:
            number += 1
            page.cells((number, "", content, points, standard, cycle))
        page.page.merge_range(top, 1, page.row - 1, 1, part, page.part)
    page.cells(("合计", "", "", sum(points for _part, lines in MERGED for _name, points, *_rest in lines)))
    page.end(MERGED_FOOT)


def sections(book: Any) -> None:
    page = Page(book, "考评表", (22, 9, 56, 18, 9, 9))
    page.begin(SECTIONS_TITLE, SECTIONS_HEADINGS)
    for part, lines in SECTIONS:
        page.across(part, page.part)
        for content, points, standard, evidence in lines:
            page.cells((content, points, standard, evidence, "", ""))
    page.cells(("合计", 100))
    page.end(SECTIONS_FOOT)


def listed(book: Any) -> None:
    page = Page(book, "指标体系", (16, 7, 16, 20, 24, 7, 48))
    page.begin(LISTED_TITLE, LISTED_HEADINGS)
    for part, points, lines in LISTED:
        for place, (second, key, evidence, most, rule) in enumerate(lines):
            page.cells((part if not place else "", points if not place else "", second, key, evidence, most, rule))
    page.cells(("总分", 100))
    page.end(LISTED_FOOT)


def tiers(book: Any) -> None:
    page = Page(book, "测评表", (20, 24, 56, 9))
    page.begin(TIERS_TITLE, TIERS_HEADINGS)
    for part, lines in TIERS:
        top = page.row
        for name, standard in lines:
            page.cells(("", name, standard, ""))
        page.page.merge_range(top, 0, page.row - 1, 0, part, page.part)
    page.end(TIERS_FOOT)


SAMPLES: dict[str, Callable[[Any], None]] = {
    "样表一-学校党支部.xlsx": merged,
    "样表二-机关党支部.xlsx": sections,
    "样表三-量化指标.xlsx": listed,
    "样表四-分档测评.xlsx": tiers,
}


def main(target: Path = TARGET) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name, write in SAMPLES.items():
        book = xlsxwriter.Workbook(str(target / name))
        book.set_properties({"title": Path(name).stem, "created": MADE})
        write(book)
        book.close()


if __name__ == "__main__":
    main()
