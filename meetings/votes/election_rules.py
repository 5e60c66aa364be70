"""The order of a ballot, and who is elected by it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _, ngettext

from meetings.choices import VoteSubject
from meetings.votes.rules import Figures, Heads, ballot_mistakes, ballots_hold, in_a_row, rule_versions
from members.choices import OfficeKind
from rulebook.book import rule_if_held
from rulebook.local import LocalRule
from rulebook.rule import NoRule
from rulebook.rules.elections import minimum_candidates
from rulebook.rules.votes import Count, VoteKind, vote
from rulebook.values import Citation, Verdict

CHARACTERS = {
    1: "一乙",
    2: "二丁十七卜人八九刁乃刀力",
    3: "三于干土士才大万弋上小山千川亿久凡广门义之卫子飞习马",
    4: (
        "丰王亓井开天夫元韦云扎木五支太区友尤车戈少日中水贝牛毛升长仁仇仉化从公仓月丹乌凤勾卞六文方为忆计心尹孔巴"
        "允予邓双书"
    ),
    5: (
        "玉巧正功甘世艾古节本可左厉石布龙平东卡北占卢业帅旦叶申田史央冉四生禾丘仕付仙白仝丛令印乐尔冬包邝立冯兰汉"
        "宁礼训必记永司尼民弘加召皮边发圣台"
    ),
    6: (
        "匡邦邢戎吉巩亚芝朴权过臣西有百存达成尧毕贞师光吐曲团同吕屹帆刚囡年朱先廷竹乔伟传伍伏延仲任伦华向行全会合"
        "兆朵危旭名多邬壮冰庄庆刘齐次闫闭羊关米州江汲池汝汤兴宇守安军祁许农设那阮孙阳收如好羽观牟欢买红纪驰"
    ),
    7: (
        "寿麦进远运贡孝均护志芙苇芸芷芮花芹芬芳严芦劳克苏杜村杏杉巫李杨甫更束吾丽辰来连轩步坚肖时吴里男别岗岑岚财"
        "钊利秀兵邱何佑但作伯佟佘余希谷邸狄彤邹迎言库应冷辛冶闵灿汪沐沛沙沃沈沁怀宋宏良启初社君灵迟改张陆阿陈妍妙"
        "妞妤努邵邰纯纲"
    ),
    8: (
        "玮武青拓坤拥拉幸其若茂苹苗英苟苑范茅林枚松杭杰雨郁奇欧郏卓虎贤尚旺昊昆国昌畅昕明易昀昂迪忠呼鸣岩罗帕岭凯"
        "知牧和季竺秉佳岳佩依欣征金命郄采念朋周郇鱼狐京冼庞庚放於育郑单炜炎法河泓波泽治怡学宝宗定宜官空宓郎诗房诚"
        "祎祈建居屈承孟孤妹姗妮练绍经"
    ),
    9: (
        "春珏珂珍玲珊珉垚封项城政赵贲郝荆革茜荃荀茗荣胡荫茹南柯栋查相柏柳柱树郦咸威厚奎战盼显映星昱昭贵虹思品哈贻"
        "钟钢钧钮郜选香种秋科重段顺修保信皇泉禹侯俊律俞郗剑胜独逄昝饶胤亭亮庭姿音彦施闻闾美姜娄炳炫洁洪洛济洋洲津"
        "恒恺恬宣宦宫冠语祖祝昶郡费胥娃娅姝娇姚娜贺盈勇柔结骁骅骆"
    ),
    10: (
        "耕耘艳泰秦珠珩班敖素振载袁都哲热耿聂恭莱莲莫莉荷莘晋莎莹真桂桐桥栓桃格根栩索栗贾夏原烈顾柴虔党晟晓晔晁晏"
        "晖恩峰峻钰钱铁铃铎笑倩倪隽健徒徐殷航爱奚颂翁卿逢留凌栾高郭席离唐竞益朔烨涛浦涓浩海涂润涌悟悦宽宸家宾容朗"
        "诸诺祯祥谈谊展陵陶姬娟娥娴通桑绣继骏"
    ),
    11: (
        "理珺措捷培基聆菁黄菲萌菊萍菅营乾萧萨彬梦梅梓曹戚硕爽龚盛雪辅常晨野曼晗跃鄂唯崔崇铭铮银矫甜笛笙符敏悠皎得"
        "鸽彩翎逸鸾麻庾康鹿章翊商旋望阎盖焕清鸿渠淑渊淳深涵梁惟寇寅宿谌扈谐逯尉屠隋隆婧婵婉绪续绮维巢"
    ),
    12: (
        "琴琪瑛琳琦琨琼琬琛琚越超提喆博揭喜彭援斯葛董敬蒋萱韩朝葵棋植森惠覃粟雁雄雯雅紫辉棠晴鼎晶景跋喻淼黑锁锋锐"
        "智嵇程傅焦储皓舒释鲁然斌童阔善翔普尊道曾焱湛港湖湘渤温滑渝游富甯裕祺禄谢谦强媛婷登缘"
    ),
    13: (
        "瑞瑜瑄鄢勤靳蓝蓓蓬蒲蓉蒙献楠楚槐楼裘赖甄雷虞暖煦暄照路嵩锡锦筠筱简魁遥鹏腾詹鲍颖解廉靖新韵意雍阙粮煜煌满"
        "源溪溢滨慎誉骞窦褚福群殿"
    ),
    14: "静碧瑶韬嘉赫境綦慕蔡蔺熙蔚榕歌愿臧霆辕裴睿嘎稳管毓鲜豪廖彰韶端旗阚精漫赛谭暨嫣翟翠熊缪",
    15: "慧瑾璇增聪蕙蕊蕴樱樊飘磊震霄暴影蝶墨镇镕稽黎德磐滕颜毅遵熠潮潘澜澄鹤",
    16: "璞璟操燕蕾薛薇薄翰橙融霖霏霍冀默赞穆儒衡赟澹禧",
    17: "璐戴鞠檀懋霞瞳曙魏繁徽糜赢濮蹇翼",
    18: "藤瞿颢馥鹰",
    19: "麒瀚骥",
    20: "馨耀曦巍籍",
    21: "露",
    22: "懿",
    23: "麟",
    24: "鑫",
}
"""Number of strokes → characters of common surnames and given names, in the order of their strokes as written on the
mainland (GB 13000.1): 王 has 4 and begins with a horizontal one, 毛 has 4 and begins to the left."""
_COMPOUND = (
    "欧阳上官司马诸葛东方皇甫尉迟公孙慕容长孙宇文司徒令狐夏侯端木南宫独孤呼延轩辕西门"
    "东郭百里澹台淳于赫连太史申屠公羊钟离闻人鲜于闾丘司空濮阳单于公冶拓跋"
)
COMPOUND = frozenset(_COMPOUND[place : place + 2] for place in range(0, len(_COMPOUND), 2))
"""Surnames of two characters; the first one gives the place."""
PLACES = {character: place for place, character in enumerate("".join(CHARACTERS.values()))}
STROKES = {character: number for number, characters in CHARACTERS.items() for character in characters}
NOWHERE = len(PLACES)
"""The place of what isn't in the table: after everything else."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in two parts. A name with a dot, or that begins like none here, counts by its first character too."""

    surname: str
    given: str

    def __str__(self) -> str:
        return self.surname + self.given


