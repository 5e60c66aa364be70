"""Which passwords are guessed here: slogans and years, one's own name and numbers, rows of keys."""

import pytest

from members.accounts.adapters import is_guessed

ZHANG = {
    "names": ["zhangying", "zhang", "ying", "zy", "张英", "secretary"],
    "numbers": ["15695900689", "330102197501093490", "19750109"],
}


@pytest.mark.parametrize(
    "password",
    ["hongqi2026", "Hongqi@2026", "HONGQI2026!!", "dangyuan1921", "weirenminfuwu", "buwangchuxin2026",
     "woaizhongguo1949", "xuexiqiangguo", "zhongguomeng888", "h0ngqi2026", "P@ssw0rd2026", "admin123456",
     "dangzhibu2025!", "zhangying1975", "zhangying0109", "ZhangYing@19750109", "zy19750109!", "张英19750109",
     "zhang15695900689",
     "15695900689", "0109349000", "5900689aaa", "zy5695900689", "330102197501", "zhangying2026",
     "1qaz2wsx3edc", "qwertyuiop", "qwerty12345", "1q2w3e4r5t", "asdfghjkl123", "zxcvbnm2026", "poiuytrewq",
     "abcdefgh12", "1111111111", "aaaaaaaaaa2", "2026202620", "1234567890", "20260701党"],
)  # fmt: skip
def test_guessed(password):
    assert is_guessed(password, **ZHANG)


@pytest.mark.parametrize(
    "password",
    ["柳河镇的桂花开了两次", "correct horse battery", "Tr7#kelp-vane", "hongqi doesn't open it", "my cat eats mice",
     "zhangying likes soup", "桂花2026开了", "x9K2mQ7vLp", "Sommerregen-am-Fluss", "48213907561934"],
)  # fmt: skip
def test_not_guessed(password):
    assert not is_guessed(password, **ZHANG)


def test_what_is_somebody_elses_name_is_not_ones_own():
    assert not is_guessed("ouyangxiuying77")
