"""Enumerations. The codes are the field's terms (docs/glossary.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ChargeKind(TextChoices):
    CHARGE = "charge", _("Charge")
    REVERSAL = "reversal", _("Reversal")


class MonthState(TextChoices):
    """How a member's month stands, as the grid of months shows it."""

    SETTLED = "settled", _("Paid")
    PART = "part", _("Partly paid")
    OPEN = "open", _("Not paid")
    WAIVED = "waived", _("Exempt")
    AHEAD = "ahead", _("Paid ahead")
    NOT_CHARGED = "not_charged", _("Not charged")
    UNKNOWN = "unknown", _("No base")
    ELSEWHERE = "elsewhere", _("Another branch")
    TO_COME = "to_come", _("Still to come")


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
