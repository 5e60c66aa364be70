"""The demo's supervision on whatever day somebody tries the program, and its parts alone."""

from datetime import date

import pytest

from branchweb.demo import appraisals, members
from branchweb.demo.county import HOME_BRANCH
from branchweb.demo.supervision import TOLD, fill_suggestions
from members.choices import OfficeKind
from members.models import Organization, User
from supervision.appraisals.queries import lines_of
from supervision.models import AppraisalRound, Appraisee, Suggestion, Tally
from tests.cast import TODAY, make_member, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("on", [date(2026, 1, 2), date(2026, 2, 28), date(2026, 11, 24)])
def test_the_demo_is_told_something_on_any_day(on):
    county = make_organization("qinghe", "县委", "committee")
    for code in sorted({told.branch for told in TOLD}):
        branch = make_organization(code, code, "branch", county)
        member = make_member(f"党员{code}", branch)
        make_user(f"member-{code}", member=member)
        make_user(f"secretary-{code}", OfficeKind.SECRETARY, branch)
    fill_suggestions(on=on)

    assert Suggestion.objects.count() == len(TOLD)
    assert Suggestion.objects.overdue(on).count() == 2
    assert Suggestion.objects.unanswered().count() == 4
    assert Suggestion.objects.filter(is_settled__isnull=False).count() == 4
    assert not Suggestion.objects.filter(answered_on__gt=on).exists()


def test_last_years_is_told_and_this_years_in_the_ballot(db):
    logins = members.fill(on=TODAY)
    appraisals.fill(on=TODAY)
    home = Organization.objects.get(code=HOME_BRANCH)
    old, new = AppraisalRound.objects.filter(organization=home).order_by("year")

    assert (old.state, old.year, new.state, new.year) == ("closed", TODAY.year - 1, "ballot", TODAY.year)
    assert AppraisalRound.objects.count() > 2
    assert not Appraisee.objects.filter(round=old, told_on=None).exists()
    assert {one.grade for one in Appraisee.objects.filter(round=old)} >= {"excellent", "qualified"}
    assert all(line.result for line in lines_of(old) if line.appraisee.is_graded)
    voted = Appraisee.objects.filter(round=new, has_voted=True)
    assert 3 <= voted.count() < Appraisee.objects.filter(round=new).count()
    assert Tally.objects.filter(appraisee__round=new, ballots__gt=0).exists()
    names = [login["username"] for login in logins]
    assert not voted.filter(member__in=User.objects.filter(username__in=names, member__isnull=False).values("member"))
