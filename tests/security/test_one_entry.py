"""One entry for one act: each is done twice, the second time by a tab that still shows how it was before.

That is what two taps at once are, one after the other: nothing that the page knew has changed for the second.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy
from datetime import date, time, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Model
from knox.models import AuthToken

from audit.models import Entry
from dues.arrears import services as arrears_services
from dues.bills import services as bills_services
from dues.charging import relief_services
from dues.models import Arrangement, ArrearsReason, ArrearsReview, BillRow, DuesUse, Relief
from dues.upwards import services as upwards_services
from meetings.meeting import services as meeting_services
from meetings.models import AgendaItem, Meeting
from meetings.pages import services as pages_services
from meetings.planning import services as planning_services
from members.access.queries import access_for
from members.accounts import services as accounts_services
from members.choices import OfficeKind, OrganizationKind
from members.models import Office, Organization, Situation, Term, User
from members.organizations import services as organizations_services
from members.refused import Refused
from members.roster import move_services
from reminders.choices import MessageKind
from reminders.messages import services as messages_services
from supervision.letters import services
from supervision.models import DeclaredRelative
from tests.cast import TODAY
from tests.full_cast import FullCast, make_full_cast

pytestmark = pytest.mark.django_db

FIRST = date(2026, 11, 1)
Act = Callable[[FullCast], Callable[[], object]]


def row(full: FullCast, model: type[Model], name: str = "", **facts: Any) -> Any:
    """A row of the full cast as it is stored now; every act gets a copy of its own."""
    kept = full.rows.get(model, {})
    found = model._base_manager.filter(**facts).first() if facts or not kept else kept.get(name) or [*kept.values()][0]
    assert found is not None, model
    found.refresh_from_db()
    return found


def by(full: FullCast, part: str) -> User:
    user = getattr(full.cast, part)
    user.access = access_for(user, on=TODAY)
    return user


def twice(service: Callable[..., object], subject: Any, argument: str, /, **given: Any) -> Callable[[], object]:
    """The act with a row that knows nothing of what was done meanwhile."""
    return lambda: service(**{argument: copy(subject)}, **given)


ACTS: dict[str, Act] = {
    "dues use removed": lambda full: (
        lambda use: lambda: upwards_services.remove_use(copy(use), reason="记错了", by=by(full, "officer"))
    )(row(full, DuesUse)),
    "reason for arrears ended": lambda full: twice(
        arrears_services.end_reason, row(full, ArrearsReason), "reason", until=FIRST, by=by(full, "officer")
    ),
    "quarterly payment ended": lambda full: twice(
        arrears_services.end_quarterly, row(full, Arrangement), "arrangement", until=date(2027, 1, 1),
        by=by(full, "officer"),
    ),
    "talk about arrears": lambda full: twice(
        arrears_services.record_talk, row(full, ArrearsReview), "review", talked_on=TODAY, talked_by="李",
        reason="住院", by=by(full, "officer"), on=TODAY,
    ),
    "relief ended": lambda full: (
        lambda relief: lambda: relief_services.end_relief(
            copy(relief), valid_until=relief.valid_from, reason="不再困难", by=by(full, "officer"), on=TODAY
        )
    )(row(full, Relief)),
    "row of a bill set aside": lambda full: twice(
        bills_services.set_aside, row(full, BillRow, payment=None), "row", reason="不是党费", by=by(full, "officer")
    ),
    "relative taken off": lambda full: (
        lambda entry: twice(services.remove_relative, entry, "entry", by=entry.user)
    )(row(full, DeclaredRelative)),
    "organization renamed": lambda full: twice(
        organizations_services.rename_organization, full.cast.branch, "organization", name="另一个支部", by="system"
    ),
    "end of a term moved": lambda full: twice(
        organizations_services.move_end_of_term, row(full, Term, "branch"), "term", ends_on=date(2030, 1, 1),
        document="组〔2026〕1号", by="system",
    ),
    "term recorded": lambda full: twice(
        organizations_services.record_term, full.cast.branch, "organization", elected_on=TODAY, by="system"
    ),
    "organization described": lambda full: twice(
        organizations_services.describe_organization, full.cast.branch, "organization", unit_kind="school",
        village=True, founded_on=date(2001, 1, 1), by="system",
    ),
    "member linked": lambda full: twice(
        accounts_services.link_member, full.cast.stranger, "user", member=full.cast.wang, by="system"
    ),
    "user closed": lambda full: twice(
        accounts_services.set_active, full.cast.stranger, "user", active=False, by="system"
    ),
    "signed out everywhere": lambda full: (
        AuthToken.objects.create(full.cast.stranger),
        twice(accounts_services.sign_out_everywhere, full.cast.stranger, "user", by="system"),
    )[1],
    "codes taken away": lambda full: (
        Authenticator.objects.create(user=full.cast.stranger, type="totp", data={}),
        twice(accounts_services.remove_codes, full.cast.stranger, "user", by="system"),
    )[1],
    "office ended": lambda full: twice(
        accounts_services.end_office, row(full, Office, user=full.cast.officer), "office", on=TODAY, by="system"
    ),
    "office given": lambda full: twice(
        accounts_services.give_office, full.cast.stranger, "user", kind=OfficeKind.PUBLICITY_OFFICER,
        organization=full.cast.branch, on=TODAY, decided_by="支委会", by="system",
    ),
    "situation removed": lambda full: twice(
        move_services.remove_situation, row(full, Situation), "situation", reason="记错了", by="system"
    ),
    "messages released": lambda full: lambda: messages_services.release(
        copy(full.cast.branch), MessageKind.DUES, by=by(full, "secretary")
    ),
    "item of the agenda changed": lambda full: twice(
        meeting_services.edit_item, row(full, AgendaItem, "open"), "item", changes={"title": "另一个议题"}, by="system"
    ),
    "meeting moved": lambda full: twice(
        pages_services.move_meeting, row(full, Meeting, "planned"), "meeting", changes={"place": "二楼"}, by="system"
    ),
    "theme day kept": lambda full: twice(
        planning_services.keep_theme_day, full.cast.branch, "organization", day_of_month=7, starts_at=time(15),
        place="三楼", by="system",
    ),
    "organization dissolved": lambda full: twice(
        organizations_services.dissolve_organization,
        organizations_services.create_organization(
            name="空支部", kind=OrganizationKind.BRANCH, parent=full.cast.district, by="system"
        ),
        "organization", on=TODAY + timedelta(days=1), by="system",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[bytes]:
    """The full cast, made once; each test takes back what it did and has objects of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield pickle.dumps(make_full_cast())
        transaction.set_rollback(True)


