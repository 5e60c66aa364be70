"""The dues' part of `manage.py demo`: this year's dues in the county that `members.demo` made.

The branch of the demo's officer is written by the services, with receipts and what an officer meets in a year;
the others plainer, as `manage.py generate` writes them.
"""

from datetime import date

from django.db import transaction

from dues.demo.home import keep_books
from dues.demo.upwards import hand_up_and_spend
from dues.generating import adopt_farmers_amount, generate_dues
from members.demo.county import COUNTY, HOME_BRANCH
from members.models import LocalRule, Organization

SEED = 1921
RATIO = "0.2"


@transaction.atomic
def fill(*, on: date) -> None:
    """Add the dues of the year as they stand on that day."""
    county = Organization.objects.get(code=COUNTY)
    adopt_farmers_amount(county, on=on)
    adopt_ratio(county, on=on)
    generate_dues(root=county, months=on.month, seed=SEED, on=on, leave_out=[HOME_BRANCH])
    home = Organization.objects.get(code=HOME_BRANCH)
    keep_books(home, on=on)
    hand_up_and_spend(home, on=on)


def adopt_ratio(county: Organization, *, on: date) -> None:
    """The share that branches hand up, which no national rule sets."""
    LocalRule.objects.create(
        organization=county,
        rule_key="dues.remit.ratio",
        value=RATIO,
        document="关于党费收缴上缴工作的通知",
        number=f"组〔{on.year - 1}〕9号",
        approved_by=county.name,
        approved_on=date(on.year - 1, 12, 20),
        valid_from=date(on.year - 5, 1, 1),
    )
