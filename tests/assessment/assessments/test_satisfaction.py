"""What members say of their branch's work: sums alone are kept, and no path leads from an answer to who gave it."""

from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse

from assessment.assessments import judging_services
from assessment.assessments.judging_queries import own_links, satisfaction_of, view_lines
from assessment.assessments.judging_services import AlreadyAnswered, give_answer
from assessment.models import Assessment, SatisfactionAnswered, SatisfactionTally
from assessment.schemes.rules import Weights
from audit.models import Entry
from audit.services import record
from members.refused import Refused
from tests.assessment.assessments.judging import begun, by, completed, record_says, shown
from tests.cast import TODAY, make_member
from tests.supervision.appraisals.test_ballot_secrecy import differing_tables, everything, sums_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
MINE = reverse("assessment:satisfaction-mine")
ASKING = Weights(superior=80, members=20)


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    record_says(monkeypatch)


@pytest.fixture
def one(cast):
    return begun(cast, weights=ASKING)


def page(one):
    return reverse("assessment:satisfaction-answer", args=[one.pk])


def give(one, *members, answer="satisfied"):
    for member in members:
        give_answer(assessment=one, member_id=member.pk, answer=answer)


def sums(one):
    return {tally.answer: tally.count for tally in SatisfactionTally.objects.filter(assessment=one) if tally.count}


def people(cast, number=3):
    return [make_member(f"党员{n}", cast.group if n else cast.branch) for n in range(number)]


# --- Who is asked -----------------------------------------------------------------------------------------------------
def test_a_member_answers_once(cast, as_user, one):
    client = as_user(cast.member)
    assert client.get(page(one)).status_code == 200
    for answer in ("fairly", "not"):
        client.post(page(one), {"answer": answer})

    assert sums(one) == {"fairly": 1}
    assert [row.has_answered for row in client.get(MINE).context["asked"]] == [True]
    with pytest.raises(AlreadyAnswered):
        give(one, cast.zhang)


def test_only_members_of_the_branch_are_asked(cast, as_user, one):
    for user in (cast.secretary, cast.district_staff, cast.stranger):
        assert as_user(user).get(page(one)).status_code == 404
        assert as_user(user).get(MINE).context["asked"] == []
    for stranger in (cast.wang, cast.zhao):
        with pytest.raises(Refused):
            give(one, stranger)
    give(one, cast.li)

    assert sums(one) == {"satisfied": 1}


@pytest.mark.parametrize("typed", [{}, {"answer": "gossip"}])
def test_an_answer_that_is_none_is_refused(cast, as_user, one, typed):
    assert as_user(cast.member).post(page(one), typed).status_code == 200
    assert as_user(cast.member).put(page(one)).status_code == 405
    with pytest.raises(Refused):
        give(one, cast.zhang, answer="gossip")

    assert not SatisfactionAnswered.objects.exists()


def test_it_is_asked_until_the_assessment_is_shown(cast, as_user, one):
    assert [link.url for link in own_links(by(cast.member), on=TODAY)] == [MINE]
    shown(one, cast)

    assert not list(own_links(by(cast.member), on=TODAY))
    assert as_user(cast.member).post(page(one), {"answer": "not"}).status_code == 404
    with pytest.raises(Refused):
        give(one, cast.zhang)


def test_a_scheme_that_does_not_weigh_it_asks_nobody(cast, as_user):
    other = begun(cast)

    assert as_user(cast.member).get(page(other)).status_code == 404
    assert not SatisfactionTally.objects.exists()
    assert not list(own_links(by(cast.member), on=TODAY))


# --- What is shown ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("answers", "is_shown"), [(2, False), (3, True)])
def test_no_count_is_shown_of_fewer_than_three(cast, one, answers, is_shown):
    give(one, *people(cast, answers))
    shown_one = shown(one, cast)

    assert bool(satisfaction_of(shown_one).counts) is is_shown
    assert (view_lines(shown_one, with_words=False)[-1].points is not None) is is_shown


def test_nothing_is_shown_while_members_are_asked(cast, as_user, one):
    give(one, *people(cast), answer="not")
    completed(one, cast)

    assert satisfaction_of(one).counts == []
    assert Assessment.objects.get().total is None
    assert as_user(cast.district_staff).get(one.get_absolute_url()).context["satisfaction"].counts == []


