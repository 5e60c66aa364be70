"""The way through the program: every page that is an entry, the seven entries of each role, and the tabs in them.

A page is shown to those who may open it; an entry or a tab without such a page isn't there. What a person may open and
no entry of theirs holds stands in the account menu. `members.pages.navigation` draws it.
"""

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from members.choices import Capability, OfficeKind
from members.pages.navigation import Entry, Page, Role, Tab

# What each page is called, who may open it, and how the names of the pages below it begin.

OF_DESK = ("reminders:desk-at", "reminders:desk-branch", "reminders:desk-not")
DESK = Page("reminders:desk", _("To do"), None, OF_DESK)
DESK_BELOW = Page("reminders:desk-below", _("To do"), Capability.VIEW_DUTIES, OF_DESK)
"""The same for whom the start page leads to the dashboard."""
EFFORT = Page("reminders:desk-effort", _("What we ask of a branch"), Capability.VIEW_DUTIES)

ROSTER = Page(
    "members:roster-list",
    _("Roster"),
    Capability.VIEW_ROSTER,
    ("members:roster-", "members:member-", "members:situation-"),
)
REACH = Page("members:reach-list", _("Hard to reach"), Capability.VIEW_CONTACTS, ("members:reach-", "members:contact-"))
HELP = Page("members:help-list", _("Requests for help"), Capability.VIEW_CONTACTS, ("members:help-",))
IMPORTS = Page("members:import-list", _("Imports"), Capability.IMPORT_ROSTER, ("members:import-",))
ORGANIZATIONS = Page(
    "members:organization-tree", _("Organizations"), Capability.VIEW_ORGANIZATIONS, ("members:organization-",)
)
USERS = Page("members:user-list", _("Users"), Capability.MANAGE_USERS, ("members:user-", "members:office-"))
REGULATIONS = Page("members:regulation-list", _("Regulations"), None, ("members:regulation-", "members:local-rule-"))
AUDIT = Page("members:audit-list", _("Audit trail"), Capability.VIEW_AUDIT, ("members:audit-",))
RETENTION = Page(
    "members:retention-list",
    _("Kept how long"),
    (Capability.WATCH_JOBS, Capability.MANAGE_LOCAL_RULES),
    ("members:retention-",),
)
MY_PAGE = Page("members:member-me", _("My page"), None, for_members=True)

MEETINGS = Page(
    "meetings:meeting-list",
    _("Meetings"),
    Capability.VIEW_MEETINGS,
    (
        *(
            f"meetings:{name}"
            for name in ("meeting-", "attendance", "record", "vote-", "minutes", "exclusion-", "correction-")
        ),
        *(f"meetings:{name}" for name in ("membership-ask", "task")),
    ),
)
MEETINGS_DUE = Page(
    "meetings:duty-list",
    _("Meetings due"),
    Capability.COUNT_MEETINGS,
    ("meetings:duty-", "meetings:year-plan", "meetings:theme-day", "meetings:local-kind-", "meetings:figure-list"),
)
ELECTIONS = Page(
    "meetings:election-list", _("Results to approve"), Capability.APPROVE_ELECTIONS, ("meetings:election-approve",)
)
ADMISSIONS = Page(
    "meetings:membership-list",
    _("Admissions and confirmations"),
    Capability.APPROVE_MEMBERSHIP,
    ("meetings:membership-decide",),
)
SPECIAL_DAYS = Page(
    "meetings:special-day-list", _("Days off and workdays"), Capability.MANAGE_CALENDAR, ("meetings:special-day-",)
)
MY_MEETINGS = Page("meetings:mine", _("My meetings"), None, ("meetings:feed", "meetings:figure-mine"), for_members=True)

COLLECTION = Page("dues:collect", _("Collect dues"), Capability.RECORD_DUES)
GRID = Page(
    "dues:grid",
    _("Month at a glance"),
    Capability.VIEW_DUES,
    ("dues:member-", "dues:reason-", "dues:arrangement-"),
)
ARREARS = Page("dues:arrears", _("Behind with dues"), Capability.COUNT_DUES, ("dues:review",))
PAYMENTS = Page(
    "dues:payment-list", _("Payments"), Capability.VIEW_DUES, ("dues:payment-", "dues:proposal-", "dues:receipt-")
)
BILLS = Page("dues:bill-list", _("Bills and statements"), Capability.RECORD_DUES, ("dues:bill-",))
LEDGER = Page("dues:ledger-year", _("Ledger of the year"), Capability.VIEW_DUES, ("dues:ledger-",))
BASES = Page("dues:basis-list", _("Bases and charging"), Capability.FIX_BASES, ("dues:basis-", "dues:charging"))
RELIEFS = Page(
    "dues:relief-list",
    _("Reductions and waivers"),
    (Capability.VIEW_DUES, Capability.APPROVE_DUES),
    ("dues:relief-",),
)
UPWARDS = Page(
    "dues:remittance-list",
    _("Handing up and use"),
    Capability.COUNT_DUES,
    ("dues:remittance-", "dues:use-", "dues:disclosure", "dues:large-", "dues:overview"),
)
MY_DUES = Page("dues:mine", _("My dues"), None, ("dues:publication-",), for_members=True)

