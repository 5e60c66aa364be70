"""The order of names on a ballot: by strokes of the surname (election regulations, article 24).

The article says no more. Equal numbers stand by the order in which the strokes are written (horizontal, vertical, left,
dot, turn); of one surname, two-character names stand before longer ones, and then the given name decides. This is how
official lists are printed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

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
