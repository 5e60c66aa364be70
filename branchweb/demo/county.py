"""The organizations of the demo, and the words it is written with."""

from dataclasses import dataclass
from datetime import date

from members.choices import OrganizationKind, UnitKind
from members.models.organization import Organization
from members.organizations.services import create_organization

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任"

GIVEN = {
    ("male", 1965): (
        "建国",
        "国强",
        "德明",
        "永福",
        "志刚",
        "文华",
        "长林",
        "保田",
        "树清",
        "振东",
        "光荣",
        "庆丰",
        "学义",
        "宝山",
    ),
    ("female", 1965): ("秀兰", "桂英", "玉珍", "淑芬", "凤琴", "秀英", "素华", "月娥", "春梅", "兰芳", "玉华", "惠珍"),
    ("male", 1985): (
        "伟",
        "建军",
        "志强",
        "海涛",
        "永刚",
        "文斌",
        "立新",
        "国栋",
        "向阳",
        "晓东",
        "新民",
        "卫东",
        "利民",
    ),
    ("female", 1985): ("丽", "红梅", "艳萍", "海燕", "晓红", "春霞", "秀丽", "建英", "玉萍", "慧敏", "爱华", "雪梅"),
    ("male", 2100): ("浩然", "子轩", "宇航", "俊杰", "嘉诚", "志远", "明轩", "天宇", "博文", "晨阳", "思远"),
    ("female", 2100): ("雨桐", "思琪", "欣怡", "佳琪", "梦婷", "诗涵", "雅静", "晓雯", "静怡", "若兰"),
}
"""(sex, born before) → given names."""

ETHNICITIES = ("汉族",) * 18 + ("回族", "满族")
NATIVE_PLACES = ("青禾县城关镇", "青禾县东山镇", "青禾县西坡乡", "青禾县柳湾乡", "邻县石桥镇")
STREETS = ("红旗路", "南湖街", "东门大街", "文化路", "西坡巷", "柳湾路")
FAR_PLACES = ("广东省佛山市", "浙江省义乌市", "江苏省昆山市", "福建省晋江市", "上海市嘉定区", "广东省东莞市")
CHILDREN_PLACES = ("省城，住女儿家", "四川省成都市，住儿子家", "湖北省武汉市，住女儿家", "省城，住儿子家")
HOSTS = ("{place}流动党员党支部", "{place}青禾商会党支部", "")
ABROAD = ("新西兰", "日本", "加拿大", "德国")
ABLE_TO = ("在家收听学习录音", "能接电话，耳朵有些背", "天气好时能到社区参加活动", "能读大字材料")
RELATIVES = (
    ("女儿", "female", True),
    ("儿子", "male", True),
    ("儿媳", "female", False),
    ("侄子", "male", True),
    ("邻居", "female", False),
)
"""Relation, sex, whether they share the member's surname."""

AT_HOME = (
    "身体还好，想看大字版的学习材料。",
    "腿脚不便，希望党课能听录音。",
    "血压偏高，已提醒按时吃药；党费请家人转来。",
    "一切都好，问支部换届的时间。",
    "送去学习资料和慰问品，老人很高兴。",
    "听力不太好，下次上门时带上助听器的材料。",
)
AWAY = (
    "在外务工，下月底回来，想参加主题党日。",
    "工地上信号不好，约好周日晚上再联系。",
    "在当地流动党员党支部参加了学习，发来了照片。",
    "想了解组织关系要不要转到现在居住的社区。",
    "工作顺利，党费已按月转来。",
)
REQUESTS = (
    ("希望联系社区卫生服务中心上门换药。", "已与社区卫生服务中心约好，每周二上门。"),
    ("楼道灯坏了两个月，晚上不敢出门。", "物业已更换楼道灯，支部派人看过。"),
    ("养老金认证不会用手机办。", "志愿者上门帮助办好了认证。"),
    ("想申请慢性病门诊报销，不知道找谁。", "已帮助备齐材料，交到镇便民服务大厅。"),
    ("孩子在县城上学没人接送。", "与同楼的党员家庭商量好，轮流接送。"),
    ("屋顶漏雨，请人看看要花多少钱。", "村里已请人估价，纳入危房改造申请。"),
)

ELECTED = "支部党员大会选举，上级党委批复"
APPOINTED = "青委〔2025〕6号"
EXTENSION = "青组〔2026〕18号"
ADMINISTRATOR = "县党建信息管理员"


COMMITTEE, GENERAL_BRANCH = OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH
BRANCH, GROUP = OrganizationKind.BRANCH, OrganizationKind.GROUP
ORGAN, COMMUNITY, VILLAGE, RETIRED = UnitKind.ORGAN, UnitKind.COMMUNITY, UnitKind.VILLAGE, UnitKind.RETIRED
SCHOOL, INSTITUTION, ENTERPRISE = UnitKind.SCHOOL, UnitKind.INSTITUTION, UnitKind.ENTERPRISE
GROUP_NAMES = ("第一党小组", "第二党小组", "第三党小组")


@dataclass(frozen=True)
class DemoOrganization:
    """One organization. `work` is where its members work or worked, `elected` how many months ago it voted."""

    code: str
    parent: str
    name: str
    kind: OrganizationKind
    unit: UnitKind
    founded: int
    elected: int
    members: int = 0
    groups: int = 0
    work: str = ""

    @property
    def village(self) -> bool:
        return self.unit in (VILLAGE, COMMUNITY)


