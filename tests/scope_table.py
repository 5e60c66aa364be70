"""Who sees which rows: reviewed by hand, kept by `test_scope.py`. What a part is not named for, it doesn't see.

Read it as: for each model, each part of the cast, the rows of `full_cast` that `visible_to` may give.
"""

from tests.scope_rows import (
    BRANCH_BOOKS,
    CARE,
    COUNTED_BOOKS,
    DUES_CASES,
    DUTIES,
    EVERY_OFFICE,
    EVERY_PLACE,
    LARGE,
    LEDGER,
    MATERIALS_OF_THE_BRANCH,
    MATERIALS_OF_THE_NEXT_BRANCH,
    MEETINGS_OF_THE_BRANCH,
    MEMBERS,
    MESSAGES,
    OFFICES_BELOW_THE_DISTRICT,
    ORGANIZATIONS,
    OWN_DUES,
    ROSTER,
    SAID,
    TASKS_OF_THE_BRANCH,
    TERMS,
)
from tests.scope_table_assessment import ASSESSMENT

SCOPE: dict[str, dict[str, str]] = {
    "Member": MEMBERS,
    "Situation": ROSTER,
    # The relation that `gone` had stays part of the branch's history; `zhao` takes part in the next branch.
    "Affiliation": {
        "secretary": "zhang li gone",
        "officer": "zhang li gone",
        "group_leader": "li",
        "member": "zhang",
        "next_secretary": "wang zhao-guest",
        "other_secretary": "zhao",
        "district_staff": "zhang li wang gone zhao-guest",
        "county_staff": "zhang li wang zhao gone zhao-guest",
    },
    "ContactPerson": CARE,
    "Contact": CARE,
    "HelpRequest": CARE,
    "Organization": ORGANIZATIONS,
    "Term": TERMS,
    "LocalRule": {
        "district_staff": "district",
        "county_staff": "county district other-district",
        "county_secretary": "county district other-district",
        "inspector": "county district other-district",
        "administrator": "county district other-district",
    },
    "Office": {
        "secretary": "secretary officer group_leader",
        "officer": "secretary officer group_leader",
        "group_leader": "group_leader",
        "next_secretary": "next_secretary former",
        "other_secretary": "other_secretary",
        "district_staff": OFFICES_BELOW_THE_DISTRICT,
        "county_staff": EVERY_OFFICE,
        "county_secretary": EVERY_OFFICE,
        "inspector": EVERY_OFFICE,
        "administrator": EVERY_OFFICE,
        "former": "former",
    },
    # Oneself; administrators also whoever holds or held an office, or is a member, below theirs. Never a stranger.
    "User": {
        "secretary": "secretary",
        "officer": "officer",
        "group_leader": "group_leader",
        "member": "member",
        "next_secretary": "next_secretary",
        "other_secretary": "other_secretary",
        "district_staff": "district_staff",
        "county_staff": "county_staff",
        "county_secretary": "county_secretary",
        "inspector": "inspector",
        "administrator": EVERY_OFFICE + " member",
        "stranger": "stranger",
        "former": "former",
    },
    "SavedFilter": {
        "secretary": "secretary",
        "officer": "officer",
        "group_leader": "group_leader",
        "member": "member",
        "next_secretary": "next_secretary",
        "other_secretary": "other_secretary",
        "district_staff": "district_staff",
        "county_staff": "county_staff",
        "county_secretary": "county_secretary",
        "inspector": "inspector",
        "administrator": "administrator",
        "stranger": "stranger",
        "former": "former",
    },
    # An import without a place builds a tree: it belongs to whoever uploaded it.
    "RosterImport": {
        "secretary": "branch",
        "officer": "branch",
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
        "district_staff": "branch next-branch tree-of-district",
        "county_staff": "branch next-branch other-branch tree-of-county",
    },
    # A file is for whoever asked for it, and for nobody else, not even in the same branch.
    "Merge": {
        "secretary": "branch",
        "officer": "branch",
        "district_staff": "branch district",
        "county_staff": "branch district",
    },
    # Where offices are confirmed or given.
    "OfficeRequest": {
        "district_staff": "district",
        "county_staff": "county district",
        "county_secretary": "county district",
        "inspector": "county district",
        "administrator": "county district",
    },
    "Export": {"secretary": "branch asked", "next_secretary": "next-branch", "county_staff": "county"},
    # Committees are given counts, never rows. A member sees what he is asked to, and every list that he was on.
    "Meeting": {
        "secretary": MEETINGS_OF_THE_BRANCH,
        "officer": MEETINGS_OF_THE_BRANCH,
        "group_leader": "group",
        "member": "branch planned before open",
        "next_secretary": "next-branch before next-planned",
        "other_secretary": "other-branch",
    },
    "Attendance": {
        "secretary": "zhang@branch li@branch li@group zhang@open li@open",
        "officer": "zhang@branch li@branch li@group zhang@open li@open",
        "group_leader": "li@group",
        "member": "zhang@branch zhang@before zhang@open",
        "next_secretary": "wang@next-branch zhang@before",
        "other_secretary": "zhao@other-branch",
    },
    # A member reads on his page of the meeting what was corrected; no committee above reads it.
    "AttendanceCorrection": {
        "secretary": "zhang@branch li@branch li@group zhang@open li@open",
        "officer": "zhang@branch li@branch li@group zhang@open li@open",
        "group_leader": "li@group",
        "next_secretary": "wang@next-branch zhang@before",
        "other_secretary": "zhao@other-branch",
    },
    "LeaveRequest": {
        "secretary": "zhang li",
        "officer": "zhang li",
        "member": "zhang",
        "next_secretary": "wang",
    },
    # Members read decisions on their page of the meeting, not the record of the item.
    "AgendaItem": {
        "secretary": MEETINGS_OF_THE_BRANCH,
        "officer": MEETINGS_OF_THE_BRANCH,
        "group_leader": "group",
        "next_secretary": "next-branch before next-planned",
        "other_secretary": "other-branch",
    },
    "Material": {
        "secretary": MATERIALS_OF_THE_BRANCH,
        "officer": MATERIALS_OF_THE_BRANCH,
        "group_leader": "group-open group-closed",
        "member": "branch-open planned-open before-open open-open",
        "next_secretary": MATERIALS_OF_THE_NEXT_BRANCH,
        "other_secretary": "other-branch-open other-branch-closed",
    },
    "Vote": {
        "secretary": "branch group open elected@branch",
        "officer": "branch group open elected@branch",
        "group_leader": "group",
        "next_secretary": "next-branch before elected@next-branch",
        "other_secretary": "other-branch elected@other-branch",
    },
    "VoteLook": {
        "secretary": "elected@branch",
        "officer": "elected@branch",
        "next_secretary": "elected@next-branch",
        "other_secretary": "elected@other-branch",
    },
    # Who has to do something reads the task, not the record around it.
    "Task": {
        "secretary": TASKS_OF_THE_BRANCH,
        "officer": TASKS_OF_THE_BRANCH,
        "group_leader": "task@group",
        "member": "task@branch",
        "next_secretary": "task@next-branch task@before task@next-planned",
        "other_secretary": "task@other-branch",
    },
    "MembershipStep": {
        "secretary": "zhang",
        "officer": "zhang",
        "member": "zhang",
        "next_secretary": "wang",
        "other_secretary": "zhao",
    },
    "AttendanceImport": {
        "secretary": "branch",
        "officer": "branch",
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
    },
    # A base is the officer's and the member's business: a secretary's only where there is no officer.
    "Basis": {"officer": "zhang li", "next_secretary": "wang", "other_secretary": "zhao", "member": "zhang"},
    "LedgerImport": {"officer": "branch", "next_secretary": "next-branch", "other_secretary": "other-branch"},
    "Relief": DUES_CASES,
    "ArrearsReview": DUES_CASES,
    "Arrangement": OWN_DUES,
    "ArrearsReason": OWN_DUES,
    "Charge": LEDGER,
    "Payment": LEDGER,
    "Allocation": LEDGER,
    "Receipt": LEDGER,
    "PaymentProposal": LEDGER,
    "LargeDues": LARGE,
    # Who paid whose dues is the branch's business: a member reads his payments, not the bill.
    "BillRow": LEDGER | {"member": ""},
    "Bill": BRANCH_BOOKS,
    "ClosedMonth": BRANCH_BOOKS,
    "Remittance": COUNTED_BOOKS,
    "DuesUse": COUNTED_BOOKS,
    # Published to the members, also to one who has no office.
    "Disclosure": COUNTED_BOOKS | {"member": "branch"},
    # What was sent is the branch's to read, and what was sent to oneself one's own. Committees read none of it.
    "NotApplicable": SAID,
    "DeskCount": DUTIES,
    "Effort": DUTIES,
    "Message": MESSAGES,
    # Whoever edits the roster may say it for who doesn't do it themselves.
    "Preference": {part: rows for part, rows in CARE.items() if part != "group_leader"}
    | {"administrator": "administrator"},
    "Release": {"secretary": "branch", "officer": "branch", "next_secretary": "next-branch"},
    # How messages read, and where they go: the committee's staff sets them up. Nobody below sees an address.
    "Wording": {"district_staff": "district", "county_staff": "county district"},
    "ChannelSetup": {
        "district_staff": "district branch next-branch",
        "county_staff": "district branch next-branch other-branch",
    },
    # Who talked with whom is the branch's; what was said the two's alone, whatever the office.
    "Talk": {
        "secretary": "zhang li",
        "officer": "zhang li",
        "member": "zhang",
        "next_secretary": "wang",
        "other_secretary": "zhao",
    },
    "TalkNote": {"member": "zhang-zhang zhang-li"},
    "Checklist": {
        "member": "county district",
        "district_staff": "district",
        "county_staff": "county district other-district",
    },
    # The branch's offices see what was shared, and nobody above them even that.
    "SelfCheck": {
        "member": "zhang zhang-shared",
        "secretary": "zhang-shared li-shared",
        "officer": "zhang-shared li-shared",
        "group_leader": "li-shared",
        "next_secretary": "wang-shared",
        "other_secretary": "zhao-shared",
    },
    # The branch's offices; its members those that aren't marked; those who inspect, what they found, also before the
    # branch is told.
    "Problem": {
        "secretary": "branch branch-marked finding-issued",
        "officer": "branch branch-marked finding-issued",
        "member": "branch finding-issued",
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
        "district_staff": "finding-visited finding-issued",
        "county_staff": "finding-visited finding-issued",
        "inspector": "finding-visited finding-issued",
    },
    # A branch isn't shown a visit while its findings are being written.
    "Inspection": {
        "secretary": "planned issued",
        "officer": "planned issued",
        "district_staff": "planned visited issued",
        "county_staff": "planned visited issued",
        "inspector": "planned visited issued",
    },
    # The branch's offices; its members those that aren't marked. Committees count them.
    "Matter": {
        "secretary": "branch branch-marked",
        "officer": "branch branch-marked",
        "member": "branch",
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
    },
    # The branch's offices, one's own, and what is shared with the members of the branch. Committees count them.
    "Suggestion": {
        "secretary": "zhang li",
        "officer": "zhang li",
        "member": "zhang",
        "next_secretary": "wang",
        "other_secretary": "zhao",
    },
    # The offices of whoever reports; above it, once it was submitted.
    "Report": {
        "secretary": "branch draft",
        "officer": "branch draft",
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
        "district_staff": "branch district",
        "county_staff": "branch district other-branch",
        "county_secretary": "branch district other-branch",
    },
    # The branch's offices, and who takes part; nobody above reads a name or a text.
    "AppraisalRound": {
        "secretary": "branch",
        "officer": "branch",
        "member": "branch",
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
    },
    "Appraisee": {
        "secretary": "zhang li",
        "officer": "zhang li",
        "member": "zhang",
        "next_secretary": "wang",
        "other_secretary": "zhao",
    },
    # Also who wrote it.
    "MutualAppraisal": {
        "secretary": "zhang li",
        "officer": "zhang li",
        "member": "zhang li",
        "next_secretary": "wang",
        "other_secretary": "zhao",
    },
    # One's own, and those that one may approve.
    "InspectorKey": {
        "district_staff": "district",
        "county_secretary": "county district",
        "inspector": "county district",
    },
    # Only the inspector to whose key it is sealed, while the office lasts.
    "Letter": {"inspector": "county"},
    "LetterFile": {"inspector": "county"},
    # Only the custodian to whose key it is sealed, whatever office they hold.
    "NameRequest": {"administrator": "county"},
    "DeclaredRelative": {"inspector": "county", "district_staff": "district"},
    **ASSESSMENT,
    # Not a queryset's visible_to but members.trail.queries.visible_entries.
    "Entry": {
        "secretary": "branch group",
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
        "district_staff": "district branch group next-branch",
        "county_staff": EVERY_PLACE,
        "administrator": EVERY_PLACE + " nowhere",
    },
}

