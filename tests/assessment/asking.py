"""What a committee asks of its branches, for tests: local rules about joint goals, and a branch being assessed."""

from datetime import date

from assessment.models import Assessment, Scheme
from members.models import LocalRule

SINCE = date(2025, 1, 1)


def asks_for(committee, kind, last_month, **facts):
    """A local rule: `kind` (plan, check or result) until the end of that month."""
    known = {
        "rule_key": f"assessment.goals.{kind}.month", "value": str(last_month), "document": "共同目标办法",
        "approved_by": "党委会", "approved_on": SINCE, "valid_from": SINCE,
    }  # fmt: skip
    return LocalRule.objects.create(organization=committee, **known | facts)


def assessed(branch, committee, *, year=2026, weight_self=30, **facts):
    """The assessment of a branch by a scheme that asks for its own view."""
    known = {"code": f"s{year}", "title": f"{year}年考核办法", "state": "in_force", "in_force_since": date(year, 1, 1)}
    weights = {"weight_self": weight_self, "weight_superior": 100 - weight_self}
    scheme, _made = Scheme.objects.get_or_create(
        organization=committee, code=known["code"], year=year, defaults=known | weights
    )
    return Assessment.objects.create(scheme=scheme, organization=branch, **facts)
