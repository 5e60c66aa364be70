"""Cancelling an import: wherever it is, nothing of it stays on the roster, and of two the quicker one wins."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings as conf_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies
from hypothesis.extra.django import TestCase

from audit.models import Entry
from members import tasks
from members.choices import Education, ImportState
from members.imports import running, services as service, undo_services
from members.imports.running import cancel, file_of
from members.imports.undo_services import cancel_import, undo_import
from members.models import Member, Organization, RosterImport, Situation, User
from members.models.files import CANCELLABLE
from members.refused import Refused
from tests.cast import TODAY, Cast, make_cast
from tests.members.imports.roster_files import HEADINGS, person, roster

As = Callable[[User], Client]
NAMES = ["孙一", "孙二", "孙三", "孙四", "孙五"]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)


@pytest.fixture
def waiting(cast: Cast, tmp_path: Path) -> RosterImport:
    return upload(cast, tmp_path)


def upload(cast: Cast, folder: Path) -> RosterImport:
    """Five rows that nobody has read yet."""
    begun = RosterImport.objects.create(organization=cast.branch, file_name="名册.xlsx", uploaded_by=cast.secretary)
    path = file_of(begun)
    path.parent.mkdir(parents=True, exist_ok=True)
    people = [person(name, number) for number, name in enumerate(NAMES)]
    path.write_bytes(roster(folder / "名册.xlsx", people).read_bytes())
    return begun


def read(roster_import: RosterImport) -> RosterImport:
    tasks.read_import(str(roster_import.key))
    roster_import.refresh_from_db()
    return roster_import


def confirmed(roster_import: RosterImport) -> RosterImport:
    service.confirm_import(roster_import=read(roster_import), by="system")
    return roster_import


def imported() -> int:
    return Member.objects.filter(name__in=NAMES).count()


def cancellations() -> int:
    return Entry.objects.filter(action="cancel_import").count()


def cancelled_during(monkeypatch: pytest.MonkeyPatch, roster_import: RosterImport, name: str, turn: int = 1) -> None:
    """Somebody cancels right before the worker does `name` for the `turn`-th time."""
    real, turns = getattr(service, name), []

    def interrupted(**options: object) -> None:
        turns.append(name)
        if len(turns) == turn:
            cancel(RosterImport.objects.get(pk=roster_import.pk), by="other")
        real(**options)

    monkeypatch.setattr(service, name, interrupted)


def nothing_is_left(roster_import: RosterImport) -> bool:
    roster_import.refresh_from_db()
    assert (roster_import.state, imported(), roster_import.rows.count()) == (ImportState.CANCELLED, 0, 0)
    return not file_of(roster_import).exists() and roster_import.claimed_until is None


# Wherever it is


def test_what_waits_is_never_read(waiting: RosterImport) -> None:
    cancel(waiting, by="secretary")
    tasks.continue_imports()
    assert nothing_is_left(waiting)


def test_what_is_looked_through_can_be_discarded(waiting: RosterImport) -> None:
    cancel(read(waiting), by="secretary")
    with pytest.raises(Refused):
        service.confirm_import(roster_import=waiting, by="secretary")
    assert nothing_is_left(waiting)


def test_columns_of_what_was_cancelled_are_not_corrected(waiting: RosterImport) -> None:
    """The page with the columns was open meanwhile, and holds the import as it was."""
    cancel(RosterImport.objects.get(pk=read(waiting).pk), by="secretary")
    assert waiting.state == ImportState.PREVIEW
    with pytest.raises(Refused):
        service.correct_columns(roster_import=waiting, fields={"姓名": ""})
    assert nothing_is_left(waiting)


def test_what_is_confirmed_is_never_stored(waiting: RosterImport) -> None:
    cancel(confirmed(waiting), by="secretary")
    tasks.continue_imports()
    assert nothing_is_left(waiting)


@pytest.mark.parametrize(
    ("step", "turn"), [("begin_rows", 1), ("store_verdicts", 1), ("store_verdicts", 3), ("end_rows", 1)]
)
def test_a_worker_that_reads_notices_between_batches(
    waiting: RosterImport, monkeypatch: pytest.MonkeyPatch, step: str, turn: int
) -> None:
    cancelled_during(monkeypatch, waiting, step, turn)
    tasks.read_import(str(waiting.key))
    assert nothing_is_left(waiting)


def test_a_workbook_that_cannot_be_read_is_cancelled_not_failed(
    waiting: RosterImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_of(waiting).write_bytes(b"PK nonsense")
    cancelled_during(monkeypatch, waiting, "fail_import")
    tasks.read_import(str(waiting.key))
    assert nothing_is_left(waiting)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_worker_that_stores_notices_and_its_batches_are_taken_back(
    waiting: RosterImport, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    confirmed(waiting)
    cancelled_during(monkeypatch, waiting, "store_chunk", turn)
    tasks.apply_import(str(waiting.key))
    assert nothing_is_left(waiting)
    assert Entry.objects.get(action="cancel_import").details == {"rows": (turn - 1) * 2, "kept": 0}
    assert not Entry.objects.filter(action="import_roster").exists()


def test_a_changed_member_is_as_before(cast: Cast, waiting: RosterImport, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed(waiting)
    tasks.apply_import(str(waiting.key))
    before = Situation.objects.count()
    again = RosterImport.objects.create(organization=cast.branch, file_name="b.xlsx", uploaded_by=cast.secretary)
    changed = [person(name, number, 学历="博士研究生") for number, name in enumerate(NAMES)]
    file_of(again).write_bytes(roster(file_of(again).with_suffix(".xlsx"), changed).read_bytes())
    confirmed(again)
    cancelled_during(monkeypatch, again, "finish_import")
    tasks.apply_import(str(again.key))
    again.refresh_from_db()
    educations = set(Member.objects.filter(name__in=NAMES).values_list("education", flat=True))
    assert (again.state, educations, imported()) == (ImportState.CANCELLED, {Education.COLLEGE}, 5)
    assert Entry.objects.get(action="cancel_import").details == {"rows": 5, "kept": 0}
    assert Situation.objects.count() == before


def test_an_organization_that_it_set_up_goes_with_it(
    cast: Cast, waiting: RosterImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(Organization.objects.values_list("name", flat=True))
    RosterImport.objects.update(may_build=True)
    people = [person(name, number, 党小组="第九党小组") for number, name in enumerate(NAMES)]
    headings = [*HEADINGS, "党小组"]
    workbook = roster(file_of(waiting).with_suffix(".xlsx"), people, headings=headings)
    file_of(waiting).write_bytes(workbook.read_bytes())
    confirmed(waiting)
    cancelled_during(monkeypatch, waiting, "finish_import")
    monkeypatch.setattr(undo_services, "_is_empty", spied := Spy(undo_services._is_empty))
    tasks.apply_import(str(waiting.key))
    assert nothing_is_left(waiting)
    assert set(Organization.objects.values_list("name", flat=True)) == before
    assert [place.name for place in spied.asked] == ["第九党小组"]


class Spy:
    """A function that remembers what it was asked about."""

    def __init__(self, real: Callable[[Organization], bool]) -> None:
        self.real, self.asked = real, list[Organization]()

    def __call__(self, organization: Organization) -> bool:
        self.asked.append(organization)
        return self.real(organization)


def test_a_row_on_which_something_was_built_stays_and_is_named(
    waiting: RosterImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(waiting)
    real = service.finish_import

    def edited_then_cancelled(**options: object) -> None:
        Situation.objects.create(member=Member.objects.get(name="孙二"), kind="frail", valid_from=TODAY)
        kept = cancel(RosterImport.objects.get(pk=waiting.pk), by="secretary").kept
        assert [note.problem.code for note in kept] == ["has_later_facts"]
        real(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "finish_import", edited_then_cancelled)
    tasks.apply_import(str(waiting.key))
    waiting.refresh_from_db()
    assert (waiting.state, imported()) == (ImportState.CANCELLED, 1)
    assert [row.name for row in waiting.rows.all()] == ["孙二"]


# Whoever is quicker


def test_cancelled_after_the_end_is_refused_and_changes_nothing(waiting: RosterImport) -> None:
    """The other order of the race: the last chunk and the end came first."""
    confirmed(waiting)
    tasks.apply_import(str(waiting.key))
    with pytest.raises(Refused):
        cancel(waiting, by="secretary")
    waiting.refresh_from_db()
    assert (waiting.state, imported(), cancellations()) == (ImportState.APPLIED, 5, 0)


def test_cancelled_right_before_the_end_is_cancelled(waiting: RosterImport, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed(waiting)
    cancelled_during(monkeypatch, waiting, "finish_import")
    tasks.apply_import(str(waiting.key))
    assert nothing_is_left(waiting)


def test_cancelled_twice_is_cancelled_once(waiting: RosterImport) -> None:
    for _time in range(2):
        assert cancel(waiting, by="secretary").rows == 0
    assert cancellations() == 1


def test_it_is_on_record_who_cancelled(cast: Cast, waiting: RosterImport) -> None:
    cancel_import(roster_import=waiting, by=cast.secretary)
    entry = Entry.objects.get(action="cancel_import")
    assert (entry.actor, entry.subject_id, entry.organization_code) == ("secretary", str(waiting.key), "branch")


@pytest.mark.parametrize("state", ImportState.values)
def test_every_state_is_either_cancelled_or_refused(waiting: RosterImport, state: str) -> None:
    RosterImport.objects.update(state=state, applied_at=timezone.now())
    if state in {*CANCELLABLE, ImportState.CANCELLED}:
        cancel(waiting, by="secretary")
    else:
        with pytest.raises(Refused):
            cancel(waiting, by="secretary")
    assert RosterImport.objects.get().state == ("cancelled" if state in CANCELLABLE else state)


STEPS = strategies.lists(
    strategies.sampled_from(["read", "confirm", "apply", "die", "cancel", "undo", "round"]), min_size=3, max_size=9
)


class AnyOrder(TestCase):
    """What people and workers do, in any order: nothing or everything is on the roster, never a part."""

    @given(steps=STEPS)
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_all_or_nothing(self, steps: list[str]) -> None:
        begun = upload(make_cast(), Path(self.folder()))
        take(steps, begun)
        begun.refresh_from_db()
        whole = 5 if begun.state == ImportState.APPLIED else 0
        if begun.state != ImportState.APPLYING:
            assert imported() == whole, (steps, begun.state)
        if "cancel" in steps and begun.state == ImportState.CANCELLED:
            assert cancellations() == 1 and not file_of(begun).exists()

    def folder(self) -> str:
        path = conf_settings.IMPORT_ROOT / "made"
        path.mkdir(parents=True, exist_ok=True)
        return str(path)


def take(steps: Iterable[str], begun: RosterImport) -> None:
    for step in steps:
        begun.refresh_from_db()
        with suppress(Refused):
            ACTS[step](begun)
        RosterImport.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))


def die_while_storing(begun: RosterImport) -> None:
    """The worker stores one chunk and is killed."""
    real, turns = service.store_chunk, []

    def killed(**options: object) -> None:
        turns.append(1)
        if len(turns) > 1:
            raise RuntimeError("killed")
        real(**options)  # type: ignore[arg-type]

    service.store_chunk = killed  # type: ignore[assignment]
    try:
        with suppress(RuntimeError):
            running.apply_import(begun, on=TODAY)
    finally:
        service.store_chunk = real


ACTS: dict[str, Callable[[RosterImport], object]] = {
    "read": lambda one: running.read_import(one, on=TODAY),
    "confirm": lambda one: service.confirm_import(roster_import=one, by="secretary"),
    "apply": lambda one: running.apply_import(one, on=TODAY),
    "die": die_while_storing,
    "cancel": lambda one: cancel(one, by="secretary"),
    "undo": lambda one: undo_import(roster_import=one, by="secretary"),
    "round": lambda one: tasks.continue_imports(),
}


# The page


def address(roster_import: RosterImport) -> str:
    return reverse("members:import-cancel", args=[roster_import.key])


def test_the_button_is_on_the_page_of_what_is_under_way(cast: Cast, as_user: As, waiting: RosterImport) -> None:
    client = as_user(cast.secretary)
    for state in CANCELLABLE:
        RosterImport.objects.update(state=state)
        assert address(waiting) in client.get(waiting.get_absolute_url()).content.decode(), state
    client.post(address(waiting))
    page = client.get(waiting.get_absolute_url()).content.decode()
    assert address(waiting) not in page and "名册.xlsx" in page
    assert nothing_is_left(waiting)


@pytest.mark.parametrize(("part", "status"), [("next_secretary", 404), ("group_leader", 403), ("member", 403)])
def test_only_who_may_import_there_cancels(
    cast: Cast, as_user: As, waiting: RosterImport, part: str, status: int
) -> None:
    assert as_user(cast.users()[part]).post(address(waiting)).status_code == status
    waiting.refresh_from_db()
    assert waiting.state == ImportState.UPLOADED


def test_somebody_else_of_the_branch_may_cancel_it(cast: Cast, as_user: As, waiting: RosterImport) -> None:
    assert as_user(cast.officer).post(address(waiting)).status_code == 302
    assert nothing_is_left(waiting)


def test_visiting_cancels_nothing(cast: Cast, as_user: As, waiting: RosterImport) -> None:
    assert as_user(cast.secretary).get(address(waiting)).status_code == 405


def test_too_late_is_said(cast: Cast, as_user: As, waiting: RosterImport, today: date) -> None:
    confirmed(waiting)
    tasks.apply_import(str(waiting.key))
    page = as_user(cast.secretary).post(address(waiting), follow=True)
    assert [str(one.level_tag) for one in page.context["messages"]] == ["error"]
    assert imported() == 5
