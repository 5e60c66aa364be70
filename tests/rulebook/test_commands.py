"""`rule` and `check_rules` as the contract has them."""

import json
import shutil
from io import StringIO

import pytest
from django.core.management import call_command

from rulebook import reading
from rulebook.management.commands.check_rules import Command as CheckRules
from rulebook.management.commands.rule import Command as Rule

CITATION = {"document", "number", "article", "level", "verification"}


def answer(*words):
    """The JSON object and the exit code."""
    out, command = StringIO(), Rule()
    call_command(command, *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue()), command.exit_code


def refusal(capsys, command, *words):
    """The exit code and what was said; nothing may reach standard output."""
    with pytest.raises(SystemExit) as exit:
        command.run_from_argv(["manage.py", "rule", *words])
    spoken = capsys.readouterr()
    assert spoken.out == ""
    return exit.value.code, spoken.err


@pytest.mark.parametrize(
    ("category", "base", "on", "fen", "capped", "rate"),
    [
        ("employed", "4900", "2026-07-01", 4900, False, 0.01),
        ("employed", "3000.01", "2026-07-01", 3000, False, 0.01),
        ("employed", "60000", "2026-07-01", 100000, True, 0.02),
        ("employed", "60000", "2016-07-01", 120000, False, 0.02),
        ("retired", "5000", "2026-07-01", 2500, False, 0.005),
        ("student", "0", "2026-07-01", 20, False, None),
        ("subsistence", "100", "2026-07-01", 20, False, None),
    ],
)
def test_dues(category, base, on, fen, capped, rate):
    found, code = answer("dues", "--category", category, "--base", base, "--on", on)
    assert (found["amount_fen"], found["capped"], found["rate"], code) == (fen, capped, rate, 0)
    assert all(set(citation) == CITATION for citation in found["citations"])


def test_a_month_before_the_first_rule_is_answered_with_no_amount_and_exit_code_one():
    found, code = answer("dues", "--category", "employed", "--base", "4900", "--on", "2008-03-31")
    assert (found["amount_fen"], found["rate"], found["citations"], code) == (None, None, [], 1)
    assert "2008-04-01" in found["reason"]


def test_a_farmer_without_a_local_amount_is_answered_with_the_range():
    found, code = answer("dues", "--category", "farmer", "--base", "100", "--on", "2026-07-01")
    assert (found["amount_fen"], found["minimum_fen"], found["maximum_fen"], code) == (None, 20, 100, 1)
    assert found["citations"][0]["article"] == "6"


def test_a_farmer_with_the_amount_of_the_committee():
    found, code = answer("dues", "--category", "farmer", "--local-amount", "0.50", "--on", "2026-07-01")
    assert (found["amount_fen"], code) == (50, 0)
    assert [citation["level"] for citation in found["citations"]] == ["N", "L"]


@pytest.mark.parametrize(
    ("words", "valid", "passed", "needed"),
    [
        (["general", "--entitled", "10", "--present", "5", "--votes-for", "5"], True, False, (5, 6)),
        (["committee", "--entitled", "5", "--present", "3", "--votes-for", "3"], True, True, (3, 3)),
        (
            ["admission", "--entitled", "10", "--present", "6", "--votes-for", "4", "--written-for", "2"],
            True,
            True,
            (6, 6),
        ),
        (["election", "--entitled", "10", "--present", "8", "--votes-for", "6"], True, True, (8, 6)),
    ],
)
def test_vote(words, valid, passed, needed):
    found, code = answer("vote", "--kind", *words, "--on", "2026-07-01")
    assert (found["valid"], found["passed"], code) == (valid, passed, 0)
    assert (found["needed_present"], found["needed_for"]) == needed
    assert found["reason"]
    assert found["citations"]


def test_an_election_on_the_eve_of_the_regulations_needs_more_than_four_fifths():
    words = ["vote", "--kind", "election", "--entitled", "10", "--present", "8", "--votes-for", "8", "--on"]
    assert [answer(*words, day)[0]["valid"] for day in ("2020-07-12", "2020-07-13")] == [False, True]


def test_a_vote_before_the_first_rule_is_unknown_not_false():
    words = ["vote", "--kind", "general", "--entitled", "10", "--present", "8", "--votes-for", "8"]
    found, code = answer(*words, "--on", "2015-01-01")
    assert (found["valid"], found["passed"], found["needed_present"], code) == (None, None, None, 1)


def test_candidates():
    found, code = answer("candidates", "--seats", "5", "--on", "2026-07-01")
    assert (found["minimum_candidates"], found["citations"][0]["article"], code) == (6, "13", 0)
    assert answer("candidates", "--seats", "5", "--on", "2019-07-01")[1] == 1


