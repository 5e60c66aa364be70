"""Whatever the program puts on record can be read by a person: every action and every detail has words."""

import ast
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from audit.actions import ACTIONS, BREAKS, CODES, DETAILS, RECORDS

APPS = ("branchweb", "members", "audit", "dues", "meetings", "supervision", "assessment", "reminders")


@cache
def parsed():
    """Every module of our code with its nodes: read when the first test asks, not when tests are collected."""
    paths = [path for app in APPS for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py"))]
    return [(path, list(ast.walk(ast.parse(path.read_text())))) for path in paths]


@cache
def calls():
    """Every call in our code: where it stands, the call, and what the names of its module were given."""
    found = []
    for path, nodes in parsed():
        given = {ast.unparse(node.targets[0]): node.value for node in nodes if isinstance(node, ast.Assign)}
        for node in nodes:
            if isinstance(node, ast.Call) and "add_argument" not in ast.unparse(node.func):
                found.append((f"{path.name}:{node.lineno}", node, given))
    return found


def texts(value, given):
    """What an expression can be: a text, one of two, or what a name was given."""
    if isinstance(value, ast.IfExp):
        return texts(value.body, given) | texts(value.orelse, given)
    if isinstance(value, ast.Name):
        return texts(given.get(value.id), {})
    return {value.value} if isinstance(value, ast.Constant) and isinstance(value.value, str) else set()


def services_of(app):
    """Every module of the app that is one of services, wherever it stands. None found: they were renamed."""
    found = [path for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")) if "services" in path.as_posix()]
    assert found, f"no services in {app}"
    return found


def tables():
    """Where it stands, and the texts, of every module's table of actions by step (`ACTIONS = {…}` in services)."""
    for app in APPS[1:]:
        for path in services_of(app):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ACTIONS":
                    named = [one for value in node.value.values for one in getattr(value, "elts", [value])]
                    yield from ((f"{path.name}:{one.lineno}", one.value) for one in named)


def written_actions():
    """Every `action="…"`, the first word given to functions that hand it on (`_record…`), and tables of them."""
    yield from tables()
    for where, call, given in calls():
        named = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
        handed_on = call.args[:1] if ast.unparse(call.func).startswith("_record") else []
        for value in [*named, *handed_on]:
            yield from ((where, action) for action in texts(value, given))


def written_details():
    for where, call, _given in calls():
        handed_on = call.args if "record" in ast.unparse(call.func) else []
        for value in [*handed_on, *(keyword.value for keyword in call.keywords if keyword.arg == "details")]:
            if isinstance(value, ast.Dict):
                yield from ((where, key.value) for key in value.keys if isinstance(key, ast.Constant))
    yield from keyword_details()


def keyword_details():
    """`_record("…", row, by, months=3)`, where the function takes them as `**details`."""
    for path, nodes in parsed():
        takes = {
            node.name: {one.arg for one in [*node.args.args, *node.args.kwonlyargs]}
            for node in nodes
            if isinstance(node, ast.FunctionDef) and node.args.kwarg and node.args.kwarg.arg == "details"
        }
        if not takes:
            continue
        for node in nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func) in takes:
                extra = [one.arg for one in node.keywords if one.arg not in takes[ast.unparse(node.func)]]
                yield from ((f"{path.name}:{node.lineno}", name) for name in extra if name)


def test_every_action_has_words():
    missing = [f"{where}: {action!r}" for where, action in sorted(written_actions()) if action not in ACTIONS]
    assert missing == [], "put them into audit/actions.py"


def test_every_detail_has_words():
    missing = [f"{where}: {detail!r}" for where, detail in sorted(written_details()) if detail not in DETAILS]
    assert missing == [], "put them into audit/actions.py"


def test_the_search_for_actions_finds_them():
    """The negative control: these are written in the ways that the code has."""
    assert {"place_member", "rename_organization", "activate_user", "problem_moved", "record_matter_opinion"} <= {
        action for _where, action in written_actions()
    }


def test_the_search_for_details_finds_them():
    """The negative control: one in a dictionary, one as a keyword."""
    assert {"month", "receipt"} <= {detail for _where, detail in written_details()}


@pytest.mark.parametrize(("action", "field"), [(act, field) for act, kept in CODES.items() for field in kept.values()])
def test_where_the_words_of_a_code_are_looked_for_they_are(action, field):
    model, _dot, name = field.rpartition(".")
    assert action in ACTIONS
    assert apps.get_model(model)._meta.get_field(name).choices


@pytest.mark.parametrize(("action", "model"), RECORDS.items())
def test_the_record_whose_fields_changed_exists(action, model):
    assert action in ACTIONS
    assert apps.get_model(model)


def test_no_words_are_kept_for_what_nobody_does():
    assert set(ACTIONS) == {action for _where, action in written_actions()}


def test_every_break_has_words():
    source = (Path(settings.BASE_DIR) / "audit/queries.py").read_text()
    found = {
        node.args[1].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Break"
    }

    assert set(BREAKS) == found
