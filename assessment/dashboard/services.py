"""The monthly roll-ups: computed from the record, kept in step with it, and compared with a recount.

Whoever writes holds the one row of `RollUpState`; where somebody else does, nobody waits: the next round comes in a
minute. What is new in the record says the audit trail (docs/adr/0013).

What is new in the record since a time: which organizations the roll-ups have to be computed anew for.

Every act that may move a figure leaves an entry in the trail with the code of its organization, with one exception: a
tap on an attendance sheet leaves a `Mark`. Acts that are known to move none are left aside; whatever isn't known is
taken for one that does. Entries are numbered under a lock, so that whoever sees one sees all before it.

The middle of each measure among all organizations of a kind: counted by value, so that nothing is sorted.

The middle of each measure at each level, kept beside the roll-ups.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from assessment.dashboard.leaf_queries import fill_meetings, insert_leaves
from assessment.dashboard.models import LevelMedian, RollUp, RollUpState
from assessment.dashboard.queries import head_number
from assessment.dashboard.rollup_queries import (
    ABOVE_BRANCHES,
    Scope,
    adapted,
    count_wrong,
    fill_intervals,
    forget_outside,
    insert_level,
    insert_straight,
    store_branches,
    store_level,
    tables,
)
from assessment.dashboard.rules import (
    MEASURES,
    SNAPSHOTS,
    UNCOMPARED,
    Measure,
    kept_months,
    names_of,
    periods,
    share_sql,
)
from audit.models import Entry
from meetings.attendance.models import AttendanceChange
from meetings.choices import MeetingState
from members.bulk import refresh_statistics
from members.choices import OrganizationKind
from members.models import Member, Organization

TRIES = 3


@transaction.atomic
def rebuild(*, on: date) -> int:
    """Compute everything anew for the kept months as of that day; how many rows weren't so. Waits for its turn."""
    return _rebuild(_held(), on)


@transaction.atomic
def refresh(paths: Collection[str], *, on: date, months: Sequence[date] = (), all_above: bool = False) -> int:
    """Compute the branches at and below those paths anew, and everything above them; how many rows weren't so.

    `all_above`: every organization above branches, wherever it stands, because the tree is another."""
    _held()
    return _refresh(Scope(on, tuple(months) or kept_months(on), paths), all_above=all_above)


@transaction.atomic
def follow(*, on: date) -> int:
    """Take in what the record has since the last time; how many entries. On a new day everything is computed anew,
    because what is overdue, or holds, is another. Nothing where somebody else is at it."""
    state = _free()
    if state is None:
        return 0
    if _day(state.rebuilt_at) != on:
        before = state.entry_number
        _rebuild(state, on)
        return state.entry_number - before
    return _follow(state, on)


@transaction.atomic
def compare(*, on: date) -> int:
    """Rows that differ from a recount as of that day: branches from the record, the others straight from them."""
    state = _held()
    scope = Scope(on, kept_months(on))
    with tables(scope):
        _compute(scope)
        insert_straight(scope, range(1, _deepest() + 1))
        state.differing, state.checked_at = count_wrong(scope), timezone.now()
    state.save(update_fields=["differing", "checked_at"])
    return state.differing


def check(*, on: date) -> int:
    """Take in what is new and compare; once more where somebody recorded something meanwhile."""
    differing = 0
    for _round in range(TRIES):
        follow(on=on)
        differing = compare(on=on)
        if not differing or is_current(on=on):
            break
    return differing


def is_current(*, on: date) -> bool:
    """Whether the rows are those of that day, with all that the record has by now."""
    state = RollUpState.objects.filter(pk=1).first()
    return bool(state and _day(state.rebuilt_at) == on and state.entry_number == head_number())


def _held() -> RollUpState:
    """The one row, locked until the transaction ends."""
    RollUpState.objects.get_or_create(pk=1)
    return RollUpState.objects.select_for_update().get(pk=1)


