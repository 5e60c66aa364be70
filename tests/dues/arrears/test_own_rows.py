"""Who reads about the dues of whom."""

import pytest

from dues.arrears.queries import readable
from dues.choices import PayerKind
from dues.models import Charge
from members.access.queries import access_for
from members.choices import Capability
from members.models import Member
from tests.cast import TODAY
from tests.dues.making import charge, fix, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(cast):
    for member in (cast.zhang, cast.li):
        fix(member, 12185, base=812345, rate="0.015")
        for month in ("2026-08", "2026-09", "2026-10"):
            charge(member, month, 12185)
        pay(member, 20000, "2026-10-05", way="wechat", payer_kind=PayerKind.RELATIVE, payer_name="张小红")
    return cast


def test_who_reads_about_whom_is_what_visible_to_says(ledger):
    for part, user in ledger.users().items():
        user.access = access_for(user, on=TODAY)
        if not user.access.paths(Capability.VIEW_DUES):
            continue
        here = set(Member.objects.visible_to(user, Capability.VIEW_DUES))
        here |= {line.member for line in Charge.objects.visible_to(user).select_related("member")}
        assert {one for one in Member.objects.all() if readable(user, one.key)[0]} == here, part


def test_who_takes_no_dues_anywhere_reads_about_nobody(cast):
    cast.member.access = access_for(cast.member, on=TODAY)

    assert readable(cast.member, cast.zhang.key) == (None, False)
