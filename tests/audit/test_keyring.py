"""Private fields open with any key of the ring, and with no other."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from audit.keyring import SealBroken, fingerprint, fingerprints, read_or_make_secret, seal, unseal

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
