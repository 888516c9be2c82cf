"""The request as code, without a page: what is pasted is filled in or refused in words, and no trait ever holds it."""

from __future__ import annotations

import pytest

from kling_widget.errors import LibraryError
from kling_widget.request.catalog import O3_PRO
from kling_widget.request.code import LONGEST, forms, read
from kling_widget.widgets.code.code import Code

from .page import KEY, Page

CURL = f"""curl https://api.wavespeed.ai/api/v3/{O3_PRO} -H 'Authorization: Bearer {KEY}' -d '{{"prompt": "A fox"}}'"""


def filled(text: str) -> str:
    asked = read(text)
    return " ".join([f"Filled in: {', '.join(asked.inputs)}.", *asked.notes])


def test_what_is_pasted_is_filled_in_and_the_answer_says_what() -> None:
    answer = Page(Code(filled)).tell("fill", text=CURL)
    assert (answer["ok"], answer["text"]) == (True, "Filled in: prompt. A key stood in the text; it was not kept.")


@pytest.mark.parametrize("text", [CURL, CURL.replace("-d", "-F"), f"Bearer {KEY}"])
def test_a_pasted_key_is_in_no_trait_and_no_answer(text: str, caplog: pytest.LogCaptureFixture) -> None:
    face = Code(filled, forms=forms(O3_PRO, {"prompt": "A fox"}))
    page = Page(face)
    page.tell("fill", text=text)
    assert KEY not in repr(face.get_state()) + repr(page.heard) + caplog.text


def test_what_cannot_be_read_is_refused_in_words_about_the_text() -> None:
    answer = Page(Code(filled)).tell("fill", text='{"prompt": ')
    assert answer["ok"] is False
    assert answer["error"] == "The JSON breaks off or goes wrong at line 1, column 12. Nothing was filled in."
    assert Page(Code(filled)).tell("fill", text=5)["error"].endswith("Paste it again.")
    assert "200,000" in Page(Code(filled)).tell("fill", text="x" * (LONGEST + 1))["error"]


def test_what_the_form_refuses_comes_back_as_it_is() -> None:
    def refuse(_text: str) -> str:
        raise LibraryError("It is not here. Look there.")

    assert Page(Code(refuse)).tell("fill", text="x")["error"] == "It is not here. Look there."


def test_the_forms_keep_their_order_on_the_way_to_the_page() -> None:
    face = Code(filled)
    assert (face.shown, face.get_state()["forms"]) == (False, {})
    face.forms = forms(O3_PRO, {"prompt": "A fox"})
    assert list(face.get_state()["forms"]) == ["Python", "%%kling", "curl", "JSON"]
