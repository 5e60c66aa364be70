"""One person of the demo on record twice: entered once more by hand from a card with less and other on it."""

from datetime import date, timedelta
from uuid import uuid4

from members.choices import DatePrecision, ReachBy
from members.demo.county import HOME_BRANCH
from members.models import Member, Organization, User
from members.rules.dates import PartialDate
from members.services.people import create_member


def enter_twice(*, on: date) -> Member:
    """The second entry. It has no dues and no meetings yet, so that nothing stands in the way of merging the two."""
    branch = Organization.objects.get(code=HOME_BRANCH)
    member = _ordinary(branch)
    return create_member(
        key=uuid4(), organization=branch, since=on - timedelta(days=3), values=_as_on_the_card(member), on=on,
        by=User.objects.get(username="officer"),
    )  # fmt: skip


def _ordinary(branch: Organization) -> Member:
    """Whom nothing befell and who has no office, known to the day."""
    plain = Member.objects.below(branch.path).filter(party_post="", user=None, situations=None)
    return plain.filter(joined_precision=DatePrecision.DAY).exclude(full_on=None).order_by("pk").reverse()[0]


def _as_on_the_card(member: Member) -> dict[str, object]:
    assert member.joined_on and member.full_on
    said = {field: getattr(member, field) for field in ("name", "sex", "membership", "born", "native_place")}
    return said | {
        "joined": _month(member.joined_on), "confirmed": _month(member.full_on),
        "work_post": "", "address": "青禾县南湖街12号", "reach_by": ReachBy.VISIT, "remark": "按老卡片补录",
    }  # fmt: skip


def _month(day: date) -> PartialDate:
    return PartialDate(day.replace(day=1), DatePrecision.MONTH)
