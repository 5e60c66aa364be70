"""Practices that the demo's branches share, and where they were taken over."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from assessment.choices import PracticeKind as Kind
from assessment.demo.people import secretaries
from assessment.models import Practice
from assessment.services.practices import adopt_practice, publish_practice, write_practice
from members.demo.county import HOME_BRANCH
from members.models import Organization, User


@dataclass(frozen=True)
class Story:
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
    Story(
        HOME_BRANCH, Kind.ATTENDANCE, "双月的主题党日改在周六上午",
        "主题党日一直在周五下午，跑运输和上夜班的同志赶不回来，全年有七八个人几乎没参加过。",
        "支委会把双月的主题党日改到周六上午九点，单月不变；月初在群里发时间，周四再打一次电话给没有回复的人。",
        "多一个周六上午，支委轮流值班。", 70,
        (("hongqi-2", "照做了两次，到会多了五个人。"), ("dongmen", "改在周日上午，逢集市日顺延。"), ("machines", "")),
    ),
    Story(
        "retired-1", Kind.HARD_TO_REACH, "卧床的同志在家上一堂党课",
        "九位同志长期卧床，开会来不了，补课材料送去也看不清。",
        "每季度由两名党员带一个小音箱上门，把党课录音放给他听，再聊半小时；回来当天记一次联系。",
        "一个音箱，每季度每人一小时。", 150,
        (("retired-2", "老同志很高兴，有两位要求每两个月一次。"), (HOME_BRANCH, "")),
    ),
    Story(
        "dongshan-village", Kind.HARD_TO_REACH, "外出务工的同志春节前集中谈心",
        "常年在外的党员十几个，平时视频会议信号不好，谈不了几句。",
        "腊月二十六到二十九在村部排好时间，每人四十分钟，同时核对电话、住址和党费交到哪个月。",
        "支委四个上午。", 260, (("xipo", "今年照做，核对出三个换了号码的。"), ("shiqiao", "")),
    ),
    Story(
        "hospital-1", Kind.JOINT, "导诊台由党小组包下来",
        "门诊上午排队长，患者不知道先去哪里，党小组活动又找不到时间。",
        "三个党小组每周各包一个上午的导诊台，活动和值台放在一起，月底把患者问得最多的五件事交给门诊部改。",
        "每人每月一个上午。", 120, (("hospital-2", "换成住院部的问询台。"), ("school-1", "改成放学时的校门值守。")),
    ),
    Story(
        "school-2", Kind.DUES, "工资日第二天提醒交党费",
        "有人总在月底忘记，组织委员一个一个催。",
        "把提醒定在发工资的第二天，只发一次；三天后还没交的，由党小组长当面说一句。",
        "", 40,
        (("education-office", "两个月都在五号前收齐。"), (HOME_BRANCH, "按退休金到账日分两批提醒。"), ("nanhu", "")),
    ),
    Story(
        "county-office", Kind.SUPERVISION, "组织生活会前先收一张无记名纸条",
        "会上的批评总是“工作再大胆一些”，提不出真问题。",
        "会前一周在会议室门口放一个纸箱，每人写一件希望支部改的事；支委会归成五六条，会上逐条说怎么改、谁来改、哪天改完。",
        "一个纸箱。", 25, (("chengguan-office", ""),),
    ),
    Story(
        "liuwan", Kind.OFFICERS, "新书记跟着老书记办三个月",
        "换届后新书记不知道账怎么记、表在哪里，前三个月什么都拖。",
        "老书记每周三上午到村部陪半天，按桌面上的待办一项一项办；三个月后列一张“还不会的”清单再补一次。",
        "老书记十二个上午。", 12,
    ),
    Story(
        HOME_BRANCH, Kind.HARD_TO_REACH, "台阶装扶手，老同志又来开会了",
        "三号楼到活动室的台阶没有扶手，下雨天年纪大的同志不敢来。",
        "请社区在台阶两侧装扶手、铺防滑垫；雨天由住得近的党员去接。",
    ),
)  # fmt: skip


def fill(*, on: date) -> None:
    leaders = secretaries(on)
    places = {place.code: place for place in Organization.objects.filter(code__in=leaders)}
    for story in STORIES:
        _tell(story, places, leaders, on)


def _tell(story: Story, places: dict[str, Organization], leaders: dict[str, User], on: date) -> None:
    names = ("kind", "title", "problem", "solution", "needs")
    practice = write_practice(
        key=_key(story.title), organization=places[story.branch], by=leaders[story.branch],
        values={name: getattr(story, name) for name in names},
    )  # fmt: skip
    if story.days is None:
        return
    begun = on - timedelta(days=story.days)
    publish_practice(practice=practice, on=begun, by=leaders[story.branch])
    for turn, (code, words) in enumerate(story.adopted, start=1):
        _adopt(practice, places[code], words, begun + timedelta(days=story.days * turn // 4), leaders[code])


def _adopt(practice: Practice, place: Organization, words: str, day: date, by: User) -> None:
    key = _key(f"{practice.title} {place.code}")
    adopt_practice(key=key, practice=practice, organization=place, words=words, on=day, by=by)


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo practice {name}")
