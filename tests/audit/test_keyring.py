"""Private fields open with any key of the ring, and with no other."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from audit.keyring import (
    KeysMissing,
    SealBroken,
    _derived,
    _locks,
    audit_keys,
    fingerprint,
    fingerprint_each,
    fingerprints,
    is_current,
    key_prints,
    new_key,
    read_or_make_secret,
    ring,
    seal,
    sealed_columns,
    unseal,
    write_ring,
)
from audit.services import record
from members.models import Member

OLD, NEW = "an old key of forty characters or more 00", "a new key of forty characters or more 000"


def test_what_was_sealed_opens_again():
    assert unseal(seal("100226197501093494")) == "100226197501093494"


def test_the_same_text_is_sealed_differently_each_time():
    assert seal("100226197501093494") != seal("100226197501093494")


def test_an_older_key_of_the_ring_still_opens(settings):
    settings.FIELD_KEYS = (OLD,)
    sealed = seal("text")
    settings.FIELD_KEYS = (NEW, OLD)

    assert unseal(sealed) == "text"


def test_without_its_key_nothing_opens(settings):
    settings.FIELD_KEYS = (OLD,)
    sealed = seal("text")
    settings.FIELD_KEYS = (NEW,)

    with pytest.raises(SealBroken):
        unseal(sealed)


def test_the_ring_does_not_follow_the_secret_key(settings):
    sealed, digest = seal("text"), fingerprint("text")
    settings.SECRET_KEY = "another secret key, as after a leak of the first one"

    assert (unseal(sealed), fingerprint("text")) == ("text", digest)


def test_fingerprints_differ_by_key_and_the_newest_is_written(settings):
    settings.FIELD_KEYS = (NEW, OLD)
    newest, older = fingerprints("text")

    assert newest != older
    assert fingerprint("text") == newest


@pytest.mark.parametrize("size", [6, 16])
def test_a_fingerprint_is_the_keyed_digest_and_several_are_those_of_each(settings, size):
    settings.FIELD_KEYS = (NEW, OLD)
    texts = ["100100196401140036", "", "张"]
    newest, older = (
        [hashlib.blake2b(text.encode(), key=_derived(key, b"lookup"), digest_size=size).hexdigest() for text in texts]
        for key in (NEW, OLD)
    )
    assert fingerprint_each(texts, size=size) == newest
    assert [fingerprint(text, size=size) for text in texts] == newest
    assert [tuple(fingerprints(text, size=size)) for text in texts] == list(zip(newest, older, strict=True))


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "secret"
    made = read_or_make_secret(path)

    assert read_or_make_secret(path) == made
    assert len(made) >= 40
    assert path.stat().st_mode & 0o077 == 0


def test_an_empty_secret_file_is_refused_with_a_way_out(tmp_path):
    (tmp_path / "secret").touch()

    with pytest.raises(ImproperlyConfigured, match="backup"):
        read_or_make_secret(tmp_path / "secret")


def test_a_ring_that_cannot_be_read_is_not_called_missing(tmp_path):
    (tmp_path / "field_keys").mkdir()  # whoever tests may be allowed to read every file

    with pytest.raises(ImproperlyConfigured, match="can't be read"):
        read_or_make_secret(tmp_path / "field_keys")


def test_of_many_processes_that_start_at_once_one_makes_the_secret(tmp_path):
    path = tmp_path / "secret"
    with ThreadPoolExecutor(16) as pool:
        seen = set(pool.map(lambda _: read_or_make_secret(path), range(64)))

    assert len(seen) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


@pytest.fixture
def ring_file(settings, tmp_path):
    settings.FIELD_KEYS_FILE = tmp_path / "field_keys"
    write_ring(settings.FIELD_KEYS_FILE, (OLD.replace(" ", "-"),))
    return settings.FIELD_KEYS_FILE


def test_the_first_ring_is_made_where_nothing_was_ever_sealed(settings, tmp_path, db):
    settings.FIELD_KEYS_FILE = tmp_path / "field_keys"

    assert key_prints()["field_keys"] == []
    assert not settings.FIELD_KEYS_FILE.exists()
    assert len(ring()) == 1
    assert settings.FIELD_KEYS_FILE.read_text().strip() == ring()[0]
    assert len(key_prints()["field_keys"]) == 1


@pytest.mark.parametrize("left", ["a private value", "a fingerprint"])
def test_no_new_ring_is_made_in_place_of_one_that_is_gone(left, settings, tmp_path, cast):
    if left == "a fingerprint":
        record(action="edit_member", by="system", subject=None, changes=[("phone", "1", "2")])
        Member.objects.update(**{field.name: "" for model, field in sealed_columns() if model is Member})
    settings.FIELD_KEYS_FILE = tmp_path / "field_keys"

    with pytest.raises(KeysMissing, match="field_keys isn't there"):
        seal("text")
    assert not settings.FIELD_KEYS_FILE.exists()


def test_what_tells_keys_apart_says_nothing_of_them(settings):
    settings.FIELD_KEYS, settings.AUDIT_KEYS = (NEW, OLD), (OLD,)
    prints = key_prints()

    assert {name: len(set(prints[name])) for name in prints} == {"field_keys": 2, "audit_keys": 1}
    said = {part for name in prints for part in prints[name]}
    assert not said & {*fingerprints("text"), *(key.hex() for key in audit_keys()), NEW, OLD}


def test_the_ring_in_a_file_is_private_and_replaced_whole(ring_file):
    keys = (new_key(), *ring())
    write_ring(ring_file, keys)

    assert ring() == keys
    assert ring_file.stat().st_mode & 0o077 == 0
    assert [file.name for file in ring_file.parent.iterdir()] == ["field_keys"]


def test_a_running_process_opens_what_was_closed_with_a_key_added_since(ring_file):
    """The file of the ring is read once a second: what doesn't open makes it be read again at once."""
    before = ring()
    added = new_key()
    ring_file.write_text("\n".join([added, *before]))  # as another process does it
    sealed_elsewhere = _locks((added,)).encrypt(b"text").decode()

    assert unseal(sealed_elsewhere) == "text"


def test_what_only_an_older_key_opens_is_not_current(settings):
    settings.FIELD_KEYS = (OLD,)
    sealed = seal("text")
    assert is_current(sealed)

    settings.FIELD_KEYS = (NEW, OLD)
    assert not is_current(sealed)
    assert is_current(seal("text"))
    assert is_current("")
