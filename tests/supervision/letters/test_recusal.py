"""A letter never goes to somebody it names: the page asks, the services keep out, the command says so beforehand."""

import json
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from members.choices import OfficeKind
from supervision.letters import rate_limit
from supervision.letters.contents import NamedSubject
from supervision.letters.inspector_services import reseal
from supervision.letters.services import write_letter
from supervision.models import Letter
from tests.cast import TODAY
from tests.supervision.letters.letterbox import PASSPHRASE, RECEIPT, letter_of, open_box

pytestmark = pytest.mark.django_db
ASKED = "您写到"
IN_TEXT = "报销发票是程俊杰签的字"


@pytest.fixture
def box(cast, today):
    box = open_box(cast)
    box.more("程俊杰", cast.county)
    rate_limit.LETTERS.counts.clear()
    return box


def readers_of(letter: Letter) -> set[str]:
    return set(letter.boxes.exclude(inspector_key=None).values_list("inspector_key__user__username", flat=True))


def send(client, text=IN_TEXT, **given):
    return client.post("/letters/write/", letter_of(text, **given))


def test_a_name_in_the_text_is_asked_about_and_nothing_is_stored(client, box):
    page = send(client, excluded="王五")

    assert (page.status_code, Letter.objects.count()) == (200, 0)
    assert f"{ASKED}“程俊杰”" in page.text
    assert IN_TEXT in page.text and "王五" in page.text  # the browser holds the letter
    assert "<script" not in page.text.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(("answer", "reads"), [("yes", False), ("no", True)])
def test_yes_keeps_the_letter_away_and_no_goes_on(client, box, answer, reads):
    page = send(client, **{"meant:程俊杰": answer})

    assert RECEIPT.search(page.text)
    letter = Letter.objects.get()
    assert ("程俊杰" in readers_of(letter)) is reads
    assert "inspector_two" in readers_of(letter)


def test_a_name_over_two_lines_can_be_answered(client, box):
    assert "“程 俊杰”" in send(client, text="签字的是程\r\n俊杰").text
    assert RECEIPT.search(send(client, text="签字的是程\r\n俊杰", **{"meant:程 俊杰": "yes"}).text)


def test_one_yes_of_two_is_enough(client, box):
    send(client, text="程书记签的字，程俊杰知道", **{"meant:程书记": "yes", "meant:程俊杰": "no"})

    assert "程俊杰" not in readers_of(Letter.objects.get())


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_without_an_answer_it_is_asked_again(client, box, answer):
    page = send(client, **{"meant:程俊杰": answer})

    assert ASKED in page.text
    assert not Letter.objects.exists()


def test_a_page_of_questions_without_answers_says_which_is_missing(client, box):
    text = "程书记签的字，收条写着Cheng Junjie"
    assert "没有回答" not in send(client, text=text).text

    page = send(client, text=text, asked="1", **{"meant:程书记": "no"})
    assert "没有回答：“Cheng Junjie”" in page.text
    assert "没有回答：“程书记”" not in page.text
    assert not Letter.objects.exists()


def test_an_answer_for_other_words_is_no_answer(client, box):
    assert ASKED in send(client, text="程书记签的字", **{"meant:程俊杰": "no"}).text
    assert not Letter.objects.exists()


def test_the_question_shows_what_was_typed_and_not_who_reads(client, box):
    page = send(client, text="报销发票是程书记签的字，收条写着Cheng Junjie")

    assert "“程书记”" in page.text and "“Cheng Junjie”" in page.text
    assert "程俊杰" not in page.text


@pytest.mark.parametrize("typed", ["程俊杰同志", "张三和程俊杰", "程俊傑", "ChengJunjie", "周明、程俊杰(县纪委)"])
def test_whoever_is_typed_is_kept_out_without_a_question(client, box, typed):
    """Close to whom it is about; with two others left the letter is sealed."""
    page = send(client, text="报销发票与实际不符", excluded=typed)

    assert RECEIPT.search(page.text), page.text
    assert "程俊杰" not in readers_of(Letter.objects.get())


def test_with_fewer_than_two_left_the_official_ways_are_shown(client, box):
    page = send(client, text="报销发票与实际不符", excluded="程俊杰书记、inspector_two、inspector")

    assert (page.status_code, Letter.objects.count()) == (409, 0)
    assert "12388" in page.text


