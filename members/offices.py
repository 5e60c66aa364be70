"""What offices allow: which one covers which capability, where, and with what else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from members.choices import Capability, OfficeKind, OrganizationKind
from members.paths import STEP, Alone, contains, outermost

BRANCH_WORK = frozenset(
    {
        Capability.VIEW_ORGANIZATIONS,
        Capability.VIEW_ROSTER,
        Capability.EDIT_ROSTER,
        Capability.IMPORT_ROSTER,
        Capability.EXPORT_ROSTER,
        Capability.VIEW_CONTACTS,
        Capability.RECORD_CONTACTS,
        Capability.REVEAL_PRIVATE,
        Capability.VIEW_MEETINGS,
        Capability.RECORD_MEETINGS,
        Capability.CONFIRM_ATTENDANCE,
        Capability.COUNT_MEETINGS,
        Capability.VIEW_DUES,
        Capability.RECORD_DUES,
        Capability.COUNT_DUES,
        Capability.VIEW_DUTIES,
        Capability.SETTLE_DUTIES,
        Capability.VIEW_MESSAGES,
        Capability.SEND_MESSAGES,
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
        Capability.COUNT_SUPERVISION,
        Capability.VIEW_DASHBOARD,
        Capability.VIEW_ASSESSMENT,
        Capability.RECORD_ASSESSMENT,
        Capability.KEEP_CADRES,
    }
)
BRANCH_VIEW = frozenset({Capability.VIEW_ORGANIZATIONS, Capability.VIEW_ROSTER})
BRANCH_CARE = BRANCH_VIEW | {
    Capability.VIEW_CONTACTS,
    Capability.RECORD_CONTACTS,
    Capability.VIEW_MEETINGS,
    Capability.COUNT_MEETINGS,
    Capability.VIEW_SUPERVISION,
    Capability.COUNT_SUPERVISION,
    Capability.VIEW_ASSESSMENT,
}

CAPABILITIES: dict[OfficeKind, frozenset[Capability]] = {
    OfficeKind.SECRETARY: BRANCH_WORK | {Capability.VIEW_AUDIT},
    OfficeKind.DEPUTY_SECRETARY: BRANCH_WORK,
    OfficeKind.ORGANIZATION_OFFICER: BRANCH_WORK | {Capability.FIX_BASES},
    OfficeKind.PUBLICITY_OFFICER: BRANCH_CARE | {Capability.CONFIRM_ATTENDANCE},
    OfficeKind.DISCIPLINE_OFFICER: BRANCH_CARE
    | {Capability.CONFIRM_ATTENDANCE, Capability.RECORD_SUPERVISION, Capability.VIEW_DUTIES, Capability.SETTLE_DUTIES},
    OfficeKind.COMMITTEE_MEMBER: BRANCH_CARE,
    OfficeKind.GROUP_LEADER: BRANCH_CARE
    | {Capability.RECORD_MEETINGS, Capability.VIEW_DUTIES, Capability.SETTLE_DUTIES},
    OfficeKind.COMMITTEE_SECRETARY: frozenset(
        {
            Capability.VIEW_ORGANIZATIONS,
            Capability.MANAGE_LOCAL_RULES,
            Capability.COUNT_MEETINGS,
            Capability.COUNT_DUES,
            Capability.VIEW_DUTIES,
            Capability.COUNT_SUPERVISION,
            Capability.RECEIVE_REPORTS,
            Capability.APPROVE_KEYS,
            Capability.CONFIRM_OFFICES,
            Capability.VIEW_DASHBOARD,
            Capability.VIEW_ASSESSMENT,
            Capability.ASSESS,
        }
    ),
    OfficeKind.COMMITTEE_STAFF: frozenset(
        {
            Capability.VIEW_ORGANIZATIONS,
            Capability.MANAGE_ORGANIZATIONS,
            Capability.VIEW_ROSTER,
            Capability.IMPORT_ROSTER,
            Capability.EXPORT_ROSTER,
            Capability.REVEAL_PRIVATE,
            Capability.MANAGE_LOCAL_RULES,
            Capability.VIEW_AUDIT,
            Capability.COUNT_MEETINGS,
            Capability.APPROVE_ELECTIONS,
            Capability.APPROVE_MEMBERSHIP,
            Capability.COUNT_DUES,
            Capability.APPROVE_DUES,
            Capability.VIEW_DUTIES,
            Capability.MANAGE_MESSAGES,
            Capability.COUNT_SUPERVISION,
            Capability.RECEIVE_REPORTS,
            Capability.INSPECT,
            Capability.KEEP_CHECKLISTS,
            Capability.CONFIRM_OFFICES,
            Capability.VIEW_DASHBOARD,
            Capability.VIEW_ASSESSMENT,
            Capability.ASSESS,
            Capability.MANAGE_SCHEMES,
            Capability.KEEP_CADRES,
        }
    ),
    OfficeKind.INSPECTOR: frozenset(
        {
            Capability.VIEW_ORGANIZATIONS,
            Capability.INSPECT,
            Capability.READ_LETTERS,
            Capability.APPROVE_KEYS,
            Capability.CONFIRM_OFFICES,
        }
    ),
    OfficeKind.ADMINISTRATOR: frozenset(
        {
            Capability.VIEW_ORGANIZATIONS,
            Capability.MANAGE_ORGANIZATIONS,
            Capability.MANAGE_USERS,
            Capability.MANAGE_CALENDAR,
            Capability.VIEW_AUDIT,
            Capability.WATCH_JOBS,
        }
    ),
}
"""A committee's secretary sees counts, its staff sees the roster without private fields, nobody above reads the contact
log; an administrator keeps users, organizations and the calendar, and reads no roster."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """What an office of a branch does as well, as long as nobody holds those others in that branch."""

    vacant: frozenset[OfficeKind]
    capabilities: frozenset[Capability]


STAND_INS: dict[OfficeKind, StandIn] = {
    OfficeKind.SECRETARY: StandIn(
        vacant=frozenset({OfficeKind.ORGANIZATION_OFFICER}), capabilities=frozenset({Capability.FIX_BASES})
    ),
    OfficeKind.DEPUTY_SECRETARY: StandIn(
        vacant=frozenset({OfficeKind.ORGANIZATION_OFFICER, OfficeKind.SECRETARY}),
        capabilities=frozenset({Capability.FIX_BASES}),
    ),
}
"""A small branch has no organization officer: then the secretary fixes the bases and charges, else the deputy."""

OWN_MEETINGS = frozenset({Capability.VIEW_MEETINGS, Capability.RECORD_MEETINGS, Capability.CONFIRM_ATTENDANCE})
ALONE: dict[OfficeKind, frozenset[Capability]] = {
    OfficeKind.COMMITTEE_SECRETARY: OWN_MEETINGS,
    OfficeKind.COMMITTEE_STAFF: OWN_MEETINGS,
}
"""What an office may besides, in the organization where it is held and in none below: a committee's own meetings."""