def _free() -> RollUpState | None:
    """The same; None where somebody else holds it. SQLite has one writer at a time anyway."""
    RollUpState.objects.get_or_create(pk=1)
    skips = connection.features.has_select_for_update_skip_locked
    return RollUpState.objects.select_for_update(skip_locked=skips).filter(pk=1).first()


def _rebuild(state: RollUpState, on: date) -> int:
    state.entry_number = head_number()
    was_empty = not RollUp.objects.exists()
    changed = _refresh(Scope(on, kept_months(on)), all_above=True)
    state.rebuilt_at = state.followed_at = _moment(on)
    state.save(update_fields=["entry_number", "rebuilt_at", "followed_at"])
    if was_empty:
        refresh_statistics(RollUp)
    return changed


def _follow(state: RollUpState, on: date) -> int:
    began = _moment(on)
    news = news_after(state.entry_number, since=state.followed_at)
    if news.everything:
        _rebuild(state, on)
    elif news.paths or news.tree_changed:
        _refresh(Scope(on, kept_months(on), news.paths, with_neighbours=True), all_above=news.tree_changed)
    entries, state.entry_number, state.followed_at = news.last - state.entry_number, news.last, began
    state.save(update_fields=["entry_number", "followed_at"])
    return entries


def _refresh(scope: Scope, *, all_above: bool) -> int:
    """Branches first, then level by level what stands above them."""
    with tables(scope):
        _compute(scope)
        changed = store_branches(scope)
        inside = "" if all_above else ABOVE_BRANCHES
        for depth in range(_deepest(), 0, -1):
            insert_level(scope, depth, inside)
            changed += store_level(scope, depth, inside)
        if scope.paths is None:
            forget_outside(scope)
    return changed


def _compute(scope: Scope) -> None:
    fill_meetings(scope)
    fill_intervals(scope)
    insert_leaves(scope)


def _deepest() -> int:
    """How deep organizations above branches stand."""
    kinds = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
    return Organization.objects.filter(kind__in=kinds).aggregate(depth=Max("depth"))["depth"] or 0


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None


def _moment(on: date) -> datetime:
    """Now; on another day than today (`run_due_jobs --at`) its noon."""
    now = timezone.now()
    return now if _day(now) == on else timezone.make_aware(datetime.combine(on, time(12)))


MOVES_NOTHING = (
    # people who log in, and what they look at
    "create_user link_member change_password reset_password remove_codes sign_out_everywhere activate_user",
    "deactivate_user create_api_token delete_api_token reveal_private print_phone store_photo remove_photo",
    "set_preference cancel_export download_export confirm_import cancel_import rename_organization",
    # calendars, papers
    "name_contact_person correct_contact_person remove_contact_person record_special_days remove_special_day",
    "make_calendar_feed revoke_calendar_feed keep_theme_day add_local_kind retire_local_kind draft_minutes",
    "propose_attendance_correction decline_attendance_correction",
    "edit_minutes correct_minutes add_item edit_item move_item remove_item add_speech remove_speech add_task",
    "remove_task add_material remove_material attach_sheet open_sign_in close_sign_in",
    # dues beyond charges and payments
    "close_month hand_up_dues confirm_remittance take_back_remittance record_dues_use remove_dues_use",
    "disclose_dues record_large_dues send_up_large_dues take_in_large_dues note_centre_receipt",
    "hand_over_centre_receipt",
    # duties, messages, keys
    "say_not_applicable take_back_not_applicable write_wording give_wording_back add_channel change_channel",
    "stop_channel try_channel record_call send_again release_messages decline_messages take_back_release",
    "answer_message add_key drop_keys rotate_keys",
    # supervision without days of its own
    "make_inspector_key approve_inspector_key withdraw_inspector_key change_passphrase make_recovery_key",
    "lose_recovery_key",
    "recover_letters declare_relative remove_relative open_letter answer_letter accept_letter not_accept_letter",
    "close_letter tell_letter_result step_back_from_letter reseal_letter open_letter_file",
    "make_custody_key ask_for_writers_name release_writers_name refuse_writers_name",
    "record_talk correct_talk remove_talk",
    "keep_checklist change_checklist end_checklist share_self_check take_back_self_check settle_suggestion",
    # schemes and practices
    "write_practice edit_practice publish_practice withdraw_practice remove_practice adopt_practice edit_adoption",
    "stop_adopting build_scheme change_scheme add_indicator change_indicator move_indicator remove_indicator",
    "add_clause change_clause move_clause remove_clause put_scheme_in_force retire_scheme delete_scheme",
    "compute_assessments",
)
LEFT_ASIDE = frozenset(action for line in MOVES_NOTHING for action in line.split())
LEFT_ASIDE_BEGINNINGS = ("export_", "begin_report", "write_judgement", "propose_matter", "correct_matter")
SUBJECTS_LEFT_ASIDE = ("assessment.", "reminders.")
"""Beginnings of kinds of records that no figure is computed from, but `COUNTED`."""
COUNTED = "assessment.Assessment"
OF_ITSELF = {
    "give_office", "end_office", "ask_for_office", "refuse_office", "withdraw_office", "record_term",
    "move_end_of_term", "create_organization",
}  # fmt: skip
"""Acts about an organization that move nothing of those below it."""
OF_THE_TREE = {
    "create_organization", "describe_organization", "move_organization", "dissolve_organization", "import_roster",
    "undo_import",
}  # fmt: skip
"""Acts after which other organizations may stand above a branch, or other kinds of units below one."""
LATE = timedelta(minutes=5)
"""How long after its moment a tap may be stored, at most: transactions take their time, and clocks differ."""


