"""Who sees which rows of assessment; part of `scope_table.py`, read as that."""

SHARERS = (
    "secretary", "officer", "group_leader", "next_secretary", "other_secretary", "district_staff", "county_staff",
    "county_secretary", "inspector", "administrator",
)  # fmt: skip
"""Everybody with an office."""

ASSESSMENT: dict[str, dict[str, str]] = {
    # What is published, everybody with an office; drafts and what was withdrawn, the branch that wrote it.
    "Practice": {
        **dict.fromkeys(SHARERS, "branch next-branch"),
        "secretary": "branch next-branch branch-draft",
        "officer": "branch next-branch branch-draft",
        "next_secretary": "branch next-branch next-branch-draft",
        "other_secretary": "branch next-branch other-branch-withdrawn",
    },
    "RollUp": {
        **dict.fromkeys(("secretary", "officer"), "branch"),
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
        "district_staff": "district branch next-branch",
        **dict.fromkeys(
            ("county_staff", "county_secretary"), "county district branch next-branch other-district other-branch"
        ),
    },
    # With the practice; one's own also when that was withdrawn.
    "Adoption": {
        **dict.fromkeys(SHARERS, "branch@next-branch next-branch@branch"),
        "secretary": "branch@next-branch next-branch@branch other-branch-withdrawn@branch",
        "officer": "branch@next-branch next-branch@branch other-branch-withdrawn@branch",
    },
    # Who assesses; the branch's own offices once it is shown to them.
    "Assessment": {
        "secretary": "branch",
        "officer": "branch",
        "other_secretary": "other-branch",
        "district_staff": "branch next-branch",
        **dict.fromkeys(("county_staff", "county_secretary"), "branch next-branch other-branch"),
    },
    # The branch's own offices what was confirmed.
    "ManualValue": {
        "secretary": "branch",
        "officer": "branch",
        "other_secretary": "other-branch",
        "district_staff": "branch branch-waiting next-branch",
        **dict.fromkeys(("county_staff", "county_secretary"), "branch branch-waiting next-branch other-branch"),
    },
    "Objection": {
        "secretary": "branch",
        "officer": "branch",
        "other_secretary": "other-branch",
        "district_staff": "branch",
        **dict.fromkeys(("county_staff", "county_secretary"), "branch other-branch"),
    },
    # Who gave it, and who assesses: never the branch about which another one speaks.
    "BranchView": {
        "secretary": "branch",
        "officer": "branch",
        "next_secretary": "next-branch@branch",
        **dict.fromkeys(("district_staff", "county_staff", "county_secretary"), "branch next-branch@branch"),
    },
    # The branch's offices and the committees above it; no name of a person goes up with it.
    "Goal": {
        **dict.fromkeys(("secretary", "officer"), "branch"),
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
        "district_staff": "branch next-branch",
        **dict.fromkeys(("county_staff", "county_secretary"), "branch next-branch other-branch"),
    },
    "CadrePost": {
        **dict.fromkeys(("secretary", "officer", "member"), "zhang"),
        "next_secretary": "wang",
        "district_staff": "zhang wang",
        "county_staff": "zhang wang zhao-county",
    },
    # Committees read the courses of cadres, no ordinary member's.
    "Training": {
        **dict.fromkeys(("secretary", "officer"), "zhang li-without-post"),
        "member": "zhang",
        "next_secretary": "wang",
        "district_staff": "zhang wang",
        "county_staff": "zhang wang zhao-county",
    },
    "Conditions": {
        **dict.fromkeys(("secretary", "officer"), "branch"),
        "next_secretary": "next-branch",
        "other_secretary": "other-branch",
        "district_staff": "district branch next-branch",
        "county_staff": "county district branch next-branch other-branch",
    },
    # Who keeps schemes, of their own committee and below it.
    "SchemeImport": {"district_staff": "district", "county_staff": "county district other-district"},
    # Drafts who keeps them; the others also those who are assessed by them, below the committee.
    "Scheme": {
        **dict.fromkeys(("secretary", "officer", "group_leader", "next_secretary"), "judged district"),
        "other_secretary": "judged other-district",
        "district_staff": "judged district district-draft",
        "county_staff": "judged district district-draft other-district",
        "county_secretary": "judged district other-district",
    },
}
