"""Enumerations. The codes are the field's terms (docs/glossary.md)."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class OrganizationKind(TextChoices):
    COMMITTEE = "committee", _("Committee")
    GENERAL_BRANCH = "general_branch", _("General branch")
    BRANCH = "branch", _("Branch")
    GROUP = "group", _("Party group")


class UnitKind(TextChoices):
    """What kind of unit the organization stands in."""

    ORGAN = "organ", _("Party or state organ")
    INSTITUTION = "institution", _("Public institution")
    ENTERPRISE = "enterprise", _("Enterprise")
    SCHOOL = "school", _("School")
    COMMUNITY = "community", _("Community")
    VILLAGE = "village", _("Village")
    RETIRED = "retired", _("Retired members")
    OTHER = "other", _("Other")


class Sex(TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class Membership(TextChoices):
    FORMAL = "formal_member", _("Formal member")
    PROBATIONARY = "probationary_member", _("Probationary member")


class DuesCategory(TextChoices):
    """Which article the dues follow."""

    EMPLOYED = "employed", _("Employed")
    RETIRED = "retired", _("Retired")
    FARMER = "farmer", _("Farmer")
    STUDENT = "student", _("Student")
    UNEMPLOYED = "unemployed", _("Unemployed")
    RELIEF = "relief", _("Living on relief")
    SUBSISTENCE = "subsistence", _("Subsistence allowance")


class Education(TextChoices):
    PRIMARY = "primary", _("Primary school")
    JUNIOR = "junior", _("Junior middle school")
    SENIOR = "senior", _("Senior middle school")
    VOCATIONAL = "vocational", _("Vocational school")
    COLLEGE = "college", _("Junior college")
    BACHELOR = "bachelor", _("Bachelor")
    MASTER = "master", _("Master")
    DOCTOR = "doctor", _("Doctor")


class DatePrecision(TextChoices):
    DAY = "day", pgettext_lazy("precision", "Day")
    MONTH = "month", pgettext_lazy("precision", "Month")
    YEAR = "year", _("Year")


class AffiliationKind(TextChoices):
    FORMAL = "formal", _("Formal relation")
    PARTICIPATION = "participation", _("Takes part")


class SituationKind(TextChoices):
    """What the branch has to know about a member for a time."""

    RETIRED = "retired", _("Retired")
    RELOCATED = "relocated", _("Lives elsewhere")
    MOBILE = "mobile", _("Mobile member")
    FRAIL = "frail", _("Old and frail")
    BEDRIDDEN = "bedridden", _("Bedridden")
    ABROAD_PRIVATE = "abroad_private", _("Abroad at own expense")
    ABROAD_SENT = "abroad_sent", _("Sent abroad")
    SECONDED = "seconded", _("Seconded")
    HARDSHIP = "hardship", _("In hardship")
    LOST_CONTACT = "lost_contact", _("Contact lost")
    IN_TRANSFER = "in_transfer", _("In transfer")
    SUSPENDED = "suspended", _("Membership suspended")
    PROBATION_WITHIN_PARTY = "probation_within_party", _("On probation within the party")


FRAIL_KINDS = (SituationKind.FRAIL, SituationKind.BEDRIDDEN)
ABROAD_KINDS = (SituationKind.ABROAD_PRIVATE, SituationKind.ABROAD_SENT)
VOTELESS_KINDS = (SituationKind.SUSPENDED, SituationKind.PROBATION_WITHIN_PARTY)
HARD_TO_REACH_KINDS = (
    SituationKind.RETIRED,
    SituationKind.RELOCATED,
    SituationKind.MOBILE,
    *FRAIL_KINDS,
    *ABROAD_KINDS,
    SituationKind.LOST_CONTACT,
)


class ReachBy(TextChoices):
    """How a member prefers to be reached."""

    PHONE = "phone", _("Phone call")
    SMS = "sms", _("Text message")
    WECHAT = "wechat", _("WeChat")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")
    VISIT = "visit", _("Visit")
    CONTACT_PERSON = "contact_person", _("Through the contact person")


class ContactKind(TextChoices):
    VISIT = "visit", _("Visit")
    PHONE = "phone", _("Phone")
    ONLINE = "online", _("Online")
    LETTER = "letter", _("Letter")


class LeavingReason(TextChoices):
    """Why an affiliation ended."""

    MOVED_GROUP = "moved_group", _("Moved to another group")
    TRANSFERRED = "transferred", _("Transferred to another branch")
    LEFT_SYSTEM = "left_system", _("Transferred out")
    DECEASED = "deceased", _("Deceased")
    REMOVED = "removed", _("Removed by decision")
    WITHDRAWN = "withdrawn", _("Left at own request")
    IMPORT_UNDONE = "import_undone", _("Import undone")
    MERGED = "merged", _("Merged with another entry")


class MergeState(TextChoices):
    """Where the merging of two entries stands."""

    PROPOSED = "proposed", _("Waiting for a second person")
    DONE = "done", _("Merged")
    REFUSED = "refused", _("Not merged")
    UNDONE = "undone", _("Parted again")


class OfficeRequestState(TextChoices):
    """Where an office stands that takes two people."""

    WAITING = "waiting", _("Waiting for a second person")
    CONFIRMED = "confirmed", _("Given")
    REFUSED = "refused", _("Not given")
    WITHDRAWN = "withdrawn", _("Taken back")


class OfficeKind(TextChoices):
    SECRETARY = "secretary", _("Branch secretary")
    DEPUTY_SECRETARY = "deputy_secretary", _("Deputy secretary")
    ORGANIZATION_OFFICER = "organization_officer", _("Organization officer")
    PUBLICITY_OFFICER = "publicity_officer", _("Publicity officer")
    DISCIPLINE_OFFICER = "discipline_officer", _("Discipline officer")
    COMMITTEE_MEMBER = "committee_member", _("Committee member")
    GROUP_LEADER = "group_leader", _("Group leader")
    COMMITTEE_SECRETARY = "committee_secretary", _("Committee secretary")
    COMMITTEE_STAFF = "committee_staff", _("Committee staff")
    INSPECTOR = "inspector", _("Discipline inspector")
    ADMINISTRATOR = "administrator", _("Administrator")


COMMITTEE_MEMBERS: dict[str, Promise] = {
    OrganizationKind.COMMITTEE: _("Member of the committee"),
    OrganizationKind.GENERAL_BRANCH: _("Member of the general branch's committee"),
}
"""Above branches, who sits on the committee is called otherwise."""


def office_words(kind: str, place: str) -> str:
    """What an office is called in an organization of that kind."""
    held = OfficeKind(kind)
    return str(COMMITTEE_MEMBERS.get(place, held.label) if held == OfficeKind.COMMITTEE_MEMBER else held.label)


class Capability(TextChoices):
    """What an office may do in its subtree. Which office may what: members/offices.py."""

    VIEW_ORGANIZATIONS = "view_organizations", _("See organizations and their counts")
    MANAGE_ORGANIZATIONS = "manage_organizations", _("Create, rename, move and dissolve organizations")
    VIEW_ROSTER = "view_roster", _("See the roster")
    EDIT_ROSTER = "edit_roster", _("Change members and their situations")
    IMPORT_ROSTER = "import_roster", _("Import a roster")
    EXPORT_ROSTER = "export_roster", _("Export the roster")
    VIEW_CONTACTS = "view_contacts", _("See the contact log")
    RECORD_CONTACTS = "record_contacts", _("Record contacts and help requests")
    REVEAL_PRIVATE = "reveal_private", _("Reveal an identity number, phone or income with a reason")
    MANAGE_USERS = "manage_users", _("Create users and give offices")
    CONFIRM_OFFICES = "confirm_offices", _("Confirm an office as the second person")
    MANAGE_LOCAL_RULES = "manage_local_rules", _("Record local rules")
    VIEW_AUDIT = "view_audit", _("Read the audit trail")
    VIEW_MEETINGS = "view_meetings", _("Read meetings, attendance and minutes")
    RECORD_MEETINGS = "record_meetings", _("Plan meetings, record attendance, votes and minutes")
    CONFIRM_ATTENDANCE = "confirm_attendance", _("Confirm corrections of attendance as the second person")
    COUNT_MEETINGS = "count_meetings", _("See which meetings were held and the counts of attendance")
    MANAGE_CALENDAR = "manage_calendar", _("Record days off and workdays")
    APPROVE_ELECTIONS = "approve_elections", _("Record the approval of results from above")
    APPROVE_MEMBERSHIP = "approve_membership", _("Approve who is admitted, confirmed or longer on probation")
    VIEW_DUES = "view_dues", _("See each member's charges, payments and arrears")
    FIX_BASES = "fix_bases", _("See and fix the bases for dues, charge and close months")
    RECORD_DUES = "record_dues", _("Record payments, bills, receipts and remittances")
    COUNT_DUES = "count_dues", _("See sums of dues and counts of arrears, without amounts of anybody")
    APPROVE_DUES = "approve_dues", _("Approve reliefs, confirm remittances and answer reviews of arrears")
    VIEW_DUTIES = "view_duties", _("See what is due, in counts")
    SETTLE_DUTIES = "settle_duties", _("See a branch's duties one by one, and say that one does not apply")
    VIEW_MESSAGES = "view_messages", _("Read what was sent to members, and keep the call list")
    SEND_MESSAGES = "send_messages", _("Release messages, send them again, record answers")
    MANAGE_MESSAGES = "manage_messages", _("Write the wording of messages and set up channels")
    WATCH_JOBS = "watch_jobs", _("See whether the machinery works, and try failed work again")
    VIEW_SUPERVISION = "view_supervision", _("Read suggestions, problems, major matters, appraisals and reports")
    RECORD_SUPERVISION = (
        "record_supervision",
        _("Answer suggestions, put problems right, record matters and appraisals"),
    )
    COUNT_SUPERVISION = "count_supervision", _("See counts of suggestions, problems, matters and talks")
    RECEIVE_REPORTS = "receive_reports", _("Read the reports of the branches, ask back and close them")
    INSPECT = "inspect", _("Visit branches and hand over findings")
    KEEP_CHECKLISTS = "keep_checklists", _("Keep the lists against which members check themselves")
    READ_LETTERS = "read_letters", _("Read letters that are sealed to one's own key")
    APPROVE_KEYS = "approve_keys", _("Approve an inspector's key as the second person")
    VIEW_DASHBOARD = "view_dashboard", _("See the figures of branches on the dashboard")
    VIEW_ASSESSMENT = "view_assessment", _("Read a branch's assessment with what is behind each point, and its goals")
    RECORD_ASSESSMENT = "record_assessment", _("Object to an assessment, keep joint goals, share practices")
    MANAGE_SCHEMES = "manage_schemes", _("Build the schemes by which branches are assessed")
    ASSESS = "assess", _("Assess branches: enter and confirm values, answer objections, publish")
    KEEP_CADRES = "keep_cadres", _("Keep posts, training and conditions of party work")


class ImportState(TextChoices):
    UPLOADED = "uploaded", _("Waiting to be read")
    READING = "reading", _("Being read")
    PREVIEW = "preview", _("Ready to look through")
    CONFIRMED = "confirmed", _("Waiting to be stored")
    APPLYING = "applying", _("Being stored")
    APPLIED = "applied", _("Stored")
    UNDONE = "undone", _("Undone")
    FAILED = "failed", _("Could not be read")
    CANCELLED = "cancelled", _("Cancelled")


class ExportState(TextChoices):
    PROPOSED = "proposed", _("Waits for a second person")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    DECLINED = "declined", _("Not agreed to")


class ExportProblem(TextChoices):
    """Why a workbook could not be made, as a sentence that says what to do."""

    NO_RIGHT = "no_right", _("Your office no longer covers all that was asked for. Choose anew from the list.")
    TOO_MANY = "too_many", _("There are more rows by now than a workbook holds. Choose an organization or a filter.")
    GREW = "grew", _("There are more people on the list by now than were agreed to. Ask again.")
    BROKE = "broke", _("The program broke off each time it tried. Try again; if that fails, tell the administrator.")


class RowVerdict(TextChoices):
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")
    DOUBTFUL = "doubtful", _("Doubtful")


class HelpState(TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")


class TextSize(TextChoices):
    NORMAL = "normal", _("Normal type")
    LARGE = "large", _("Large type")


class Theme(TextChoices):
    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
