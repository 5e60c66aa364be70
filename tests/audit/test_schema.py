"""A loosened database is found: other bodies of triggers, definitions that are gone, rows that lead nowhere."""

import pytest
from django.db import connection

from audit.append_only import as_kept, protections
from audit.verification import checks
from members.models import Office
from members.verification import triggers
from tests.audit.rewriting import run

pytestmark = pytest.mark.django_db
postgresql = connection.vendor == "postgresql"
EMPTY_BODY = (
    """CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"""
    if postgresql
    else "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT 1; END"
)
ON = " ON {table}" if postgresql else ""
LOOSENED = {
    "an empty trigger of the right name": [f"DROP TRIGGER {{table}}_no_update{ON}", EMPTY_BODY],
    "a trigger that is gone": [f"DROP TRIGGER {{table}}_no_delete{ON}"],
    "one that only looks at some rows": [
        f"DROP TRIGGER {{table}}_no_update{ON}",
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN (false) EXECUTE FUNCTION "
        "{table}_refuse()"
        if postgresql
        else "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN false "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    ],
}
if postgresql:
    LOOSENED |= {
        "a function with an empty body": [EMPTY_BODY],
        "a trigger that is switched off": ["ALTER TABLE {table} DISABLE TRIGGER {table}_no_update"],
        "one that is on for copies only": ["ALTER TABLE {table} ENABLE REPLICA TRIGGER {table}_no_update"],
        "a table without a trigger for emptying it": ["DROP TRIGGER {table}_no_truncate ON {table}"],
        "a function that runs as somebody else": ["ALTER FUNCTION {table}_refuse() SECURITY DEFINER"],
    }


def failing():
    return {check.name: check.detail for check in checks() if not check.ok}


@pytest.mark.parametrize("statements", LOOSENED.values(), ids=LOOSENED)
def test_a_trigger_that_was_loosened_is_named(statements):
    run([one.format(table="audit_entry") for one in statements])

    assert "audit_entry_no_" in failing()["append_only_audit_entry"]


def test_the_trigger_of_every_such_table_is_looked_at():
    tables = protections()
    run([f"DROP TRIGGER {table}_no_update{ON.format(table=table)}" for table in tables])

    assert {"dues_payment", "dues_receiptline", "supervision_problemstep", "reminders_wording"} <= set(tables)
    assert set(failing()) == {f"append_only_{table}" for table in tables}


def test_a_trigger_that_nobody_here_made_is_named():
    run(
        [
            "CREATE FUNCTION strange() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "CREATE TRIGGER strange AFTER INSERT ON dues_payment FOR EACH ROW EXECUTE FUNCTION strange()",
        ]
        if postgresql
        else ["CREATE TRIGGER strange AFTER INSERT ON dues_payment BEGIN DELETE FROM members_office; END"]
    )

    assert failing() == {"database_triggers": "strange doesn't belong here"}


if not postgresql:

    @pytest.mark.parametrize("name", as_kept(triggers(connection.vendor)))
    def test_the_triggers_of_members_are_looked_at(name):
        run(f"DROP TRIGGER {name}")

        assert failing()["database_triggers"] == f"{name} is missing"


# --- Definitions ------------------------------------------------------------------------------------------------------
def loosen(table: str, before: str, after: str, *statements: str) -> None:
    """Take a definition away: on SQLite the statement of the table is edited where it is kept."""
    if postgresql:
        run(statements)
        return
    run("PRAGMA writable_schema = ON")
    run(
        "UPDATE sqlite_master SET sql = replace(sql, %s, %s) WHERE tbl_name = %s AND type = 'table'",
        before,
        after,
        table,
    )
    run("PRAGMA writable_schema = OFF")


def test_a_check_that_lets_everything_pass_is_named():
    loosen(
        "audit_head",
        '("id" = 1)',
        "(true)",
        "ALTER TABLE audit_head DROP CONSTRAINT audit_head_only_one",
        "ALTER TABLE audit_head ADD CONSTRAINT audit_head_only_one CHECK (true)",
    )

    assert "audit_head_only_one" in failing()["database_definitions"]


def test_a_reference_that_is_no_longer_demanded_is_named():
    name = constraint_of("dues_payment", "member_id") if postgresql else ""
    loosen(
        "dues_payment",
        ' REFERENCES "members_member" ("id") DEFERRABLE INITIALLY DEFERRED',
        "",
        f"ALTER TABLE dues_payment DROP CONSTRAINT {name}",
    )

    assert "dues_payment" in failing()["database_definitions"]
    assert "members_member" in failing()["database_definitions"]


def test_a_unique_constraint_that_is_gone_is_named():
    loosen(
        "audit_entry",
        'CONSTRAINT "audit_entry_one_successor" UNIQUE ("previous_digest")',
        'CONSTRAINT "audit_entry_one_successor" CHECK (true)',
        "ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_one_successor",
    )

    assert "(previous_digest)" in failing()["database_definitions"]


