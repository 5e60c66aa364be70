"""Enumerations. The codes are the field's terms (docs/glossary.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ChargeKind(TextChoices):
    CHARGE = "charge", _("Charge")
    REVERSAL = "reversal", _("Reversal")


class MonthState(TextChoices):
    """How a member's month stands, as the grid of months shows it."""

    SETTLED = "settled", _("Settled")
    PART = "part", _("Partly paid")
    OPEN = "open", _("Not paid")
    WAIVED = "waived", _("Exempt")
    AHEAD = "ahead", _("Paid ahead")
    NOT_CHARGED = "not_charged", _("Not charged")
    UNKNOWN = "unknown", _("No base")
    ELSEWHERE = "elsewhere", _("Another branch")
    TO_COME = "to_come", _("Still to come")


MONTH_SIGNS = {
    MonthState.SETTLED: "✓",
    MonthState.PART: "◐",
    MonthState.OPEN: "○",
    MonthState.WAIVED: "△",
    MonthState.AHEAD: "»",
    MonthState.NOT_CHARGED: "–",
    MonthState.UNKNOWN: "?",
    MonthState.ELSEWHERE: "↗",
    MonthState.TO_COME: "",
}
"""Beside the word of each state, so that neither colour nor sign stands alone."""
MONTH_COLOURS = {
    MonthState.SETTLED: "good",
    MonthState.PART: "warn",
    MonthState.OPEN: "bad",
    MonthState.WAIVED: "info",
    MonthState.AHEAD: "info",
    MonthState.UNKNOWN: "warn",
}
"""How they are coloured; the others are quiet."""


class PaymentKind(TextChoices):
    PAYMENT = "payment", _("Payment")
    REVERSAL = "reversal", _("Reversal")


class PaymentWay(TextChoices):
    """The ways dues may be paid in."""

    CASH = "cash", _("Cash")
    TRANSFER = "transfer", _("Bank transfer")
    WECHAT = "wechat", _("WeChat")
    ALIPAY = "alipay", _("Alipay")
    LEDGER = "ledger", _("Taken over from a ledger")


class ForbiddenWay(TextChoices):
    """Ways people ask for and article 14 forbids; offered only to say so."""

    WAGE_DEDUCTION = "wage_deduction", _("Deducted from wages")
    BRANCH_FUNDS = "branch_funds", _("Paid by the branch")


class PayerKind(TextChoices):
    """Who handed the money over (2008 provisions, article 12)."""

    SELF = "self", _("The member")
    RELATIVE = "relative", _("A relative")
    OTHER_MEMBER = "other_member", _("Another member")


class ProposalState(TextChoices):
    """An officer's own payment, until another officer has looked at it."""

    WAITING = "waiting", _("Waiting for a second person")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")


class ReliefKind(TextChoices):
    WAIVER = "waiver", _("Waived")
    REDUCTION = "reduction", _("Reduced")


class BillSource(TextChoices):
    WECHAT = "wechat", _("WeChat bill")
    ALIPAY = "alipay", _("Alipay bill")
    BANK = "bank", _("Bank statement")


class BillRowState(TextChoices):
    CERTAIN = "certain", _("Clear whose it is")
    DOUBTFUL = "doubtful", _("To be decided")
    UNMATCHED = "unmatched", _("Nobody found")
    HELD = "held", _("Clear whose it is, but can't be posted as it is")
    POSTED = "posted", _("Posted")
    SET_ASIDE = "set_aside", _("Not dues")


class UseKind(TextChoices):
    """The five permitted uses (2008 provisions, article 19)."""

    TRAINING = "training", _("Training members")
    READING_MATERIAL = "reading_material", _("Papers, material and equipment for education")
    COMMENDATION = "commendation", _("Commending organizations and members")
    NEEDY_MEMBERS = "needy_members", _("Helping members in need")
    DISASTER = "disaster", _("Helping after disasters")


class DisclosureWay(TextChoices):
    MEETING = "meeting", _("At a meeting")
    BOARD = "board", _("On the notice board")
    PAGE = "page", _("On the members' page")


class MatchWhy(TextChoices):
    """What speaks for a member whom the money of a bill may be for, and what leaves a doubt."""

    NOTE = "note", _("The note names them")
    FORMER_NAME = "former_name", _("The note has a former name")
    SOUND = "sound", _("The name in the note sounds the same")
    PAYER = "payer", _("They paid themselves")
    MASKED = "masked", _("The payer's name is partly hidden")
    HELPER = "helper", _("Their contact person paid")
    BEFORE = "before", _("Whoever paid has paid for them before")
    AMOUNT = "amount", _("The amount fits")
    SURNAME = "surname", _("Whoever paid has the same surname")
    AMOUNT_ODD = "amount_odd", _("The amount fits no number of months")
    NAMESAKE = "namesake", _("Several members have this name")
    SEVERAL_NAMES = "several_names", _("The note names several people")
    OTHER_NAME = "other_name", _("The note also names somebody else")
    LONGER_NAME = "longer_name", _("The name may be part of a longer one")
    RELATION = "relation", _("The note speaks of a relative of theirs")
    SEVERAL_HELPED = "several_helped", _("Whoever paid looks after several members")
    NOTE_UNCLEAR = "note_unclear", _("The note doesn't say that it is dues")
    MIXED = "mixed", _("The note speaks of something else as well")
    VOLUNTARY = "voluntary", _("The note speaks of a voluntary or special amount")


class NoMatch(TextChoices):
    """Why nobody was found for the money of a bill."""

    NOT_DUES = "not_dues", _("The note is about something else")
    NOBODY_OF_THAT_NAME = "nobody_of_that_name", _("Nobody of the name in the note belongs to this branch")
    PAYER_UNKNOWN = "payer_unknown", _("Neither the note nor the payer says whom it is for")
