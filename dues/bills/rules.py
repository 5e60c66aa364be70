"""Which bill is the same, and whom the note of a row names."""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LONG_NUMBER = 12
"""Numbers from this length on are the payment service's own; shorter ones are counted anew by the day or the file."""


class BillText(Protocol):
    """A row of a bill as far as it says which money it is."""

    @property
    def came_at(self) -> datetime: ...
    @property
    def payer_name(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def gross_fen(self) -> int: ...
    @property
    def transaction(self) -> str: ...
    @property
    def sheet(self) -> int: ...
    @property
    def is_rounded(self) -> bool: ...


def identities(rows: Sequence[BillText]) -> list[str]:
    """A digest for each row of one file, in their order.

    A row with a transaction number is that transaction, wherever and however often it is repeated. Without a number,
    rows alike in every field are told apart by how many came before: the second twin of another export is again the
    second. Sheets of one workbook are counted apart. A number that Excel rounded still says that alike rows are one.
    """
    counted: Counter[tuple[int, str]] = Counter()
    found = []
    for row in rows:
        fields = _fields(row)
        counted[row.sheet, fields] += 1
        turn = 1 if row.is_rounded else counted[row.sheet, fields]
        found.append(_digest(_numbered(row) if row.transaction else [fields, turn]))
    return found


def same_fields(came_at: datetime, payer_name: str, note: str, fen: int) -> str:
    """Alike for two rows that differ in nothing but the transaction number."""
    return _digest([int(came_at.timestamp()), _plain(payer_name), _plain(note), fen])


def _numbered(row: BillText) -> list[object]:
    if len(row.transaction) >= LONG_NUMBER:
        return [_plain(row.transaction), row.gross_fen]
    return [_plain(row.transaction), _fields(row)]


def _fields(row: BillText) -> str:
    return same_fields(row.came_at, row.payer_name, row.note, row.gross_fen)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False).encode()).hexdigest()


