"""Which passwords are guessed here, though no list of the world's common ones has them."""

import re
from collections.abc import Iterable

from members.rules.reasons import ROWS

WORDS = """
    hongqi dangyuan dangzhibu zhibu dangwei dangzu danghui dangjian dangfei dangri dangke dangxing gongchandang
    gongqingtuan zhongguo zhonghua renmin weirenminfuwu fuwu buwangchuxin laojishiming chuxin shiming woaizhongguo
    woaidang woai xuexi xuexiqiangguo qiangguo jianguo zuguo aiguo beijing tiananmen wansui tongzhi shuji zuzhi
    xuanchuan jiwei sanhuiyike zhuti xinshidai fuxing zhongguomeng meng xiaokang shehui hexie fendou guangrong
    tuanjie jinbu xianjin mofan leifeng jinggangshan yanan zunyi changzheng jiefang geming gaige kaifang chunjie
    guoqing woaini aini baobao wode nihao huanying mima denglu guanliyuan bangong cunwei shequ xiangzhen jiedao
    password passwd admin root welcome qwerty letmein iloveyou china party branch
"""
"""In pinyin as it is typed, and what else is thought of first."""
SLOGANS = frozenset(WORDS.split())
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6", "zaqxsw")
SHORTEST_RUN = 3
LEAST_LEFT = 4
"""Letters and other signs that must stay when everything that is guessed is taken out; digits count half."""
DATE = re.compile(r"(19|20)\d{2}((0?[1-9]|1[0-2])(0?[1-9]|[12]\d|3[01])?)?")
PLACE = re.compile("([\u4e00-\u9fff]{2,4}?)(街道|社区|自治州|自治区|省|市|县|区|镇|乡|村)")
LEET = str.maketrans("@$0!", "asoi")


def places_in(name: str) -> list[str]:
    """Of 中共青禾县委员会 青禾 and 青禾县: what an organization's name says of where it is."""
    found = PLACE.finditer(re.sub("中国共产党|中共", "", name))
    return [part for place in found for part in (place[1], place[0])]


def is_guessed(password: str, *, names: Iterable[str] = (), numbers: Iterable[str] = ()) -> bool:
    """Whether hardly anything is left without slogans, names, dates, rows of keys, and digits of one's own numbers.

    `names`: as they are typed, in pinyin too. `numbers`: phone, identity number, birth date, as digits.
    """
    plain = password.casefold()
    own = [name.casefold() for name in names if len(name) > 1]
    return any(_left(text, own, list(numbers)) < LEAST_LEFT for text in (plain, plain.translate(LEET)))


def _left(text: str, names: Iterable[str], numbers: Iterable[str]) -> float:
    text = _without_runs(text, numbers)
    for word in sorted({*SLOGANS, *names}, key=len, reverse=True):
        text = text.replace(word, " ")
    text = DATE.sub(" ", text)
    text = re.sub(r"(.)\1{2,}", " ", text)
    kept = [sign for sign in text if sign.isalnum()]
    return sum(0.5 if sign.isdecimal() else 1 for sign in kept)


def _without_runs(text: str, numbers: Iterable[str]) -> str:
    """Without parts that stand in a row of keys or of the alphabet, either way round, or in one of the numbers."""
    rows = [(row, SHORTEST_RUN) for line in (*ROWS, *COLUMNS) for row in (line, line[::-1])]
    rows += [(number, 4) for number in numbers]
    at, kept = 0, []
    while at < len(text):
        length = max((_shared(text, at, row, least) for row, least in rows), default=0)
        kept.append(" " if length else text[at])
        at += length or 1
    return "".join(kept)


def _shared(text: str, at: int, row: str, least: int) -> int:
    """How long a part of the text from there stands in the row; 0: shorter than `least`."""
    end = at + least
    if len(text) < end or text[at:end] not in row:
        return 0
    while end < len(text) and text[at : end + 1] in row:
        end += 1
    return end - at
