import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dues.models import Charge
from tests.dues.making import fix

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def run(*options):
    out = StringIO()
    call_command("charge_dues", *options, stdout=out)
    return out.getvalue()


def test_a_month_is_charged_from_the_shell_and_again_adds_nothing(cast):
    fix(cast.zhang, 4900)
    first = json.loads(run("--org", "county", "--month", "2026-03", "--json"))
    second = json.loads(run("--org", "county", "--month", "2026-03", "--json"))

    assert list(first.items()) == [("charged", 1), ("amount_fen", 4900), ("already", 0), ("without_base", 3)]
    assert second == {"charged": 0, "amount_fen": 0, "already": 1, "without_base": 3}
    assert Charge.objects.get().made_by == "shell"


def test_for_a_person_it_says_who_has_no_base(cast):
    fix(cast.zhang, 4900)
    said = run("--org", "branch", "--month", "2026-03")

    assert "4900" in said
    assert len(said.splitlines()) == 2


@pytest.mark.parametrize(
    "options", [("nowhere", "2026-03"), ("county", "2026-12"), ("county", "2008-03"), ("county", "1999-12")]
)
def test_wrong_use_says_so_and_stores_nothing(cast, options):
    fix(cast.zhang, 4900, since="1999-01")
    with pytest.raises(CommandError) as error:
        run("--org", options[0], "--month", options[1])

    assert error.value.returncode == 2
    assert Charge.objects.count() == 0