CHARGED = {"Member": MEMBERS | {"next_secretary": "wang zhang"}}
"""A branch reads about whom it charged, also after they moved on, and is told that nothing is to be recorded there."""

EVERYBODY = (
    "anonymous stranger member secretary officer next_secretary group_leader district_staff county_staff "
    "county_secretary inspector administrator"
)

OTHERWISE = {
    # Whoever holds the link, logged in or not, is asked; the page says nothing about anybody.
    "reminders:answer": {"Message": dict.fromkeys(EVERYBODY.split(), "zhang li wang zhao held lost")},
    # Who watches the machinery sends again what could not be sent, and is shown nothing of it but its kind.
    "reminders:job-again": {"Message": {"administrator": "zhang li wang zhao held lost"}},
    # Everybody who takes part says what they see in each other; the other's own row stays closed to them.
    "supervision:appraisal-of": {"Appraisee": {"member": "zhang li"}},
    # Whoever may reveal there is asked to agree; who asked is not.
    "members:export-agree": {
        "Export": {
            "secretary": "",
            "next_secretary": "",
            "officer": "asked",
            "district_staff": "asked",
            "county_staff": "asked",
        }
    },
    "dues:member-detail": CHARGED,
    "dues:reason-add": CHARGED,
    "dues:arrangement-add": CHARGED,
    "dues:review-open": CHARGED,
    # A branch is asked about itself and about its neighbours before anything of the points is shown.
    "assessment:view-give": {"Assessment": {"next_secretary": "next-branch"}},
    # What waits for an approval is shown to the committees above, who see no other vote.
    "meetings:election-approve": {
        "Vote": {
            "district_staff": "elected@branch elected@next-branch",
            "county_staff": "elected@branch elected@next-branch elected@other-branch",
        }
    },
    "meetings:membership-decide": {
        "MembershipStep": {"district_staff": "zhang wang", "county_staff": "zhang wang zhao"}
    },
    # The branch takes back what waits; what is decided, the committee.
    "meetings:membership-take-back": {
        "MembershipStep": {"secretary": "zhang", "officer": "zhang", "next_secretary": "wang"}
    },
}
"""Pages that show rows to whom the scope doesn't: URL → model → part → rows."""

REACHED_THROUGH = {
    "RosterImportRow": "roster_import",
    "ColumnMapping": "organization",
    "ThemeDay": "organization",
    "LocalKind": "organization",
    "Exclusion": "meeting",
    "Observer": "meeting",
    "Candidate": "vote",
    "Scrutineer": "vote",
    "PassedMonth": "member",
    "ExportedMember": "member",
    "ReceiptSeries": "organization",
    "ProblemList": "problems",
    "SatisfactionAnswered": "assessment",
}
"""Models without a scope of their own: only ever read through a row that has one."""
