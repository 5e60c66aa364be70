"""The demo's suggestions on any day of the year: some wait, some are late, most are answered."""

from datetime import date

import pytest

from members.choices import OfficeKind
from supervision.models import Suggestion
from supervision.suggestions.demo import TOLD, fill
from tests.cast import make_member, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("on", [date(2026, 1, 2), date(2026, 2, 28), date(2026, 11, 24)])
def test_the_demo_is_told_something_on_any_day(on):
    county = make_organization("qinghe", "县委", "committee")
    for code in sorted({told.branch for told in TOLD}):
        branch = make_organization(code, code, "branch", county)
        member = make_member(f"党员{code}", branch)
        make_user(f"member-{code}", member=member)
        make_user(f"secretary-{code}", OfficeKind.SECRETARY, branch)
    fill(on=on)

    assert Suggestion.objects.count() == len(TOLD)
    assert Suggestion.objects.overdue(on).count() == 2
    assert Suggestion.objects.unanswered().count() == 4
    assert Suggestion.objects.filter(is_settled__isnull=False).count() == 4
    assert not Suggestion.objects.filter(answered_on__gt=on).exists()
