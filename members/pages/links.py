"""What apps tell each other's pages: lines with a link, words of a duty, work in the background."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.models.member import Member
from members.models.organization import Organization
from members.models.user import User
from rulebook.values import Duty


@dataclass(frozen=True, slots=True)
class Link:
    """A way to a page of another app: an icon, a name, and a sentence below it."""

    icon: str
    title: str
    text: str
    url: str
    is_late: bool = False


def start_links(user: User, *, on: date) -> list[Link]:
    """What the start page says of work in other apps; `settings.START_LINKS` ask a fixed number of queries each."""
    return _all(import_string(name)(user, on=on) for name in settings.START_LINKS)


def own_links(user: User, *, on: date) -> list[Link]:
    """What the start page says to somebody of their own affairs; `settings.OWN_LINKS` ask a fixed number of queries."""
    return _all(import_string(name)(user, on=on) for name in settings.OWN_LINKS)


def member_links(member: Member, user: User, *, on: date) -> list[Link]:
    """How a member stands and what is open, each with its page, as far as the user may open that;
    `settings.MEMBER_LINKS` ask a fixed number of queries."""
    return _all(import_string(name)(member, user, on=on) for name in settings.MEMBER_LINKS)


def organization_figures(organization: Organization, user: User, *, on: date) -> list[Link]:
    """What an organization's page says of other apps' work there; `settings.ORGANIZATION_FIGURES` ask a fixed number of
    queries each, and say what the user may see counts of."""
    return _all(import_string(name)(organization, user, on=on) for name in settings.ORGANIZATION_FIGURES)


def _all(answers: Iterable[Iterable[Link]]) -> list[Link]:
    return [link for answer in answers for link in answer]


@dataclass(frozen=True, slots=True)
class DutyLink:
    """A duty with the rows that it names, so that an address can be made without a query."""

    duty: Duty
    organization: Organization
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class DutyDisplay:
    """`title` names the duty ("Theme day"), `action` what is done there ("Plan it"), `url` where, with the form open.

    `url` runs no query. `seen_with`: what an officer holds at the place to have it on the desk at all (None: whoever
    settles duties there). `done_with`: what the page at `url` asks for; who doesn't hold it reads the line without the
    button (None: the same as `seen_with`).
    """

    title: Promise | str
    action: Promise | str
    url: Callable[[DutyLink], str]
    icon: str = "check-circle"
    seen_with: Capability | None = None
    done_with: Capability | None = None


@cache
def duty_display() -> Mapping[str, DutyDisplay]:
    """Kind of duty → how it is shown, of all apps."""
    return {kind: shown for name in settings.DUTY_DISPLAY for kind, shown in import_string(name).items()}


SHOWN_FOR = timedelta(days=30)
"""What ended longer ago is on its own app's pages, or nowhere."""
MOST = 30
"""The newest of each sort that are shown."""


class JobState(StrEnum):
    PROPOSED = "proposed"
    """Somebody else has to agree first."""
    WAITING = "waiting"
    RUNNING = "running"
    ASKS = "asks"
    """Somebody has to look at it before it goes on."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DECLINED = "declined"


LABELS: Mapping[JobState, Promise] = {
    JobState.PROPOSED: _("Waits for a second person"),
    JobState.WAITING: _("Waiting"),
    JobState.RUNNING: _("Under way"),
    JobState.ASKS: _("Waits for you"),
    JobState.DONE: _("Done"),
    JobState.FAILED: _("Failed"),
    JobState.CANCELLED: _("Cancelled"),
    JobState.DECLINED: _("Not agreed to"),
}
BADGES: Mapping[JobState, str] = {
    JobState.PROPOSED: "warn",
    JobState.WAITING: "info",
    JobState.RUNNING: "info",
    JobState.ASKS: "warn",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "quiet",
    JobState.DECLINED: "bad",
}


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: an import, an export, a count. `queue` is the Celery queue that carries it."""

    queue: str
    key: str
    """Tells it from the others on the page."""
    title: str
    place: str
    state: JobState
    asked_at: datetime
    asked_by: str
    done: int = 0
    total: int | None = None
    """None: nobody knows yet how much it is."""
    problem: str = ""
    """What went wrong, and what to do about it."""
    note: str = ""
    """What else is to be said: until when a file is kept, what is waited for."""
    url: str = ""
    file_url: str = ""
    """Where its workbook is fetched."""
    cancel_url: str = ""
    """POST there stops it; empty when it can't be stopped."""
    retry_url: str = ""
    """POST there tries again."""

    @property
    def is_busy(self) -> bool:
        return self.state in {JobState.WAITING, JobState.RUNNING}

    @property
    def asks(self) -> bool:
        """Whether it stands still until somebody does something."""
        return self.state in {JobState.ASKS, JobState.FAILED}

    @property
    def label(self) -> Promise:
        return LABELS[self.state]

    @property
    def badge(self) -> str:
        return BADGES[self.state]