def split(name: str) -> Name:
    """Surname and given name, without blanks. A compound surname only where a given name is left over."""
    bare = "".join(name.split())
    length = 2 if bare[:2] in COMPOUND and len(bare) > 2 else 1
    return Name(bare[:length], bare[length:])


def strokes(name: str) -> int | None:
    """How many strokes the surname's first character has; None where the table doesn't know."""
    return STROKES.get(split(name).surname[:1])


def ballot_key(name: str) -> tuple[object, ...]:
    """Sorts names as they stand on a ballot; an unknown surname comes last."""
    parts = split(name)
    first, second = parts.surname[:1], parts.surname[1:]
    return _places(first), len(second), _places(second), len(parts.given), _places(parts.given), str(parts)


def to_look_up(names: Iterable[str]) -> list[str]:
    """The names whose place isn't sure, in ballot order: the surname isn't in the table, or two share it and the
    character that decides between them isn't."""
    known = sorted(dict.fromkeys(names), key=ballot_key)
    return [name for name in known if strokes(name) is None or _is_undecided(name, known)]


def _places(characters: str) -> tuple[int, ...]:
    return tuple(PLACES.get(one, NOWHERE) for one in characters)


def _is_undecided(name: str, others: Collection[str]) -> bool:
    own = split(name)
    rivals = [split(other) for other in others if other != name]
    return any(
        rival.surname == own.surname and len(rival.given) == len(own.given) and _meet_in_the_dark(own, rival)
        for rival in rivals
    )


