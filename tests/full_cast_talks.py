"""Talks, their notes, lists and self-checks of the full cast: private ones beside shared ones, in every place."""

from typing import TYPE_CHECKING

from members.models import Member
from supervision.models import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer, Talk, TalkNote
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast

THIS_YEAR = TODAY.replace(month=3, day=8)


def talks(full: "FullCast") -> None:
    cast = full.cast
    gone = full.rows[Member]["gone"]
    for name, place, first, second, by in (
        ("zhang", cast.branch, cast.zhang, cast.li, cast.secretary),
        ("li", cast.branch, gone, cast.li, cast.secretary),
        ("wang", cast.next_branch, cast.wang, cast.zhao, cast.next_secretary),
        ("zhao", cast.other_branch, cast.zhao, cast.wang, cast.other_secretary),
    ):
        talk = Talk.objects.create(organization=place, first=first, second=second, held_on=THIS_YEAR, recorded_by=by)
        full.keep(talk, name)
        for author in (first, second):
            note = TalkNote.objects.create(talk=talk, author=author, text="谈了家里的事")
            full.keep(note, f"{name}-{full.name_of(author)}")
    checks(full)


def checks(full: "FullCast") -> None:
    cast = full.cast
    lists = {
        place.code: full.keep(
            Checklist.objects.create(organization=place, title=f"{place.name}自查清单", valid_from=THIS_YEAR),
            place.code,
        )
        for place in (cast.county, cast.district, cast.other_district)
    }
    for code, checklist in lists.items():
        full.keep(ChecklistItem.objects.create(checklist=checklist, position=1, text="按月交纳党费"), code)
    item = full.rows[ChecklistItem]["county"]
    for name in ("zhang", "li", "wang", "zhao"):
        for shared in ("", "-shared"):
            check = SelfCheck.objects.create(
                member=full.rows[Member][name], checklist=lists["county"], made_on=THIS_YEAR, plan="多参加活动",
                shared_on=TODAY if shared else None,
            )  # fmt: skip
            full.keep(check, f"{name}{shared}")
            answer = SelfCheckAnswer.objects.create(check_made=check, item=item, mark="partly", note="外出时忘了")
            full.keep(answer, f"{name}{shared}")
