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