ON_A_COMMITTEE = frozenset({Capability.VIEW_MEETINGS})
"""All that a committee's elected member may, there alone: branches show their members' affairs to nobody above."""

ABOVE_BRANCHES = frozenset({OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH})


def takes_two_people(kind: OfficeKind, place: OrganizationKind) -> bool:
    """Whether nobody gives it alone on the pages: it reads letters or approves keys, or lies above a branch."""
    return place in ABOVE_BRANCHES or not CAPABILITIES[kind].isdisjoint(
        {Capability.READ_LETTERS, Capability.APPROVE_KEYS}
    )


@dataclass(frozen=True)
class HeldOffice:
    """An office in force: its kind, and the organization it is held in."""

    kind: OfficeKind
    path: str
    code: str
    organization: str
    stands_in: bool = False
    """Whether the offices are vacant there for which this one stands in (`STAND_INS`)."""
    place: str = ""
    """What kind of organization it is."""

    @property
    def below(self) -> frozenset[Capability]:
        """What it may in the organization and in all below."""
        if self._sits_on_a_committee:
            return frozenset()
        own = CAPABILITIES[self.kind]
        return own | STAND_INS[self.kind].capabilities if self.stands_in else own

    @property
    def alone(self) -> frozenset[Capability]:
        """What it may in the organization and in none below."""
        return ON_A_COMMITTEE if self._sits_on_a_committee else ALONE.get(self.kind, frozenset())

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.below | self.alone

    def may(self, capability: Capability, path: str) -> bool:
        """Whether this office grants it at the organization with that path."""
        return (capability in self.below and contains(self.path, path)) or (
            capability in self.alone and self.path == path
        )

    @property
    def _sits_on_a_committee(self) -> bool:
        return self.kind == OfficeKind.COMMITTEE_MEMBER and self.place == OrganizationKind.COMMITTEE


@dataclass(frozen=True)
class Access:
    """All offices somebody holds on one day. Empty: they see only their own rows."""

    on: date | None = None
    held: tuple[HeldOffice, ...] = ()
    member_id: int | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What at least one office allows somewhere."""
        return frozenset().union(*(office.capabilities for office in self.held))

    def paths(self, capability: Capability) -> list[str]:
        """The subtrees in which the capability holds, as paths; `Alone` where it holds in one organization only."""
        below = [office.path for office in self.held if capability in office.below]
        return outermost(below + [Alone(office.path) for office in self.held if capability in office.alone])

    def may(self, capability: Capability, path: str) -> bool:
        """Whether the capability holds at the organization with that path."""
        return any(contains(mine, path) for mine in self.paths(capability))

    def may_throughout(self, capability: Capability, path: str) -> bool:
        """Whether it holds there and in all below: what one may in one organization alone says nothing about those."""
        return any(contains(mine, path) for mine in self.paths(capability) if not isinstance(mine, Alone))

    def may_everywhere(self, capability: Capability) -> bool:
        """Whether an office at the top of the tree grants it: for what the whole county shares."""
        return any(len(office.path) == STEP and capability in office.below for office in self.held)

    def may_any(self, capabilities: Iterable[Capability]) -> bool:
        """Whether at least one of the capabilities holds somewhere."""
        return not self.capabilities.isdisjoint(capabilities)
