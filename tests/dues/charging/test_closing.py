import pytest

from audit.models import Entry
from dues.charging.services import close_month
from dues.models import Charge, ClosedMonth
from members.refused import Refused
from tests.cast import TODAY
from tests.dues.making import charge, month

pytestmark = pytest.mark.django_db


def close(branch, text, confirmed=True):
    return close_month(branch, month(text), confirmed=confirmed, by="officer", on=TODAY)


def test_a_month_is_closed_once_and_on_record(cast):
    first, second = close(cast.branch, "2026-03"), close(cast.branch, "2026-03")

    assert first == second
    entry = Entry.objects.get(action="close_month")
    assert (entry.organization_code, entry.details) == ("branch", {"month": "2026-03"})


@pytest.mark.parametrize("text", ["2026-11", "2026-12"])
def test_a_month_that_isnt_over_stays_open(cast, text):
    with pytest.raises(Refused) as refused:
        close(cast.branch, text)
    assert refused.value.field == "month"


def test_it_is_closed_only_on_purpose(cast):
    with pytest.raises(Refused) as refused:
        close(cast.branch, "2026-03", confirmed=False)
    assert refused.value.field == "confirmed"
    assert (ClosedMonth.objects.count(), Entry.objects.count()) == (0, 0)


def test_earlier_months_come_first(cast):
    charge(cast.zhang, "2026-02", 4000)
    charge(cast.wang, "2026-01", 4000)

    with pytest.raises(Refused, match="2026-02"):
        close(cast.branch, "2026-03")
    close(cast.branch, "2026-02")
    assert close(cast.branch, "2026-03")
    assert Charge.objects.count() == 2


@pytest.mark.parametrize("place", ["district", "group"])
def test_only_branches_close_months(cast, place):
    with pytest.raises(Refused):
        close(getattr(cast, place), "2026-03")