@dataclass(slots=True)
class News:
    """`last`: the number of the last entry that is in it. `everything`: of some act nobody knows where it belongs."""

    last: int
    paths: set[str] = field(default_factory=set)
    tree_changed: bool = False
    everything: bool = False


def news_after(number: int, *, since: datetime | None) -> News:
    """What the entries after that number are about, and the taps since a moment."""
    entries = Entry.objects.filter(number__gt=number).in_order()
    facts = list(entries.values_list("number", "action", "organization_code", "subject_kind", "subject_id"))
    news = News(facts[-1][0] if facts else number)
    acts = [one[1:] for one in facts if not is_left_aside(one[1], one[3])]
    news.everything = any(not code and kind != Member._meta.label for _action, code, kind, _id in acts)
    news.tree_changed = any(action in OF_THE_TREE for action, *_rest in acts)
    news.paths = _paths_of(acts) | _tapped(since)
    return news


def is_left_aside(action: str, subject_kind: str) -> bool:
    if subject_kind.startswith(SUBJECTS_LEFT_ASIDE) and subject_kind != COUNTED:
        return True
    return action in LEFT_ASIDE or action.startswith(LEFT_ASIDE_BEGINNINGS)


def _paths_of(acts: list[tuple[str, str, str, str]]) -> set[str]:
    codes = {code for _action, code, _kind, _id in acts}
    narrow = {code for code in codes if all(one[0] in OF_ITSELF for one in acts if one[1] == code)}
    members = {subject for _action, _code, kind, subject in acts if kind == Member._meta.label}
    codes |= _codes_of_old(members)
    found = Organization.objects.filter(code__in=codes - {""}).order_by()
    branches = (OrganizationKind.BRANCH, OrganizationKind.GROUP)
    return set(found.exclude(~Q(kind__in=branches), code__in=narrow).values_list("path", flat=True))


def _codes_of_old(members: Iterable[str]) -> set[str]:
    """Every organization under which something was ever recorded of those members: whoever goes back to where he was
    leaves no other trace in the place that he left."""
    entries = Entry.objects.filter(subject_kind=Member._meta.label, subject_id__in=members).order_by()
    return set(entries.values_list("organization_code", flat=True).distinct())


