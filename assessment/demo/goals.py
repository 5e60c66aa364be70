"""Joint goals of the demo: what a unit wants to reach in a year, and the party work behind it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from assessment.choices import GoalState
from assessment.demo.people import secretaries, year_assessed
from assessment.models import Goal
from assessment.services.goals import add_goal_step, check_goal, end_goal, plan_goal
from members.demo.county import HOME_BRANCH
from members.models import Organization, User


@dataclass(frozen=True)
class Story:
    """A goal of `years_ago`, what was done, where it stood in July, and what came of it, as far as it has."""

    branch: str
    title: str
    target: str
    party_work: str
    answers: str
    years_ago: int = 0
    steps: tuple[tuple[int, str], ...] = ()
    """Month and what was done in it."""
    on_track: bool | None = None
    check: str = ""
    result: str = ""
    words: str = ""


CANTEEN = Story(
    HOME_BRANCH, "社区老年食堂开起来", "十月底前开餐，每天供应80份午餐",
    "党员分三组包楼摸底，轮流到食堂值班", "居委会主任",
    steps=((3, "三个党小组走访246户，登记用餐意愿113人。"), (5, "选定原纺织厂俱乐部，公开比选运营单位。"),
           (8, "改造完工，12名党员报名值班。")),
    on_track=True, check="场地已定，改造比计划晚两周，值班名单排到十月。",
)  # fmt: skip
GRID = Story(
    HOME_BRANCH, "独居老人每周有人敲门", "67名独居老人每周至少探访一次",
    "每名在职党员联系两户，党小组每月碰头", "第二网格长",
    steps=((4, "排出联系表，每户两名党员。"), (6, "发现三户需要加装扶手，已报居委会。")),
    on_track=False, check="六月份有九户没有做到每周一次，暑期由返乡学生补上。",
)  # fmt: skip
PARKING = Story(
    HOME_BRANCH, "东巷不再堵车", "增加停车位30个，清走占道杂物", "党员带头清自家杂物，夜间值守引导", "居委会副主任",
)  # fmt: skip
LAST_YEAR = (
    Story(
        HOME_BRANCH, "垃圾分类投放率过八成", "投放点准确率由61%提高到80%", "党员每天早晚各守一小时投放点", "居委会委员",
        1, ((3, "排班表贴到楼道口。"),), True, "六月底72%。", GoalState.REACHED, "年底抽查83%。",
    ),
    Story(
        HOME_BRANCH, "三号楼加装电梯", "两个单元年内完工", "党员上门做低层住户的工作", "居委会主任",
        1, ((5, "一单元全部同意。"),), True, "一单元已报批。", GoalState.PARTLY, "一单元完工，二单元还差一户同意。",
    ),
)  # fmt: skip
OTHERS = (
    Story(
        "hospital-1", "门诊候诊缩短到20分钟", "由平均38分钟缩短到20分钟",
        "党员科室主任带头错峰排班，党小组值导诊台", "门诊部主任",
        steps=((2, "党小组值导诊台，上午高峰增开两个诊室。"),), on_track=True, check="六月平均24分钟。",
    ),
    Story(
        "school-1", "初三学困生一个不少", "41名学困生全部参加中考", "每名党员教师结对一名学生，每月家访", "教导主任",
        steps=((3, "结对名单公布。"), (6, "41人全部参加中考。")), on_track=True, check="全部到考。",
        result=GoalState.REACHED, words="41人全部参加中考，27人升入高中。",
    ),
    Story(
        "machines", "返修率降到2%以下", "由3.4%降到2%", "党员岗位挂牌，班组每周讲一个返修案例", "车间主任",
        steps=((4, "党员岗位挂牌9个。"),), on_track=False, check="五月2.9%，新员工多，师带徒提前开始。",
    ),
    Story("xipo", "水渠清淤1.2公里", "春灌前完工", "党员分段包干", "村委会主任", steps=((3, "分六段，党员各包一段。"),),
          on_track=True, check="三月已通水。", result=GoalState.REACHED, words="春灌前通水，受益田亩640亩。"),
    Story("hongqi-2", "商铺垃圾不落地", "沿街41家商铺全部签约", "党员商户先签，每周互查一次", "居委会委员"),
    Story("retired-1", "老年学校招满三个班", "秋季招生90人", "老党员每人带两名学员报名", "老干部局干事"),
    Story("retired-2", "口述史录完三十位", "年底前录30位老同志", "两名党员一组，登门录音", "老干部局干事"),
    Story("chengguan-office", "窗口办件再少跑一趟", "十项业务当场办结", "党员窗口先行，每周公布超时件", "便民中心主任"),
    Story("hospital-2", "病区夜间呼叫三分钟内应答", "由七分钟降到三分钟", "党员护士排夜班骨干岗", "护理部主任"),
    Story("dongshan-office", "山塘除险六座", "汛期前完工", "党员干部包塘", "副镇长"),
    Story("dongshan-village", "合作社春茶进超市", "签约三家超市", "党员带头按标准采摘", "合作社理事长"),
    Story("nanhu", "南湖步道夜间有灯", "安装路灯46盏", "党员收集点位，协调两个物业", "社区副主任", years_ago=1,
          result=GoalState.MISSED, words="招标两次流标，列入下一年。"),
)  # fmt: skip


def fill(*, on: date) -> None:
    """Of the year that is assessed and the one before it; nothing lies after the day."""
    leaders = secretaries(on)
    places = {place.code: place for place in Organization.objects.filter(code__in=leaders)}
    for story in (CANTEEN, GRID, PARKING, *LAST_YEAR, *OTHERS):
        _tell(story, places[story.branch], leaders[story.branch], on)


def _tell(story: Story, place: Organization, by: User, on: date) -> None:
    year = year_assessed(on) - story.years_ago
    goal = Goal(
        key=_key(story.title), organization=place, year=year, title=story.title, target=story.target,
        party_work=story.party_work, responsible_name=story.answers, planned_on=min(date(year, 1, 20), on),
    )  # fmt: skip
    plan_goal(goal, on=goal.planned_on, by=by)
    for month, text in story.steps:
        if (day := date(year, month, 18)) <= on:
            add_goal_step(goal=goal, key=_key(f"{story.title} {month}"), text=text, day=day, on=on, by=by)
    _check(story, goal, date(year, 7, 5), on, by)
    _end(story, goal, on, by)


def _check(story: Story, goal: Goal, day: date, on: date, by: User) -> None:
    if story.on_track is not None and day <= on:
        check_goal(goal=goal, on_track=story.on_track, words=story.check, day=day, on=on, by=by)


def _end(story: Story, goal: Goal, on: date, by: User) -> None:
    day = min(date(goal.year, 12, 20), on - timedelta(days=10))
    if story.result and day >= date(goal.year, 7, 6):
        end_goal(goal=goal, state=story.result, words=story.words, day=day, on=on, by=by)


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo goal {name}")
