"""What a take, a request and a library say of themselves, what can't be set, and who sets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from kling_widget import BadValue, Library, RequestError, Take, VideoRequest
from kling_widget.library.budget import Caps, Spent
from kling_widget.library.take import make
from kling_widget.library.tools import ENHANCER
from kling_widget.widgets.builder.form import clip_model
from tests.made import a_take

AT = 1_790_000_000_000


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "library")
    yield opened
    opened.close()


@pytest.fixture
def take(library: Library) -> Take:
    return library.take(a_take(library.folder, "A red fox", at=AT).id)


def test_a_take_says_what_was_asked_what_it_cost_and_what_a_person_thought(take: Take) -> None:
    assert (take.rating, take.tags, take.note, take.parent) == (None, (), "", None)
    take.rate(4).tag("hero", "#wide").write_note("The best so far")
    assert (take.rating, take.tags, take.note) == (4, ("hero", "wide"), "The best so far")
    assert take.untag("hero", "gone").tags == ("wide",)
    assert (take.prompt, take.duration, take.model) == ("A red fox", 2, take.record.model)
    assert take.practice == take.record.practice
    assert take.confirmed == datetime.fromtimestamp(AT / 1000, timezone.utc)
    assert take.confirmed.tzinfo is not None


def test_a_takes_older_name_for_its_problem_still_works_and_says_the_new_one(take: Take) -> None:
    with pytest.warns(DeprecationWarning, match=r"take\.problem"):
        assert getattr(take, "trouble") == take.problem  # noqa: B009  a type checker refuses it, as it should
    with pytest.raises(AttributeError, match="no 'problme'"):
        getattr(take, "problme")  # noqa: B009


def test_a_library_offers_what_a_person_asks_and_no_more() -> None:
    assert [name for name in dir(Library) if not name.startswith("_")] == [
        "adopt",
        "bin",
        "budget",
        "cap",
        "catalog",
        "close",
        "copy_to",
        "elements",
        "empty_bin",
        "export_html",
        "folder",
        "history",
        "merge",
        "models",
        "rescue",
        "same_account",
        "spend",
        "spent",
        "sweep",
        "sweeps",
        "table",
        "take",
        "takes",
        "unreadable",
        "zone",
    ]


def test_a_tool_is_refused_in_the_same_words_by_code_and_by_a_form(library: Library) -> None:
    tool = VideoRequest(model=ENHANCER, text="A fox", mode="video")
    with pytest.raises(RequestError, match=r"makes no clips. Library\(\)\.models\(\) lists"):
        make(tool, library=library, practice=True)
    with pytest.raises(RequestError, match=r"makes no clips. Library\(\)\.models\(\) lists"):
        clip_model(ENHANCER, library.catalog)


def test_a_parent_is_a_take_or_none(library: Library, take: Take) -> None:
    child = library.take(a_take(library.folder, "A red fox again", parent=take.id).id)
    orphan = library.take(a_take(library.folder, "A blue fox", parent="t00000000000000").id)
    assert child.parent == take
    assert orphan.parent is None


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("rating", r"take\.rate\(4\)"),
        ("tags", r"take\.tag\('hero'\)"),
        ("note", r"take\.write_note"),
        ("prompt", r"take\.remix\(prompt="),
        ("parent", r"take\.remix\(\)"),
        ("status", r"take\.stop\(\)"),
        ("cost", "can only be read"),
        ("rate", "is a method of a Take"),
        ("ratting", "has no 'ratting'"),
    ],
)
def test_what_is_set_by_a_method_says_which(take: Take, name: str, how: str) -> None:
    before = take.record
    with pytest.raises(AttributeError, match=how):
        setattr(take, name, 4)
    assert take.record == before


def test_requests_and_libraries_say_it_too(library: Library) -> None:
    request = VideoRequest("A fox")
    for name in ("duration", "prompt", "estimate", "nonsense"):
        with pytest.raises(AttributeError, match=rf"request\.but\({name}=10\)"):
            setattr(request, name, 10)
    assert request == VideoRequest("A fox")
    with pytest.raises(AttributeError, match=r"library\.cap\(day=5\.00\)"):
        setattr(library, "budget", 5)  # noqa: B010  mypy knows that it can't be assigned to


@pytest.mark.parametrize("stars", [9, 0, -1, 6, 2.5, True, "4", float("nan")])
def test_a_rating_that_is_none_speaks_of_stars_and_not_of_money(take: Take, stars: int) -> None:
    take.rate(3.0)  # type: ignore[arg-type]
    assert take.rating == 3
    with pytest.raises(ValueError, match="Stars are 1 to 5") as refused:
        take.rate(stars)
    assert isinstance(refused.value, BadValue)
    assert not {"charge", "charged", "sent", "request"} & set(str(refused.value).lower().replace(".", " ").split())
    assert take.rating == 3


@pytest.mark.parametrize("stars", [np.int64(4), np.float32(4), Decimal(4), 4.0], ids=repr)
def test_a_rating_may_come_out_of_a_table(take: Take, stars: int) -> None:
    assert take.rate(stars).rating == 4
    assert type(take.rating) is int


def test_money_is_dollars_wherever_a_person_looks(library: Library, take: Take) -> None:
    library.cap(call="0.70", day=1, library=20)
    assert take.cost == Decimal("0.56")
    assert isinstance(take.cost, Decimal)
    assert library.history()["cost"].sum() == 0.56
    a_take(library.folder, "A blue fox", charge=None)  # not billed yet: its estimate counts
    assert library.spent() == Spent(Decimal(0), Decimal(0), Decimal(0), Decimal("0.56"), takes=2)
    assert library.budget == Caps(call=Decimal("0.7"), day=Decimal(1), library=Decimal(20))
    assert VideoRequest("A fox", duration=10, sound=True).estimate == Decimal("1.4")
    assert library.models()["price"]["O3 Pro · text to video"] == 0.56