def _meet_in_the_dark(one: Name, other: Name) -> bool:
    """Whether the first character in which two given names differ is unknown in either."""
    differ = next((pair for pair in zip(one.given, other.given, strict=True) if pair[0] != pair[1]), None)
    return differ is not None and not set(differ) <= set(PLACES)


WITH_SURPLUS = (OfficeKind.COMMITTEE_MEMBER,)
"""More candidates than seats are asked for members of a committee; secretaries may stand alone."""


@dataclass(frozen=True, slots=True)
class CandidateVotes:
    """A candidate, or a name that voters wrote in, with the votes for it. `key` is the caller's."""

    key: str
    votes_for: int


@dataclass(frozen=True, slots=True)
class Ballot:
    """One count of the papers: by candidate (for, against, abstained), and the names that were written in."""

    issued: int | None
    returned: int | None
    void: int
    candidates: Mapping[str, tuple[int, int, int]]
    others: Mapping[str, int]

    @property
    def good(self) -> int:
        return (self.returned or 0) - self.void


@dataclass(frozen=True, slots=True)
class Result:
    """Keys of those elected in order of votes, and of those who are tied for the last seats and are voted on again."""

    valid: bool
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    seats_open: int
    sentence: str
    versions: tuple[str, ...]
    citations: tuple[Citation, ...]


def elect(standings: Sequence[CandidateVotes], *, seats: int, heads: Heads, on: date) -> Result:
    """Elected is who has more than half of those entitled, by order of votes, as far as there are seats.

    Those tied at the last seat aren't elected: the members vote again among them. Before 13 July 2020 it was half of
    those present. Raises NoRule.
    """
    outcome = vote(VoteKind.ELECTION, Count(heads.entitled, heads.present, 0), on)
    versions = rule_versions(VoteSubject.ELECTION, Figures(issued=0), on)
    if not outcome.valid:
        return Result(False, (), (), seats, outcome.reason, versions, outcome.citations)
    enough = sorted(
        (one for one in standings if one.votes_for >= outcome.needed_for), key=lambda one: (-one.votes_for, one.key)
    )
    elected, tied = _seated(enough, seats)
    sentence = _sentence(outcome.needed_for, elected, tied, seats - len(elected))
    return Result(True, elected, tied, seats - len(elected), sentence, versions, outcome.citations)


def outcome_of(ballot: Ballot, *, seats: int, heads: Heads, on: date) -> Result:
    """The result of one ballot: nobody is elected where more papers came back than people voted."""
    standings = [CandidateVotes(key, figures[0]) for key, figures in ballot.candidates.items()]
    standings += [CandidateVotes(name, votes) for name, votes in ballot.others.items()]
    hold = ballots_hold(voters=heads.present, issued=ballot.issued or 0, returned=ballot.returned or 0)
    result = elect(standings, seats=seats, heads=heads, on=on)
    if hold:
        return result
    return Result(False, (), (), seats, hold.reason, result.versions, result.citations)


