"""Several people change the tree at the same moment: it stays a tree, and every member stays where they belong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from members.choices import ImportState, LeavingReason, OrganizationKind
from members.imports.running import apply_import, file_of, import_roster, read_import
from members.imports.services import confirm_import
from members.models import Affiliation, Member, Organization, RosterImport
from members.organizations.services import create_organization, move_organization
from members.refused import Refused
from members.roster.move_services import move_member, take_back_step
from members.roster.services import end_belonging, place_member, scope_mismatches
from tests.cast import TODAY, Cast, make_cast, make_member
from tests.members.imports.roster_files import person, roster

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4


@pytest.fixture
def county(transactional_db: None) -> Cast:
    return make_cast()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Carry all of them out in threads that start together; a refusal is an answer too."""
    together = Barrier(len(acts))

    def act(what: Callable[[], object]) -> object:
        together.wait()
        try:
            return what()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def fresh(organization: Organization) -> Organization:
    return Organization.objects.get(pk=organization.pk)


def move(what: Organization, under: Organization) -> Callable[[], object]:
    return lambda: move_organization(organization=fresh(what), under=fresh(under), by="test")


def assert_sound() -> None:
    assert Organization.objects.find_problems() == ([], [], [], [], [])
    assert not scope_mismatches(on=TODAY).exists()


def test_two_that_move_below_each_other_do_not_make_a_circle(county):
    answers = at_once(move(county.district, county.other_district), move(county.other_district, county.district))

    assert [type(answer) for answer in answers].count(Refused) == 1
    assert_sound()


def test_what_is_set_up_below_a_moving_branch_goes_with_it(county):
    for number in range(ROUNDS):
        here, there = (county.district, county.other_district)[:: 1 if number % 2 else -1]
        at_once(
            move(county.branch, here),
            lambda number=number: create_organization(
                name=f"小组{number}", kind=OrganizationKind.GROUP, parent=fresh(county.branch), by="test"
            ),
        )

    assert Organization.objects.below(fresh(county.branch).path).count() == ROUNDS + 2
    assert_sound()


def test_who_is_placed_in_a_moving_branch_is_on_its_roster(county):
    for number in range(ROUNDS):
        member, stale = make_member(f"新{number}", fresh(county.next_branch)), fresh(county.branch)
        here = county.other_district if number % 2 == 0 else county.district
        at_once(
            move(county.branch, here),
            lambda member=member, stale=stale: place_member(
                member=member, organization=stale, on=TODAY, today=TODAY, by="test"
            ),
        )

    assert Member.objects.below(fresh(county.branch).path).count() == ROUNDS + 2
    assert_sound()


def test_a_step_is_taken_back_to_where_a_moving_branch_ends_up(county):
    for number in range(ROUNDS):
        member = make_member(f"新{number}", fresh(county.branch))
        here = county.other_district if number % 2 == 0 else county.district
        leave(member)
        ended = Affiliation.objects.get(member=member)
        at_once(
            move(county.branch, here),
            lambda ended=ended: take_back_step(affiliation=ended, reason="登记错了", by="test"),
        )

    assert Member.objects.below(fresh(county.branch).path).count() == ROUNDS + 2
    assert_sound()


def test_a_member_and_the_branch_they_belong_to_move_without_waiting_for_each_other(county):
    for number in range(ROUNDS):
        here = county.other_district if number % 2 == 0 else county.district
        there = county.group if number % 2 == 0 else county.branch
        zhang = Member.objects.get(pk=county.zhang.pk)
        answers = at_once(
            move(county.branch, here),
            lambda zhang=zhang, there=there: move_member(
                key=uuid4(), member=zhang, organization=fresh(there), on=TODAY, today=TODAY, by="test"
            ),
        )
        assert not [answer for answer in answers if isinstance(answer, Exception)]

    assert_sound()


def test_an_import_is_confirmed_before_a_branch_moves_or_after_but_not_during(county, tmp_path, settings):
    settings.IMPORT_ROOT = tmp_path
    for number in range(ROUNDS):
        here = county.other_district if number % 2 == 0 else county.district
        waiting = preview(tmp_path / "a.xlsx", fresh(county.branch), number)
        moved, _stored = at_once(move(county.branch, here), lambda waiting=waiting: confirm_and_store(waiting))
        assert moved is None or isinstance(moved, Refused)

    assert Member.objects.below(fresh(county.branch).path).count() == ROUNDS + 2
    assert_sound()


def test_the_shell_imports_into_a_branch_where_it_really_is(county, tmp_path):
    stale = fresh(county.branch)
    move(county.branch, county.other_district)()
    import_roster(roster(tmp_path / "a.xlsx", [person("新", 7)]), into=stale, may_build=False, on=TODAY, by="shell")

    assert Member.objects.get(name="新").roster_path == fresh(county.branch).path
    assert_sound()


@pytest.mark.parametrize("lock", ["members.imports.services.hold_tree", "members.imports.running.hold_tree"])
def test_storing_a_roster_holds_the_tree(county, tmp_path, settings, monkeypatch, lock):
    """The lock is what makes the rounds above sound; on SQLite they are sound anyway, since one writes at a time."""
    settings.IMPORT_ROOT, held = tmp_path, []
    monkeypatch.setattr(lock, lambda: held.append(lock))
    if "running" in lock:
        import_roster(
            roster(tmp_path / "a.xlsx", [person("新", 7)]), into=county.branch, may_build=False, on=TODAY, by="shell"
        )
    else:
        confirm_and_store(preview(tmp_path / "a.xlsx", county.branch, 7))

    assert held == [lock]


def leave(member: Member) -> None:
    end_belonging(member=member, on=TODAY, today=TODAY, because=LeavingReason.LEFT_SYSTEM, by="test")


def preview(path: Path, into: Organization, number: int) -> RosterImport:
    """An import of one newcomer that waits to be looked through."""
    roster(path, [person("新来", number + 40)])
    waiting = RosterImport.objects.create(file_name=path.name, organization=into, may_build=False)
    path.rename(file_of(waiting))
    read_import(waiting, on=TODAY)
    assert waiting.state == ImportState.PREVIEW
    return waiting


def confirm_and_store(waiting: RosterImport) -> None:
    confirm_import(roster_import=waiting, by="test")
    apply_import(waiting, on=TODAY)


def test_the_same_code_is_given_to_one_of_many(county):
    answers = at_once(
        *[
            lambda number=number: create_organization(
                name=f"支部{number}", kind=OrganizationKind.BRANCH, parent=fresh(county.district), code="new", by="test"
            )
            for number in range(4)
        ]
    )

    assert [type(answer) for answer in answers].count(Refused) == 3
    assert Organization.objects.filter(code="new").count() == 1
    assert_sound()
