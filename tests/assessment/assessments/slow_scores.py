"""What the four sample schemes come to, slowly and obviously: from raw rows, one by one, with no code of the program.

None stands for what nobody recorded.
"""

import calendar
from collections import defaultdict
from datetime import date
from decimal import Decimal
from math import ceil

from dues.models import Allocation, Charge
from meetings.models import Attendance, Meeting
from members.models import Affiliation, Contact, Member, Organization, Situation, Term

D = Decimal
YEAR, LAST = 2026, date(2026, 12, 31)
MONTHS = range(1, 13)
TOOK_PART = ("on_site", "online", "visited", "made_up")
CONTACT_EVERY = {"mobile": 3, "relocated": 3, "frail": 3, "bedridden": 3, "retired": 6, "abroad_sent": 6,
                 "abroad_private": 6}  # fmt: skip
"""Months by situation."""
LETTER_DAYS = 90


class Branch:
    """The raw rows of one branch with its groups."""

    def __init__(self, place):
        everywhere = list(Organization.objects.values("pk", "path", "kind"))
        here = [row for row in everywhere if row["path"].startswith(place.path)]
        ids = {row["pk"] for row in here}
        self.place = place
        self.groups = [row["pk"] for row in here if row["kind"] == "group"]
        self.meetings = [row for row in Meeting.objects.values() if row["organization_id"] in ids]
        of_them = {row["key"] for row in self.meetings}
        listed = [row for row in Attendance.objects.values() if row["meeting_id"] in of_them]
        self.attendance = [row for row in listed if row["not_counted"] not in ("excluded", "participant")]
        self.members = [row["member_id"] for row in Affiliation.objects.values() if row["organization_id"] in ids]
        self.charges = [row for row in Charge.objects.values() if row["organization_id"] == place.pk]
        self.terms = [row for row in Term.objects.values() if row["organization_id"] == place.pk]
        self.situations = [row for row in Situation.objects.values() if row["member_id"] in self.members]

    # Meetings: None wherever something is missing in a branch that never put a meeting on record

    def _missing(self, number):
        return number if number == 0 or self.meetings else None

    def _months(self, kind, places=None):
        return [
            row["day"].month
            for row in self.meetings
            if row["kind"] == kind and (places is None or row["organization_id"] in places)
        ]

    def general_meetings_missing(self):
        return self._missing(4 - len({ceil(month / 3) for month in self._months("general_meeting")}))

    def committee_meetings_missing(self):
        return self._missing(12 - len(set(self._months("committee_meeting"))) if self.has_committee() else 0)

    def theme_days_missing(self):
        return self._missing(12 - len(set(self._months("theme_day"))))

    def group_meetings_missing(self):
        return self._missing(sum(12 - len(set(self._months("group_meeting", [group]))) for group in self.groups))

    def lectures_missing(self, months):
        """Of one asked for in so many months."""
        return self._missing(12 // months - len({ceil(month / months) for month in self._months("party_lecture")}))

    def yearly_missing(self, kind):
        return self._missing(0 if self._months(kind) else 1)

    def has_committee(self):
        formal = 0
        for row in Member.objects.filter(pk__in=self.members).values():
            if row["membership"] == "formal" or (row["full_on"] and row["full_on"] <= LAST):
                formal += 1
        return formal >= 7

    def minutes_missing(self):
        """Every meeting of the year is long enough ago, but those of the last week."""
        if not self.meetings:
            return None
        late = [row for row in self.meetings if row["state"] != "locked" and (LAST - row["day"]).days >= 7]
        return len(late)

    def took_part(self):
        """(who took part, who should have), of all who are marked; None where nobody is."""
        marked = [row for row in self.attendance if row["state"] != "unknown"]
        if self.attendance and not marked:
            return None
        return sum(row["state"] in TOOK_PART for row in marked), len(marked)

    def unexcused(self):
        if self.attendance and all(row["state"] == "unknown" for row in self.attendance):
            return None
        return sum(row["state"] == "absent" and not row["reason"] for row in self.attendance)

    # Dues

    def dues(self):
        """(months of members paid in full, all that are charged); None where members were never charged."""
        if not self.charges:
            return None if self.members else (0, 0)
        owed, paid = defaultdict(int), defaultdict(int)
        for row in self.charges:
            if row["month"].year == YEAR:
                owed[row["member_id"], row["month"]] += row["amount_fen"] - row["waived_fen"]
        for row in Allocation.objects.values("member_id", "month", "amount_fen", "payment__paid_on"):
            if row["payment__paid_on"] <= LAST:
                paid[row["member_id"], row["month"]] += row["amount_fen"]
        owing = [one for one, fen in owed.items() if fen > 0]
        return sum(paid[one] >= owed[one] for one in owing), len(owing)

    def dues_unpaid(self):
        return None if self.dues() is None else self.dues()[1] - self.dues()[0]

    def disclosures_missing(self):
        """None was ever made."""
        return 1 if self.charges else None

    # People

    def is_late_with_elections(self):
        return None if not self.terms else max(row["ends_on"] for row in self.terms) < LAST

    def out_of_contact(self):
        """None where nobody of those who should be called ever was, by the record."""
        befallen = defaultdict(dict)
        for row in self.situations:
            if row["kind"] in CONTACT_EVERY:
                befallen[row["member_id"]][row["kind"]] = row["valid_from"]
        overdue = unknown = 0
        for member, kinds in befallen.items():
            called = [row["happened_on"] for row in Contact.objects.filter(member=member).values()]
            since = max(called) if called else min(kinds.values())
            late = later(since, min(CONTACT_EVERY[kind] for kind in kinds)) < LAST
            overdue += bool(called and late)
            unknown += bool(not called and late)
        return None if befallen and unknown == len(befallen) else overdue

    def late_transfers(self):
        ran_out = [
            date.fromordinal(row["valid_from"].toordinal() + LETTER_DAYS)
            for row in self.situations
            if row["kind"] == "in_transfer"
        ]
        return sum(date(YEAR, 1, 1) <= day <= LAST for day in ran_out)

    def talks_are_due(self):
        return len(self.members) > 1


def later(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def most(points, *taken):
    """A line begins with its points and never goes below nothing; one thing unknown makes it unknown."""
    return None if None in taken else max(D(0), D(points) - sum(map(D, taken), D(0)))


def each(points, times):
    return None if times is None else D(points) * times


def once(points, times):
    return None if times is None else D(points if times else 0)


def tier(missing, due, *tiers):
    """By how much of what was due was done, in per cent; nothing due is all of it."""
    if missing is None:
        return None
    share = 100 if due == 0 else D(100 * (due - missing)) / due
    return next(D(points) for bound, points in tiers if share >= bound)


def meetings_all(branch):
    return (
        branch.general_meetings_missing(), branch.committee_meetings_missing(), branch.group_meetings_missing(),
        branch.lectures_missing(3),
    )  # fmt: skip


def scheme_1(branch):
    return {
        "1.1": most(2, once(2, branch.is_late_with_elections())),
        "1.2": most(2, 1),  # handed in late once
        "1.3": most(4, once(2, branch.minutes_missing())),
        "1.4": most(2, once(2, branch.yearly_missing("org_life_meeting")),
                    once(2, branch.yearly_missing("democratic_evaluation"))),
        "1.5": D(1),  # one honour of the school
        "1.6": most(2, once(1, branch.dues_unpaid())),
        "1.7": most(4, *meetings_all(branch)),
        "1.8": most(2),
        "1.9": most(3, 1, each(2, branch.unexcused())),
        "1.10": most(5, branch.theme_days_missing()),
        "1.11": None if branch.talks_are_due() else most(4),
        "1.12": most(3, branch.disclosures_missing()),
        "2.1": most(8),
        "2.2": most(6),
        "2.3": most(6, each("0.5", branch.out_of_contact())),
        "3.1": D(20),  # ninety per cent
        "3.2": most(20),
        "4": D(0),
    }  # fmt: skip


def scheme_2(branch):
    return {
        "1.1": most(2),
        "1.2": most(4, each(2, branch.lectures_missing(6))),
        "1.3": most(4),
        "2.1": None if branch.talks_are_due() else most(15, once(1, branch.yearly_missing("democratic_evaluation"))),
        "2.2": most(8, once(3, branch.is_late_with_elections())),
        "2.3": most(6, once(2, branch.dues_unpaid())),
        "2.4": most(6),
        "3.1": most(10, steps(branch.took_part(), full=90, step=5)),
        "3.2": most(10, each("0.5", branch.out_of_contact())),
        "3.3": most(10),
        "4.1": D(15),
    }


def scheme_3(branch):
    return {
        "1.1": most(4, each("0.5", branch.committee_meetings_missing())),
        "1.2": most(1, "0.5"),  # nothing was studied, once a year is asked for
        "1.3": most(1),
        "1.4": most(4, once("0.2", branch.is_late_with_elections())),
        "2.1": most(12, each(3, branch.general_meetings_missing())),
        "2.2": most(12, branch.group_meetings_missing()),
        "2.3": most(12, branch.theme_days_missing()),
        "2.4": most(7, each("0.5", branch.minutes_missing())),
        "2.5": most(7, once(7, branch.yearly_missing("org_life_meeting"))),
        "3.1": most(10, each("0.1", steps(branch.dues(), full=100, step=1))),
        "3.2": most(10, None if branch.unexcused() is None else min(D(8), D("0.5") * branch.unexcused())),
        "3.3": most(10, branch.late_transfers()),
        "3.4": most(10, each("0.5", branch.out_of_contact())),
        "4": D(0),
    }


def steps(found, *, full, step):
    """Begun steps below; where nothing was due none."""
    if not found or not found[1]:
        return None if found is None else 0
    below = full - D(100 * found[0]) / found[1]
    return max(0, ceil(below / step))


def scheme_4(branch):
    joined = branch.took_part()
    committee = branch.committee_meetings_missing()
    return {
        "1.1": D(3),
        "1.2": most(4, once(4, branch.is_late_with_elections())),
        "1.3": D(4),
        "2.1": tier(branch.general_meetings_missing(), 4, (100, 5), (50, 2), (12, 1), (0, 0)),
        "2.2": tier(committee, 12 if branch.has_committee() else 0, (100, 2), (33, 1), (4, "0.5"), (0, 0)),
        "2.3": tier(branch.lectures_missing(6), 2, (100, 2), (50, 1), (0, 0)),
        "2.4": D(2),
        "2.5": tier(branch.yearly_missing("democratic_evaluation"), 1, (100, 3), (0, 0)),
        "2.6": most(2, once(2, branch.late_transfers())),
        "2.7": tier(branch.theme_days_missing(), 12, (100, 13), (33, 6), (4, 2), (0, 0)),
        "3.1": joined and tier(joined[1] - joined[0], joined[1], (90, 16), (80, 12), (60, 6), (0, 0)),
        "3.2": most(10, once(5, branch.dues_unpaid())),
        "4.1": D(15),
        "4.2": D(8),
    }


SLOWLY = {"1": scheme_1, "2": scheme_2, "3": scheme_3, "4": scheme_4}
