"""The place where somebody works is the first that others try as a password."""

import pytest
from django.core.exceptions import ValidationError

from members.accounts.adapters import GuessedHereValidator
from members.models import Organization

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["secretary", "member"])
@pytest.mark.parametrize("password", ["qinghe2026", "qinghexian2026", "QingHe@2026", "baishizhen88"])
def test_the_place_with_digits_is_refused_to_who_works_there(cast, password, who):
    user = cast.users()[who]
    GuessedHereValidator().validate(password, user)  # before the places have these names
    Organization.objects.filter(pk=cast.county.pk).update(name="中共青禾县委员会")
    Organization.objects.filter(pk=cast.district.pk).update(name="中共白石镇委员会")

    with pytest.raises(ValidationError):
        GuessedHereValidator().validate(password, user)
    GuessedHereValidator().validate("moonlight-over-qinghe", user)


@pytest.mark.parametrize(
    "password",
    [
        "q1nghe2026",
        "qh2026qh2026",
        "zhonggongqinghe",
        "zhonggong1921",
        "青禾县委员会2026",
        "中共青禾县委员会",
        "dongshan2026",
        "Q1ngH3@2026",
        "q!ngh3xian2026",
        "qin9he2026",
        "h0ngq12026",
        "2026h0ngq1",
        "1eifeng2026",
    ],
)
def test_neither_are_its_other_spellings_nor_another_committee_of_the_county(cast, password):
    GuessedHereValidator().validate("q1nghe-moonlight", cast.inspector)
    Organization.objects.filter(pk=cast.county.pk).update(name="中共青禾县委员会")
    Organization.objects.filter(pk=cast.other_district.pk).update(name="中共东山镇委员会")

    with pytest.raises(ValidationError):
        GuessedHereValidator().validate(password, cast.inspector)
    GuessedHereValidator().validate("q1nghe-moonlight", cast.inspector)