@pytest.mark.parametrize("text", [IN_TEXT, "程书记签的字"])
def test_without_a_question_whoever_may_be_meant_does_not_get_it(box, text):
    """The services by themselves; also when it is sealed anew."""
    write_letter(subjects=[subject_of(box)], text=text, on=TODAY)
    letter = Letter.objects.get()
    assert "程俊杰" not in readers_of(letter)

    two = next(user for user in box.inspectors if user.username == "inspector_two")
    reseal(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=two)
    assert "程俊杰" not in readers_of(letter)


def test_an_answer_stays_when_the_letter_is_sealed_anew(box):
    write_letter(subjects=[subject_of(box)], text=IN_TEXT, cleared=["程俊杰"], on=TODAY)
    letter = Letter.objects.get()
    two = next(user for user in box.inspectors if user.username == "inspector_two")
    reseal(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=two)

    assert "程俊杰" in readers_of(letter)


def subject_of(box) -> NamedSubject:
    return NamedSubject(box.cast.branch.key, OfficeKind.SECRETARY, ("周明",))


# --- What is added later ---------------------------------------------------------------------------------------------
def add(client, receipt: str, text: str = IN_TEXT, **given):
    return client.post("/letters/add/", {"receipt": receipt, "text": text, "key": uuid.uuid4(), **given})


@pytest.fixture
def receipt(client, box) -> str:
    """Of a letter that all three read."""
    return RECEIPT.search(send(client, text="报销发票与实际不符").text)[1].replace(" ", "")


@pytest.mark.parametrize(("answer", "reads"), [("yes", False), ("no", True)])
def test_an_addition_is_asked_about_too(client, receipt, answer, reads):
    letter = Letter.objects.get()
    assert ASKED in add(client, receipt).text
    assert not letter.messages.exists()
    assert "程俊杰" in readers_of(letter)

    assert IN_TEXT in add(client, receipt, **{"meant:程俊杰": answer}).text
    assert letter.messages.count() == 1
    assert ("程俊杰" in readers_of(letter)) is reads


def test_an_addition_that_leaves_fewer_than_two_is_not_stored(client, box, receipt):
    text = "程俊杰和inspector_two分的钱"
    page = add(client, receipt, text, **{"meant:程俊杰": "yes", "meant:inspector_two": "yes"})

    assert "没有保存" in page.text
    assert not Letter.objects.get().messages.exists()
    assert readers_of(Letter.objects.get()) == {"程俊杰", "inspector_two", box.inspectors[0].username}


def test_who_was_cleared_in_the_letter_can_be_named_later(client, box):
    first = write_letter(subjects=[subject_of(box)], text=IN_TEXT, cleared=["程俊杰"], on=TODAY)
    assert "程俊杰" in readers_of(Letter.objects.get())

    add(client, first.digits, "程书记也拿了", **{"meant:程书记": "yes"})
    assert "程俊杰" not in readers_of(Letter.objects.get())


def test_nothing_is_told_about_an_addition_without_the_receipt(client, receipt):
    assert ASKED not in add(client, "1" * 24).text


# --- The command -----------------------------------------------------------------------------------------------------
def printed(about: str, org: str = "branch") -> dict:
    out = StringIO()
    call_command("letter_readers", "--about", about, "--org", org, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("about", ["程俊杰同志", "张三/程俊杰", "会上程俊傑书记收了钱"])
def test_the_command_says_who_is_kept_out(box, about):
    """Whoever reads and is named leads the committee too, so that nobody of it may: nothing is above."""
    before = Entry.objects.count()
    answer = printed(about)

    assert list(answer) == ["readers", "excluded", "would_store", "reason"]
    assert (answer["readers"], answer["excluded"], answer["would_store"]) == (0, ["程俊杰"], False)
    assert answer["reason"]
    assert (Letter.objects.count(), Entry.objects.count()) == (0, before)


def test_the_command_counts_who_would_read(box):
    assert printed("周明") == {"readers": 3, "excluded": [], "would_store": True, "reason": ""}


def test_the_command_says_what_the_writer_would_be_asked(box):
    answer = printed("高峰期停电，听程书记说的")

    assert answer["excluded"] == ["程俊杰"]


def test_an_unknown_organization_is_wrong_use(box):
    with pytest.raises(CommandError) as refused:
        printed("周明", org="nowhere")
    assert refused.value.returncode == 2


def test_without_a_recovery_key_nothing_would_be_stored(cast, today):
    answer = printed("周明")

    assert (answer["readers"], answer["would_store"]) == (0, False)
