"""A committee writes its own wording, and goes back to the one above."""

import pytest

from audit.models import Entry
from members.refused import Refused
from reminders.choices import Addressee, MessageKind
from reminders.messages.services import give_wording_back, write_wording
from reminders.messages.wording_queries import Slot, Wordings
from reminders.models import Wording

DUES = Slot(MessageKind.DUES, Addressee.MEMBER, "zh-hans")


def write(cast, text="{姓名}，请交党费{金额}", organization=None, subject="党费", slot=DUES):
    place = organization or cast.district
    return write_wording(organization=place, slot=slot, subject=subject, text=text, by=cast.district_staff)


def give_back(cast, organization=None):
    give_wording_back(organization=organization or cast.district, slot=DUES, by=cast.district_staff)


def test_a_wording_is_stored_with_who_wrote_it_and_audited(cast):
    row = write(cast)

    assert (row.organization, row.written_by, row.kind, row.addressee, row.language) == (
        cast.district,
        cast.district_staff,
        *DUES,
    )
    assert (row.subject, row.text) == ("党费", "{姓名}，请交党费{金额}")
    entry = Entry.objects.get(action="write_wording")
    assert (entry.actor, entry.subject_id, entry.organization_code) == ("district_staff", str(row.pk), "district")
    assert "{姓名}" not in str(entry.__dict__)


def test_the_same_text_again_stores_nothing(cast):
    assert write(cast) == write(cast)
    assert (Wording.objects.count(), Entry.objects.count()) == (1, 1)


def test_an_earlier_text_can_be_written_again(cast):
    write(cast, "{姓名}一")
    write(cast, "{姓名}二")
    write(cast, "{姓名}一")

    assert [row.text for row in Wording.objects.newest_first()] == ["{姓名}一", "{姓名}二", "{姓名}一"]
    assert Wordings.load().at(cast.branch.path, DUES.kind, DUES.language).text == "{姓名}一"


@pytest.mark.parametrize(
    ("subject", "text", "field"),
    [("党费", "{会议}", "text"), ("{地点}", "{姓名}", "subject"), ("党费", "{姓名", "text")],
)
def test_what_could_not_be_sent_is_refused_with_its_field_and_leaves_nothing(cast, subject, text, field):
    with pytest.raises(Refused) as refusal:
        write(cast, text, subject=subject)

    assert refusal.value.field == field
    assert not Wording.objects.exists()
    assert not Entry.objects.exists()


def test_going_back_is_another_row_and_audited(cast):
    write(cast)
    give_back(cast)

    assert Wording.objects.count() == 2
    assert Wordings.load().at(cast.branch.path, DUES.kind, DUES.language).organization is None
    assert Entry.objects.get(action="give_wording_back").organization_code == "district"


def test_who_has_nothing_of_their_own_goes_back_to_nothing(cast):
    give_back(cast)
    write(cast)
    give_back(cast)
    give_back(cast)

    assert Wording.objects.count() == 2
    assert Entry.objects.filter(action="give_wording_back").count() == 1


def test_after_going_back_the_same_text_can_be_written_anew(cast):
    write(cast)
    give_back(cast)
    write(cast)

    assert Wordings.load().own(cast.district.path, DUES).text == "{姓名}，请交党费{金额}"
