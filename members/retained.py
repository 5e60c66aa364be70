"""What of members is kept for a time, and what for good (`members.trail.retention`)."""

from collections.abc import Iterable
from datetime import datetime

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from members.choices import ImportState
from members.exports.services import forget
from members.models.contact import Contact, ContactPerson, HelpRequest
from members.models.files import Export, RosterImport, RosterImportRow
from members.models.member import Member, MemberQuerySet, Situation
from members.paths import ROOT, subtree
from members.roster.photos import forget_photo
from members.roster.services import describe
from members.trail.retention import ForGood, RetainedKind, RetentionRequest, midnight, one_batch

KEPT = (AccessLog, AccessAttempt, AccessFailureLog)


def forget_old_logins(*, before: datetime) -> int:
    """Remove what lies further back; the number of rows."""
    return sum(model.objects.filter(attempt_time__lt=before).delete()[0] for model in KEPT)


DEPARTED = "keep.departed.months"
WORKBOOKS = "keep.workbooks.months"
SHORTEST = "keep.shortest"
FACTS = ("phone", "email", "address", "dues_base", "reach_by", "remark")
"""Of the member's own columns."""
WHEREABOUTS = ("note", "able_to", "place")
"""Of a situation: health, and where somebody is. Its kind and days stay."""


# --- People who left ------------------------------------------------------------------------------------------------
def departed(paths: Iterable[str]) -> MemberQuerySet:
    """Who left for good and of whom private facts are kept."""
    of_member = {"member": OuterRef("pk")}
    private = _recorded((*FACTS, "photo")) | Q(Exists(Contact.objects.filter(**of_member).exclude(needs="")))
    private |= Q(Exists(Situation.objects.filter(_recorded(WHEREABOUTS), **of_member)))
    private |= Q(Exists(ContactPerson.objects.filter(**of_member)))
    private |= Q(Exists(HelpRequest.objects.filter(**of_member)))
    return Member.objects.former(paths).filter(private)


def _recorded(names: Iterable[str]) -> Q:
    """Condition: something stands in one of the columns."""
    condition = Q()
    for name in names:
        condition |= ~Q(**{name: ""})
    return condition


def strip_departed(due: RetentionRequest) -> int:
    """How somebody could be reached, income, health and what was said go; what they did in the party stays."""
    over = departed([ROOT]).filter(due.rows("left_on", "left_path"))
    keys = one_batch(over.order_by("pk"))
    for member in Member.objects.filter(pk__in=keys).order_by("pk").select_for_update():
        for name in FACTS:
            setattr(member, name, "")
        forget_photo(member)
        describe(member)
        member.save()
    ContactPerson.objects.filter(member__in=keys).delete()
    HelpRequest.objects.filter(member__in=keys).delete()
    Contact.objects.filter(member__in=keys).update(needs="")
    Situation.objects.filter(member__in=keys).update(**dict.fromkeys(WHEREABOUTS, ""))
    return len(keys)


# --- Workbooks ------------------------------------------------------------------------------------------------------
def _with_rows() -> Q:
    return Q(Exists(RosterImportRow.objects.filter(roster_import=OuterRef("pk"))))


def remove_rows(due: RetentionRequest) -> int:
    """The rows of one workbook. What was never confirmed is cancelled; what is with a worker waits."""
    over = RosterImport.objects.filter(due.rows("uploaded_at", "organization__path", moments=True), _with_rows())
    over = over.exclude(pk__in=RosterImport.objects.unfinished().values("pk")).order_by("uploaded_at", "pk")
    key = over.values_list("pk", flat=True).first()
    if key is None:
        return 0
    RosterImport.objects.select_for_update().get(pk=key)
    RosterImport.objects.filter(pk=key, state=ImportState.PREVIEW).update(state=ImportState.CANCELLED)
    RosterImportRow.objects.filter(roster_import=key).delete()
    return 1


def count_workbooks(paths: Iterable[str]) -> int:
    return RosterImport.objects.filter(_with_rows(), subtree("organization__path", paths)).count()


# --- Accounts -------------------------------------------------------------------------------------------------------
def remove_exports(due: RetentionRequest) -> int:
    """Each has its own day, set when it was made: at the latest so many days later."""
    return forget(before=midnight(due.on))


def remove_logins(due: RetentionRequest) -> int:
    return forget_old_logins(before=midnight(due.before(ROOT)))


def remove_sessions(due: RetentionRequest) -> int:
    """Log-ins that are over, and from where each was made."""
    over = Session.objects.filter(expire_date__lt=midnight(due.before(ROOT)))
    removed = Session.objects.filter(pk__in=one_batch(over)).delete()[0]
    ended = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return max(removed, ended.filter(pk__in=one_batch(ended)).delete()[0])


RETAINED = (
    RetainedKind(
        code="departed",
        title=_("Private facts of people who left"),
        goes=_(
            "Phone, e-mail, address, photograph, income, health, whereabouts, remarks, contact persons, what was said "
            "in contacts and requests for help."
        ),
        stays=_("Name, identity number, membership dates, offices, dues, attendance, votes, and when somebody called."),
        since=_("after leaving the last roster"),
        rule_key=DEPARTED,
        remove=strip_departed,
        kept=lambda paths: departed(paths).count(),
    ),
    RetainedKind(
        code="roster_rows",
        title=_("Rows of imported rosters"),
        goes=_("The cells as they were in the workbook, and what they replaced. The import can't be undone any more."),
        stays=_("Who imported which file, when, and how many rows; the members themselves."),
        since=_("after the upload"),
        rule_key=WORKBOOKS,
        remove=remove_rows,
        kept=count_workbooks,
    ),
    RetainedKind(
        code="exports",
        title=_("Workbooks to fetch"),
        goes=_("The file and the request for it; with private values of many people after a day."),
        stays=_("The entry in the audit trail that somebody took it."),
        since=_("after it was made"),
        rule_key=SHORTEST,
        days=settings.EXPORTS_KEPT_DAYS,
        remove=remove_exports,
        kept=lambda paths: Export.objects.filter(subtree("organization__path", paths)).count(),
    ),
    RetainedKind(
        code="logins",
        title=_("Log of who logged in"),
        goes=_("Name, time and address of each log-in and each wrong password."),
        stays=_("Nothing."),
        since=_("after the log-in"),
        rule_key="keep.network_logs.months",
        days=settings.LOGINS_KEPT_DAYS,
        remove=remove_logins,
        kept=lambda paths: AccessLog.objects.count(),
        placed=False,
    ),
    RetainedKind(
        code="sessions",
        title=_("Sessions that are over"),
        goes=_("From which address and with which browser somebody was logged in."),
        stays=_("Nothing."),
        since=_("after the session ended"),
        rule_key=SHORTEST,
        days=0,
        remove=remove_sessions,
        kept=lambda paths: UserSession.objects.count(),
        placed=False,
    ),
    ForGood(
        _("Names, membership dates, offices"), _("They say who belonged to the party organization, when and where.")
    ),
    ForGood(_("Audit trail"), _("The database itself refuses to change or remove an entry.")),
)
