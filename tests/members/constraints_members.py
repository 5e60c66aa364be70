"""What the database itself refuses about people and the record; gathered by `tests/test_constraints.py`."""

from datetime import date
from typing import Any

from django.db import models

from audit.models import ChainCheck, Entry, Head, RowSum, TableSum
from audit.services import record
from members.models import (
    Affiliation,
    ColumnMapping,
    Contact,
    ContactPerson,
    Export,
    ExportedMember,
    HelpRequest,
    LocalRule,
    Member,
    Merge,
    Office,
    OfficeRequest,
    Organization,
    Removal,
    RosterImport,
    RosterImportRow,
    SavedFilter,
    Situation,
    Term,
    User,
)

EARLY, DAY, LATE = date(2026, 1, 1), date(2026, 6, 1), date(2026, 11, 1)
PERIOD_BACKWARDS = {"valid_from": LATE, "valid_until": EARLY}
ENDED = {"ended_at": "2026-11-24T08:00Z", "expires_at": "2026-12-01T08:00Z"}


def somebody_new(_cast: Any) -> Member:
    return Member.objects.get_or_create(name="郑", membership="formal_member")[0]


def somethings_entry(cast: Any) -> Entry:
    found = Entry.objects.filter(action="export_roster").first()
    return found or record(action="export_roster", by=cast.secretary, subject=cast.secretary)


LAWFUL: dict[type[models.Model], Any] = {
    Affiliation: lambda cast: {
        "member": cast.wang, "organization": cast.branch, "kind": "participation", "valid_from": DAY,
    },
    ChainCheck: lambda cast: {"at": "2026-11-24T08:00Z", "number": 3},
    ColumnMapping: lambda cast: {"organization": cast.branch, "heading": "姓名", "field": "name"},
    Contact: lambda cast: {
        "member": cast.zhang, "happened_on": DAY, "kind": "visit", "made_by": "李", "next_on": LATE,
        "recorded_by": cast.secretary,
    },
    ContactPerson: lambda cast: {"member": cast.zhang, "person": cast.li, "valid_from": DAY},
    Entry: lambda cast: {
        "number": 1, "at": "2026-11-24T08:00Z", "actor": "x", "action": "x", "subject_kind": "x", "subject_id": "1",
        "subject_label": "x", "previous_digest": "a", "digest": "b",
    },
    Head: lambda cast: {"id": 1},
    RowSum: lambda cast: {"table_name": "x", "place": "1", "rows": 1, "sum": "0", "mark": "0"},
    TableSum: lambda cast: {"table_name": "x", "columns": "id", "places": 1, "sum": "0", "round": 1, "mark": "0"},
    OfficeRequest: lambda cast: {
        "user": cast.stranger, "kind": "inspector", "organization": cast.county, "valid_from": DAY,
        "asked_by": cast.administrator, "asked_on": DAY,
    },
    Merge: lambda cast: {
        "kept": cast.zhang, "merged": cast.li, "organization": cast.branch, "merged_from": cast.group,
        "reason": "同一个人", "proposed_by": cast.secretary,
    },
    ExportedMember: lambda cast: {"entry": somethings_entry(cast), "member": cast.zhang},
    Export: lambda cast: {
        "kind": "roster", "digest": "x", "organization": cast.branch, "asked_by": cast.secretary,
        "asked_at": "2026-11-24T08:00Z",
    },
    HelpRequest: lambda cast: {
        "member": cast.zhang, "asked_on": DAY, "due_on": LATE, "request": "轮椅", "recorded_by": cast.secretary,
    },
    LocalRule: lambda cast: {
        "organization": cast.county, "rule_key": "dues.farmer", "value": {"yuan": "0.5"}, "document": "组〔2026〕1号",
        "approved_by": "县委组织部", "approved_on": EARLY, "valid_from": DAY,
    },
    Member: lambda cast: {"name": "周", "membership": "formal_member"},
    Office: lambda cast: {
        "kind": "secretary", "organization": cast.branch, "user": cast.stranger, "member": cast.zhang,
        "valid_from": DAY,
    },
    Organization: lambda cast: {
        "path": "0009", "depth": 1, "code": "x", "name": "支部", "kind": "branch", "founded_on": DAY,
    },
    Removal: lambda cast: {"kind": "departed", "night": DAY},
    RosterImport: lambda cast: {"organization": cast.branch, "file_name": "名册.xlsx", "uploaded_by": cast.secretary},
    RosterImportRow: lambda cast: {
        "roster_import": RosterImport.objects.get_or_create(file_name="名册.xlsx")[0], "number": 3, "verdict": "new",
    },
    SavedFilter: lambda cast: {"user": cast.secretary, "name": "退休", "query": "situation=retired"},
    Situation: lambda cast: {"member": cast.zhang, "kind": "retired", "valid_from": DAY},
    Term: lambda cast: {"organization": cast.branch, "elected_on": DAY, "ends_on": LATE, "rule": "terms.branch"},
    User: lambda cast: {"username": "周", "password": "!"},
}  # fmt: skip

REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Affiliation, "affiliation_ends_after_beginning", {**PERIOD_BACKWARDS, "left_because": "deceased"}),
    (Affiliation, "affiliation_kind_known", {"kind": "friend"}),
    (Affiliation, "affiliation_end_has_reason", {"valid_until": LATE}),
    (Affiliation, "affiliation_end_has_reason", {"valid_until": LATE, "left_because": "bored"}),
    (Affiliation, "affiliation_end_has_reason", {"left_because": "deceased"}),
    (ChainCheck, "audit_check_says_what_it_found", {"broken_at": 2}),
    (ChainCheck, "audit_check_says_what_it_found", {"found": "edited"}),
    (Contact, "contact_kind_known", {"kind": "telepathy"}),
    (Contact, "contact_next_lies_later", {"next_on": DAY}),
    (ContactPerson, "contact_person_ends_after_beginning", PERIOD_BACKWARDS),
    (ContactPerson, "contact_person_is_somebody", {"person": None}),
    (Entry, "audit_entry_numbered_from_one", {"number": 0}),
    (Export, "export_has_kind", {"kind": ""}),
    (Export, "export_state_known", {"state": "lost", **ENDED}),
    (Export, "export_failed_says_why", {"state": "failed", **ENDED}),
    (Export, "export_failed_says_why", {"problem": "broke"}),
    (Export, "export_ends_and_expires", {"state": "done"}),
    (Export, "export_ends_and_expires", ENDED),
    (Export, "export_made_after_agreement", {"needs_agreement": True}),
    (Export, "export_settled_by_a_second_person", {"settled_by": lambda cast: cast.secretary}),
    (Export, "export_fetched_when_ready", {"fetched_at": "2026-11-24T08:00Z"}),
    (Head, "audit_head_only_one", {"id": 2}),
    (HelpRequest, "help_request_due_after_asking", {"due_on": EARLY}),
    (HelpRequest, "help_request_answer_is_whole", {"answered_on": LATE}),
    (HelpRequest, "help_request_answer_is_whole", {"answer": "借到了"}),
    (LocalRule, "local_rule_ends_after_beginning", PERIOD_BACKWARDS),
    (LocalRule, "local_rule_has_its_basis", {"document": ""}),
    (LocalRule, "local_rule_has_its_basis", {"approved_by": ""}),
    (Member, "member_has_name", {"name": ""}),
    (Member, "member_membership_known", {"membership": "applicant"}),
    (Member, "member_membership_known", {"membership": ""}),
    (Member, "member_birth_date_has_precision", {"birth_on": DAY}),
    (Member, "member_birth_date_has_precision", {"birth_precision": "day"}),
    (Member, "member_joined_date_has_precision", {"joined_on": DAY, "joined_precision": "week"}),
    (Member, "member_joined_date_has_precision", {"joined_on": DAY}),
    (Member, "member_full_date_has_precision", {"full_on": DAY}),
    (OfficeRequest, "office_request_kind_known", {"kind": "emperor"}),
    (
        OfficeRequest,
        "office_request_state_known",
        {"state": "lost", "settled_by": lambda cast: cast.county_secretary, "settled_on": DAY},
    ),
    (OfficeRequest, "office_request_settled_whole", {"state": "refused"}),
    (OfficeRequest, "office_request_settled_whole", {"settled_on": DAY}),
    (
        OfficeRequest,
        "office_request_confirmed_by_another",
        {"state": "confirmed", "settled_by": lambda cast: cast.administrator, "settled_on": DAY},
    ),
    (
        OfficeRequest,
        "office_request_confirmed_by_another",
        {"state": "confirmed", "settled_by": lambda cast: cast.stranger, "settled_on": DAY},
    ),
    (OfficeRequest, "office_request_not_for_oneself", {"asked_by": lambda cast: cast.stranger}),
    (Merge, "merge_of_two_entries", {"merged": lambda cast: cast.zhang}),
    (Merge, "merge_has_reason", {"reason": ""}),
    (Merge, "merge_settled_by_a_second_person", {"state": "done"}),
    (Merge, "merge_settled_by_a_second_person", {"settled_on": DAY}),
    (Office, "office_ends_after_beginning", PERIOD_BACKWARDS),
    (Office, "office_kind_known", {"kind": "king"}),
    (Office, "office_has_holder", {"user": None, "member": None}),
    (Organization, "organization_has_name", {"name": ""}),
    (Organization, "organization_kind_known", {"kind": "club"}),
    (Organization, "organization_dissolved_after_founding", {"dissolved_on": EARLY}),
    (Removal, "removal_has_kind", {"kind": ""}),
    (RosterImport, "roster_import_state_known", {"state": "lost"}),
    (TableSum, "audit_table_sum_round", {"round": -1}),
    (RosterImport, "roster_import_undone_after_applied", {"undone_at": "2026-11-24T08:00Z"}),
    (RosterImportRow, "roster_import_row_verdict_known", {"verdict": "maybe"}),
    (SavedFilter, "saved_filter_has_name", {"name": ""}),
    (Situation, "situation_ends_after_beginning", PERIOD_BACKWARDS),
    (Situation, "situation_kind_known", {"kind": "happy"}),
    (Term, "term_ends_after_election", {"ends_on": DAY}),
    (User, "user_has_name", {"username": ""}),
    (User, "user_text_size_known", {"text_size": "huge"}),
    (User, "user_theme_known", {"theme": "pink"}),
]

TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (ColumnMapping, "column_mapping_once", {}, {"field": "phone"}),
    (Entry, "audit_entry_one_successor", {}, {"number": 2, "digest": "c"}),
    (ExportedMember, "exported_member_once_an_entry", {}, {}),
    (Export, "export_asked_for_once_at_a_time", {}, {"state": "running"}),
    (LocalRule, "local_rule_one_open_per_key", {}, {"valid_from": LATE}),
    (Member, "member_one_per_national_id", {"national_id_print": "abc"}, {"name": "吴"}),
    (Merge, "merge_once", {}, {"reason": "x"}),
    (OfficeRequest, "office_request_once", {}, {"decided_by": "x"}),
    (Office, "office_open_once_per_user", {"member": None}, {"valid_from": LATE}),
    (Office, "office_open_once_per_member", {"user": None}, {"valid_from": LATE}),
    (Removal, "removal_once_a_night", {}, {"removed": 1}),
    (RosterImportRow, "roster_import_row_once", {}, {"verdict": "changed"}),
    (RowSum, "audit_one_sum_for_a_place", {}, {"rows": 2}),
    (SavedFilter, "saved_filter_name_once", {}, {"query": "x"}),
    (Situation, "situation_one_open_of_a_kind", {}, {"valid_from": LATE}),
    (Term, "term_one_per_election", {}, {"ends_on": date(2027, 1, 1)}),
    # fields that are unique by themselves
    (Entry, "digest", {}, {"number": 2, "previous_digest": "c"}),
    (Member, "key", {"key": "6a1f3c1e-0000-4000-8000-000000000001"}, {}),
    (Organization, "key", {"key": "6a1f3c1e-0000-4000-8000-000000000001"}, {"path": "000A", "code": "y"}),
    (Organization, "code", {}, {"path": "000A"}),
    (Organization, "path", {}, {"code": "y"}),
    (User, "username", {}, {"display_name": "周"}),
    (User, "member", {"member": somebody_new}, {"username": "吴"}),
]
SAID_ELSEWHERE = {(ContactPerson, "contact_person_is_another"), (Affiliation, "affiliation_one_open_formal")}
"""In `test_models_constraints.py`."""
