"""Everybody sends their ballot eight times at the same moment: each counts once.

`VOTERS=500` in the environment lets as many vote instead of the usual few; asked for on both databases.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse

from members.choices import Membership
from members.models import Member
from supervision.appraisals import ballot_services
from supervision.choices import AppraisalMark
from supervision.models import Appraisee, Tally
from tests.cast import make_cast, make_member, make_user
from tests.supervision.appraisals.making import ballot, led_to

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("today")]

SENDERS = 8
VOTERS = int(os.environ.get("VOTERS", "12"))
GRADED = 6


@pytest.fixture
def round(transactional_db):
    """A few formal members; the other voters are on probation, so that a ballot stays short."""
    cast = make_cast()
    Member.objects.filter(pk=cast.li.pk).update(membership=Membership.PROBATIONARY)
    for number in range(VOTERS - 2):
        grade = Membership.FORMAL if number < GRADED - 1 else Membership.PROBATIONARY
        make_user(f"voter{number}", member=make_member(f"党员{number}", cast.branch, membership=grade))
    make_user("li", member=cast.li)
    return led_to(cast, "ballot")


def voters_of(round):
    return list(get_user_model().objects.filter(member__appraisals__round=round).order_by("pk"))


def chosen(number, place):
    """Voters choose differently, so that a ballot counted twice or lost shows in the sums."""
    return AppraisalMark.values[(number + place) % len(AppraisalMark.values)]


class Senders:
    """Eight browsers; each voter's form is sent by all of them at the same moment, always other voters' in between."""

    def __init__(self, address):
        self.address, self.together = address, threading.Barrier(SENDERS)

    def send(self, forms):
        with ThreadPoolExecutor(SENDERS) as threads:
            return list(threads.map(self._send_all, [forms] * SENDERS))

    def _send_all(self, forms):
        try:
            return [self._send_one(*form) for form in forms]
        finally:
            connection.close()

    def _send_one(self, user, marks):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.together.wait(120)
        return client.post(self.address, marks).status_code


def all_vote(round):
    """What was answered, and the sums that are right."""
    right = dict.fromkeys(Tally.objects.values_list("appraisee", "mark"), 0)
    forms = []
    for number, user in enumerate(voters_of(round)):
        marks = {key: chosen(number, place) for place, key in enumerate(ballot(round, user.member))}
        for one in Appraisee.objects.filter(pk__in=marks):
            right[one.pk, marks[str(one.pk)]] += 1
        forms.append((user, marks))
    return Senders(reverse("supervision:appraisal-ballot", args=[round.pk])).send(forms), right


def sums():
    return {(about, mark): number for about, mark, number in Tally.objects.values_list("appraisee", "mark", "ballots")}


def test_a_ballot_that_is_sent_eight_times_at_once_counts_once(round):
    answers, right = all_vote(round)

    assert {status for eight in answers for status in eight} == {302}
    assert Appraisee.objects.filter(has_voted=True).count() == VOTERS
    assert sums() == right
    print(f"{VOTERS} voters x {SENDERS} on {connection.vendor}: 0 doubled, 0 lost")  # noqa: T201 - the figure


def test_without_the_claim_ballots_are_doubled(round, monkeypatch):
    """The negative control: the same code, only that nobody asks whether the vote was claimed before."""

    def claim(held, member_id):
        Appraisee.objects.filter(round=held, member=member_id).update(has_voted=True)

    monkeypatch.setattr(ballot_services, "_claim", claim)
    _answers, right = all_vote(round)

    assert sum(sums().values()) > sum(right.values())
