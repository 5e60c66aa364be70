"""A hundred letters, and nothing that says what was in them, who wrote them, in which minute, or in which order.

People work in other pages at the same time. Whoever has a dump of the database, the files, the log and Redis has only
days. Whoever the letters are about has nothing at all.
"""

import logging
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from members.choices import OfficeKind
from supervision.letters import row_order
from supervision.models import InspectorKey, Letter, LetterBox, LetterFile, LetterMessage, SealedName
from tests.emptying import triggers_lifted
from tests.security.test_stolen_dump import files, rows
from tests.supervision.letters.letterbox import PASSPHRASE, open_box, write
from tests.world import BACKEND

LETTERS = 100
READERS = ("Organization", "Letter", "InspectorKey", "RecoveryKey", "CustodyKey")
KINDS = (Letter, LetterBox, LetterMessage, LetterFile, SealedName)


def words(number: int) -> list[str]:
    """What occurs nowhere but in one letter."""
    return [f"绝密词语{number:03}号", f"写信人{number:03}", f"139{number:08}", f"知情人{number:03}"]


@pytest.fixture
def logged():
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(logging.Formatter().format(record))
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


class Written:
    """Letters written by people who are logged in, and who work in other pages in the same minutes."""

    def __init__(self, cast, number: int = LETTERS) -> None:
        self.box, self.receipts, self.keys = open_box(cast), [], []
        self.users = [cast.secretary, cast.member, cast.next_secretary, cast.county_staff]
        self.clients = []
        for user in self.users:
            client = Client(REMOTE_ADDR=f"203.0.113.{len(self.clients) + 1}", headers={"user-agent": "Telltale/7"})
            client.force_login(user, backend=BACKEND)
            self.clients.append(client)
        for at in range(number):
            client = self.clients[at % len(self.clients)]
            if at < len(self.clients):
                client.get("/")
            client.post("/preferences/", {"language": "zh-hans", "text_size": "normal", "theme": "auto"})
            text, name, phone, witness = words(at)
            self.receipts.append(write(text, client, name=name, contact=phone, excluded=witness))
            self.keys.append(Letter.objects.exclude(pk__in=self.keys).get().pk)


def redis_or_cache() -> str:
    """What lies in the cache: nothing of letters is ever put there, and so nothing of them comes to Redis."""
    held = getattr(cache, "_cache", {})
    return "".join(f"{name} {value.decode(errors='replace')}" for name, value in held.items())


def media() -> str:
    root = Path(settings.MEDIA_ROOT)
    return "".join(path.read_bytes().decode(errors="replace") for path in root.rglob("*") if path.is_file())


def dumped(logged) -> dict[str, str]:
    return {"rows": rows(), "files": files(), "media": media(), "log": "\n".join(logged), "cache": redis_or_cache()}


@pytest.mark.django_db(transaction=True)
def test_after_a_hundred_letters_a_dump_holds_no_word_no_writer_and_no_order(cast, today, logged):
    written = Written(cast)
    order = [key.hex for key in written.keys]
    assert 0.3 < share_in_order(stored_order(Letter), order) < 0.7
    for at in range(0, LETTERS, 10):
        written.clients[0].post("/letters/add/", {"receipt": written.receipts[at], "text": f"补充{at:03}绝密"})
    secrets = [word for at in range(LETTERS) for word in words(at)]
    secrets += [receipt[8:] for receipt in written.receipts] + [f"补充{at:03}绝密" for at in range(0, LETTERS, 10)]
    dump = dumped(logged)

    assert Letter.objects.count() == LETTERS
    found = [(place, one) for place, text in dump.items() for one in [*secrets, PASSPHRASE, "周明"] if one in text]
    assert found == []
    assert links(other_tables(), traces()) == []
    assert [line for line in logged if "/letters" in line or "203.0.113" in line] == []


@pytest.mark.django_db(transaction=True)
def test_what_is_not_sealed_is_found_in_the_dump(cast, today, logged):
    """The negative control: a letter whose text isn't encrypted, a view that logs, a limit that keeps the receipt."""
    written = Written(cast, 1)
    Letter.objects.update(ciphertext=words(0)[0])
    logging.getLogger("supervision").warning(written.receipts[0][8:])
    cache.set("letters", words(0)[1])
    dump = dumped(logged)

    assert words(0)[0] in dump["rows"]
    assert connection.vendor != "sqlite" or words(0)[0] in dump["files"]
    assert written.receipts[0][8:] in dump["log"]
    assert words(0)[1] in dump["cache"]


# --- Who, and when ---------------------------------------------------------------------------------------------------
def test_the_rows_of_letters_have_days_only_and_no_number_that_grows():
    for model in KINDS:
        for field in model._meta.get_fields():
            assert not isinstance(field, models.DateTimeField | models.TimeField | models.AutoField), field
        assert isinstance(model._meta.pk, models.UUIDField)
        for field in model._meta.concrete_fields:
            related = field.related_model
            assert related is None or related.__name__ in READERS


def test_a_model_with_a_moment_would_be_noticed():
    """The negative control."""
    assert any(isinstance(field, models.DateTimeField | models.AutoField) for field in Entry._meta.get_fields())


