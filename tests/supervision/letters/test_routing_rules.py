"""Who gets a letter, case by case: the table is the specification. Ten thousand more are in test_routing_trees.py."""

from dataclasses import replace

import pytest

from members.choices import OfficeKind, OrganizationKind
from supervision.letters.name_rules import plain
from supervision.letters.rules import LEADERSHIP, MEMBER, Holding, NobodyMayRead, Reader, RecusalFacts, Subject, route

CITY, COUNTY, TOWN, OTHER = "0001", "00010001", "000100010001", "000100010002"
GENERAL, BRANCH, GROUP = "0001000100010001", "00010001000100010001", "000100010001000100010001"
NEXT, FAR = "0001000100010002", "0001000100020001"
KINDS = {
    CITY: OrganizationKind.COMMITTEE,
    COUNTY: OrganizationKind.COMMITTEE,
    TOWN: OrganizationKind.COMMITTEE,
    OTHER: OrganizationKind.COMMITTEE,
    GENERAL: OrganizationKind.GENERAL_BRANCH,
    BRANCH: OrganizationKind.BRANCH,
    GROUP: OrganizationKind.GROUP,
    NEXT: OrganizationKind.BRANCH,
    FAR: OrganizationKind.BRANCH,
}
HOLDINGS = [
    Holding(BRANCH, OfficeKind.SECRETARY, "周明", 1, 101, BRANCH),
    Holding(NEXT, OfficeKind.SECRETARY, "吴刚", 2, 102, NEXT),
    Holding(TOWN, OfficeKind.COMMITTEE_SECRETARY, "郑和", 3, 103, NEXT),
    Holding(COUNTY, OfficeKind.COMMITTEE_STAFF, "钱进", 4, 104, BRANCH),
]


def inspector(number: int, path: str, **facts: object) -> Reader:
    return Reader(f"key {number}", path, f"检{number}", number, **facts)


READERS = [inspector(60 + n, TOWN) for n in (1, 2, 3)] + [inspector(70 + n, COUNTY) for n in (1, 2, 3)]
READERS += [inspector(80 + n, CITY) for n in (1, 2)]


def sent_to(*subjects: Subject, readers=READERS, holdings=HOLDINGS, **given) -> tuple[str, set[int]]:
    found = route(subjects, RecusalFacts(KINDS, holdings, readers), **given)
    return found.path, {one.user_id for one in found.readers}


def with_one(number: int, **facts: object) -> list[Reader]:
    return [replace(one, **facts) if one.user_id == number else one for one in READERS]


@pytest.mark.parametrize(
    ("subject", "path"),
    [
        (Subject(BRANCH, MEMBER, ("赵一",)), TOWN),
        (Subject(GROUP, MEMBER, ("赵一",)), TOWN),
        (Subject(BRANCH, OfficeKind.ORGANIZATION_OFFICER), TOWN),
        (Subject(BRANCH, OfficeKind.SECRETARY), COUNTY),
        (Subject(BRANCH, LEADERSHIP), COUNTY),
        (Subject(BRANCH, MEMBER, ("周 明",)), COUNTY),
        (Subject(BRANCH, MEMBER, ("检 61",)), COUNTY),
        (Subject(GENERAL, LEADERSHIP), COUNTY),
        (Subject(TOWN, OfficeKind.COMMITTEE_SECRETARY), COUNTY),
        (Subject(TOWN, MEMBER, ("谁",)), COUNTY),
        (Subject(NEXT, MEMBER, ("郑和",)), COUNTY),
        (Subject(TOWN, OfficeKind.INSPECTOR, ("检61",)), COUNTY),
        (Subject(COUNTY, LEADERSHIP), CITY),
        (Subject(BRANCH, MEMBER, ("钱进",)), CITY),
        (Subject(FAR, MEMBER, ("孙九",)), COUNTY),
    ],
)
def test_the_lowest_committee_that_is_high_enough(subject, path):
    """Of OTHER, above FAR, nobody has a key: one committee higher."""
    assert sent_to(subject)[0] == path


def test_several_subjects_are_above_all_of_them():
    near, far = Subject(BRANCH, MEMBER, ("赵一",)), Subject(FAR, MEMBER, ("孙九",))

    assert sent_to(near)[0] == TOWN
    assert sent_to(near, far)[0] == COUNTY
    assert sent_to(near, Subject(COUNTY, OfficeKind.COMMITTEE_SECRETARY))[0] == CITY


@pytest.mark.parametrize(
    ("facts", "given"),
    [
        ({"roster_path": GROUP}, {}),
        ({"relatives": ("赵一",)}, {}),
        ({"relatives": ("李四", "赵·一")}, {}),
        ({"relatives": ("王五",)}, {"close": ["王五"]}),
        ({}, {"close": ["检61"]}),
        ({}, {"away": [61]}),
        ({}, {"holdings": [*HOLDINGS, Holding(GROUP, OfficeKind.GROUP_LEADER, "检61", 61)]}),
        (
            {"member_id": 161},
            {"holdings": [*HOLDINGS, Holding(BRANCH, OfficeKind.COMMITTEE_MEMBER, "检61", None, 161)]},
        ),
    ],
)
def test_one_who_may_not_is_left_out(facts, given):
    about = Subject(BRANCH, MEMBER, ("赵一",))

    assert sent_to(about) == (TOWN, {61, 62, 63})
    assert sent_to(about, readers=with_one(61, **facts), **given) == (TOWN, {62, 63})


def test_subordinates_of_a_head_are_left_out():
    """The county's inspector 71 also holds an office below the town that the subject leads."""
    holdings = [*HOLDINGS, Holding(NEXT, OfficeKind.DISCIPLINE_OFFICER, "检71", 71)]

    assert sent_to(Subject(TOWN, LEADERSHIP), holdings=holdings) == (COUNTY, {72, 73})


def test_fewer_than_two_go_up_and_at_the_top_nobody_gets_it():
    few = [one for one in READERS if one.user_id not in (62, 63)]

    assert sent_to(Subject(BRANCH, MEMBER, ("赵一",)), readers=few) == (COUNTY, {71, 72, 73})
    for subject in (Subject(CITY, LEADERSHIP), Subject("9999", MEMBER, ("赵一",))):
        with pytest.raises(NobodyMayRead):
            sent_to(subject)
    with pytest.raises(NobodyMayRead):
        sent_to()
    with pytest.raises(NobodyMayRead):
        sent_to(Subject(BRANCH, MEMBER, ("赵一",)), readers=[])


def test_two_users_of_one_member_are_one_reader():
    twice = [inspector(61, TOWN, member_id=7), inspector(62, TOWN, member_id=7)]

    with pytest.raises(NobodyMayRead):
        sent_to(Subject(BRANCH, MEMBER, ("赵一",)), readers=twice)


@pytest.mark.parametrize("typed", ["阿依古丽·买买提", "阿依古丽 买买提", "阿依古丽•买买提 "])
def test_names_are_compared_without_blanks_and_dots(typed):
    assert plain(typed) == "阿依古丽买买提"
