"""Free questions are asked one by one, the last one about a thing only, and each gets an answer or an error."""

from __future__ import annotations

import threading
from typing import Any

from kling_widget.engine.queries import BackgroundQueries
from kling_widget.errors import KlingError, NoAnswer

PATIENCE_S = 30


def test_of_questions_about_the_same_thing_that_wait_only_the_last_is_asked() -> None:
    client: Any = object()
    queries = BackgroundQueries(lambda service, account: client)
    answers: list[str] = []
    asking, go, end = threading.Event(), threading.Event(), threading.Event()

    def hold(_client: object) -> str:
        asking.set()
        assert go.wait(PATIENCE_S)
        return "held"

    queries.ask("a", hold, answers.append, about="balance")
    assert asking.wait(PATIENCE_S)
    for price in ("1", "2", "3"):
        queries.ask("a", lambda _client, price=price: price, answers.append, about="price")  # type: ignore[misc]
    queries.ask("a", lambda _client: "last", lambda answer: end.set(), about="models")
    go.set()
    assert end.wait(PATIENCE_S)
    assert answers == ["held", "3"]
    queries.close()


def test_a_question_that_fails_stops_no_other_and_none_is_asked_after_the_end() -> None:
    client: Any = object()
    queries = BackgroundQueries(lambda service, account: client)
    errors: list[KlingError] = []
    answers: list[str] = []
    end = threading.Event()

    def broken(_client: object) -> str:
        raise ZeroDivisionError

    queries.ask("a", broken, answers.append, about="price", on_error=errors.append)
    queries.ask("a", lambda _client: "", lambda answer: end.set(), about="balance")
    assert end.wait(PATIENCE_S)
    assert [type(error) for error in errors] == [NoAnswer]
    queries.close()
    queries.ask("a", lambda _client: "late", answers.append, about="price")
    assert answers == []
