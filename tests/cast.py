"""The cast: one small county whose people every test may meet, with neighbours whose rows could leak.

county ─┬─ district ─┬─ branch ── group
        │            └─ next_branch
        └─ other_district ── other_branch
"""

from dataclasses import dataclass
from datetime import date

from audit.keyring import fingerprint
from members.choices import Membership, OfficeKind, OrganizationKind
from members.models import Affiliation, Member, Office, Organization, User
from members.search import name_key, search_terms

TODAY = date(2026, 11, 24)
PASSWORD = "red-flag-52"  # noqa: S105 - the cast's, on a throw-away database


@dataclass
class Cast:
    county: Organization
    district: Organization
    branch: Organization
    group: Organization
    next_branch: Organization
    other_district: Organization
    other_branch: Organization

    secretary: User
    officer: User
    group_leader: User
    member: User
    next_secretary: User
    other_secretary: User
    county_staff: User
    district_staff: User
    county_secretary: User
    inspector: User
    administrator: User
    stranger: User

    zhang: Member
    """Formal member of the branch, the person behind `member`."""
    li: Member
    """Member of the branch's group, without an account."""
    wang: Member
    """Member of the next branch: must not leak to the branch."""
    zhao: Member
    """Member of the other district's branch: must not leak to the district."""

    def users(self) -> dict[str, User]:
        """Everybody who can log in, by their part."""
        return {part: actor for part, actor in vars(self).items() if isinstance(actor, User)}


def make_cast() -> Cast:
    county = make_organization("county", "县委", OrganizationKind.COMMITTEE)
    district = make_organization("district", "城关镇党委", OrganizationKind.COMMITTEE, county)
    branch = make_organization("branch", "红旗社区第一党支部", OrganizationKind.BRANCH, district)
    group = make_organization("group", "第一党小组", OrganizationKind.GROUP, branch)
    next_branch = make_organization("next-branch", "红旗社区第二党支部", OrganizationKind.BRANCH, district)
    other_district = make_organization("other-district", "东山镇党委", OrganizationKind.COMMITTEE, county)
    other_branch = make_organization("other-branch", "东山村党支部", OrganizationKind.BRANCH, other_district)
    zhang = make_member("张英", branch, national_id=make_national_id("19750109", 349), phone="15695900689")
    return Cast(
        county=county,
        district=district,
        branch=branch,
        group=group,
        next_branch=next_branch,
        other_district=other_district,
        other_branch=other_branch,
        secretary=make_user("secretary", OfficeKind.SECRETARY, branch),
        officer=make_user("officer", OfficeKind.ORGANIZATION_OFFICER, branch),
        group_leader=make_user("group_leader", OfficeKind.GROUP_LEADER, group),
        member=make_user("member", member=zhang),
        next_secretary=make_user("next_secretary", OfficeKind.SECRETARY, next_branch),
        other_secretary=make_user("other_secretary", OfficeKind.SECRETARY, other_branch),
        county_staff=make_user("county_staff", OfficeKind.COMMITTEE_STAFF, county),
        district_staff=make_user("district_staff", OfficeKind.COMMITTEE_STAFF, district),
        county_secretary=make_user("county_secretary", OfficeKind.COMMITTEE_SECRETARY, county),
        inspector=make_user("inspector", OfficeKind.INSPECTOR, county),
        administrator=make_user("administrator", OfficeKind.ADMINISTRATOR, county),
        stranger=make_user("stranger"),
        zhang=zhang,
        li=make_member("李国强", group, national_id=make_national_id("19481119", 453), phone="13630098818"),
        wang=make_member("王秀兰", next_branch, national_id=make_national_id("19520318", 188), phone="18114818389"),
        zhao=make_member("赵东山", other_branch, national_id=make_national_id("19830804", 91), phone="13603060558"),
    )


def make_organization(
    code: str, name: str, kind: OrganizationKind, parent: Organization | None = None, **fields: object
) -> Organization:
    fields = {"code": code, "name": name, "kind": kind, **fields}
    if parent is None:
        return Organization.objects.add_root(fields)
    return Organization.objects.add_child(parent, fields)


def make_member(
    name: str,
    organization: Organization,
    *,
    national_id: str = "",
    phone: str = "",
    membership: Membership = Membership.FORMAL,
    **fields: object,
) -> Member:
    member = Member.objects.create(
        name=name,
        membership=membership,
        national_id=national_id,
        national_id_print=fingerprint(national_id) if national_id else "",
        phone=phone,
        roster_path=organization.path,
        name_key=name_key(name),
        search_terms=search_terms(names=[name], numbers=[phone, national_id]),
        **fields,
    )
    Affiliation.objects.create(member=member, organization=organization)
    return member


def make_user(
    name: str, office: OfficeKind | None = None, organization: Organization | None = None, member: Member | None = None
) -> User:
    user = User.objects.create_user(name, PASSWORD, member=member)
    if office and organization:
        Office.objects.create(user=user, kind=office, organization=organization)
    return user


def make_national_id(birth: str, order: int, region: str = "100226") -> str:
    """An invented identity number with a valid check digit; odd `order` is male. No region has a code below 11."""
    body = f"{region}{birth}{order:03}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]
