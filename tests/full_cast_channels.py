"""The wordings and channels of the full cast: of committees, and of a branch in each district."""

from typing import TYPE_CHECKING

from members.fields import sealed
from members.models import Organization, User
from reminders.choices import Addressee, ChannelKind, MessageKind
from reminders.models import ChannelSetup, Wording

if TYPE_CHECKING:
    from tests.full_cast import FullCast

ADDRESS = "https://robot.example/send?access_token="
"""No host to which anything is sent: a trial says so, and nothing leaves the machine."""


def wordings_and_channels(full: "FullCast") -> None:
    """By the organization whose they are; the program's own by whom they speak to."""
    cast = full.cast
    for place, by in ((cast.county, cast.county_staff), (cast.district, cast.district_staff)):
        full.keep(wording(place, by), place.code)
    for row in Wording.objects.filter(organization__isnull=True):
        full.keep(row, f"program-{row.addressee}")
    for place in (cast.district, cast.branch, cast.next_branch, cast.other_branch):
        full.keep(channel(place), place.code)


def wording(place: Organization, by: User) -> Wording:
    return Wording.objects.create(
        organization=place, written_by=by, kind=MessageKind.DUES, addressee=Addressee.MEMBER, language="zh-hans",
        subject="党费提醒", text="{姓名}同志，请交党费{金额}",
    )  # fmt: skip


def channel(place: Organization) -> ChannelSetup:
    return ChannelSetup.objects.create(
        organization=place, kind=ChannelKind.DINGTALK, name="工作群", address=sealed(f"{ADDRESS}{place.code}")
    )
