"""Undoing an import: the roster is as it was, except where somebody has built on it."""

from datetime import date
from pathlib import Path

import pytest

from audit.models import Entry
from members.choices import ContactKind, ImportState, OrganizationKind, SituationKind
from members.fields import opened
from members.imports.running import import_roster
from members.imports.undo_services import Undone, undo_import
from members.models import Affiliation, Contact, Member, Organization, RosterImport, Situation
from members.refused import Refused
from members.roster.services import edit_member, version_of
from tests.cast import TODAY, Cast, make_organization, make_user
from tests.members.imports.roster_files import HEADINGS, person, roster, three


@pytest.fixture
def branch(db: None) -> Organization:
    return make_organization("b1", "红旗社区第一党支部", OrganizationKind.BRANCH)


def imported(path: Path, into: Organization | None) -> RosterImport:
    report = import_roster(path, into=into, may_build=True, on=TODAY, by="shell")
    assert report.roster_import
    return report.roster_import


def undo(roster_import: RosterImport) -> Undone:
    return undo_import(roster_import=roster_import, by="shell")


def on_roster() -> list[list[dict[str, object]]]:
    return [list(model._base_manager.order_by("pk").values()) for model in (Member, Affiliation, Situation)]


def test_what_was_created_goes(branch: Organization, tmp_path: Path) -> None:
    done = imported(three(tmp_path / "a.xlsx"), branch)
    assert undo(done) == Undone(rows=3)
    assert on_roster() == [[], [], []]
    assert (done.state, done.undone_at is None) == (ImportState.UNDONE, False)


def test_what_was_overwritten_comes_back(branch: Organization, tmp_path: Path) -> None:
    imported(three(tmp_path / "a.xlsx"), branch)
    member = Member.objects.get(name="张三")
    before = on_roster()
    changed = person("张三", 11, 学历="博士", 入党时间="1980-07-15", 备注="卧床", 联系电话="13900000000")
    done = imported(roster(tmp_path / "b.xlsx", [changed, person("赵六", 14)]), branch)
    assert Situation.objects.filter(member=member, kind=SituationKind.BEDRIDDEN).exists()
    assert undo(done).rows == 2
    after = on_roster()
    for row in (before[0][0], after[0][0]):
        assert opened(row.pop("phone")) == "13800000011"
    assert after == before


def test_undoing_is_on_record(branch: Organization, tmp_path: Path) -> None:
    undo(imported(three(tmp_path / "a.xlsx"), branch))
    entry = Entry.objects.get(action="undo_import")
    assert (entry.organization_code, entry.details) == ("b1", {"rows": 3, "kept": 0})


def test_an_import_is_undone_once(branch: Organization, tmp_path: Path) -> None:
    done = imported(three(tmp_path / "a.xlsx"), branch)
    undo(done)
    with pytest.raises(Refused):
        undo(done)
    assert Entry.objects.filter(action="undo_import").count() == 1


def test_organizations_that_were_set_up_go_when_they_are_empty(cast: Cast, tmp_path: Path) -> None:
    before = list(Organization.objects.values_list("path", "name", "numchild"))
    people = [
        person("张三", 1, 所在党支部="新总支/新村党支部/第一小组"),
        person("李四", 2, 所在党支部="新总支/旧村党支部"),
    ]
    done = imported(roster(tmp_path / "a.xlsx", people, headings=["所在党支部", *HEADINGS]), cast.district)
    assert len(done.built) == 4
    undo(done)
    assert list(Organization.objects.values_list("path", "name", "numchild")) == before


def visited(member: Member) -> None:
    user = make_user("somebody")
    Contact.objects.create(member=member, kind=ContactKind.VISIT, happened_on=TODAY, recorded_by=user)


def edited(member: Member) -> None:
    edit_member(member=member, values={"education": "doctor"}, version=version_of(member), on=TODAY, by="shell")


def moved(member: Member) -> None:
    Affiliation.objects.filter(member=member).update(valid_until=TODAY, left_because="transferred")


def fell_ill(member: Member) -> None:
    Situation.objects.create(member=member, kind=SituationKind.BEDRIDDEN)


def recovered(member: Member) -> None:
    Situation.objects.filter(member=member).update(valid_until=TODAY)


@pytest.mark.parametrize("happened", [visited, edited, moved, fell_ill, recovered])
def test_a_member_to_whom_something_has_happened_stays(branch: Organization, tmp_path: Path, happened: object) -> None:
    done = imported(three(tmp_path / "a.xlsx"), branch)
    happened(Member.objects.get(name="李四"))  # type: ignore[operator]
    undone = undo(done)
    assert (undone.rows, [(note.row, note.problem.code) for note in undone.kept]) == (2, [(5, "has_later_facts")])
    assert [member.name for member in Member.objects.all()] == ["李四"]


def test_a_fact_changed_by_hand_since_is_not_overwritten(branch: Organization, tmp_path: Path) -> None:
    imported(three(tmp_path / "a.xlsx"), branch)
    done = imported(roster(tmp_path / "b.xlsx", [person("张三", 11, 学历="博士")]), branch)
    member = Member.objects.get(name="张三")
    edit_member(member=member, values={"education": "master"}, version=version_of(member), on=TODAY, by="shell")
    assert undo(done).rows == 0
    member.refresh_from_db()
    assert member.education == "master"


def test_an_import_on_which_another_was_built_keeps_what_that_one_changed(branch: Organization, tmp_path: Path) -> None:
    first = imported(three(tmp_path / "a.xlsx"), branch)
    second = imported(roster(tmp_path / "b.xlsx", [person("张三", 11, 学历="博士")]), branch)
    assert undo(first).rows == 2
    assert undo(second).rows == 1
    assert Member.objects.get().education == "college"


def test_a_move_to_a_group_is_taken_back(cast: Cast, tmp_path: Path) -> None:
    Affiliation.objects.filter(member=cast.zhang).update(valid_from=date(2020, 1, 1))
    row = {"姓名": "张英", "身份证号码": opened(cast.zhang.national_id), "党小组": "第一党小组"}
    done = imported(roster(tmp_path / "a.xlsx", [row], headings=["党小组", *HEADINGS]), cast.branch)
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.group.path
    undo(done)
    open_one = Affiliation.objects.get(member=cast.zhang)
    assert (open_one.organization, open_one.valid_until, open_one.left_because) == (cast.branch, None, "")
    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path


def test_a_failure_leaves_everything(branch: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = imported(three(tmp_path / "a.xlsx"), branch)
    before = on_roster()

    def fail(**_options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("members.imports.undo_services.record", fail)
    with pytest.raises(RuntimeError):
        undo(done)
    assert on_roster() == before
    assert RosterImport.objects.get().state == ImportState.APPLIED
