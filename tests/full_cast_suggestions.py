"""A suggestion of every member: those of the members with an account their own, and shared; the others' not."""

import uuid
from typing import TYPE_CHECKING

from supervision.models import Suggestion
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast


def suggestions(full: "FullCast") -> None:
    cast = full.cast
    for name, member, branch, by in (
        ("zhang", cast.zhang, cast.branch, cast.member),
        ("li", cast.li, cast.branch, cast.secretary),
        ("wang", cast.wang, cast.next_branch, cast.next_secretary),
        ("zhao", cast.zhao, cast.other_branch, cast.other_secretary),
    ):
        days = {"asked_on": TODAY, "due_on": TODAY}
        row = Suggestion.objects.create(
            key=uuid.uuid4(), organization=branch, member=member, kind="work", text="暖气不热", recorded_by=by,
            is_shared=name == "zhang", **days,
        )  # fmt: skip
        full.keep(row, name)
