"""Posts of party work, class hours and conditions for tests."""

from datetime import date

from assessment.models import CadrePost, Conditions, Training

JANUARY, MAY = date(2026, 1, 5), date(2026, 5, 12)


def post(place, member, **facts):
    known = {"post": "党务干事", "share": "part_time", "percent": 50, "valid_from": JANUARY}
    return CadrePost.objects.create(organization=place, member=member, **known | facts)


def training(place, member, by, **facts):
    known = {"held_on": MAY, "subject": "支部书记培训班", "hours": 24}
    return Training.objects.create(organization=place, member=member, recorded_by=by, **known | facts)


def conditions(place, by, **facts):
    known = {"year": 2026, "posts_planned": 2, "rooms": 1, "budget_fen": 500_000, "spent_fen": 125_000}
    return Conditions.objects.create(organization=place, recorded_by=by, **known | facts)
