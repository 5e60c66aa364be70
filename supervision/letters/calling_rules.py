"""How people in a county call somebody whose whole name they don't write: 程书记, 老程, 程监委, 姓程的, 小杰, jjcheng.

A surname is an everyday sign too (工程, 提高), so what such a word covers is nobody's name: `is_everyday`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
TITLE = (
    "同志|书记|支书|主任|主席|主委|局长|科长|处长|厅长|部长|院长|校长|所长|站长|队长|组长|组织员|委员|常委|干事|镇长|乡长|"
    "县长|区长|市长|村长|股长|会长|行长|厂长|经理|董事|总监|秘书|检察|警官|法官|教授|老师|医生|律师|会计|师傅|先生|女士|"
    "班长|助理|代表|首长|同学|师[兄姐弟妹]|一把手|二把手|领导|干部|人员|工程师|纪检|纪委|监委|监察|巡察|政委|总"
)
KIN = "哥|姐|叔|伯|姨|嫂|爷|婶|姑|舅|兄|弟|妹"
CALLS = (
    f"{KIN}|老板|大人|长官|先森|太太|夫人|公子|少爷|小姐|胖子|瘦子|麻子|瘸子|秃子|黑子|矮子|聋子|眼镜|光头|大头|大嘴|大炮|"
    "什么|那谁|疯子|扒皮|阎王|老虎|老[大二三四五六七八九幺头哥弟]|头[儿子]|队|董|局|秘|科|处|(?i:sir|boss)|"
    "某|本人|等人|等[两二三四五几]人|氏?夫妇|夫妻|[家氏]?父子|[家氏]?兄弟|两口子|一家|家的?人|家里|家老[大二三四五幺]|老爷子|二狗|那边|那里|那人|这人|这个人|姓"
)
"""After the surname, whatever follows."""
SHORT_CALLS = "头儿?|[所组副老主委书记纪监检常政院庭站办镇乡县村校园行厂工教导总太生公娃仔家氏府]"
"""The same in one sign that begins many other words: only at the end, or before what follows a name."""
MARKS = "副原前代正老小大二三"
"""Between surname and title: 程副书记, 程大哥."""
SAYS = "说讲收给在也是和与让拿跟要叫的来去把被对向有没不又还就都从找请吃喝帮替批签定管打骂贪占送借家常"
"""Signs that follow a short name in a sentence."""
GIVEN_SAYS = f"[{SAYS}那这他她俩经介安亲开承]|老婆|媳妇|爱人|妻|丈夫|老公|儿子|女儿|父|母|爸|妈|亲戚"
"""The same after a given name, which is no everyday sign."""
ACTS = "收拿说讲叫让找批签贪占管替送打吃喝帮汇行转陪(（"
"""Those that follow a surname alone, to whom something is done; as the subject of a sentence all, and some more."""
ALSO_SAYS = "很陪同答承赌他她转当逼抢主亲"
SUM = "[两几]|[一二三四五六七八九十百千万]{1,4}[元块条箱瓶万千百包盒张]|[0-9]"
"""What was given: 塞给程两万元."""
PAIR = "(?=两人|二人|三人|俩|仨|两位|二位)"
TOGETHER = "(?=两人|二人|三人|俩|仨|两位|二位|等人|都|一起|联手)"
BODIES = "纪检监察|纪委监委|纪委|监委|纪检|监察|巡察|派驻|督查|信访|案管"
WORKS = "组|室|委|科|办|干部|人员|里|的|那个|那位"
BEFORE_ACTS = "给找被跟让请塞送替帮托求陪是向对和与"
"""Signs before a surname alone, to or by whom something is done."""
BEFORE_SUBJECT = "天午晚而说听来"
"""Signs before a surname alone that begins a sentence: 昨天程在饭店."""
JOINERS = "和与及跟同等或"
ENDS_OF_PLACES = "省市县区乡镇村组部委办局处科院校所站队厂司会室长员记任志的是"
"""Signs that end a place, a title or a joint, so that a name can begin after them."""
BEFORE_GIVEN = f"{JOINERS}{ENDS_OF_PLACES}叫找给被让请送对向天上午晚过了"
ALSO_WORDS = (
    "钱马金车水米油房田石江河白黄高红蓝温冷党毛牛羊龙花叶林木时有于向从占文常曾严安平明全终成方万费计项易熊"
    "章路井楼印官权公师沙苗应连查单盖和都相能满海别莫管双来信种部支左右"
)
"""Surnames that are everyday signs by themselves: alone they are no name."""
PARTS_OF_SIGNS = {
    "李": "木子", "张": "弓长", "陈": "耳东", "吴": "口天", "许": "言午", "胡": "古月", "章": "立早", "杨": "木易",
    "林": "双木", "程": "禾呈", "杜": "木土", "刘": "文刀", "何": "人可", "朱": "牛一", "徐": "双人余", "黄": "草头黄",
}  # fmt: skip
BEFORE_SPOKEN = "mr|mister|officer|ms|mrs|miss|secretary|director|inspector|comrade|boss|chief|lao|xiao|da"
AFTER_SPOKEN = (
    "sir|inspector|secretary|director|officer|dui|boss|ge|jie|shu|zong|ju|shuji|zhuren|juzhang|laoban|jiwei|tongzhi"
)
TITLES_IN_LETTERS = "zr|sj|jz|kz"
WORDS = (Path(__file__).parent / "everyday_words.txt").read_text("utf-8")
EVERYDAY = frozenset(word for line in WORDS.splitlines() if line[:1] != "#" for word in line.split())
_SIZES = sorted({len(one) for one in EVERYDAY})


@dataclass(frozen=True, slots=True)
class Name:
    """Signs, and the sound of each in letters (a pattern with all readings); first letters likewise."""

    family: str
    given: str
    spoken: tuple[str, ...]
    initials: tuple[str, ...]

    @property
    def surname_sound(self) -> str:
        return "".join(self.spoken[: len(self.family)])

    @property
    def given_sounds(self) -> tuple[str, ...]:
        return self.spoken[len(self.family) :]

    @property
    def given_initials(self) -> tuple[str, ...]:
        return self.initials[len(self.family) :]


def is_everyday(text: str, start: int) -> bool:
    """Whether what may be a name there is one of the everyday words, or a part of one.

    A word begins there (高科技), or takes the first sign with what stands before it (工程书记), unless that one ends
    another word (职工 程书记). What follows decides nothing: 程处理的 says that 程 did.
    """
    found = list(_words_around(text, start))
    if any(last == start for _first, last in found):
        return any(first == start for first, _last in found)
    return any(first <= start < last for first, last in found)


def _words_around(text: str, start: int) -> Iterator[tuple[int, int]]:
    for first in range(max(start - _SIZES[-1], 0), start + 1):
        for size in _SIZES:
            if first + size <= len(text) and text[first : first + size] in EVERYDAY:
                yield first, first + size


def squeezed(text: str) -> str:
    """Without blanks and dots between signs: 程 书 记."""
    return re.sub(rf"(?<=[{HAN}])[ \t·•.]{{1,3}}(?=[{HAN}])", "", text)


@lru_cache(20_000)
def calls(name: Name, *, is_list: bool) -> re.Pattern[str]:
    """What may mean the person. `is_list`: the text consists of names, so that less is enough."""
    ways = [*_by_surname(name, is_list=is_list), *_by_given(name, is_list=is_list), *_in_letters(name, is_list=is_list)]
    return re.compile("|".join(ways))


def _ends(*, is_list: bool) -> str:
    return "" if is_list else f"(?=$|[^{HAN}]|[{SAYS}])"


def _by_surname(name: Name, *, is_list: bool) -> Iterator[str]:
    ends, alone = _ends(is_list=is_list), f"(?=$|[^{HAN}])"
    letter = name.initials[0]
    parts = PARTS_OF_SIGNS.get(name.family)
    own = "|".join(filter(None, [name.family, parts, rf"(?<![A-Za-z])(?i:{name.surname_sound}|{letter})"]))
    yield f"(?:{own})[{MARKS}]?(?:{TITLE}|{CALLS})"
    yield f"{name.family}[{MARKS}]?(?:{SHORT_CALLS}){ends}"
    yield f"姓(?:{own})(?![A-Za-z])|[大老小阿]{name.family}{'' if is_list else '(?![序])'}"
    yield f"那[个位]?{name.family}(?:{alone}|(?=[{SAYS}]))"
    yield f"[老小](?i:{letter})(?![A-Za-z0-9])|{name.family}(?i:{TITLES_IN_LETTERS})(?![A-Za-z])"
    yield f"(?:{BODIES})(?:{WORKS})*{name.family}(?:{alone}|(?=[{SAYS}]))"
    yield f"{name.family}[、和跟与][{HAN}]{{1,3}}{TOGETHER}|[、和跟与]{name.family}{TOGETHER}"
    if is_list:
        yield f"(?:{TITLE}){name.family}|{name.family}[部支]"
    if len(name.family) > 1:
        yield f"{name.family}{_ends(is_list=False)}"
    elif name.family not in ALSO_WORDS:
        yield from _surname_alone(name.family)
        yield f"(?:[委组局办室里部院所案]的|{TITLE}){name.family}{alone}"
        yield f"(?<![{HAN}]){name.family}(?=、[{HAN}](?![{HAN}]))|(?<=[{HAN}]、){name.family}{alone}"


def _surname_alone(family: str) -> Iterator[str]:
    """程在饭店, 副书记程批的, 给程送, 塞给程两万元, 有程; 程杜二人."""
    yield f"(?:(?<![{HAN}])|(?<=[{BEFORE_SUBJECT}])){family}(?=[{SAYS}{ALSO_SAYS}(（])"
    yield f"(?:{TITLE}){family}(?=[{SAYS}])|(?<=[{BEFORE_ACTS}]){family}(?=[{ACTS}])"
    yield f"(?<=[给塞送]){family}(?={SUM})|(?<=[有是叫问给]){family}(?=$|[^{HAN}]|了)"
    yield f"{family}[{HAN}]{PAIR}|(?<=[{HAN}]){family}{PAIR}"


def _by_given(name: Name, *, is_list: bool) -> Iterator[str]:
    ends = _ends(is_list=is_list)
    one = f"[{name.given}]"
    yield f"{one}[{MARKS}]?(?:{KIN}|老板|总|董|(?i:sir))|{one}[子儿仔]{ends or f'(?![{HAN}])'}"
    if is_list:
        yield f"{one}(?:{TITLE}|{CALLS}|少)|(?<![A-Za-z])(?i:{name.initials[0]}){one}"
    yield "|".join(f"{sign}{sign}{ends}" for sign in dict.fromkeys(name.given))
    yield f"[阿小大老]{one}[子儿]?{ends or f'(?![{HAN}])'}"
    yield f"[阿小]{one}(?={GIVEN_SAYS})"
    if len(name.given) > 1:
        yield f"{name.family}{name.given[0]}{ends}"
        yield f"{name.given}[{MARKS}]?(?:{TITLE}|{CALLS})"
        yield f"(?:(?<![{HAN}])|(?<=[{BEFORE_GIVEN}])){name.given}(?:{ends}|(?={GIVEN_SAYS}))"


def _in_letters(name: Name, *, is_list: bool) -> Iterator[str]:
    family, sounds, letters = name.surname_sound, name.given_sounds, name.given_initials
    before, after = "(?<![A-Za-z])", "(?![A-Za-z])"
    yield f"(?i:{before}(?:{BEFORE_SPOKEN})[. -]{{0,2}}{family}{after})"
    yield f"(?i:{before}{family}[. -]{{0,2}}(?:{AFTER_SPOKEN}){after})"
    if is_list:
        yield f"(?i:{before}{family}{sounds[0]}{after})"
    yield f"{before}(?i:{family})(?=[{SAYS}])"
    rest = "".join(f"(?:{one}[. ]{{0,2}})?" for one in letters[1:])
    first = f"{letters[0]}[. ]{{0,2}}{rest}"
    yield f"(?i:{before}{first}(?<=[. ]){family}{after}|{before}{family}[. ,]{{1,2}}{first}{after})"
    either = "|".join([*sounds, *letters])
    yield f"{name.family}[·. -]?(?i:{either})(?:(?i:{either}))?{after}"
    if len(letters) > 1 or is_list:
        every = "".join(letters)
        yield f"(?i:{before}(?:{every}[.-]?{family}|{family}[.-]?{every}){after})"
    if len(letters) > 1:
        yield f"(?i:{before}{'[ -]?'.join(sounds)}{after})"