def _seated(enough: Sequence[CandidateVotes], seats: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if len(enough) <= seats:
        return tuple(one.key for one in enough), ()
    border = enough[seats - 1].votes_for
    if enough[seats].votes_for < border:
        return tuple(one.key for one in enough[:seats]), ()
    clear = tuple(one.key for one in enough if one.votes_for > border)
    return clear, tuple(one.key for one in enough if one.votes_for == border)


def _sentence(needed: int, elected: Collection[str], tied: Collection[str], seats_open: int) -> str:
    who = ngettext(
        "%(count)s is elected; %(needed)s votes are needed.",
        "%(count)s are elected; %(needed)s votes are needed.",
        len(elected),
    ) % {"count": len(elected), "needed": needed}
    return in_a_row(who, _what_is_open(len(tied), seats_open))


def _what_is_open(tied: int, seats_open: int) -> str:
    if tied:
        return _("Equal votes for the last seat: the members vote again among the %(tied)s.") % {"tied": tied}
    if seats_open:
        sentence = _("Seats still open: %(seats)s. Vote again, or reduce the seats if more than half agree.")
        return sentence % {"seats": seats_open}
    return ""


def mistakes(ballot: Ballot, *, seats: int, heads: Heads) -> dict[str, str]:
    """What can't be true in a count: the field and the sentence about it. Fields of a candidate end in his key."""
    found = ballot_mistakes(ballot.issued, ballot.returned, ballot.void, heads)
    if found:
        return found
    for key, figures in ballot.candidates.items():
        if sum(figures) != ballot.good:
            found[f"abstained_{key}"] = _(
                "For, against and abstained make %(voted)s together; %(good)s ballots are good. "
                "An empty ballot counts as abstained."
            ) % {"voted": sum(figures), "good": ballot.good}
    return found | _other_mistakes(ballot, seats)


def differences(first: Ballot, second: Ballot) -> list[str]:
    """The names of what two counts differ in, of candidates their keys; never the figures themselves."""
    papers = [name for name in ("issued", "returned", "void") if getattr(first, name) != getattr(second, name)]
    keys = {*first.candidates, *second.candidates}
    stood = sorted(key for key in keys if first.candidates.get(key) != second.candidates.get(key))
    return [*papers, *stood, *(["others"] if first.others != second.others else [])]


def _other_mistakes(ballot: Ballot, seats: int) -> dict[str, str]:
    """Another name can be written in only by who is against somebody, and nobody ticks more names than seats."""
    found = {}
    against = sum(figures[1] for figures in ballot.candidates.values())
    others = sum(ballot.others.values())
    agreed = sum(figures[0] for figures in ballot.candidates.values()) + others
    if others > against:
        found["others"] = _("%(others)s votes for other names, but only %(against)s against a candidate.") % {
            "others": others,
            "against": against,
        }
    if agreed > ballot.good * seats:
        found["returned"] = _(
            "%(agreed)s votes for names on %(good)s good ballots with %(seats)s seats: a ballot with more names than "
            "seats is void."
        ) % {"agreed": agreed, "good": ballot.good, "seats": seats}
    return found


def enough_candidates(
    *, office: str, candidates: int, seats: int, on: date, local: Iterable[LocalRule] = ()
) -> Verdict:
    """Whether the candidates outnumber the seats by the share the regulations ask of a committee (article 13).

    A secretary is elected by the committee and may be the only candidate. A day without a rule asks for nothing.
    """
    if office not in WITH_SURPLUS:
        return _as_many_as_seats(candidates, seats, on)
    try:
        least = minimum_candidates(seats, on, local)
    except NoRule as none:
        return Verdict(candidates >= seats, str(none))
    sentence = _("%(candidates)s candidates for %(seats)s seats; at least %(least)s are needed.") % {
        "candidates": candidates,
        "seats": seats,
        "least": least.minimum,
    }
    return Verdict(candidates >= least.minimum, sentence, least.citations)


def _as_many_as_seats(candidates: int, seats: int, on: date) -> Verdict:
    held = rule_if_held("election.secretary", on)
    sentence = _("%(candidates)s candidates for %(seats)s seats; as many as seats are enough here.")
    citations = held.citations if held else ()
    return Verdict(candidates >= seats, sentence % {"candidates": candidates, "seats": seats}, citations)


def counter_fits(counter: int | None, *, candidates: Collection[int], scrutineers: Collection[int]) -> Verdict:
    """Whether somebody may type a count. By member; `scrutineers`: those who can type, and only two or more bind."""
    if counter is not None and counter in candidates:
        return Verdict(False, _("Whoever stands for election doesn't count the ballots. Ask a scrutineer to."))
    if len(set(scrutineers)) > 1 and counter not in scrutineers:
        return Verdict(False, _("The scrutineers of this election count its ballots. Ask them to type their counts."))
    return Verdict(True, _("May count the ballots."))


def scrutineers_fit(scrutineers: Collection[int], *, candidates: Collection[int], voters: Collection[int]) -> Verdict:
    """Whether those who watch the count are voters and stand for nothing themselves (article 22). By member."""
    if not scrutineers:
        return Verdict(False, _("Choose at least one scrutineer."))
    if set(scrutineers) & set(candidates):
        return Verdict(False, _("A scrutineer can't be a candidate. Choose somebody else."))
    if set(scrutineers) - set(voters):
        return Verdict(False, _("Scrutineers are members with a vote who are present. Choose somebody else."))
    return Verdict(True, _("The scrutineers are voters and no candidates."))