@pytest.fixture
def full(made: bytes) -> FullCast:
    full: FullCast = pickle.loads(made)
    return full


@pytest.mark.parametrize("name", ACTS)
def test_an_act_done_twice_leaves_one_entry(full: FullCast, name: str) -> None:
    act = ACTS[name](full)
    before = Entry.objects.count()
    act()
    assert Entry.objects.count() == before + 1
    with suppress(Refused, ObjectDoesNotExist):  # a sentence is an answer too
        act()
    assert Entry.objects.count() == before + 1


def test_a_password_that_is_reset_is_one_entry_and_another_one_another(full: FullCast) -> None:
    """Each makes a new password and shows it once, so each is an act of its own, and leaves no other entry."""
    AuthToken.objects.create(full.cast.stranger)
    for acts in (1, 2):
        accounts_services.reset_password(user=full.cast.stranger, by="system")
        assert Entry.objects.filter(action="reset_password").count() == acts
    assert not Entry.objects.filter(action="sign_out_everywhere").exists()


def test_what_is_looked_at_is_in_the_tree(full: FullCast) -> None:
    """The negative control: an act that writes without looking is noticed."""
    branch = full.cast.branch
    before = Entry.objects.count()
    for name in ("一支部", "二支部"):
        organizations_services.rename_organization(
            organization=Organization.objects.get(pk=branch.pk), name=name, by="system"
        )
    assert Entry.objects.count() == before + 2
