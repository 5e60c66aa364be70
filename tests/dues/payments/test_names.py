import pytest

from dues.payments.rules import masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张英", "张*"),
        ("李国强", "李**"),
        ("欧阳修文", "欧阳**"),
        ("欧阳", "欧*"),
        ("阿卜杜拉·买买提", "阿*******"),
        ("张", "张*"),
    ],
)
def test_the_given_name_is_masked(name, shown):
    assert masked(name) == shown