BOILERPLATE = re.compile(
    r"(转账备注|转账留言|收款方备注|付款方留言|付款方备注|收款备注|付款备注|附言|备注|留言|用途|摘要|姓名|名字|事由|款项)\s*[::]"
    r"|微信转账|支付宝转账|二维码收款|收钱码收款|收钱码经营版收款|收款码收款|扫码付款|恭喜发财[,,]?\s*大吉大利|网银转账|手机银行"
    r"|跨行转账|网上银行|行内转账|他行汇入|跨行汇款|电子汇入|实时汇兑|汇兑|转账收入|转账汇款|银联入账|网银|网转|转账|转帐|汇款|跨行"
    r"|微信红包|普通红包|转入|汇入|入账|存入|收款|收入|付款|扫码|现金|微信|支付宝|银行"
    r"|转存|来账|划转|划款|大额支付|小额支付|实时|一般|活期|卡卡|柜面|柜台|自助|快捷支付|超级网银|互联网|他行|本行|同行|行内|渠道|客户|业务"
    r"|\batm\b|\bpos\b"
)
DUES = re.compile(r"党\s*费|黨\s*費|党员费|党员会费|dang\s*fei|缴党|交党")
NOT_DUES = re.compile(r"(不是|并非|非)党费|退党费|党费退")
OTHER = re.compile(
    r"饭|餐|聚|酒|茶|菜|水果|购|买|货|房租|租金|水电|电费|水费|燃气|煤气|物业|话费|网费|车费|车票|机票|打车|油费|停车|快递"
    r"|团费|会费|工会|学费|书费|报名|考试|培训费|捐|慈善|献爱心|互助|礼金|份子|随礼|贺礼|生日|结婚|红包|压岁"
    r"|工资|奖金|补贴|补助|津贴|报销|劳务|稿费|借款|借你|还钱|还款|还你|还债|欠款|垫付|垫的|借的|押金|定金|订金|保证金|保险"
    r"|医药|药费|体检|医保|社保|利息|结息|退款|退货|退票|退汇|冲正|理财|基金|股票|手续费|服务费|罚款|税|活动费|班费|门票|衣服|服装|\baa\b"
)
VOLUNTARY = re.compile(r"自愿|特殊党费|大额党费|大额|多交党费|额外")
NUMERAL = "〇零一二两三四五六七八九十"
TIMES = re.compile(
    rf"(20\d\d|\d\d)\s*年?\s*度?\s*第?[{NUMERAL}1-4]季度?|第?[{NUMERAL}\d]+\s*季度?|q[1-4]"
    rf"|[上下前后]半年|半年|全年|整年|年度|本年|今年|去年|明年|[本当上下这]个?月份?"
    rf"|[{NUMERAL}\d]+\s*个?\s*年[份度]?|[{NUMERAL}\d]+\s*个?半?\s*月份?(底|初)?|20\d\d"
    rf"|[{NUMERAL}\d]+\s*[至到~\-—、,,.和及/]\s*(?=[{NUMERAL}\d])"
)
MONEY = re.compile(r"[¥¥]?\s*\d+(\.\d+)?\s*[元块]?(整)?")
POLITE = re.compile(
    r"谢谢|多谢|感谢|辛苦了?|您好|你好|麻烦|请查收|查收|请收|收到|同志|书记|主任|委员|老师|阿姨|叔叔|预备党员|正式党员|老党员|党员"
    r"|党支部|党总支|支部|党小组|小组|党组织|组织|社区|退休|离休|本人|自己|交纳|缴纳|交费|缴费|补交|补缴|预交|预缴|代交|代缴|代付|代转"
    r"|代收|共计|合计|总共|一共|应交|应缴|实交|每月|按月|按季|月度|季度|费用|一次性|剩余|部分|拖欠|欠交|欠缴|之前|以前|再次"
)
RELATIVE = re.compile(
    r"(我|家)?(妈妈|母亲|爸爸|父亲|爸妈|女儿|闺女|儿子|老公|老婆|爱人|丈夫|妻子|先生|太太|奶奶|爷爷|外公|外婆|姥姥|姥爷|哥哥|姐姐|弟弟|妹妹"
    r"|大哥|大姐|婆婆|公公|岳父|岳母|家属|家人|家里|儿媳|媳妇|女婿|孙子|孙女|外孙女?|侄子|侄女|外甥女?|保姆|邻居|妈|爸|哥|姐|弟|妹|叔|姨|舅|姑)"
)
EDGES = "交缴补代替帮给为付转的是及和与收已共费我她他你您了元块份个号月年日在由来汇把将各"
BESIDE = "交缴补代替帮给转付的是请已共欠我费由为收跟"
"""Characters that may stand right beside a name without being part of it; 和 and the like only between two names."""
SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂"
    "丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵"
    "解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓"
    "花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺阚"
)
CHINESE = r"\u3400-\u9fff"
NAMED = 0xE000
"""Names that were found stand in the text as characters from here on."""
MARK = "[\ue000-\uf8ff]"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a note. `longer`: touched by characters that may belong to it; `relation`: by "mother", "son"."""

    name: str
    is_for: bool = False
    """Behind 代, 替, 帮: the one who is paid for."""
    is_agent: bool = False
    """Before 代, 转, 付: the one who pays."""
    longer: bool = False
    relation: bool = False


@dataclass(frozen=True, slots=True)
class NoteMeaning:
    """What a note was understood to say."""

    mentions: tuple[Mention, ...] = ()
    about_dues: bool = False
    about_other: bool = False
    voluntary: bool = False
    strangers: tuple[str, ...] = ()
    """What looks like a name and is none of those known."""
    unclear: tuple[str, ...] = ()
    """Words that say nothing about dues or anything else that is known."""
    letters: tuple[str, ...] = ()
    """What is written in Latin letters, without spaces: perhaps a name in pinyin."""


def read_note(note: str, names: Collection[str], payer: str = "") -> NoteMeaning:
    """Whose names of `names` stand in the note and what it is about. The payer's own name is no stranger's."""
    plain = unicodedata.normalize("NFKC", note).lower()
    marked, found = _mark_names(re.sub(MARK, "", plain), names)
    marked = BOILERPLATE.sub(" ", marked)
    dues = bool(DUES.search(marked)) and not NOT_DUES.search(marked)
    other = bool(OTHER.search(DUES.sub(" ", marked)) or NOT_DUES.search(marked))
    months = bool(TIMES.search(marked))
    left = _without_words(marked)
    runs = _runs(left, payer)
    strangers = tuple(run for run in runs if looks_like_name(run))
    return NoteMeaning(
        mentions=tuple(
            _mention(token, found[token], marked, left) for token in dict.fromkeys(re.findall(MARK, marked))
        ),
        about_dues=dues or (bool(found) and months and not other),
        about_other=other,
        voluntary=bool(VOLUNTARY.search(marked)),
        strangers=strangers,
        unclear=tuple(run for run in runs if run not in strangers),
        letters=tuple(_letters(marked)),
    )


def looks_like_name(run: str) -> bool:
    """Two to four characters, a surname first."""
    return 2 <= len(run) <= 4 and run[0] in SURNAMES


def plain_name(name: str) -> str:
    """A name without spaces, brackets and the like, in lower case."""
    plain = re.sub(r"[((\[【].*?[))\]】]", "", unicodedata.normalize("NFKC", name))
    return "".join(plain.split()).lower()


def _mark_names(plain: str, names: Collection[str]) -> tuple[str, dict[str, str]]:
    """The text with a character of its own for each name in it, the longest first; names may be spaced out."""
    found: dict[str, str] = {}
    for name in sorted(names, key=len, reverse=True):
        if not all(character in plain for character in name):
            continue
        token = chr(NAMED + len(found))
        plain, times = re.subn(r"\s*".join(map(re.escape, name)), token, plain)
        if times:
            found[token] = name
    return plain, found


def _without_words(marked: str) -> str:
    """What is left when everything known is taken out, with a gap where it stood."""
    left = marked
    for known in (NOT_DUES, VOLUNTARY, DUES, TIMES, POLITE, RELATIVE, MONEY):
        left = known.sub(" ", left)
    return left


def _runs(left: str, payer: str) -> list[str]:
    runs = [run.strip(EDGES) for run in re.findall(rf"[{CHINESE}]+", left)]
    return [run for run in runs if run and run != plain_name(payer)]


def _mention(token: str, name: str, marked: str, left: str) -> Mention:
    before, _token, behind = marked.partition(token)
    kin = RELATIVE.match(behind)
    return Mention(
        name,
        is_for=bool(re.search(r"[代替帮给为](我|交|缴|付)?\s*$", before)),
        is_agent=bool(re.match(r"\s*[代替帮]", behind)),
        longer=_touched(token, left),
        relation=bool(kin and not re.match(r"\s*[代替帮转交缴付]", behind[kin.end() :])),
    )


def _touched(token: str, left: str) -> bool:
    """Whether characters that mean nothing else stand right beside the name."""
    before, _token, behind = left.partition(token)
    left_run = re.search(rf"({MARK}?)([{CHINESE}]+)$", before)
    right_run = re.match(rf"([{CHINESE}]+)({MARK}?)", behind)
    return bool(
        (left_run and _foreign(left_run[2], bool(left_run[1])))
        or (right_run and _foreign(right_run[1], bool(right_run[2])))
    )


def _foreign(run: str, between_names: bool) -> bool:
    return bool(run.strip(BESIDE)) and not (between_names and run in "和与及")


def _letters(marked: str) -> list[str]:
    without = re.sub(r"dang\s*fei", " ", marked)
    words = re.findall(r"[a-z]+(?:[ '\-]+[a-z]+)*", without)
    return [joined for word in words if len(joined := re.sub(r"[^a-z]", "", word)) > 3]