COUNTY = "qinghe"
HOME_BRANCH = "hongqi-1"
"""The branch of the demo's secretary, officer and member."""
OFFICE_BRANCH = "county-office"
"""The branch to which the county's own people belong."""

PLACES = (
    DemoOrganization(COUNTY, "", "中共青禾县委员会", COMMITTEE, ORGAN, 1950, 22),
    DemoOrganization("chengguan", COUNTY, "城关镇党委", COMMITTEE, ORGAN, 1953, 40),
    DemoOrganization("hongqi", "chengguan", "红旗社区党总支", GENERAL_BRANCH, COMMUNITY, 2003, 14),
    DemoOrganization(HOME_BRANCH, "hongqi", "红旗社区第一党支部", BRANCH, COMMUNITY, 2003, 14, 34, 3, "青禾县纺织厂"),
    DemoOrganization("hongqi-2", "hongqi", "红旗社区第二党支部", BRANCH, COMMUNITY, 2003, 14, 22, 0, "青禾县百货公司"),
    DemoOrganization("nanhu", "chengguan", "南湖社区党支部", BRANCH, COMMUNITY, 2008, 56, 18, 0, "青禾县供销社"),
    DemoOrganization("dongmen", "chengguan", "东门社区党支部", BRANCH, COMMUNITY, 2005, 9, 15, 0, "青禾县运输公司"),
    DemoOrganization("retired", "chengguan", "城关镇离退休党总支", GENERAL_BRANCH, RETIRED, 1996, 20),
    DemoOrganization("retired-1", "retired", "离退休第一党支部", BRANCH, RETIRED, 1996, 20, 46, 2, "城关镇政府"),
    DemoOrganization("retired-2", "retired", "离退休第二党支部", BRANCH, RETIRED, 2001, 33, 38, 0, "青禾县粮食局"),
    DemoOrganization("chengguan-office", "chengguan", "城关镇机关党支部", BRANCH, ORGAN, 1984, 25, 17, 0, "城关镇政府"),
    DemoOrganization("chengguan-school", "chengguan", "城关小学党支部", BRANCH, SCHOOL, 1991, 37, 12, 0, "城关小学"),
    DemoOrganization("county-organs", COUNTY, "县直机关工委", COMMITTEE, ORGAN, 1986, 30),
    DemoOrganization("education", "county-organs", "县教育系统党总支", GENERAL_BRANCH, INSTITUTION, 1998, 11),
    DemoOrganization("school-1", "education", "第一中学党支部", BRANCH, SCHOOL, 1979, 11, 26, 0, "青禾县第一中学"),
    DemoOrganization("school-2", "education", "实验小学党支部", BRANCH, SCHOOL, 1995, 11, 16, 0, "青禾县实验小学"),
    DemoOrganization(
        "education-office", "education", "教育局机关党支部", BRANCH, ORGAN, 1998, 11, 14, 0, "青禾县教育局"
    ),
    DemoOrganization(
        OFFICE_BRANCH, "county-organs", "县委机关党支部", BRANCH, ORGAN, 1978, 31, 18, 0, "青禾县委办公室"
    ),
    DemoOrganization(
        "hospital-1", "county-organs", "人民医院第一党支部", BRANCH, INSTITUTION, 1988, 18, 21, 2, "青禾县人民医院"
    ),
    DemoOrganization(
        "hospital-2", "county-organs", "人民医院第二党支部", BRANCH, INSTITUTION, 2012, 18, 17, 0, "青禾县人民医院"
    ),
    DemoOrganization("dongshan", COUNTY, "东山镇党委", COMMITTEE, ORGAN, 1958, 58),
    DemoOrganization("dongshan-village", "dongshan", "东山村党支部", BRANCH, VILLAGE, 1961, 57, 23, 2, "东山村"),
    DemoOrganization("xipo", "dongshan", "西坡村党支部", BRANCH, VILLAGE, 1964, 28, 16, 0, "西坡村"),
    DemoOrganization("shiqiao", "dongshan", "石桥村党支部", BRANCH, VILLAGE, 1964, 28, 14, 0, "石桥村"),
    DemoOrganization("liuwan", "dongshan", "柳湾村党支部", BRANCH, VILLAGE, 1971, 28, 9, 0, "柳湾村"),
    DemoOrganization("dongshan-office", "dongshan", "东山镇机关党支部", BRANCH, ORGAN, 1984, 16, 15, 0, "东山镇政府"),
    DemoOrganization("machines", "dongshan", "青禾农机厂党支部", BRANCH, ENTERPRISE, 2006, 35, 9, 0, "青禾农机厂"),
)


def make_places() -> dict[str, Organization]:
    """Every organization by code, groups included as `code-g1`."""
    made: dict[str, Organization] = {}
    for place in PLACES:
        made[place.code] = _create(place.code, place.name, place.kind, made.get(place.parent), place)
        for number in range(1, place.groups + 1):
            code = f"{place.code}-g{number}"
            made[code] = _create(code, GROUP_NAMES[number - 1], GROUP, made[place.code], place)
    return made


def _create(
    code: str, name: str, kind: OrganizationKind, parent: Organization | None, place: DemoOrganization
) -> Organization:
    return create_organization(
        name=name, kind=kind, parent=parent, code=code, village=place.village and kind != GROUP,
        unit_kind=place.unit if kind != GROUP else "", founded_on=date(place.founded, 7, 1), by="system",
    )  # fmt: skip