SUGGESTIONS = Page(
    "supervision:suggestion-list",
    _("Suggestions"),
    Capability.COUNT_SUPERVISION,
    tuple(f"supervision:suggestion-{name}" for name in ("below", "record", "detail", "answer", "remove")),
)
TALKS = Page(
    "supervision:talk-year",
    _("Talks"),
    (Capability.VIEW_SUPERVISION, Capability.COUNT_SUPERVISION),
    ("supervision:talk-list", "supervision:talk-new", "supervision:talk-detail", "supervision:self-check-shared"),
)
CHECKLISTS = Page(
    "supervision:checklist-list", _("Lists for self-checks"), Capability.KEEP_CHECKLISTS, ("supervision:checklist-",)
)
APPRAISALS = Page(
    "supervision:round-list",
    _("Democratic appraisal"),
    Capability.COUNT_SUPERVISION,
    ("supervision:round-", "supervision:appraisee-"),
)
REPORTS = Page(
    "supervision:report-list",
    _("Supervision reports"),
    (Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS),
    ("supervision:report-",),
)
PROBLEMS = Page(
    "supervision:problem-list",
    _("Problems and rectification"),
    (Capability.COUNT_SUPERVISION, Capability.INSPECT),
    (
        *(f"supervision:problem-{name}" for name in ("add", "counts", "detail", "assign", "done", "note", "accepted")),
        *(f"supervision:problem-{name}" for name in ("sent_back", "moved", "dropped")),
        "supervision:inspection-",
    ),
)
MATTERS = Page(
    "supervision:matter-list",
    _("Major matters"),
    Capability.COUNT_SUPERVISION,
    tuple(
        f"supervision:matter-{name}"
        for name in ("new", "counts", "detail", "edit", "remove", "opinion", "decision", "execution", "review")
    ),
)
LETTERS = Page(
    "supervision:letter-list",
    _("Sealed letters"),
    Capability.READ_LETTERS,
    ("supervision:letter-", "supervision:relative-"),
)
LETTER_COUNTS = Page("supervision:letter-counts", _("Counts of sealed letters"), Capability.RECEIVE_REPORTS)
KEYS = Page("supervision:key-list", _("Inspectors' keys"), Capability.APPROVE_KEYS, ("supervision:key-",))
MY_SUGGESTIONS = Page(
    "supervision:suggestion-mine",
    _("Suggestions and help"),
    None,
    ("supervision:suggestion-new", "supervision:suggestion-help"),
    for_members=True,
)
MY_APPRAISALS = Page(
    "supervision:appraisal-mine", _("My appraisals"), None, ("supervision:appraisal-",), for_members=True
)
MY_PROBLEMS = Page(
    "supervision:problem-mine",
    _("Problems of my branch"),
    None,
    for_members=True,
    unless=Capability.COUNT_SUPERVISION,
)
MY_MATTERS = Page(
    "supervision:matter-mine", _("Matters of my branch"), None, for_members=True, unless=Capability.COUNT_SUPERVISION
)

ASSESSMENTS = Page(
    "assessment:assessment-list",
    _("Assessments"),
    Capability.VIEW_ASSESSMENT,
    ("assessment:assessment-", "assessment:value-", "assessment:objection-", "assessment:view-"),
)
DASHBOARD = Page("assessment:dashboard", _("Dashboard"), Capability.VIEW_DASHBOARD, ("assessment:heat",))
NEED = Page("assessment:need-list", _("Who needs help"), Capability.VIEW_DASHBOARD, ("assessment:need-",))
SCHEMES = Page(
    "assessment:scheme-list",
    _("Schemes of assessment"),
    (Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES),
    ("assessment:scheme-", "assessment:metric-"),
)
GOALS = Page("assessment:goal-list", _("Joint goals"), Capability.VIEW_ASSESSMENT, ("assessment:goal-",))
CADRES = Page(
    "assessment:cadre-list",
    _("Cadres"),
    Capability.KEEP_CADRES,
    ("assessment:cadre-", "assessment:conditions-", "assessment:training-list", "assessment:training-new"),
)
CADRES_COUNTED = Page(
    "assessment:cadre-counts", _("Cadres counted"), Capability.VIEW_DASHBOARD, unless=Capability.KEEP_CADRES
)
PRACTICES = Page(
    "assessment:practice-list",
    _("Practices worth sharing"),
    Capability.VIEW_ORGANIZATIONS,
    ("assessment:practice-", "assessment:adoption-"),
)
MY_TRAINING = Page("assessment:training-mine", _("My training"), None, for_members=True)

