from __future__ import annotations

import base64
import copy
import pickle
from pathlib import Path

import pytest

from kling_widget import settings
from kling_widget.errors import SettingsError
from kling_widget.request.money import dollars, micros
from kling_widget.settings import Key

SECRET = "wsk_live_canary0123456789"


def test_a_key_does_not_show_itself() -> None:
    key = Key(f"  {SECRET}\n")
    assert SECRET not in f"{key} {key!r} {[key]} {vars(type(key))}"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(key)
    with pytest.raises(TypeError, match="not pickled"):
        copy.copy(key)
    assert key.redact(f"Bearer {SECRET}!".encode()).decode() == "Bearer •••!"
    assert key.reveal() == SECRET


def each(form: str, text: str = SECRET[3:-4]) -> str:
    """A piece of the secret, each character written in a form."""
    return "".join(form.format(ord(letter)) for letter in text)


@pytest.mark.parametrize(
    "written",
    [
        each("{0:c}"),
        each("{0:c}").upper(),
        each("\\u{0:04x}"),
        each("\\\\u{0:04X}"),
        each("\\u{{{0:x}}}"),
        each("\\x{0:02x}"),
        each("\\{0:o}"),
        each("\\{0:03o}"),
        each("\\{0:x} "),
        each("\\{0:06x}"),
        each("%{0:02x}"),
        each("%25{0:02X}"),
        each("&#{0};"),
        each("&amp;#x{0:x};"),
        each("={0:02X}"),
        each("{0:c}\\u0000"),
        each("{0:c} "),
        each("\\u{0:04x}", SECRET[3:12]) + SECRET[12:-4],
        each("{0:02x}"),
        each("{0:02X}:"),
        each("{0:02x} "),
        each("0x{0:02x}, "),
        base64.b64encode(b"a" + SECRET[3:-4].encode()).decode(),
        each("\\{0:o}", SECRET),
        each("\\{0:x} ", SECRET),
        each("{0:02x}:", SECRET),
    ],
)
def test_a_piece_of_a_key_is_blotted_out_however_it_is_written(written: str) -> None:
    words = Key(SECRET).redact(f"İ bad token {written}… <p>\t&amp; =3D 100% \\n")
    left = words.removeprefix("İ bad token ").removesuffix("… <p>\t&amp; =3D 100% \\n")
    assert not set(left.replace("•••", "")) - set(" :,;0x\\=uYVNQ")
    assert len(left) < 14


def test_text_that_holds_no_piece_of_a_key_stays_as_it_is() -> None:
    text = "\\u0077\\u0073 %41%42 &#119; =77 77:73:6b \\167 wsk_live_ca 10,000 İ ﬀ " * 20
    assert Key(SECRET).redact(text) == text


@pytest.mark.parametrize("value", ["", "  ", "two words", "line\nbreak", "schlüssel"])
def test_what_can_not_be_a_key_is_refused_without_naming_it(value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Key(value)
    assert not value.strip() or value not in str(refused.value)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.find_key() is None
    monkeypatch.setenv("WAVESPEED_API_KEY", SECRET)
    found = settings.find_key()
    assert found is not None
    assert found.reveal() == SECRET


def test_nobody_to_ask_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    with pytest.raises(SettingsError, match="WAVESPEED_API_KEY"):
        settings.ask_key()


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("", "https://api.wavespeed.ai"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://127.0.0.1:8765/api/v3/", "http://127.0.0.1:8765"),
        ("HTTPS://API.WaveSpeed.AI.:443/", "https://api.wavespeed.ai"),
        ("http://[::1]:8765", "http://[::1]:8765"),
        ("http://localhost:", "http://localhost"),
    ],
)
def test_the_origin_is_read_as_the_official_client_reads_it(
    value: str, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAVESPEED_BASE_URL", value)
    assert settings.origin() == origin


@pytest.mark.parametrize(
    "value",
    [
        "ftp://a.example",
        "api.wavespeed.ai",
        "https://me:pw@a.example",
        "https://@a.example",
        "https://a.example/x",
        "https://a.example#x",
        "https://a.example and more",
        "http://[::1",
        "http://a.example:0",
        "http://a.example:99999",
        "http://a.example:port",
        "https://.",
        "https://a\N{ADDRESSED TO THE SUBJECT}b.example",
    ],
)
def test_an_address_that_is_no_origin_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_BASE_URL", value)
    with pytest.raises(SettingsError, match="should be an origin"):
        settings.origin()


def test_the_library_lies_beside_the_notebook_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.library_folder() == tmp_path / "kling_library"
    monkeypatch.setenv("KLING_LIBRARY", "  ")
    assert settings.library_folder() == tmp_path / "kling_library"
    monkeypatch.setenv("KLING_LIBRARY", str(tmp_path / "team"))
    assert settings.library_folder() == tmp_path / "team"
    assert settings.library_folder("own") == tmp_path / "own"


def test_money_is_whole_and_written_one_way() -> None:
    assert micros("0.336") == micros(0.336) == 336_000
    assert [dollars(n) for n in (0, 560_000, 336_000, 1_400_000, -70_000, 1_234_560_000)] == [
        "$0.00",
        "$0.56",
        "$0.336",
        "$1.40",
        "-$0.07",
        "$1,234.56",
    ]
