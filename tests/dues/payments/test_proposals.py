"""Nobody records his own dues alone."""

import pytest

from audit.models import Entry
from dues.choices import ProposalState
from dues.models import Payment, PaymentProposal
from dues.payments.services import confirm_proposal, decline_proposal, propose_payment, record_payment
from members.choices import OfficeKind
from members.models import User
from members.refused import Refused
from tests.cast import TODAY, make_user
from tests.dues.making import charge, left_open, new_payment, settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang(cast):
    """Collects the dues, and owes 40 yuan a month herself."""
    User.objects.filter(pk=cast.member.pk).update(member=None)
    User.objects.filter(pk=cast.officer.pk).update(member=cast.zhang)
    cast.officer.refresh_from_db()
    for month in ("2026-10", "2026-11"):
        charge(cast.zhang, month, 4000)
    return cast.zhang


@pytest.fixture
def proposal(cast, zhang):
    return propose_payment(new_payment(zhang, 4000, "2026-11-20"), by=cast.officer, on=TODAY)


def test_what_an_officer_enters_about_himself_settles_nothing_yet(cast, zhang, proposal):
    assert (proposal.state, proposal.proposed_by) == (ProposalState.WAITING, "officer")
    assert (Payment.objects.count(), left_open(zhang)) == (0, {"2026-10": 4000, "2026-11": 4000})
    assert Entry.objects.get(action="propose_payment").details == {"fen": 4000}


def test_the_same_form_twice_waits_once(cast, zhang):
    new = new_payment(zhang, 4000, "2026-11-20")

    assert propose_payment(new, by=cast.officer, on=TODAY) == propose_payment(new, by=cast.officer, on=TODAY)
    assert PaymentProposal.objects.count() == 1


def test_a_second_entry_is_refused_while_the_first_waits(cast, zhang, proposal):
    with pytest.raises(Refused):
        propose_payment(new_payment(zhang, 4000, "2026-11-21"), by=cast.officer, on=TODAY)
    decline_proposal(proposal, by=cast.secretary)
    propose_payment(new_payment(zhang, 4000, "2026-11-21"), by=cast.officer, on=TODAY)

    assert PaymentProposal.objects.waiting().count() == 1


def test_a_second_officer_makes_it_a_payment_under_both_names(cast, zhang, proposal):
    payment = confirm_proposal(proposal, by=cast.secretary, on=TODAY)

    assert (payment.recorded_by, payment.confirmed_by, str(payment.receipt)) == ("officer", "secretary", "2026-0001")
    assert settled(zhang) == {"2026-10": 4000}
    assert [entry.actor for entry in Entry.objects.filter(action="confirm_proposal")] == ["secretary"]
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (ProposalState.CONFIRMED, "secretary")


def test_confirming_twice_is_confirming_once(cast, zhang, proposal):
    first = confirm_proposal(proposal, by=cast.secretary, on=TODAY)

    assert confirm_proposal(proposal, by=cast.secretary, on=TODAY) == first
    assert Payment.objects.count() == 1


def test_a_second_officer_may_decline_it_and_nothing_is_recorded(cast, zhang, proposal):
    decline_proposal(proposal, by=cast.secretary)
    decline_proposal(proposal, by=cast.secretary)

    assert (Payment.objects.count(), settled(zhang)) == (0, {})
    assert Entry.objects.filter(action="decline_proposal").count() == 1
    with pytest.raises(Refused):
        confirm_proposal(proposal, by=cast.secretary, on=TODAY)


def test_a_confirmed_one_cant_be_declined_any_more(cast, proposal):
    confirm_proposal(proposal, by=cast.secretary, on=TODAY)

    with pytest.raises(Refused):
        decline_proposal(proposal, by=cast.secretary)


@pytest.mark.parametrize("decide", ["confirm", "decline"])
def test_who_entered_it_decides_nothing_under_any_user_name(cast, zhang, proposal, decide):
    second_account = make_user("officer-too", OfficeKind.SECRETARY, cast.branch)
    User.objects.filter(pk=cast.officer.pk).update(member=None)
    User.objects.filter(pk=second_account.pk).update(member=zhang)
    second_account.refresh_from_db()

    for by in (cast.officer, second_account):
        with pytest.raises(Refused):
            if decide == "confirm":
                confirm_proposal(proposal, by=by, on=TODAY)
            else:
                decline_proposal(proposal, by=by)
    assert (Payment.objects.count(), proposal.state) == (0, ProposalState.WAITING)


def test_others_dues_are_recorded_not_proposed(cast, zhang):
    with pytest.raises(Refused):
        propose_payment(new_payment(cast.li, 4000, "2026-11-20"), by=cast.officer, on=TODAY)


def test_what_the_rules_forbid_is_refused_before_anybody_waits(cast, zhang):
    with pytest.raises(Refused):
        propose_payment(new_payment(zhang, 99999, "2026-11-20"), by=cast.officer, on=TODAY)
    assert PaymentProposal.objects.count() == 0


def test_what_became_impossible_while_it_waited_is_refused_when_confirmed(cast, zhang, proposal):
    record_payment(new_payment(zhang, 8000, "2026-11-21"), by=cast.secretary, on=TODAY)

    with pytest.raises(Refused):
        confirm_proposal(proposal, by=cast.secretary, on=TODAY)
    proposal.refresh_from_db()
    assert (Payment.objects.count(), proposal.state) == (1, ProposalState.WAITING)