INBOX = Page("reminders:inbox", _("My messages"), None, ("reminders:inbox-", "reminders:preference-own"))
SENT = Page("reminders:message-list", _("Sent messages"), Capability.VIEW_MESSAGES, ("reminders:message-",))
TO_RELEASE = Page("reminders:review-list", _("To review"), Capability.SEND_MESSAGES, ("reminders:review-",))
CALLS = Page("reminders:call-list", _("Call list"), Capability.SEND_MESSAGES, ("reminders:call-",))
WORDINGS = Page("reminders:wording-list", _("Wordings"), Capability.MANAGE_MESSAGES, ("reminders:wording-",))
CHANNELS = Page("reminders:channel-list", _("Channels"), Capability.MANAGE_MESSAGES, ("reminders:channel-",))
JOBS = Page("reminders:job-list", _("Jobs"), Capability.VIEW_ORGANIZATIONS, ("reminders:job-",))

OWN = (MY_PAGE, MY_MEETINGS, MY_DUES, MY_SUGGESTIONS, MY_APPRAISALS, MY_PROBLEMS, MY_MATTERS, MY_TRAINING)

# The entries: a name, a short one for the bar of a phone, an icon, and the tabs.

TODAY = Entry(_("Today"), _("Today"), "house-door", (DESK, EFFORT))
PEOPLE = Entry(_("Members"), _("Members"), "people", (ROSTER, REACH, HELP, IMPORTS))
LIFE = Entry(
    _("Meetings"),
    _("Meetings"),
    "calendar-event",
    (MEETINGS, MEETINGS_DUE, Tab(_("To approve"), (ELECTIONS, ADMISSIONS))),
)
MONEY_UP = Tab(_("Handed up and published"), (UPWARDS,))
DUES = Entry(
    _("Dues"),
    _("Dues"),
    "wallet2",
    (
        Tab(_("Collect"), (COLLECTION,)),
        Tab(_("Overview and arrears"), (GRID, ARREARS)),
        Tab(pgettext_lazy("tab", "Payments and receipts"), (PAYMENTS,)),
        Tab(_("Bills and ledgers"), (BILLS, LEDGER)),
        Tab(_("Bases and relief"), (BASES, RELIEFS)),
        MONEY_UP,
    ),
)
SUPERVISION = Entry(
    _("Supervision"),
    _("Supervision"),
    "shield-check",
    (SUGGESTIONS, TALKS, PROBLEMS, MATTERS, APPRAISALS, REPORTS, CHECKLISTS, Tab(_("Letters"), (LETTER_COUNTS, KEYS))),
)
ASSESSMENT = Entry(
    _("Assessment"),
    _("Assessment"),
    "patch-check",
    (ASSESSMENTS, SCHEMES, GOALS, Tab(_("Dashboard"), (DASHBOARD, NEED)), CADRES, CADRES_COUNTED, PRACTICES),
)
MESSAGES = Entry(_("Messages"), _("Messages"), "envelope", (INBOX, CALLS, SENT, TO_RELEASE, WORDINGS, CHANNELS))
OVERVIEW = Entry(
    _("Overview"), _("Overview"), "bar-chart", (DASHBOARD, Tab(pgettext_lazy("tab", "Due"), (DESK_BELOW,)), EFFORT)
)
TO_DO = Entry(_("Overview"), _("Overview"), "bar-chart", (Tab(pgettext_lazy("tab", "Due"), (DESK,)), DASHBOARD, EFFORT))
WHO_NEEDS_HELP = Entry(_("Who needs help"), pgettext_lazy("bar", "Need help"), "life-preserver", (NEED,))
BRANCHES = Entry(
    pgettext_lazy("bar", "Branches"),
    pgettext_lazy("bar", "Branches"),
    "diagram-3",
    (ORGANIZATIONS, ROSTER, NEED, IMPORTS),
)
LIFE_AND_DUES = Entry(
    _("Meetings and dues"),
    pgettext_lazy("bar", "Meetings and dues"),
    "calendar-event",
    (
        MEETINGS_DUE,
        Tab(_("Meetings"), (MEETINGS,)),
        Tab(_("To approve"), (ELECTIONS, ADMISSIONS, RELIEFS)),
        ARREARS,
        MONEY_UP,
    ),
)
JUDGED = Entry(
    _("Assessment"),
    _("Assessment"),
    "patch-check",
    (ASSESSMENTS, SCHEMES, GOALS, CADRES, CADRES_COUNTED, PRACTICES),
)
MESSAGE_SETTINGS = Entry(_("Message settings"), pgettext_lazy("bar", "Settings"), "sliders", (WORDINGS, CHANNELS))
PLACES = Entry(_("Organizations"), pgettext_lazy("bar", "Organizations"), "diagram-3", (ORGANIZATIONS,))
MINE = Entry(_("Mine"), _("Mine"), "person-circle", (Tab(_("Received"), (INBOX,)), *OWN))

