"""The demo's appraisals: last year's told, this year's ballot open for who logs in."""

import pytest

from members import demo as members
from members.demo.county import HOME_BRANCH
from members.models import Organization, User
from supervision.appraisals import demo
from supervision.appraisals.queries import lines_of
from supervision.models import AppraisalRound, Appraisee, Tally
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


def test_last_years_is_told_and_this_years_in_the_ballot(db):
    logins = members.fill(on=TODAY)
    demo.fill(on=TODAY)
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
