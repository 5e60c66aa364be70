"""Private values of more people than one may take along are put to a second person. For the pages of every app."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from members.exports.kinds import JOBS
from members.exports.queries import second_persons
from members.exports.services import ask_export
from members.models.organization import Organization
from members.pages.requests import PageRequest
from members.refused import Refused
from members.roster.services import demand_substance


def ask_second(
    request: PageRequest,
    *,
    kind: str,
    parameters: Mapping[str, Any],
    organization: Organization,
    total: int,
    covers: Sequence[str],
) -> HttpResponse:
    """Ask somebody else of an office that may see all these people, and say whom.

    `parameters` hold the reason. Raises Refused where it says nothing, or where there is nobody else.
    """
    demand_substance(parameters["reason"])
    names = second_persons(covers, asking=request.user, on=request.today)
    if not names:
        raise Refused(
            _("So many private values need a second person, and nobody else holds an office that may see them.")
        )
    wish = {"kind": kind, "parameters": parameters, "organization": organization, "total": total, "covers": covers}
    ask_export(**wish, by=request.user, needs_agreement=True)  # type: ignore[arg-type]
    sentence = _(
        "So many private values need a second person. One of them has to agree: %(names)s. Then fetch it here."
    )
    messages.info(request, sentence % {"names": "、".join(names)})
    return redirect(JOBS)
