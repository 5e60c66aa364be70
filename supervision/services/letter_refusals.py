"""How sealed letters say no."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.services.refused import Refused
from rulebook.book import versions
from rulebook.values import Citation

CHANNELS = "report.channels"
SITE = "https://www.12388.gov.cn/"


@dataclass(frozen=True, slots=True)
class Channel:
    """An official way to send a letter. The citation has its level and how sure it is."""

    sentence: str
    citation: Citation
    url: str = ""


class NoReaders(Refused):
    """Fewer than two may read it, so nothing was stored. `channels`: the official ways."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing was stored: fewer than two inspectors stand above those the letter is about. Use one of the"
                " official ways."
            ),
            "subjects",
        )
        self.channels = official_channels()


class Damaged(Refused):
    """The letter can't be opened because what is stored was changed or damaged."""

    def __init__(self) -> None:
        super().__init__(_("What is stored of this letter was changed or damaged. Tell the administrator."))


def official_channels() -> tuple[Channel, ...]:
    """Always open, whatever this program does."""
    citation = versions()[CHANNELS][-1].citation
    return (
        Channel(_("Call the discipline bodies on 12388."), citation),
        Channel(_("Write on the discipline bodies' site, www.12388.gov.cn."), citation, SITE),
        Channel(_("Write to the discipline commission above those the letter is about, or go there."), citation),
    )
