"""What an act would touch of what was issued and published, shown once before it is done."""

from collections.abc import Callable, Collection

from dues.queries.papers import Touched
from dues.services.touching import touched_by
from members.models import Organization
from members.requests import PageRequest


def unseen(
    request: PageRequest, act: Callable[[], object], *, members: Collection[int], branch: Organization | None
) -> Touched | None:
    """What the act would touch, until the page that names it comes back with its digest. None: nothing speaks against
    doing it, or it would be refused and says why itself."""
    if branch is None:
        return None
    touched = touched_by(act, members=members, branch=branch, on=request.today)
    return touched if touched and request.POST.get("seen") != touched.digest else None
