"""What is new in the record since a time: which organizations the roll-ups have to be computed anew for.

Every act that may move a figure leaves an entry in the trail with the code of its organization, with one exception: a
tap on an attendance sheet leaves a `Mark`. Acts that are known to move none are left aside; whatever isn't known is
taken for one that does. Entries are numbered under a lock, so that whoever sees one sees all before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from audit.models import Entry, Head
from meetings.attendance.models import Mark
from meetings.choices import MeetingState
from members.choices import OrganizationKind
from members.models import Member, Organization

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


def head_number() -> int:
    """The last entry of the trail."""
    return Head.objects.filter(pk=1).values_list("number", flat=True).first() or 0


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
    taps = Mark.objects.filter(at__gte=since - LATE).order_by()
    held = taps.exclude(expected__meeting__state=MeetingState.OPEN)
    return set(held.values_list("expected__meeting__organization__path", flat=True).distinct())