MEMBER = Role(
    frozenset(),
    (
        Entry(_("Home"), _("Home"), "house-door", (DESK,)),
        Entry(_("My dues"), _("Dues"), "cash-coin", (MY_DUES,)),
        Entry(_("My meetings"), _("Meetings"), "calendar-check", (MY_MEETINGS,)),
        Entry(
            _("Suggestions and help"),
            pgettext_lazy("bar", "Suggestions"),
            "lightbulb",
            (MY_SUGGESTIONS, MY_PROBLEMS, MY_MATTERS),
        ),
        Entry(_("Appraisal and self-check"), pgettext_lazy("bar", "Appraisal"), "patch-check", (MY_APPRAISALS,)),
        Entry(_("Messages"), _("Messages"), "envelope", (INBOX,)),
        Entry(_("My details"), _("My details"), "person-vcard", (MY_PAGE, MY_TRAINING)),
    ),
)
ROLES = (
    Role(
        frozenset({OfficeKind.ORGANIZATION_OFFICER}),
        (TODAY, DUES, PEOPLE, LIFE, SUPERVISION, ASSESSMENT, MESSAGES),
    ),
    Role(
        frozenset(
            {
                *(OfficeKind.SECRETARY, OfficeKind.DEPUTY_SECRETARY, OfficeKind.PUBLICITY_OFFICER),
                *(OfficeKind.DISCIPLINE_OFFICER, OfficeKind.COMMITTEE_MEMBER, OfficeKind.GROUP_LEADER),
            }
        ),
        (TODAY, PEOPLE, LIFE, DUES, SUPERVISION, ASSESSMENT, MESSAGES),
    ),
    Role(
        frozenset({OfficeKind.COMMITTEE_STAFF}),
        (TO_DO, BRANCHES, LIFE_AND_DUES, SUPERVISION, JUDGED, MESSAGE_SETTINGS, MINE),
    ),
    Role(
        frozenset({OfficeKind.COMMITTEE_SECRETARY}),
        (OVERVIEW, WHO_NEEDS_HELP, LIFE_AND_DUES, SUPERVISION, JUDGED, PLACES, MINE),
    ),
    Role(
        frozenset({OfficeKind.INSPECTOR}),
        (
            Entry(_("Letters"), _("Letters"), "envelope", (LETTERS,)),
            Entry(_("Inspectors' keys"), pgettext_lazy("bar", "Keys"), "key", (KEYS,)),
            Entry(_("Inspections"), _("Inspections"), "clipboard-check", (PROBLEMS,)),
            PLACES,
            Entry(_("Mine"), _("Mine"), "person-circle", (DESK, Tab(_("Received"), (INBOX,)), *OWN)),
        ),
    ),
    Role(
        frozenset({OfficeKind.ADMINISTRATOR}),
        (
            Entry(_("Users and offices"), pgettext_lazy("bar", "Users"), "person-badge", (USERS,)),
            PLACES,
            Entry(_("Jobs"), _("Jobs"), "hourglass-split", (JOBS, RETENTION)),
            Entry(_("Audit trail"), pgettext_lazy("bar", "Record"), "clock-history", (AUDIT,)),
            Entry(_("Days off and workdays"), pgettext_lazy("bar", "Days off"), "calendar-x", (SPECIAL_DAYS,)),
        ),
    ),
    MEMBER,
)
"""Who holds several offices has the entries of all, in this order; the last role is theirs who hold none."""
HELP_PAGES = (REGULATIONS, PRACTICES)
"""For the menu of help in the head, where no entry holds them."""
APART = (INBOX, *OWN, JOBS, AUDIT, RETENTION, *HELP_PAGES)
"""For the account menu, where no entry holds them; those of help in theirs."""
