"""The demo county: every situation there is, nothing that contradicts itself, and a log-in for every role."""

import json
from collections import Counter
from datetime import date
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from branchweb.demo import members
from branchweb.demo.people import enter_twice
from members.access.queries import access_for
from members.choices import AffiliationKind, HelpState, OfficeKind, OrganizationKind, SituationKind
from members.models import (
    Affiliation,
    Contact,
    ContactPerson,
    HelpRequest,
    Member,
    Office,
    Organization,
    Situation,
    Term,
    User,
)
from members.organizations.queries import roster_summary
from members.organizations.rules import may_stand_under, office_fits
from members.paths import ROOT
from members.people import objections
from members.roster.merge_queries import candidates, obstacles
from members.roster.merge_views import MergeForm
from members.roster.services import facts_of, scope_mismatches
from rulebook.dates import add_months
from tests.cast import TODAY

pytestmark = pytest.mark.django_db

ROLES = ["secretary", "officer", "member", "committee_staff", "committee_secretary", "inspector", "administrator"]


class TheCounty(TestCase):
    """Made once for the whole class: it takes half a second."""

    @classmethod
    def setUpTestData(cls):
        cls.logins = members.fill(on=TODAY)

    def test_the_county_has_its_size(self):
        kinds = Counter(Organization.objects.values_list("kind", flat=True))

        assert (kinds["committee"], kinds["general_branch"], kinds["branch"]) == (4, 3, 20)
        assert kinds["group"] > 0
        assert roster_summary([ROOT], on=TODAY).members == 400

    def test_every_situation_is_there_now(self):
        assert set(Situation.objects.holding(TODAY).values_list("kind", flat=True)) == set(SituationKind)

    def test_what_is_over_is_there_too(self):
        assert Situation.objects.filter(valid_until__lte=TODAY).exists()
        assert Affiliation.objects.filter(valid_until__lte=TODAY).exists()
        assert Affiliation.objects.filter(kind=AffiliationKind.PARTICIPATION).exists()

    def test_no_persons_facts_contradict_each_other(self):
        assert [str(fault) for member in Member.objects.all() for fault in objections(facts_of(member), on=TODAY)] == []

    def test_nobody_is_suspended_or_abroad_before_being_a_formal_member(self):
        kinds = [SituationKind.SUSPENDED, SituationKind.PROBATION_WITHIN_PARTY, SituationKind.LOST_CONTACT]

        assert all(row.member.is_formal(TODAY) for row in Situation.objects.of(*kinds))

    def test_the_tree_and_the_rosters_are_sound(self):
        assert Organization.objects.find_problems() == ([], [], [], [], [])
        assert not scope_mismatches(on=TODAY).exists()
        by_path = {place.path: OrganizationKind(place.kind) for place in Organization.objects.all()}
        assert all(may_stand_under(kind, by_path.get(path[:-4])) for path, kind in by_path.items())

    def test_offices_fit_where_they_are_held(self):
        offices = Office.objects.select_related("organization")

        assert all(office_fits(OfficeKind(held.kind), OrganizationKind(held.organization.kind)) for held in offices)
        assert {held.kind for held in offices} == set(OfficeKind)

    def test_every_branch_has_its_secretary(self):
        secretaries = Office.objects.holding(TODAY).filter(kind=OfficeKind.SECRETARY)

        assert secretaries.values("organization").distinct().count() == 20

    def test_terms_are_over_end_soon_and_were_extended(self):
        soon = Term.objects.ending_by(add_months(TODAY, 6))

        assert Term.objects.count() == 27
        assert Term.objects.ending_by(TODAY).exists()
        assert soon.count() > Term.objects.ending_by(TODAY).count()
        assert Term.objects.exclude(extended_by="").exists()

    def test_those_hard_to_reach_are_looked_after_and_some_are_not(self):
        frail = Member.objects.in_situation(SituationKind.FRAIL, SituationKind.BEDRIDDEN, on=TODAY)

        assert ContactPerson.objects.filter(member__in=frail).exists()
        assert frail.exclude(contact_persons__isnull=False).exists()
        assert Contact.objects.filter(next_on__lt=TODAY).exists()
        assert not Contact.objects.filter(happened_on__gt=TODAY).exists()

    def test_help_is_open_overdue_and_answered(self):
        states = {HelpState.ANSWERED if row.answered_on else HelpState.OPEN for row in HelpRequest.objects.all()}

        assert states == set(HelpState)
        assert HelpRequest.objects.overdue(TODAY).exists()
        assert HelpRequest.objects.unanswered().filter(due_on__gte=TODAY).exists()

    def test_one_can_log_in_for_each_role(self):
        assert [login["role"] for login in self.logins] == ROLES
        for login in self.logins:
            assert User.objects.get(username=login["username"]).check_password(login["password"])

    def test_each_role_sees_what_its_office_opens(self):
        seen = {login["username"]: self.members_seen(login["username"]) for login in self.logins}

        assert seen == {
            "secretary": 34, "officer": 34, "member": 1, "committee_staff": 400, "committee_secretary": 1,
            "inspector": 1, "administrator": 0,
        }  # fmt: skip

    def test_one_person_is_on_record_twice_and_can_be_merged(self):
        double = enter_twice(on=TODAY)
        secretary = User.objects.get(username="secretary")
        secretary.access = access_for(secretary, on=TODAY)

        (kept,) = candidates(double, secretary)
        assert (kept.name, kept.born) == (double.name, double.born)
        assert obstacles(kept, double) == []
        assert {"address", "reach_by", "joined", "remark"} <= set(MergeForm(kept=kept, merged=double).facts)

    @staticmethod
    def members_seen(username):
        user = User.objects.get(username=username)
        user.access = access_for(user, on=TODAY)
        return Member.objects.visible_to(user).count()


def test_the_same_day_gives_the_same_people():
    """Made twice without storing: the second county is the first."""

    def invent():
        rng = Random(members.SEED)
        return [(one.member.name, one.member.birth_on, one.member.search_terms) for one in members.invent(rng, TODAY)]

    assert invent() == invent()


@pytest.mark.parametrize("on", [date(2028, 2, 29), date(2026, 12, 31)])
def test_it_can_be_made_on_any_day(on):
    members.fill(on=on)

    assert roster_summary([ROOT], on=on).members == 400
    assert [fault.code for member in Member.objects.all() for fault in objections(facts_of(member), on=on)] == []


def test_the_command_prints_the_log_ins_of_the_contract():
    out = StringIO()
    call_command("demo", "--json", stdout=out)

    logins = json.loads(out.getvalue())["logins"]
    assert [login["role"] for login in logins] == ROLES
    assert set(logins[0]) == {"role", "username", "password", "organization"}


def test_the_command_keeps_out_of_a_database_in_use(cast):
    with pytest.raises(CommandError) as error:
        call_command("demo", "--json")

    assert error.value.returncode == 2
    assert Member.objects.count() == 4