def links(cast_tables: dict[str, list[tuple]], traces: set[str]) -> list[str]:
    """Rows outside of the letters that hold something of a letter: its key, its finder, what is sealed."""
    found = []
    for table, held in cast_tables.items():
        found += [table for row in held if any(trace in str(row) for trace in traces)]
    return found


def other_tables() -> dict[str, list[tuple]]:
    own = {model._meta.db_table for model in KINDS}
    tables = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in own:
                cursor.execute(f'SELECT * FROM "{table}"')
                tables[table] = cursor.fetchall()
    return tables


def traces() -> set[str]:
    found = set()
    for letter in Letter.objects.all():
        found |= {str(letter.pk), letter.pk.hex, letter.finder, letter.ciphertext[:40]}
    return found


@pytest.mark.django_db(transaction=True)
def test_a_table_that_ties_one_is_found(cast, today):
    """The negative control."""
    written = Written(cast, 1)
    session = written.clients[0].session
    session["letter"] = 1
    session.save()
    Entry.objects.all()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_session SET session_data = %s", [str(written.keys[0])])

    assert links(other_tables(), traces()) != []


def state_outside_letters() -> dict[str, list[str]]:
    """Without the record's one sum over each table of letters, which has no day and changes with any of them."""
    return {
        name: sorted(str(row) for row in held if not is_sum_of_letters(name, row))
        for name, held in other_tables().items()
    }


def is_sum_of_letters(table: str, row: tuple) -> bool:
    """Of the whole table: a sum for each letter would have another place than none."""
    tables = {model._meta.db_table for model in KINDS}
    if table == "audit_rowsum":
        return not tables.isdisjoint(row) and "" in row
    return table == "audit_tablesum" and not tables.isdisjoint(row)


@pytest.mark.django_db(transaction=True)
def test_writing_changes_no_row_but_the_letters(cast, today):
    """Nothing at all: no count, no session, no sequence, no audit entry."""
    written = Written(cast, 1)
    before = state_outside_letters()
    client = written.clients[0]
    receipt = write("再写一封", client)
    client.get("/letters/")
    client.post("/letters/receipt/", {"receipt": receipt})
    client.post("/letters/add/", {"receipt": receipt, "text": "补充"})
    client.post("/letters/write/", {"step": "find", "search": "红旗"})

    assert state_outside_letters() == before


@pytest.mark.django_db(transaction=True)
def test_another_form_changes_rows(cast, today):
    """The negative control: the same search for changes finds what an ordinary page writes."""
    written = Written(cast, 1)
    before = state_outside_letters()
    written.clients[0].post("/preferences/", {"language": "en", "text_size": "large", "theme": "dark", "email": ""})

    assert state_outside_letters() != before


# --- In which order --------------------------------------------------------------------------------------------------
def stored_order(model, column: str = "key") -> list[str]:
    """As the table lies there."""
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}" ORDER BY {place}')
        return [str(row[0]).replace("-", "") for row in cursor.fetchall()]


def share_in_order(stored: list[str], written: list[str]) -> float:
    """Of all pairs those that lie in the order in which they were written; a half where no order is left."""
    place = {key: at for at, key in enumerate(stored)}
    pairs = [(place[one], place[other]) for at, one in enumerate(written) for other in written[at + 1 :]]
    return sum(one < other for one, other in pairs) / len(pairs)


