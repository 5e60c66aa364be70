"""Amounts in capital numerals, as a receipt states them so that nobody adds a stroke.

After the rules for filling in bills (支付结算办法, annex one): 整 after yuan and jiao, nothing after fen; zeros inside
are said once; a missing jiao before fen is said as 零.
"""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
MYRIADS = ("", "万", "亿")
FEN_PER_YUAN = 100


def capital_numerals(fen: int) -> str:
    """1,234.50 is 壹仟贰佰叁拾肆元伍角整. Raises ValueError below zero: nobody receives that."""
    if fen < 0:
        raise ValueError(f"{fen} fen can't be received")
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    jiao, single = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    gap = DIGITS[0] if whole and single and not jiao else ""
    tenth = f"{DIGITS[jiao]}角" if jiao else ""
    hundredth = f"{DIGITS[single]}分" if single else "整"
    return whole + gap + tenth + hundredth


def _whole(number: int) -> str:
    """Groups of four digits from the highest; a group that doesn't fill its thousands is led by 零."""
    if not number:
        return DIGITS[0]
    said, gap = "", False
    for place in range(len(MYRIADS) - 1, -1, -1):
        group = number // 10_000**place
        number %= 10_000**place
        if group:
            lead = DIGITS[0] if said and (gap or group < 1000) else ""
            said += lead + _group(group) + MYRIADS[place]
        gap = bool(said) and not group
    return said


def _group(number: int) -> str:
    """Up to 9,999 without the zeros at either end."""
    said, gap = "", False
    for place in range(len(UNITS) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            said += (DIGITS[0] if gap and said else "") + DIGITS[digit] + UNITS[place]
        gap = not digit
    return said
