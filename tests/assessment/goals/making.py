"""Joint goals for tests: what one looks like at each point of its way."""

from datetime import date

from assessment.models import Goal

FEBRUARY, JULY, NOVEMBER = date(2026, 2, 3), date(2026, 7, 10), date(2026, 11, 20)
CHECKED = {"state": "checked", "checked_on": JULY, "check_words": "过半", "on_track": True}
BEHIND = CHECKED | {"on_track": False}
REACHED = CHECKED | {"state": "reached", "ended_on": NOVEMBER, "result_words": "按期完成"}
DROPPED = {"state": "dropped", "ended_on": JULY, "result_words": "项目取消"}


def goal(branch, **facts):
    known = {
        "year": 2026, "title": "让老旧小区装上电梯", "target": "年底前装好六部", "party_work": "党员楼长逐户上门",
        "responsible_name": "周主任", "planned_on": FEBRUARY,
    }  # fmt: skip
    if "responsible" in facts:
        known["responsible_name"] = ""
    return Goal.objects.create(organization=branch, **known | facts)
