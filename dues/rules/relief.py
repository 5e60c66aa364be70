"""Who has to approve that dues are waived or reduced (2008 provisions, article 7; 2017 notice for the retired)."""

from datetime import date

from members.choices import DuesCategory
from rulebook.book import rule, rule_if_held
from rulebook.rule import Rule


def approval_rule(category: str, on: date) -> Rule:
    """The rule for that category: its value is `branch`, or `superior_committee`; before 2017 one for everybody."""
    retired = rule_if_held("dues.waiver.approval_retired", on) if category == DuesCategory.RETIRED else None
    return retired or rule("dues.waiver.approval", on)


def needs_superior(category: str, on: date) -> bool:
    return approval_rule(category, on).value != "branch"
