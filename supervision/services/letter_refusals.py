"""How sealed letters say no."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.services.refused import Refused


@dataclass(frozen=True, slots=True)
class Channel:
    """An official way to send a letter. `level` and `mark` as everywhere in the rulebook (N/L, V1 to U)."""

    sentence: str
    url: str = ""
    level: str = "N"
    mark: str = "U"


class NoReaders(Refused):
    """Fewer than two may read it, so nothing was stored. `channels`: the official ways."""

    def __init__(self) -> None:
        super().__init__(
            _("Nobody here may read this letter: fewer than two inspectors stand above those it is about.")
            + " "
            + _("Nothing was stored. Use one of the official ways.")
        )
        self.channels = official_channels()


class Damaged(Refused):
    """The letter can't be opened because what is stored was changed or damaged."""

    def __init__(self) -> None:
        super().__init__(_("What is stored of this letter was changed or damaged. Tell the administrator."))


def official_channels() -> tuple[Channel, ...]:
    """Always open, whatever this program does."""
    return (
        Channel(_("Call the discipline bodies on 12388."), mark="V2"),
        Channel(_("Write on the site of the discipline bodies, www.12388.gov.cn."), url="https://www.12388.gov.cn/"),
        Channel(_("Send a letter to the discipline commission above those it is about, or go there.")),
    )
