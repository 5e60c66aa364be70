"""Faults in the data files are found and named; nothing incomplete is loaded."""

import shutil

import pytest

from rulebook import reading

DOCUMENT = """
[notice]
title = { zh = "通知", en = "Notice" }
number = "1号"
from = 2020-01-01
dates = "day"

[later]
title = { zh = "新通知", en = "Later notice" }
number = "2号"
from = 2024-01-01
dates = "day"

[local-practice]
title = { zh = "各地做法", en = "Local practice" }
number = ""
from = 2020-01-01
dates = "day"
"""
RULE = {
    "key": '"tea.cups"',
    "title": '{ zh = "茶", en = "Tea" }',
    "says": '{ zh = "两杯", en = "Two cups" }',
    "value": "2",
    "level": '"N"',
    "document": '"notice"',
    "article": '"1"',
    "quote": '"两杯"',
    "verification": '"V1"',
}


def row(**changes):
    fields = {**RULE, **changes}
    return "[[rule]]\n" + "\n".join(f"{name} = {value}" for name, value in fields.items() if value is not None) + "\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "documents.toml").write_text(DOCUMENT, encoding="utf-8")

    def write(*rows):
        head = 'subject = { zh = "茶", en = "Tea" }\norder = 1\n'
        (tmp_path / "tea.toml").write_text(head + "".join(rows), encoding="utf-8")
        return tmp_path

    return write


def test_what_is_shipped_has_no_gap():
    assert reading.gaps(reading.DATA) == []


def test_a_complete_rule_is_loaded(folder):
    (subject,) = reading.subjects(folder(row()))
    assert (subject.key, subject.rules[0].whole, subject.rules[0].document.number) == ("tea", 2, "1号")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": None}, "no title"),
        ({"says": None}, "no says"),
        ({"level": None}, "no level"),
        ({"document": None}, "no document"),
        ({"article": None}, "no article"),
        ({"article": '""'}, "no article"),
        ({"quote": None}, "no quote"),
        ({"verification": None}, "no verification"),
        ({"level": '"X"'}, "level is none of"),
        ({"verification": '"V4"'}, "verification is none of"),
        ({"document": '"unknown"'}, "document unknown is not in"),
        ({"title": '{ zh = "茶" }'}, "title is not in both languages"),
        ({"note": '{ zh = "茶", en = "" }'}, "note is not in both languages"),
        ({"colour": '"red"'}, "unknown field colour"),
        ({"level": '"L"'}, "local practice is of level L"),
        ({"document": '"local-practice"', "article": '"none"'}, "local practice is of level L"),
        ({"document": '"local-practice"', "level": '"L"'}, "local practice has no article"),
        ({"until": "2021-01-01", "until_dates": '"perhaps"'}, "until_dates is none of"),
        ({"local": '{ direction = "sideways" }'}, "local direction is none of"),
        ({"local": '{ direction = "options" }'}, "local options are missing"),
        ({"local": '{ direction = "options", options = { one = { zh = "一" } } }'}, "option one is not in both"),
        ({"local": '{ direction = "range", required = true }'}, "a local choice is required"),
    ],
)
def test_a_fault_is_named_with_its_file_and_key(folder, changes, fault):
    found = reading.gaps(folder(row(**changes)))
    assert any(fault in gap and gap.startswith("tea.toml: tea.cups") for gap in found), found


def test_a_rule_without_a_key_is_found_too(folder):
    assert reading.gaps(folder(row(key=None)))[0].startswith("tea.toml: ?: no key")


@pytest.mark.parametrize(("until", "overlapping"), [(None, True), ("2024-01-02", True), ("2024-01-01", False)])
def test_two_versions_never_hold_on_the_same_day(folder, until, overlapping):
    found = reading.gaps(folder(row(until=until), row(document='"later"')))
    assert found == (["tea.cups: two versions hold on 2024-01-01"] if overlapping else [])


def test_a_document_without_its_days_is_found(folder):
    path = folder(row())
    documents = path / "documents.toml"
    documents.write_text(documents.read_text().replace('dates = "day"', 'dates = "soon"', 1))
    assert reading.gaps(path) == ["documents.toml: notice: dates is none of day, month, year, unverified"]


def test_nothing_is_loaded_while_anything_is_wrong(folder):
    with pytest.raises(reading.BadRulebook, match="no title"):
        reading.subjects(folder(row(), row(key='"tea.pots"', title=None)))


def test_taking_the_document_away_from_one_shipped_rule_is_found(tmp_path):
    copy = shutil.copytree(reading.DATA, tmp_path / "data")
    terms = copy / "terms.toml"
    terms.write_text(terms.read_text().replace('document = "term-2018"\n', "", 1))
    assert reading.gaps(copy) == [
        "terms.toml: term.years: no document",
        "terms.toml: term.years: document None is not in documents.toml",
    ]
