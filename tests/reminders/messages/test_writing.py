"""What is said against a wording while it is written."""

import pytest
from django.utils.translation import override

from reminders.choices import MessageKind
from reminders.messages.text_rules import objections
from reminders.messages.wording_queries import program_texts


def said(kind, subject, text, language="zh-hans"):
    with override("en"):
        return list(objections(kind, subject, text, language))


@pytest.mark.parametrize("slot", program_texts(), ids="-".join)
def test_nothing_is_said_against_the_programs_own(slot):
    text = program_texts()[slot]

    assert said(MessageKind(slot.kind), text.subject, text.text, slot.language) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{姓名}{金额}", ["{金额}"]),
        ("{Name}", ["{Name}"]),
        ("{金额}{amount}", ["{金额} {amount}"]),
        ("{ 金额 }", ["{金额}"]),
    ],
)
@pytest.mark.parametrize("field", ["subject", "text"])
def test_an_unknown_placeholder_is_named_and_so_are_those_that_exist(text, named, field):
    texts = {"subject": "会", "text": "{姓名}", field: text}

    [(where, sentence)] = said(MessageKind.MISSED, **texts)

    assert where == field
    assert all(name in sentence for name in named)
    assert "{姓名} {成员} {组织} {会议} {日期} {内容} {回复链接}" in sentence


def test_in_an_english_wording_the_english_names_are_offered():
    [(_field, sentence)] = said(MessageKind.TERM, "Term", "{naem}", "en")

    assert "{naem}" in sentence
    assert "{name} {branch} {day} {left} {page_link}" in sentence


@pytest.mark.parametrize("text", ["{姓名", "姓名}", "{}", "{ }", "｛姓名", "{{姓名}}"])
def test_a_brace_without_its_partner_is_said_to_be_one(text):
    [(field, sentence)] = said(MessageKind.MISSED, "会", text)

    assert field == "text"
    assert "{姓名}" in sentence
    assert "{{" not in sentence


def test_a_subject_needs_values_that_are_always_there():
    [(field, sentence)] = said(MessageKind.INVITATION, "{会议}在{地点}", "{会议}")

    assert field == "subject"
    assert "{地点}" in sentence


def test_a_text_that_could_come_out_empty_is_refused():
    assert [field for field, _sentence in said(MessageKind.INVITATION, "会", "地点：{地点}\n{材料}")] == ["text"]


def test_everything_is_said_at_once():
    found = said(MessageKind.DUES, "{会议}{", "{会议} {")

    assert [field for field, _sentence in found] == ["subject", "subject", "text", "text"]
