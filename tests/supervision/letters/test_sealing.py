"""The cryptography of letters: what opens, what doesn't, and what a length says."""

import pytest

from supervision.letters import sealing

CHEAP = sealing.Cost(1, 8 << 10)
PLACE = "letter 1"


def test_what_is_locked_opens_with_the_same_secret_only():
    pair = sealing.new_pair()
    locked = sealing.lock_private(pair.private, "水牛 茶壶 石桥", CHEAP)

    assert sealing.unlock_private(locked, "水牛 茶壶 石桥") == pair.private
    assert locked.startswith("argon2id$1$8192$")
    with pytest.raises(sealing.WrongSecret):
        sealing.unlock_private(locked, "水牛 茶壶 石桥 ")


def test_two_locks_of_the_same_have_nothing_in_common():
    first, second = sealing.lock(b"key", "secret", CHEAP), sealing.lock(b"key", "secret", CHEAP)

    assert set(first.split("$")[3:]).isdisjoint(second.split("$")[3:])


@pytest.mark.parametrize(
    "locked",
    [
        "",
        "argon2id$1$8192$x$y",
        "argon2id$x$8192$AA==$AA==",
        "md5$1$8192$AAAAAAAAAAAAAAAAAAAAAA==$AAAA",
        "argon2id$99$8192$AAAAAAAAAAAAAAAAAAAAAA==$AA==",
        "argon2id$1$99999999999$AAAAAAAAAAAAAAAAAAAAAA==$AA==",
    ],
)
def test_what_is_no_lock_is_broken_and_costs_nothing(locked):
    with pytest.raises(sealing.Broken):
        sealing.unlock(locked, "secret")


def other_than(letter):
    return "B" if letter == "A" else "A"


def test_a_sealed_box_opens_with_its_private_half_only():
    pair, other = sealing.new_pair(), sealing.new_pair()
    box = sealing.seal_to(pair.public, b"letter key")

    assert sealing.open_with(pair.private, box) == b"letter key"
    for private, sealed in [
        (other.private, box),
        (pair.private, other_than(box[0]) + box[1:]),
        (pair.private, "not base64!"),
    ]:
        with pytest.raises(sealing.Broken):
            sealing.open_with(private, sealed)


def test_a_pair_shows_no_private_half_and_its_public_one_is_computed_from_it():
    pair = sealing.new_pair()

    assert repr(pair) == f"Pair({pair.public})"
    assert sealing.public_of(pair.private) == pair.public
    with pytest.raises(sealing.Broken):
        sealing.public_of(b"short")
    with pytest.raises(sealing.Broken):
        sealing.seal_to("short", b"x")


def test_a_text_opens_with_its_key_in_its_place_only():
    key = sealing.new_letter_key()
    ciphertext = sealing.encrypt(key, "收了三万元", place=PLACE)

    assert sealing.decrypt(key, ciphertext, place=PLACE) == "收了三万元"
    for other_key, text, place in [
        (sealing.new_letter_key(), ciphertext, PLACE),
        (key, ciphertext, "letter 2"),
        (key, ciphertext[:40] + ("A" if ciphertext[40] != "A" else "B") + ciphertext[41:], PLACE),
        (key, ciphertext[:-8], PLACE),
        (key, "", PLACE),
        (key, "书", PLACE),
    ]:
        with pytest.raises(sealing.Broken):
            sealing.decrypt(other_key, text, place=place)


@pytest.mark.parametrize(("shorter", "longer"), [(0, 1020), (1021, 4092), (4093, 16380), (16381, 65532)])
def test_the_length_says_only_which_class(shorter, longer):
    key = sealing.new_letter_key()
    one, other = (sealing.encrypt(key, "x" * size, place=PLACE) for size in (shorter, longer))

    assert len(one) == len(other)
    assert len(sealing.encrypt(key, "x" * (longer + 1), place=PLACE)) > len(other)


def test_a_text_beyond_every_class_is_refused():
    with pytest.raises(sealing.TooLong):
        sealing.encrypt(sealing.new_letter_key(), "x" * sealing.SIZES[-1], place=PLACE)


def test_a_receipt_has_24_digits_of_which_eight_find():
    receipt = sealing.receipt()

    assert len(receipt) == 24
    assert receipt.isdigit()
    assert sealing.finder_of(receipt) + sealing.secret_of(receipt) == receipt
    assert len(sealing.secret_of(receipt)) == 16
    assert sealing.grouped("123456781234567812345678") == "1234 5678 1234 5678 1234 5678"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("1234 5678 1234 5678 1234 5678", "123456781234567812345678"),
        ("１２３４-5678-1234-5678-1234-5678\n", "123456781234567812345678"),
        ("1234", ""),
        ("", ""),
        ("x" * 24, ""),
        ("²" * 24, "2" * 24),
        ("٣" * 24, ""),
    ],
)
def test_a_receipt_is_read_as_people_type_it(typed, digits):
    assert sealing.digits_of(typed) == digits