def test_a_unique_index_with_a_condition_that_is_gone_is_named():
    run("DROP INDEX affiliation_one_open_formal")

    assert "members_affiliation" in failing()["database_definitions"]


def test_a_row_that_leads_nowhere_is_named(cast):
    [office] = cast.secretary.offices.all()
    where = Office.objects.filter(pk=office.pk)
    where.update(organization_id=999_999)
    found = failing()
    where.update(organization_id=office.organization_id)

    assert found == {"database_references": "members_office.organization_id: 1 lead nowhere"}


IDLE = {
    "references that are not watched": "ALTER TABLE dues_payment DISABLE TRIGGER ALL",
    "a rule instead of a statement": "CREATE RULE strange AS ON DELETE TO members_office DO INSTEAD NOTHING",
    "a policy that waits for its switch": "CREATE POLICY strange ON dues_payment USING (true)",
    "rows that a policy may hide": "ALTER TABLE dues_payment ENABLE ROW LEVEL SECURITY",
    "rows that a policy may hide from the owner": "ALTER TABLE dues_payment FORCE ROW LEVEL SECURITY",
    "a column that may be empty": "ALTER TABLE dues_payment ALTER COLUMN amount_fen DROP NOT NULL",
    "a reference that older rows needn't have": """
        ALTER TABLE reminders_attempt DROP CONSTRAINT {name}, ADD CONSTRAINT {name}
        FOREIGN KEY (message_id) REFERENCES reminders_message (key) DEFERRABLE INITIALLY DEFERRED NOT VALID
    """,
    "a check that calls what nobody here wrote": "ALTER TABLE dues_charge ADD CHECK (lo_create(0) > 0)",
    "a check with the name of an index": """
        ALTER TABLE members_affiliation ADD CONSTRAINT affiliation_one_open_formal CHECK (lo_create(0) > 0)
    """,
    "a value of ours that it computes": "ALTER TABLE dues_charge ALTER carried_over SET DEFAULT lo_create(0) > 0",
    "an index that calls what nobody here wrote": """
        CREATE FUNCTION strange(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN $1; END $$;
        CREATE INDEX ON dues_charge (strange(organization_id))
    """,
    "a column that compares otherwise": 'ALTER TABLE members_office ALTER COLUMN kind TYPE varchar(30) COLLATE "C"',
    "a column of a type that calls": """
        CREATE DOMAIN strange AS bigint CHECK (lo_create(0) > 0);
        ALTER TABLE dues_charge ALTER COLUMN organization_id TYPE strange
    """,
    "an operator of the same name": """
        CREATE FUNCTION strange(point, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR = (LEFTARG = point, RIGHTARG = text, FUNCTION = strange)
    """,
    "an index over a type elsewhere": """
        CREATE SCHEMA elsewhere; CREATE DOMAIN elsewhere.strange AS bigint CHECK (lo_create(0) > 0);
        CREATE INDEX ON dues_charge ((organization_id::elsewhere.strange))
    """,
    "a function elsewhere": """
        CREATE SCHEMA elsewhere;
        CREATE FUNCTION elsewhere.to_regclass(text) RETURNS regclass LANGUAGE sql AS 'SELECT NULL::regclass'
    """,
    "a table that inherits": "CREATE TABLE strange () INHERITS (audit_head)",
    "a further column with a reference": "ALTER TABLE dues_charge ADD COLUMN strange bigint REFERENCES members_user",
    "a further reference": """
        ALTER TABLE dues_charge ADD FOREIGN KEY (member_id) REFERENCES members_member ON DELETE CASCADE
    """,
    "a further reference that older rows needn't have": """
        ALTER TABLE meetings_expected ADD FOREIGN KEY (state) REFERENCES django_session ON DELETE CASCADE NOT VALID
    """,
    "amounts that are rounded": "ALTER TABLE dues_payment ALTER COLUMN amount_fen TYPE real",
    "a member of two branches": "ALTER TABLE members_affiliation DROP CONSTRAINT members_affiliation_no_overlap",
    "a unique index that swallows rows": "CREATE UNIQUE INDEX strange ON reminders_message (organization_id)",
    "another check of the same kind": "ALTER TABLE dues_payment ADD CHECK (organization_id >= 0)",
    "a number that may be negative": "ALTER TABLE meetings_vote DROP CONSTRAINT meetings_vote_votes_for_check",
    "a table that the server doesn't keep": "ALTER TABLE members_localrule SET UNLOGGED",
    "a shorter column": "ALTER TABLE meetings_vote ALTER COLUMN counted_by TYPE varchar(20)",
    "the other value by default": "ALTER TABLE dues_charge ALTER COLUMN carried_over SET DEFAULT true",
    "an index out of use": "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'dues_payment_pkey'::regclass",
    "rows that are carried elsewhere": "CREATE PUBLICATION strange FOR TABLE members_member",
    "a function among PostgreSQL's own": """
        CREATE FUNCTION information_schema.strange() RETURNS integer LANGUAGE sql AS 'SELECT 1'
    """,
    "a function that lasts as long as a session": """
        CREATE FUNCTION pg_temp.strange() RETURNS integer LANGUAGE sql AS 'SELECT 1'
    """,
    "a table in a schema with a name like those of temporary ones": """
        SET LOCAL allow_system_table_mods = on; CREATE SCHEMA pg_tempstrange;
        CREATE TABLE pg_tempstrange.strange () INHERITS (meetings_vote)
    """,
    "a table elsewhere": "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.strange (id bigint REFERENCES members_user)",
    "a schema with a name of two words": 'CREATE SCHEMA "strange one"',
    "a function of PostgreSQL's own that was replaced": """
        CREATE OR REPLACE FUNCTION pg_catalog.lpad(text, integer) RETURNS text IMMUTABLE LANGUAGE plpgsql
        AS $$ BEGIN RETURN $1; END $$
    """,
    "one of them that writes": """
        CREATE OR REPLACE FUNCTION pg_catalog.lpad(text, integer) RETURNS text LANGUAGE sql
        AS 'UPDATE public.audit_head SET number = number; SELECT $1'
    """,
    "a view": "CREATE VIEW strange AS SELECT 1",
    "a cast": "CREATE CAST (point AS text) WITH INOUT",
    "a value that the database fills in": "ALTER TABLE dues_charge ALTER COLUMN organization_id SET DEFAULT 1",
    "a function at each change of a table": """
        CREATE FUNCTION strange() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RETURN; END $$;
        CREATE EVENT TRIGGER strange ON ddl_command_end EXECUTE FUNCTION strange()
    """,
    "a catalogue that others answer for": "SET LOCAL search_path = public, pg_catalog",
    "triggers off for the session": "SET LOCAL session_replication_role = replica",
}


