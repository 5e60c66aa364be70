"""Which office may what, as plain data. The manual prints it; `tests/test_policy.py` holds it to a reviewed table."""

from dataclasses import dataclass

from members.choices import Capability, OfficeKind, OrganizationKind

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