def begin_at_the_front() -> None:
    """On PostgreSQL rows that were deleted by tests before leave gaps, which new ones fill."""
    if connection.vendor == "postgresql":
        with triggers_lifted(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE supervision_letter CASCADE")


def long_texts(cast, number: int = 24) -> dict[str, float]:
    """Letters too long for a row; the share in order of letters, of their boxes, and of texts that are kept apart."""
    begin_at_the_front()
    open_box(cast)
    order: list[str] = []
    for at in range(number):
        write(f"{at:03}" + "很长的事" * 500)
        order.append(Letter.objects.exclude(pk__in=order).get().pk.hex)
    shares = {"letters": share_in_order(stored_order(Letter), order)}
    shares["boxes"] = share_in_order(list(dict.fromkeys(stored_order(LetterBox, "letter_id"))), order)
    if connection.vendor == "postgresql":
        shares["texts"] = share_in_order(texts_kept_apart(), order)
    return shares


def texts_kept_apart() -> list[str]:
    """Letters by the number that PostgreSQL gave to the long text; it grows."""
    letters = {one.ciphertext[:60]: one.pk.hex for one in Letter.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'supervision_letter'")
        (table,) = cursor.fetchone()
        cursor.execute(f"SELECT encode(chunk_data, 'escape') FROM {table} WHERE chunk_seq = 0 ORDER BY chunk_id")
        return [letters[text[:60]] for (text,) in cursor.fetchall() if text[:60] in letters]


@pytest.mark.django_db(transaction=True)
def test_long_letters_their_boxes_and_texts_lie_without_an_order(cast, today):
    shares = long_texts(cast)

    assert all(0.2 < share < 0.8 for share in shares.values()), shares


@pytest.mark.django_db(transaction=True)
def test_without_scattering_they_lie_as_they_came(cast, today, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(row_order, "_scatter", lambda _table: None)

    assert set(long_texts(cast).values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_postgresql_notes_the_same_transaction_for_all(cast, today):
    Written(cast, 5)
    noted = (Letter, LetterBox) if connection.vendor == "postgresql" else ()  # SQLite notes none
    with connection.cursor() as cursor:
        for model in noted:
            cursor.execute(f'SELECT count(DISTINCT xmin::text) FROM "{model._meta.db_table}"')
            assert cursor.fetchone() == (1,)
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'key')", [model._meta.db_table])
            assert cursor.fetchone() == (None,)


@pytest.mark.django_db
def test_scattering_changes_nothing_but_the_order(cast, today):
    written = Written(cast, 5)
    before = {model: sorted(map(str, model.objects.values_list())) for model in KINDS}
    with row_order.scattered():
        pass

    assert {model: sorted(map(str, model.objects.values_list())) for model in KINDS} == before
    assert len(written.keys) == 5


# --- A reset of the inspector's password -----------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_reset_of_all_passwords_opens_nothing_and_the_passphrase_does(cast, today):
    written = Written(cast, 1)
    letter, text = Letter.objects.get(), words(0)[0]
    for user in written.box.inspectors:
        user.set_password("reset-by-the-administrator-1")
        user.save()
        client = Client()
        client.post("/account/login/", {"login": user.username, "password": "reset-by-the-administrator-1"})
        address = f"/supervision/letters/{letter.pk}/"
        assert client.get(address).status_code == 200
        assert text not in client.post(address, {"passphrase": "reset-by-the-administrator-1"}).text
        assert text in client.post(address, {"passphrase": PASSPHRASE}).text  # the negative control


@pytest.mark.django_db
def test_who_may_change_every_row_but_has_no_passphrase_opens_nothing(cast, today):
    """An administrator moves the keys to a user of their own, and gives that user the office."""
    written = Written(cast, 1)
    letter = Letter.objects.get()
    thief = written.box.more("thief", cast.county)
    InspectorKey.objects.filter(user=thief).delete()
    InspectorKey.objects.filter(user=written.box.inspectors[0]).update(user=thief)
    client = Client()
    client.force_login(thief, backend=BACKEND)
    address = f"/supervision/letters/{letter.pk}/"

    assert client.get(address).status_code == 200
    assert words(0)[0] not in client.post(address, {"passphrase": "red-flag-52"}).text


# --- The one it is about ---------------------------------------------------------------------------------------------
PAGES = (
    "/", "/inbox/", "/roster/", "/jobs/", "/audit/", "/organizations/", "/organizations/branch/", "/members/me/",
    "/supervision/suggestions/", "/supervision/talks/", "/supervision/matters/", "/supervision/letters/counts/",
    "/supervision/letters/", "/supervision/letters/keys/", "/api/", "/regulations/",
)  # fmt: skip
CHANGING = re.compile(r'name="(csrfmiddlewaretoken|key)" value="[^"]+"')


def seen(client: Client, django_queries) -> dict[str, tuple[int, str, int]]:
    """What somebody is answered on every page, and what it cost."""
    answers = {}
    for address in PAGES:
        with django_queries() as queries:
            answer = client.get(address)
        answers[address] = answer.status_code, CHANGING.sub("", answer.content.decode(errors="replace")), len(queries)
    return answers


@pytest.fixture
def queries():
    return lambda: CaptureQueriesContext(connection)


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["secretary", "officer", "member", "group_leader", "next_secretary", "administrator"])
def test_whom_it_is_about_sees_the_same_pages_for_the_same_queries(cast, today, queries, mailoutbox, part):
    """Lists, badges, record, mail; and time, as far as it is made of questions to the database."""
    box = open_box(cast)
    client = Client()
    client.force_login(getattr(cast, part), backend=BACKEND)
    seen(client, queries)  # what a page remembers the first time
    before = seen(client, queries)
    for _each in range(3):
        write("书记 报销 不实", whom=OfficeKind.SECRETARY, names=cast.secretary.username)
    assert Letter.objects.count() == 3

    assert seen(client, queries) == before
    assert not mailoutbox
    assert box.inspectors


@pytest.mark.django_db
def test_an_ordinary_change_is_seen(cast, today, queries):
    """The negative control: the comparison finds a new member on the secretary's pages."""
    client = Client()
    client.force_login(cast.secretary, backend=BACKEND)
    seen(client, queries)
    before = seen(client, queries)
    cast.zhang.name = "张英改"
    cast.zhang.save()

    assert seen(client, queries) != before


@pytest.mark.django_db
def test_no_message_job_or_audit_entry_comes_of_a_letter(cast, today):
    """No table of another app gets a row, so no list and no badge of anybody can."""
    open_box(cast)
    counts = {model: model.objects.count() for model in apps.get_models() if model not in KINDS}
    write("书记 报销 不实")

    assert {model: model.objects.count() for model in apps.get_models() if model not in KINDS} == counts
