"""The table is the specification; the rows from the annex to the rules for filling in bills are marked."""

import pytest

from dues.payments.rules import capital_numerals

WRITTEN = {
    # below one yuan
    0: "零元整",
    1: "壹分",
    5: "伍分",
    10: "壹角整",
    20: "贰角整",
    25: "贰角伍分",
    99: "玖角玖分",
    # whole yuan
    100: "壹元整",
    200: "贰元整",
    900: "玖元整",
    1000: "壹拾元整",
    1100: "壹拾壹元整",
    1500: "壹拾伍元整",
    2000: "贰拾元整",
    4000: "肆拾元整",
    4900: "肆拾玖元整",
    10000: "壹佰元整",
    10100: "壹佰零壹元整",
    11000: "壹佰壹拾元整",
    12000: "壹佰贰拾元整",
    100000: "壹仟元整",
    100100: "壹仟零壹元整",
    101000: "壹仟零壹拾元整",
    110000: "壹仟壹佰元整",
    101001: "壹仟零壹拾元零壹分",
    1000000: "壹万元整",
    1000100: "壹万零壹元整",
    1001000: "壹万零壹拾元整",
    1010000: "壹万零壹佰元整",
    1100000: "壹万壹仟元整",
    2004000: "贰万零肆拾元整",
    10000000: "壹拾万元整",
    10000100: "壹拾万零壹元整",
    100000000: "壹佰万元整",
    100010000: "壹佰万零壹佰元整",
    1000000000: "壹仟万元整",
    1001000000: "壹仟零壹万元整",
    10000000000: "壹亿元整",
    10000000100: "壹亿零壹元整",
    10001000000: "壹亿零壹万元整",
    10100000000: "壹亿零壹佰万元整",
    # jiao and fen
    120: "壹元贰角整",
    105: "壹元零伍分",
    1005: "壹拾元零伍分",
    4050: "肆拾元伍角整",
    4005: "肆拾元零伍分",
    7650: "柒拾陆元伍角整",
    123450: "壹仟贰佰叁拾肆元伍角整",
    123456: "壹仟贰佰叁拾肆元伍角陆分",
    32504: "叁佰贰拾伍元零肆分",  # annex
    140950: "壹仟肆佰零玖元伍角整",  # annex
    600714: "陆仟零柒元壹角肆分",  # annex
    168032: "壹仟陆佰捌拾元叁角贰分",  # annex, second way
    10700053: "壹拾万柒仟元伍角叁分",  # annex allows it with and without 零
    1640902: "壹万陆仟肆佰零玖元零贰分",  # annex
    999999999: "玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    2147483647: "贰仟壹佰肆拾柒万肆仟捌佰叁拾陆元肆角柒分",  # the most that a payment holds
}


@pytest.mark.parametrize(("fen", "text"), WRITTEN.items())
def test_an_amount_in_capital_numerals(fen, text):
    assert capital_numerals(fen) == text


def test_the_table_is_long_enough_to_be_a_specification():
    assert len(WRITTEN) >= 40


def test_no_two_amounts_read_the_same():
    said = [capital_numerals(fen) for fen in range(0, 20_000_000, 997)]

    assert len(set(said)) == len(said)


def test_nobody_receives_less_than_nothing():
    with pytest.raises(ValueError, match="-1"):
        capital_numerals(-1)