def _tapped(since: datetime | None) -> set[str]:
    """Places of meetings whose attendance somebody tapped after they were closed."""
    if since is None:
        return set()
    taps = AttendanceChange.objects.filter(at__gte=since - LATE).order_by()
    held = taps.exclude(attendance__meeting__state=MeetingState.OPEN)
    return set(held.values_list("attendance__meeting__organization__path", flat=True).distinct())


USED = sorted({name for measure in MEASURES for name in (*measure.part, *measure.whole)} | {"branches", "incomplete"})
Group = tuple[str, str, str]
"""Kind, kind of unit (empty: of all) and measure."""


def _summed(name: str) -> str:
    if name in SNAPSHOTS:
        return f"SUM(CASE WHEN line.month = %(last)s THEN line.{name} ELSE 0 END) AS {name}"
    return f"SUM(line.{name}) AS {name}"


def _counted(measure: Measure) -> str:
    part, whole = (f"({' + '.join(names)})" for names in (measure.part, measure.whole))
    return f"""
SELECT kind, unit_kind, '{measure.code}' AS measure,
    {share_sql(measure, part, whole)} AS per_mille, COUNT(*)
FROM complete WHERE {whole} > 0 GROUP BY kind, unit_kind, 4"""  # noqa: S608 - names of ours


HOW_MANY_EACH = f"""
WITH complete AS MATERIALIZED (
    SELECT one.kind, CASE WHEN one.kind = 'branch' THEN one.unit_kind ELSE summed.unit_kind END AS unit_kind,
        {", ".join(f"CAST(summed.{name} AS bigint) AS {name}" for name in USED)}
    FROM (
        SELECT line.organization_id, line.unit_kind, {", ".join(map(_summed, USED))}
        FROM assessment_rollup line WHERE line.month BETWEEN %(first)s AND %(last)s
        GROUP BY line.organization_id, line.unit_kind
    ) summed JOIN members_organization one ON one.id = summed.organization_id
    WHERE NOT {UNCOMPARED.replace("r.", "summed.")}
)
{" UNION ALL ".join(_counted(measure) for measure in MEASURES if measure.whole)}
"""  # noqa: S608 - names of ours
"""Of organizations that are compared (`is_compared`)."""


def medians(period: str, months: Sequence[date]) -> Iterator[LevelMedian]:
    """Of one period, as rows that nobody has stored. Snapshots are those of its last month. One statement."""
    for (kind, unit_kind, measure), values in _values(months).items():
        yield LevelMedian(
            kind=kind, unit_kind=unit_kind, period=period, measure=measure,
            per_mille=middle(values), organizations=values.total(),
        )  # fmt: skip


def middle(values: Mapping[int, int]) -> int:
    """The median of values that occur so often; between two, their mean, half up."""
    found: list[int] = []
    total, passed = sum(values.values()), 0
    for value in sorted(values):
        passed += values[value]
        while len(found) < 2 and passed > (total - 1 + len(found)) // 2:
            found.append(value)
    return (found[0] + found[1] + 1) // 2


def _values(months: Sequence[date]) -> dict[Group, Counter[int]]:
    found: dict[Group, Counter[int]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(HOW_MANY_EACH, {"first": adapted(months[0]), "last": adapted(months[-1])})
        for kind, unit_kind, measure, per_mille, count in cursor.fetchall():
            found[kind, unit_kind, measure][per_mille] += count
            if kind == OrganizationKind.BRANCH and unit_kind:
                found[kind, "", measure][per_mille] += count
    return found


@transaction.atomic
def rebuild_medians(*, on: date) -> int:
    """Of every month, quarter and year that is kept; how many."""
    LevelMedian.objects.all().delete()
    return _store(periods(kept_months(on)))


@transaction.atomic
def refresh_medians(*, on: date) -> int:
    """Of the periods that the day lies in."""
    kept, now = periods(kept_months(on)), set(names_of(on))
    LevelMedian.objects.filter(period__in=now).delete()
    return _store({name: months for name, months in kept.items() if name in now})


def _store(found: dict[str, list[date]]) -> int:
    rows = [row for name, months in found.items() for row in medians(name, months)]
    LevelMedian.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)
