"""Assessment's part of `manage.py demo`: goals, practices, cadres and conditions, and the roll-ups."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal as D
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from assessment.cadres.models import CadrePost
from assessment.cadres.services import add_cadre_post, put_down_conditions, record_training
from assessment.choices import GoalState, PostShare, PracticeKind as Kind
from assessment.dashboard.services import rebuild, rebuild_medians
from assessment.goals.models import Goal
from assessment.goals.services import add_goal_step, check_goal, end_goal, plan_goal
from assessment.practices.models import Practice
from assessment.practices.services import adopt_practice, publish_practice, write_practice
from branchweb.demo import schemes
from branchweb.demo.county import HOME_BRANCH, OFFICE_BRANCH
from branchweb.demo.schemes import county, secretaries, two_of_the_county, year_assessed
from dues.ledger.models import Charge
from dues.ledger.payment_models import Allocation, Payment
from meetings.meeting.models import Session
from members.bulk import refresh_statistics
from members.choices import OfficeKind
from members.models import Member, Office, Organization, User
from supervision.problems.models import Problem
from supervision.suggestions.models import Suggestion
from supervision.talks.models import Talk


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


def fill_goals(*, on: date) -> None:
    """Of the year that is assessed and the one before it; nothing lies after the day."""
    leaders = secretaries(on)
    places = {place.code: place for place in Organization.objects.filter(code__in=leaders)}
    for story in (CANTEEN, GRID, PARKING, *LAST_YEAR, *OTHERS):
        _tell_goal(story, places[story.branch], leaders[story.branch], on)


def _tell_goal(story: Story, place: Organization, by: User, on: date) -> None:
    year = year_assessed(on) - story.years_ago
    goal = Goal(
        key=_goal_key(story.title), organization=place, year=year, title=story.title, target=story.target,
        party_work=story.party_work, responsible_name=story.answers, planned_on=min(date(year, 1, 20), on),
    )  # fmt: skip
    plan_goal(goal, on=goal.planned_on, by=by)
    for month, text in story.steps:
        if (day := date(year, month, 18)) <= on:
            add_goal_step(goal=goal, key=_goal_key(f"{story.title} {month}"), text=text, day=day, on=on, by=by)
    _check(story, goal, date(year, 7, 5), on, by)
    _end(story, goal, on, by)


def _check(story: Story, goal: Goal, day: date, on: date, by: User) -> None:
    if story.on_track is not None and day <= on:
        check_goal(goal=goal, on_track=story.on_track, words=story.check, day=day, on=on, by=by)


def _end(story: Story, goal: Goal, on: date, by: User) -> None:
    day = min(date(goal.year, 12, 20), on - timedelta(days=10))
    if story.result and day >= date(goal.year, 7, 6):
        end_goal(goal=goal, state=story.result, words=story.words, day=day, on=on, by=by)


def _goal_key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo goal {name}")


@dataclass(frozen=True)
class PracticeStory:
    """Published so many days ago, or still a draft; branches that do it too, each with what it says of it."""

    branch: str
    kind: Kind
    title: str
    problem: str
    solution: str
    needs: str = ""
    days: int | None = None
    adopted: tuple[tuple[str, str], ...] = ()


STORIES = (
    PracticeStory(
        HOME_BRANCH, Kind.ATTENDANCE, "双月的主题党日改在周六上午",
        "主题党日一直在周五下午，跑运输和上夜班的同志赶不回来，全年有七八个人几乎没参加过。",
        "支委会把双月的主题党日改到周六上午九点，单月不变；月初在群里发时间，周四再打一次电话给没有回复的人。",
        "多一个周六上午，支委轮流值班。", 70,
        (("hongqi-2", "照做了两次，到会多了五个人。"), ("dongmen", "改在周日上午，逢集市日顺延。"), ("machines", "")),
    ),
    PracticeStory(
        "retired-1", Kind.HARD_TO_REACH, "卧床的同志在家上一堂党课",
        "九位同志长期卧床，开会来不了，补课材料送去也看不清。",
        "每季度由两名党员带一个小音箱上门，把党课录音放给他听，再聊半小时；回来当天记一次联系。",
        "一个音箱，每季度每人一小时。", 150,
        (("retired-2", "老同志很高兴，有两位要求每两个月一次。"), (HOME_BRANCH, "")),
    ),
    PracticeStory(
        "dongshan-village", Kind.HARD_TO_REACH, "外出务工的同志春节前集中谈心",
        "常年在外的党员十几个，平时视频会议信号不好，谈不了几句。",
        "腊月二十六到二十九在村部排好时间，每人四十分钟，同时核对电话、住址和党费交到哪个月。",
        "支委四个上午。", 260, (("xipo", "今年照做，核对出三个换了号码的。"), ("shiqiao", "")),
    ),
    PracticeStory(
        "hospital-1", Kind.JOINT, "导诊台由党小组包下来",
        "门诊上午排队长，患者不知道先去哪里，党小组活动又找不到时间。",
        "三个党小组每周各包一个上午的导诊台，活动和值台放在一起，月底把患者问得最多的五件事交给门诊部改。",
        "每人每月一个上午。", 120, (("hospital-2", "换成住院部的问询台。"), ("school-1", "改成放学时的校门值守。")),
    ),
    PracticeStory(
        "school-2", Kind.DUES, "工资日第二天提醒交党费",
        "有人总在月底忘记，组织委员一个一个催。",
        "把提醒定在发工资的第二天，只发一次；三天后还没交的，由党小组长当面说一句。",
        "", 40,
        (("education-office", "两个月都在五号前收齐。"), (HOME_BRANCH, "按退休金到账日分两批提醒。"), ("nanhu", "")),
    ),
    PracticeStory(
        "county-office", Kind.SUPERVISION, "组织生活会前先收一张无记名纸条",
        "会上的批评总是“工作再大胆一些”，提不出真问题。",
        "会前一周在会议室门口放一个纸箱，每人写一件希望支部改的事；支委会归成五六条，会上逐条说怎么改、谁来改、哪天改完。",
        "一个纸箱。", 25, (("chengguan-office", ""),),
    ),
    PracticeStory(
        "liuwan", Kind.OFFICERS, "新书记跟着老书记办三个月",
        "换届后新书记不知道账怎么记、表在哪里，前三个月什么都拖。",
        "老书记每周三上午到村部陪半天，按桌面上的待办一项一项办；三个月后列一张“还不会的”清单再补一次。",
        "老书记十二个上午。", 12,
    ),
    PracticeStory(
        HOME_BRANCH, Kind.HARD_TO_REACH, "台阶装扶手，老同志又来开会了",
        "三号楼到活动室的台阶没有扶手，下雨天年纪大的同志不敢来。",
        "请社区在台阶两侧装扶手、铺防滑垫；雨天由住得近的党员去接。",
    ),
)  # fmt: skip


def fill_practices(*, on: date) -> None:
    leaders = secretaries(on)
    places = {place.code: place for place in Organization.objects.filter(code__in=leaders)}
    for story in STORIES:
        _tell_practice(story, places, leaders, on)


def _tell_practice(story: PracticeStory, places: dict[str, Organization], leaders: dict[str, User], on: date) -> None:
    names = ("kind", "title", "problem", "solution", "needs")
    practice = write_practice(
        key=_practice_key(story.title), organization=places[story.branch], by=leaders[story.branch],
        values={name: getattr(story, name) for name in names},
    )  # fmt: skip
    if story.days is None:
        return
    begun = on - timedelta(days=story.days)
    publish_practice(practice=practice, on=begun, by=leaders[story.branch])
    for turn, (code, words) in enumerate(story.adopted, start=1):
        _adopt(practice, places[code], words, begun + timedelta(days=story.days * turn // 4), leaders[code])


def _adopt(practice: Practice, place: Organization, words: str, day: date, by: User) -> None:
    key = _practice_key(f"{practice.title} {place.code}")
    adopt_practice(key=key, practice=practice, organization=place, words=words, on=day, by=by)


def _practice_key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo practice {name}")


FULL, PART = PostShare.FULL_TIME, PostShare.PART_TIME
AT_THE_COUNTY = (
    ("县委组织部组织科科长", FULL, 100),
    ("县委组织部组织科干事", FULL, 100),
    ("县直机关工委干事", PART, 60),
)
SHARES = (20, 30, 15, 40, 25)
COURSES = (
    (150, "基层党支部书记培训班（县委党校）", D(24), "县委党校结业证"), (60, "党费收缴和党员管理业务培训", D(8), ""),
    (20, "谈心谈话和组织生活会方法", D(6), ""), (400, "新任支部书记培训班", D(32), "县委党校结业证"),
)  # fmt: skip
CONDITIONS = {
    "qinghe": (6, 5, 420, 380_000_00, 291_500_00),
    "chengguan": (3, 2, 160, 120_000_00, 88_400_00),
    "dongshan": (2, 1, 90, 60_000_00, None),
    HOME_BRANCH: (None, 1, 75, 18_000_00, 12_640_00),
    "hospital-1": (1, 1, 60, 25_000_00, 25_000_00),
    "machines": (None, 0, 0, 4_000_00, 1_200_00),
}
"""Posts planned, rooms, square metres, fen planned and spent; None: nobody has said."""


def fill_cadres(*, on: date) -> None:
    by, _second = two_of_the_county()
    leaders = _leaders(on)
    _posts(leaders, by, on)
    _courses(leaders, by, on)
    _conditions(by, on)


def _leaders(on: date) -> dict[Organization, Member]:
    """Branch → its secretary."""
    held = Office.objects.holding(on).filter(
        kind=OfficeKind.SECRETARY, organization__kind="branch", member__isnull=False
    )
    rows = held.select_related("organization", "member").order_by("organization__path")
    return {office.organization: office.member for office in rows if office.member}


def _posts(leaders: dict[Organization, Member], by: User, on: date) -> None:
    staff = Member.objects.below(Organization.objects.get(code=OFFICE_BRANCH).path).filter(party_post="").order_by("pk")
    for member, (post, share, percent) in zip(staff, AT_THE_COUNTY, strict=False):
        _post(county(), member, post, share, percent, on - timedelta(days=900), by, on)
    for number, (branch, member) in enumerate(list(leaders.items())[:12]):
        since = on - timedelta(days=500 + number)
        _post(branch, member, "党支部书记", PART, SHARES[number % len(SHARES)], since, by, on)


def _post(
    place: Organization, member: Member, post: str, share: str, percent: int, since: date, by: User, on: date
) -> None:
    row = CadrePost(
        key=_cadre_key(f"{place.code} {member.pk} {post}"), organization=place, member=member, post=post, share=share,
        percent=percent, valid_from=since,
    )  # fmt: skip
    add_cadre_post(row, on=on, by=by)


def _courses(leaders: dict[Organization, Member], by: User, on: date) -> None:
    """The county's for its secretaries, every course for some of them; each is recorded at the place of the person."""
    for turn, (days, subject, hours, certificate) in enumerate(COURSES):
        values = {"held_on": on - timedelta(days=days), "subject": subject, "hours": hours, "certificate": certificate}
        for number, (branch, member) in enumerate(leaders.items()):
            if (number + turn) % 3:
                record_training(
                    key=_cadre_key(f"{subject} {branch.code}"),
                    place=branch,
                    people=[member],
                    values=values,
                    on=on,
                    by=by,
                )


def _conditions(by: User, on: date) -> None:
    names = ("posts_planned", "rooms", "square_metres", "budget_fen", "spent_fen")
    leaders = secretaries(on)
    for place in Organization.objects.filter(code__in=CONDITIONS):
        values = dict(zip(names, CONDITIONS[place.code], strict=True))
        put_down_conditions(place=place, year=on.year, values=values, on=on, by=leaders.get(place.code, by))


def _cadre_key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo cadre {name}")


PARTS = (
    fill_goals,
    schemes.fill,
    schemes.fill_communities,
    fill_cadres,
    fill_practices,
)


@transaction.atomic
def fill(*, on: date) -> None:
    """Add assessment as it stands on that day; at the end the months of every organization, of which it is the last."""
    refresh_statistics(Session, Charge, Payment, Allocation, Talk, Problem, Suggestion)
    for fill_part in PARTS:
        fill_part(on=on)
    rebuild(on=on)
    rebuild_medians(on=on)
