"""Rows that several models share in `scope_table.py`: by part of the cast, what it may see."""

EVERY_PLACE = "county district branch group next-branch other-district other-branch"

ROSTER = {
    "secretary": "zhang li",
    "officer": "zhang li",
    "group_leader": "li",
    "member": "zhang",
    "next_secretary": "wang",
    "other_secretary": "zhao",
    "district_staff": "zhang li wang",
    "county_staff": "zhang li wang zhao",
}
"""Whoever left (`gone`) is on no roster: nothing of theirs can be changed any more."""

MEMBERS = ROSTER | {
    "secretary": "zhang li gone",
    "officer": "zhang li gone",
    "district_staff": "zhang li wang gone",
    "county_staff": "zhang li wang zhao gone",
}
"""Whoever left can be read about by the offices of the branch that they left last, and above it."""

CARE = {
    "secretary": "zhang li",
    "officer": "zhang li",
    "group_leader": "li",
    "member": "zhang",
    "next_secretary": "wang",
    "other_secretary": "zhao",
}
"""Committees read no contact log."""

ORGANIZATIONS = {
    "secretary": "branch group",
    "officer": "branch group",
    "group_leader": "group",
    "next_secretary": "next-branch",
    "other_secretary": "other-branch",
    "district_staff": "district branch group next-branch",
    "county_staff": EVERY_PLACE,
    "county_secretary": EVERY_PLACE,
    "inspector": EVERY_PLACE,
    "administrator": EVERY_PLACE,
}

TERMS = {part: " ".join(code for code in codes.split() if code != "group") for part, codes in ORGANIZATIONS.items()}
"""Groups are not elected for a term."""

OFFICES_BELOW_THE_DISTRICT = "secretary officer group_leader next_secretary former district_staff"
EVERY_OFFICE = OFFICES_BELOW_THE_DISTRICT + " other_secretary county_staff county_secretary inspector administrator"

MEETINGS_OF_THE_BRANCH = "branch group committee planned open"
TASKS_OF_THE_BRANCH = "task@branch task@group task@committee task@planned task@open"
MATERIALS_OF_THE_BRANCH = (
    "branch-open branch-closed group-open group-closed committee-open committee-closed planned-open planned-closed "
    "open-open open-closed"
)
MATERIALS_OF_THE_NEXT_BRANCH = (
    "next-branch-open next-branch-closed before-open before-closed next-planned-open next-planned-closed"
)

OWN_DUES = {
    "secretary": "zhang li",
    "officer": "zhang li",
    "member": "zhang",
    "next_secretary": "wang",
    "other_secretary": "zhao",
}
"""The branch where the member stands today, and the member."""
DUES_CASES = OWN_DUES | {"district_staff": "zhang li wang", "county_staff": "zhang li wang zhao"}
"""What the committee above has to answer."""
LEDGER = OWN_DUES | {"member": "zhang zhang-before", "next_secretary": "wang zhang-before"}
"""Lines stay with the branch in which they were made, and follow the member himself."""
LARGE = LEDGER | {
    "district_staff": "zhang li wang zhang-before",
    "county_staff": "zhang li wang zhao zhang-before",
}
BRANCH_BOOKS = {
    "secretary": "branch",
    "officer": "branch",
    "next_secretary": "next-branch",
    "other_secretary": "other-branch",
}
COUNTED_BOOKS = BRANCH_BOOKS | {
    "district_staff": "branch next-branch",
    "county_staff": "branch next-branch other-branch",
    "county_secretary": "branch next-branch other-branch",
}
"""Sums of a branch: committees see them too."""

MESSAGES = {
    "secretary": "zhang li held lost",
    "officer": "zhang li held lost",
    "member": "zhang",
    "next_secretary": "wang",
    "other_secretary": "zhao",
}

DUTIES = {
    "secretary": "branch",
    "officer": "branch",
    "next_secretary": "next-branch",
    "other_secretary": "other-branch",
    "district_staff": "branch next-branch",
    "county_staff": "branch next-branch other-branch",
    "county_secretary": "branch next-branch other-branch",
}
"""Counts of branches."""

SAID = {
    "secretary": "branch group",
    "officer": "branch group",
    "group_leader": "group",
    "next_secretary": "next-branch",
    "district_staff": "branch group next-branch",
    "county_staff": "branch group next-branch",
    "county_secretary": "branch group next-branch",
}
"""Committees count them and are shown no reason."""