@pytest.mark.parametrize(
    ("words", "ends_on", "remind_from"),
    [
        (["branch"], "2027-02-28", "2026-08-28"),
        (["branch", "--village"], "2029-02-28", "2028-08-28"),
        (["committee"], "2029-02-28", "2028-08-28"),
    ],
)
def test_term(words, ends_on, remind_from):
    found, code = answer("term", "--org-kind", *words, "--elected-on", "2024-02-29")
    assert (found["ends_on"], found["remind_from"], code) == (ends_on, remind_from, 0)
    assert answer("term", "--org-kind", *words, "--elected-on", "2010-02-28")[1] == 1


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["dues", "--category", "king", "--base", "1", "--on", "2026-07-01"], "--category"),
        (["dues", "--category", "employed", "--base", "-1", "--on", "2026-07-01"], "--base"),
        (["dues", "--category", "employed", "--base", "four", "--on", "2026-07-01"], "--base"),
        (["dues", "--category", "employed", "--on", "2026-07-01"], "--base"),
        (["dues", "--category", "employed", "--base", "1", "--on", "2026-02-30"], "--on"),
        (["dues", "--category", "employed", "--base", "1"], "--on"),
        (["dues", "--category", "farmer", "--local-amount", "2", "--on", "2026-07-01"], "--local-amount"),
        (["dues", "--category", "student", "--local-amount", "0.2", "--on", "2026-07-01"], "--local-amount"),
        (
            ["vote", "--kind", "show", "--entitled", "1", "--present", "1", "--votes-for", "1", "--on", "2026-07-01"],
            "--kind",
        ),
        (
            ["vote", "--kind", "general", "--entitled", "0", "--present", "0", "--votes-for", "0"]
            + ["--on", "2026-07-01"],
            "--entitled",
        ),
        (
            ["vote", "--kind", "general", "--entitled", "5", "--present", "6", "--votes-for", "1"]
            + ["--on", "2026-07-01"],
            "--present",
        ),
        (
            ["vote", "--kind", "general", "--entitled", "5", "--present", "3", "--votes-for", "4"]
            + ["--on", "2026-07-01"],
            "--votes-for",
        ),
        (
            ["vote", "--kind", "admission", "--entitled", "5", "--present", "3", "--votes-for", "3"]
            + ["--written-for", "3", "--on", "2026-07-01"],
            "--written-for",
        ),
        (["candidates", "--seats", "0", "--on", "2026-07-01"], "--seats"),
        (["candidates", "--seats", "2.5", "--on", "2026-07-01"], "--seats"),
        (["term", "--org-kind", "group", "--elected-on", "2026-07-01"], "--org-kind"),
        (["term", "--org-kind", "branch", "--elected-on", "soon"], "--elected-on"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["sentence", "json"])
def test_wrong_use_names_the_option(capsys, words, option, form):
    code, said = refusal(capsys, Rule(), *words, *form)
    assert code == 2
    assert option in said


def test_without_json_the_answer_is_a_sentence_with_its_citation(capsys):
    call_command(Rule(), "dues", "--category", "employed", "--base", "4900", "--on", "2026-07-01")
    sentence, citation = capsys.readouterr().out.splitlines()
    assert "4900" in sentence
    assert citation.startswith("《关于中国共产党党费收缴、使用和管理的规定》 中组发〔2008〕3号")


def test_check_rules_counts_the_marks_and_finds_no_gap():
    out, command = StringIO(), CheckRules()
    call_command(command, "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["rules"] == sum(found["verified"].values()) > 150
    assert list(found["verified"]) == ["V1", "V2", "V3", "U"]
    assert (found["gaps"], command.exit_code) == ([], 0)
    assert "关于进一步规范党费工作的通知" in found["dates_unverified"]


def test_check_rules_finds_a_gap_and_says_where(tmp_path, capsys):
    copy = shutil.copytree(reading.DATA, tmp_path / "data")
    votes = copy / "votes.toml"
    votes.write_text(votes.read_text().replace('level = "N"\n', "", 1))
    command = CheckRules()
    call_command(command, "--folder", str(copy))
    assert command.exit_code == 1
    assert "votes.toml: vote.general.quorum: no level" in capsys.readouterr().out


def test_check_rules_refuses_a_folder_without_rules(tmp_path, capsys):
    code, said = refusal(capsys, CheckRules(), "--folder", str(tmp_path))
    assert code == 2
    assert "--folder" in said