if postgresql:

    @pytest.mark.parametrize("statement", IDLE.values(), ids=IDLE)
    def test_what_makes_definitions_idle_is_named(statement):
        run(statement.format(name=constraint_of("reminders_attempt", "message_id")))

        assert "database_definitions" in failing()

    def test_a_trigger_of_the_same_name_on_another_table_is_named():
        run(
            [
                "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON members_office "
                "EXECUTE FUNCTION audit_entry_refuse()"
            ]
        )

        assert "audit_entry_no_update on" in failing()["database_triggers"]

    def test_a_row_function_that_runs_otherwise_is_named():
        run(["ALTER FUNCTION audit_touched_dues_payment() SECURITY DEFINER"])

        assert "dues_payment" in failing()["row_triggers"]


def constraint_of(table, column):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return next(name for name, one in found.items() if one["columns"] == [column] and one["foreign_key"])


def test_a_trigger_with_a_condition_that_asks_for_less_is_named():
    """Rows that are decided once: the same words, in other brackets."""
    table = "meetings_attendancecorrection"
    statement = next(one for one in protections()[table].statements(connection.vendor) if "OLD.state" in one)
    first = statement.index("(")
    run(
        [
            f"DROP TRIGGER {table}_no_update{ON.format(table=table)}",
            f"{statement[:first]}(({statement[first + 1 :].replace(' AND ', ') AND ', 1)}",
        ]
    )

    assert failing() == {f"append_only_{table}": f"{table}_no_update does something else or is switched off"}


if not postgresql:

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE meetings_vote ADD COLUMN strange varchar(40) REFERENCES django_session ON DELETE CASCADE",
            "CREATE TABLE strange (vote char(32) REFERENCES meetings_vote)",
            "CREATE VIEW strange AS SELECT * FROM meetings_vote",
            "CREATE UNIQUE INDEX strange ON reminders_message (organization_id, kind, key)",
        ],
        ids=["a further column with a reference", "a further table", "a view", "a unique index"],
    )
    def test_what_no_model_asked_for_is_named(statement):
        run(statement)

        found = failing()["database_definitions"]
        assert "strange" in found or "nobody asks for CREATE UNIQUE INDEX ON reminders_message" in found

    def test_a_definition_that_stands_in_quotes_is_named():
        loosen(
            "meetings_vote",
            '"votes_for" smallint unsigned NULL CHECK ("votes_for" >= 0)',
            '"votes_for" "smallint unsigned NULL CHECK (votes_for >= 0)"',
        )
        run(
            [
                "DROP TRIGGER dues_payment_no_update",
                "CREATE TRIGGER dues_payment_no_update BEFORE UPDATE ON dues_payment "
                """BEGIN SELECT "RAISE(ABORT, 'dues_payment is append-only')"; END""",
            ]
        )

        found = failing()
        assert "meetings_vote" in found["database_definitions"]
        assert "append_only_dues_payment" in found


def test_a_table_that_is_gone_is_named():
    run("DROP TABLE reminders_heartbeat")

    assert failing() == {"database_definitions": "reminders_heartbeat is missing"}
