"""What each end of a relation asks for: its day, the paper that exists for it, and the article behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.choices import LeavingReason


@dataclass(frozen=True, slots=True)
class Ending:
    """`day`, `paper`: how the fields are called. `proofs`: how it may be known, where no paper is asked for; then the
    paper may be left out. `rule`: key of the rule that says who decides; empty: none does."""

    day: Promise
    paper: Promise
    help: Promise
    proofs: Mapping[str, Promise]
    rule: str = ""


ENDINGS: Mapping[LeavingReason, Ending] = {
    LeavingReason.LEFT_SYSTEM: Ending(
        _("Day on which the new organization received the member"),
        _("Receipt of the letter of introduction"),
        _("Number and day of the receipt, and the organization that received the member."),
        {},
        "transfer.receipt.max_months",
    ),
    LeavingReason.DECEASED: Ending(
        _("Day of death"),
        _("Number of the paper, or what was said"),
        _("As far as there is one. No letter is needed."),
        {
            "certificate": _("Death certificate"),
            "family": _("The family said so"),
            "unit": _("The unit, community or hospital said so"),
        },
    ),
    LeavingReason.REMOVED: Ending(
        _("Day on which the decision took effect"),
        _("Decision and approval"),
        _("The decision of the general meeting and the approval of the level above, with their days or numbers."),
        {},
        "withdrawal.months",
    ),
    LeavingReason.WITHDRAWN: Ending(
        _("Day on which the removal from the list took effect"),
        _("Request and decision"),
        _("The member's own request and the decision of the general meeting, with their days; the filing above."),
        {},
    ),
}
