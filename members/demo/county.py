"""The demo's tree: a county committee, three committees below it, three general branches and twenty branches."""

from dataclasses import dataclass
from datetime import date

from members.choices import OrganizationKind, UnitKind
from members.models import Organization
from members.services.organizations import create_organization

COMMITTEE, GENERAL_BRANCH = OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH
BRANCH, GROUP = OrganizationKind.BRANCH, OrganizationKind.GROUP
ORGAN, COMMUNITY, VILLAGE, RETIRED = UnitKind.ORGAN, UnitKind.COMMUNITY, UnitKind.VILLAGE, UnitKind.RETIRED
SCHOOL, INSTITUTION, ENTERPRISE = UnitKind.SCHOOL, UnitKind.INSTITUTION, UnitKind.ENTERPRISE
GROUP_NAMES = ("第一党小组", "第二党小组", "第三党小组")


@dataclass(frozen=True)
class Place:
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
    Place(COUNTY, "", "中共青禾县委员会", COMMITTEE, ORGAN, 1950, 22),
    Place("chengguan", COUNTY, "城关镇党委", COMMITTEE, ORGAN, 1953, 40),
    Place("hongqi", "chengguan", "红旗社区党总支", GENERAL_BRANCH, COMMUNITY, 2003, 14),
    Place(HOME_BRANCH, "hongqi", "红旗社区第一党支部", BRANCH, COMMUNITY, 2003, 14, 34, 3, "青禾县纺织厂"),
    Place("hongqi-2", "hongqi", "红旗社区第二党支部", BRANCH, COMMUNITY, 2003, 14, 22, 0, "青禾县百货公司"),
    Place("nanhu", "chengguan", "南湖社区党支部", BRANCH, COMMUNITY, 2008, 56, 18, 0, "青禾县供销社"),
    Place("dongmen", "chengguan", "东门社区党支部", BRANCH, COMMUNITY, 2005, 9, 15, 0, "青禾县运输公司"),
    Place("retired", "chengguan", "城关镇离退休党总支", GENERAL_BRANCH, RETIRED, 1996, 20),
    Place("retired-1", "retired", "离退休第一党支部", BRANCH, RETIRED, 1996, 20, 46, 2, "城关镇政府"),
    Place("retired-2", "retired", "离退休第二党支部", BRANCH, RETIRED, 2001, 33, 38, 0, "青禾县粮食局"),
    Place("chengguan-office", "chengguan", "城关镇机关党支部", BRANCH, ORGAN, 1984, 25, 17, 0, "城关镇政府"),
    Place("chengguan-school", "chengguan", "城关小学党支部", BRANCH, SCHOOL, 1991, 37, 12, 0, "城关小学"),
    Place("county-organs", COUNTY, "县直机关工委", COMMITTEE, ORGAN, 1986, 30),
    Place("education", "county-organs", "县教育系统党总支", GENERAL_BRANCH, INSTITUTION, 1998, 11),
    Place("school-1", "education", "第一中学党支部", BRANCH, SCHOOL, 1979, 11, 26, 0, "青禾县第一中学"),
    Place("school-2", "education", "实验小学党支部", BRANCH, SCHOOL, 1995, 11, 16, 0, "青禾县实验小学"),
    Place("education-office", "education", "教育局机关党支部", BRANCH, ORGAN, 1998, 11, 14, 0, "青禾县教育局"),
    Place(OFFICE_BRANCH, "county-organs", "县委机关党支部", BRANCH, ORGAN, 1978, 31, 18, 0, "青禾县委办公室"),
    Place("hospital-1", "county-organs", "人民医院第一党支部", BRANCH, INSTITUTION, 1988, 18, 21, 2, "青禾县人民医院"),
    Place("hospital-2", "county-organs", "人民医院第二党支部", BRANCH, INSTITUTION, 2012, 18, 17, 0, "青禾县人民医院"),
    Place("dongshan", COUNTY, "东山镇党委", COMMITTEE, ORGAN, 1958, 58),
    Place("dongshan-village", "dongshan", "东山村党支部", BRANCH, VILLAGE, 1961, 57, 23, 2, "东山村"),
    Place("xipo", "dongshan", "西坡村党支部", BRANCH, VILLAGE, 1964, 28, 16, 0, "西坡村"),
    Place("shiqiao", "dongshan", "石桥村党支部", BRANCH, VILLAGE, 1964, 28, 14, 0, "石桥村"),
    Place("liuwan", "dongshan", "柳湾村党支部", BRANCH, VILLAGE, 1971, 28, 9, 0, "柳湾村"),
    Place("dongshan-office", "dongshan", "东山镇机关党支部", BRANCH, ORGAN, 1984, 16, 15, 0, "东山镇政府"),
    Place("machines", "dongshan", "青禾农机厂党支部", BRANCH, ENTERPRISE, 2006, 35, 9, 0, "青禾农机厂"),
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


def _create(code: str, name: str, kind: OrganizationKind, parent: Organization | None, place: Place) -> Organization:
    return create_organization(
        name=name, kind=kind, parent=parent, code=code, village=place.village and kind != GROUP,
        unit_kind=place.unit if kind != GROUP else "", founded_on=date(place.founded, 7, 1), by="system",
    )  # fmt: skip
