"""Names as somebody who holds a paper may read them, and nobody else can use them."""

COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 司空 夏侯 端木 南宫 轩辕 宇文 长孙 鲜于 闾丘 淳于 单于".split()
)
MASK = "*"


def masked(name: str) -> str:
    """The surname, and a star for each further character: 张*, 欧阳**; of a name without one, the first character."""
    shown = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:shown] + MASK * max(len(name) - shown, 1)
