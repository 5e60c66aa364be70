"""Names as somebody who holds a paper may read them, and nobody else can use them."""

import re

COMPOUND_SURNAMES = frozenset(
    re.findall("..", "欧阳司马上官诸葛东方皇甫尉迟公孙令狐慕容司徒司空夏侯端木南宫轩辕宇文长孙鲜于闾丘淳于单于")
)
MASK = "*"


def masked(name: str) -> str:
    """The surname, and a star for each further character: 张*, 欧阳**; of a name without one, the first character."""
    shown = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:shown] + MASK * max(len(name) - shown, 1)