def test_the_sums_are_weighed(cast, one):
    first, *others = people(cast)
    give(one, first, answer="fairly")
    give(one, *others)

    assert shown(completed(one, cast), cast).total == Decimal("94.00")


# --- No path back to who answered -------------------------------------------------------------------------------------
def test_an_answer_changes_the_sums_and_that_one_has_answered(cast, as_user, one):
    client = as_user(cast.member)
    client.get(page(one))
    before = everything()
    client.post(page(one), {"answer": "not"})
    tables = {SatisfactionTally._meta.db_table, SatisfactionAnswered._meta.db_table, "sqlite_sequence"}

    assert differing_tables(before, everything()) <= tables
    assert {field.name for field in SatisfactionAnswered._meta.get_fields()} == {"id", "assessment", "member"}
    assert {field.name for field in SatisfactionTally._meta.get_fields()} == {"id", "assessment", "answer", "count"}


def exchanged(one, cast):
    """The database after two members gave two answers, and after they gave each other's."""
    found = []
    for first, second in (("satisfied", "not"), ("not", "satisfied")):
        with transaction.atomic():
            give(one, cast.zhang, answer=first)
            give(one, cast.li, answer=second)
            found.append(everything(("sqlite_sequence", SatisfactionAnswered._meta.db_table)))
            transaction.set_rollback(True)
    return found


def test_two_who_exchange_their_answers_leave_the_same_database(cast, one):
    first, second = exchanged(one, cast)

    assert differing_tables(first, second) == set()


def test_an_entry_for_each_answer_would_tell(cast, one):
    """The negative control: whoever puts an answer on record is found out by the exchange."""
    add = judging_services._add

    def add_and_record(held, answer):
        add(held, answer)
        record(action="answer", by="system", subject=held, details={"answer": answer})

    with patch.object(judging_services, "_add", add_and_record):
        first, second = exchanged(one, cast)
    assert "audit_entry" in differing_tables(first, second)


def versions():
    """Which transaction wrote each sum last. SQLite keeps no such thing in its rows."""
    if connection.vendor != "postgresql":
        return {0}
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT xmin::text, cmin::text FROM assessment_satisfactiontally")
        return set(cursor.fetchall())


def test_all_sums_carry_the_same_version(cast, one):
    give(one, cast.zhang)

    assert len(versions()) == 1


def test_sums_written_one_by_one_would_tell_the_last_answer(cast, one):
    """The negative control: with only the chosen sum written, PostgreSQL shows which it was."""

    def add(held, answer):
        SatisfactionTally.objects.filter(assessment=held, answer=answer).update(count=F("count") + 1)

    with patch.object(judging_services, "_add", add):
        give(one, cast.zhang)
    assert len(versions()) > 1 or connection.vendor != "postgresql"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer", ["satisfied", "not"])
def test_an_answer_changes_the_same_sum_of_the_record_whatever_it_says(cast, one, answer):
    """Which of them a transaction wrote last is seen on PostgreSQL, beside who answered in it."""
    before = sums_of(SatisfactionTally)
    give(one, cast.zhang, answer=answer)
    changed = {place for place, total in sums_of(SatisfactionTally).items() if total != before.get(place)}

    assert {place.replace("-", "") for place in changed} == {str(one.pk).replace("-", "")}


def test_the_record_says_nothing_of_an_answer(cast, as_user, one):
    before = Entry.objects.count()
    as_user(cast.member).post(page(one), {"answer": "not"})

    assert Entry.objects.count() == before


def test_an_answer_is_in_no_log(cast, as_user, one, caplog):
    caplog.set_level(0)
    as_user(cast.member).post(page(one), {"answer": "cant_say"})
    told = [line for line in caplog.records if not line.name.startswith("django.db")]

    assert not [line for line in told if "cant_say" in line.getMessage()]


@pytest.mark.parametrize("number", [1, 3])
def test_the_own_page_asks_a_fixed_number_of_queries(cast, as_user, django_assert_num_queries, number):
    for year in range(number):
        begun(cast, weights=ASKING, year=TODAY.year - year, code=f"k{year}")
    client = as_user(cast.member)
    client.get(MINE)
    with django_assert_num_queries(4):
        client.get(MINE)
