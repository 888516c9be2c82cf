"""The fault matrix: one table, each row a fault and what must hold.

For every row, whatever it says: no submit is received twice, no paid task is without its take, no file that is not the
clip has its name, the library's spend is the service's billing, and nothing stumbles where nobody sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from .proxy import Trouble
from .row import (
    DEEP,
    LONG,
    Row,
    bill,
    changed,
    clip,
    listed,
    not_made,
    odd_list,
    outputs,
    patience,
    refused,
    result,
    submit,
    tls,
    unsent,
)
from .stage import (
    another_library,
    decoy,
    down_for_a_while,
    late_to_come,
    one_more,
    skewed,
    the_list_is_full,
    the_same_id_again,
)

_POST, _CLIP = b"POST /api/v3/kwaivgi/", b"/1.mp4"
_LOST = submit(cut=-1)
_BEYOND = "Fri, 31 Dec 99999999999999999999 23:59:59 GMT"
_LONG_AGO, _FAR_AWAY = formatdate(0, usegmt=True), formatdate(4_000_000_000, usegmt=True)
_ELSEWHERE = "https://service.invalid"
_HALF = "\ud83e"  # half of a surrogate pair: what is left of a picture where words were cut
_OTHER = "kwaivgi/kling-video-o3-std/text-to-video"

# fmt: off
BEFORE_SENDING = (
    Row("all is well"),
    unsent("the name is not found", lambda proxy: "https://nowhere.invalid"),
    unsent("nobody answers at the address", lambda proxy: "https://192.0.2.1"),
    unsent("the connection is refused", lambda proxy: "http://127.0.0.1:9"),
    Row("the connection is refused, and a second later it is not", before=late_to_come),
    unsent("a SOCKS proxy, and no package for it", lambda proxy: _ELSEWHERE, ALL_PROXY="socks5h://127.0.0.1:9"),
    unsent("a proxy's password with a #", lambda proxy: _ELSEWHERE, https_proxy="http://me:pass#word@127.0.0.1:9"),
    unsent("a proxy whose name is none", lambda proxy: _ELSEWHERE, https_proxy="http://[::1"),
    unsent("a proxy that refuses", lambda proxy: _ELSEWHERE, https_proxy="http://127.0.0.1:9"),
    unsent("certificates that are not there", lambda proxy: _ELSEWHERE, REQUESTS_CA_BUNDLE="nowhere/ca.pem"),
    unsent("certificates that are none", lambda proxy: _ELSEWHERE, REQUESTS_CA_BUNDLE=__file__),
    unsent("TLS: the other side speaks none", tls, Trouble(garbage=b"HTTP/1.0 400 Bad\r\n\r\n", times=None)),
    unsent("TLS: cut in the handshake", tls, Trouble(down=0, times=None)),
    unsent("TLS: an alert instead of a handshake", tls, Trouble(garbage=b"\x15\x03\x03\0\x02\x02\x28", times=None)),
)

_ANSWERS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("the connection is cut before the answer", {"cut": -1}),
    ("the connection is cut in the answer", {"cut": 25}),
    ("the answer hangs", {"hang": 20}),
    ("the answer drips", {"drip": 100}),
    ("half of a pair in the answer", {"effect": "body", "body": '{"code": 500, "message": "\\ud83e"}'}),
    ("a date beyond all clocks", {"effect": "status", "status": 500, "headers": {"Date": _BEYOND}}),
    ("a redirect to no address", {"effect": "body", "status": 307, "headers": {"Location": "https://[::1"}}),
    ("half of the answer", {"effect": "truncate"}),
    ("200 without an id", {"effect": "no_id"}),
    ("200 with a web page", {"effect": "page"}),
    ("200 with nothing", {"effect": "body", "body": ""}),
    ("a list instead of an object", {"effect": "body", "body": "[1, 2]"}),
    ("data that is null", {"effect": "body", "body": '{"code": 200, "data": null}'}),
    ("an id that is a number", {"effect": "patch", "data": {"id": 7}}),
    ("an id that is a list", {"effect": "patch", "data": {"id": ["a"]}}),
    ("an id without end", {"effect": "patch", "data": {"id": "x" * 5000}}),
    ("a status that is null", {"effect": "patch", "data": {"status": None}}),
    ("nested a hundred thousand deep", {"effect": "body", "body": DEEP}),
    ("over a megabyte", {"effect": "body", "body": LONG}),
    ("500 inside 200", {"effect": "body", "body": '{"code": 500, "message": "oops"}'}),
    ("a redirect", {"effect": "body", "status": 307, "headers": {"Location": "/api/v3/kwaivgi/again"}}),
    ("400 from a gateway, as a page", {"effect": "html", "status": 400}),
    ("408", {"effect": "status", "status": 408}),
    ("500", {"effect": "status", "status": 500}),
    ("502", {"effect": "status", "status": 502}),
    ("503", {"effect": "html", "status": 503}),
    ("504", {"effect": "status", "status": 504}),
    ("429 with an id", {"effect": "body", "status": 429, "body": '{"code": 429, "data": {"id": "abc"}}'}),
    ("429 with a task and no status", {
        "effect": "body", "status": 429, "body": '{"code": 429, "data": {"id": "abc", "status": null}}'}),
    ("429 with a list of tasks", {
        "effect": "body", "status": 429, "body": '{"code": 429, "data": [{"id": "abc", "status": "created"}]}'}),
    ("429 that is a task itself", {
        "effect": "body", "status": 429, "body": '{"code": 429, "id": "abc", "status": "created"}'}),
    ("402 with an id", {"effect": "body", "status": 402, "body": '{"code": 402, "data": {"id": "abc"}}'}),
)

LOST_ANSWERS = (
    *(Row(f"{name}; the task is made", faults=(submit(**how, created=True),)) for name, how in _ANSWERS),
    *(not_made(f"{name}; the task is not made", submit(**how, created=False)) for name, how in _ANSWERS),
    not_made("reset before the request is whole", posts=0, troubles=(Trouble(_POST, up=150, end="reset"),)),
    not_made("closed before the request is whole", posts=0, troubles=(Trouble(_POST, up=150),)),
    Row("reset before the first byte of the answer", troubles=(Trouble(_POST, down=0, end="reset"),)),
    Row("closed in the head of the answer", troubles=(Trouble(_POST, down=17),)),
    Row("each byte of the answer comes late", troubles=(Trouble(_POST, drip=0.3),)),
    Row("silence after half an answer", troubles=(Trouble(_POST, down=300, end="hang"),)),
    Row("the request is held back, and arrives after we gave up", troubles=(Trouble(_POST, hold=1.8),)),
)

RECONCILED = (
    Row("the list lags", faults=(_LOST, listed(effect="lag", seconds=1.2, times=None))),
    Row("the list fails three times", faults=(_LOST, listed(effect="status", status=500, times=3))),
    Row("the list can't be had for longer than we look", told="lost",
        faults=(_LOST, listed(effect="html", status=502, times=None))),
    Row("the list is a page, then half of itself", faults=(_LOST, listed(effect="page"), listed(effect="truncate"))),
    Row("the list holds nonsense", faults=(
        _LOST, listed(effect="patch", data={"items": [None, 7, {"id": None}, {"id": "x", "status": []}]}))),
    Row("the list is no list", faults=(_LOST, listed(effect="patch", data={"items": "none"}))),
    Row("billing can't be had while we look", faults=(_LOST, bill(effect="status", status=500, times=2))),
    Row("the price can't be had while we look", faults=(_LOST, {"call": "price", "effect": "status", "times": None})),
    Row("the service's clock is an hour ahead, and says so", before=skewed(3600, says_so=True), faults=(_LOST,)),
    Row("the service's clock is an hour behind, and says so", before=skewed(-3600, says_so=True), faults=(_LOST,)),
    Row("the service's clock is an hour ahead", ("completed", "needs_you"), before=skewed(3600), faults=(_LOST,)),
    Row("the service's clock is an hour behind", ("completed", "needs_you"), before=skewed(-3600), faults=(_LOST,)),
    Row("a cache gives the list an old date", ("completed", "needs_you"),
        faults=(_LOST, listed(headers={"Date": _LONG_AGO}, times=None))),
    Row("another task like it, from the website", "needs_you", before=decoy(), faults=(_LOST,)),
    Row("a task like it, an hour old, and ours was not made", ("not_created", "needs_you"), before=decoy(age=3600),
        created=0, faults=(submit(effect="status", status=502),)),
    Row("a task like it, an hour old, and ours was made", before=decoy(age=3600), faults=(_LOST,)),
    # On a busy machine the other task's bill may still be a reservation at the last look, which excludes nothing.
    Row("another task, of another price", ("completed", "needs_you"), before=decoy(duration=5), faults=(_LOST,)),
    Row("another task, of another model", before=decoy(model=_OTHER), faults=(_LOST,)),
    Row("a hundred and twenty other tasks", before=the_list_is_full, faults=(_LOST,)),
    Row("the answer names another take's task", ("completed", "needs_you"), before=the_same_id_again, created=2,
        posts=2),
    Row("two that are equal, both lost", ("completed", "needs_you"), before=one_more("A fox"), created=2, posts=2,
        faults=(submit(cut=-1, times=2),)),
    Row("two of one price, both lost", ("completed", "needs_you"), before=one_more("A wolf"), created=2, posts=2,
        faults=(submit(cut=-1, times=2),)),
    Row("two of one price, one made, none answered", ("completed", "needs_you", "not_created"),
        before=one_more("A wolf"), created=1, posts=2, faults=(_LOST, submit(effect="status", status=502))),
)

_NO_LISTS: tuple[Any, ...] = (None, "none", 7, {"0": {}}, True)
_NO_ENTRIES: tuple[Any, ...] = ([None], [7], ["x"], [[]], [{}])
_ODD_FIELDS: tuple[tuple[str, Any], ...] = (
    ("id", None), ("id", 7), ("id", []), ("id", ""), ("id", "../x"),
    ("status", None), ("status", 7), ("status", []), ("status", ""),
    ("model", None), ("model", 7), ("model", []),
    ("model", "kwaivgi/kling-video-o3-pro"), ("model", "Kling Video O3 Pro"), ("model", "unknown"), ("model", "-"),
    ("model", "?"), ("model", "n/a"), ("model", "\u200bkwaivgi/kling"),
    ("created_at", None), ("created_at", 7), ("created_at", "soon"), ("created_at", "99999-01-01T00:00:00Z"),
    ("created_at", "0001-01-01T00:00:00Z"), ("created_at", "1970-01-01T00:00:00Z"),
    ("created_at", "2062-01-01T00:00:00Z"),
)
_MORE_BESIDE: tuple[Mapping[str, Any], ...] = (
    {"total": "3"}, {"total": 3.0}, {"total": "many"}, {"total": {"a": 1}}, {"has_more": True},
    {"next_cursor": "abc"}, {"links": {"next": "/2"}},
)
_UNREADABLE_CODES: tuple[str, ...] = ('"ERR_INTERNAL"', "true", "[500]", "null")
_FAILING: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("HTTP 500", {"effect": "status", "status": 500}),
    ("HTTP 401", {"effect": "status", "status": 401}),
    ("HTTP 429", {"effect": "status", "status": 429}),
    ("a gateway's page", {"effect": "html", "status": 503}),
    ("500 inside 200", {"effect": "body", "body": '{"code": 500, "data": {"items": []}}'}),
    ("silence", {"hang": 20}),
)

UNREADABLE = (
    *odd_list("items are missing", effect="patch", data={"items": None}),
    *(row for items in _NO_LISTS for row in odd_list(
        f"items are {items!r}", effect="instead", data={"items": items})),
    *(row for items in _NO_ENTRIES for row in odd_list(
        f"entries are {items!r}", effect="instead", data={"items": items})),
    *(Row(f"a list for good: {name} is {odd!r}", "needs_you", (_LOST, listed(
        effect="entries", data={name: odd}, times=None)))
      for name, odd in _ODD_FIELDS),
    *(row for beside in _MORE_BESIDE for row in odd_list(
        f"no entries beside {beside!r}", effect="instead", data={"items": [], **beside})),
    *(row for code in _UNREADABLE_CODES for row in odd_list(
        f"the code {code}", effect="body", body=f'{{"code": {code}, "message": "no", "data": {{"items": []}}}}')),
    *(row for status in (400, 403, 404) for row in odd_list(f"HTTP {status}", effect="status", status=status)),
    *(row for name, how in _FAILING for row in odd_list(name, **how)),
    *odd_list("a page", effect="page"),
    *odd_list("half of itself", effect="truncate"),
    *odd_list("nothing", effect="body", body=""),
    *odd_list("data that is null", effect="body", body='{"code": 200, "data": null}'),
    Row("billing says nothing that can be read, for good", "needs_you", (_LOST, bill(effect="page", times=9))),
)

_OTHERS = another_library("A wolf")
_OTHERS_ACCEPTED = another_library("A wolf", accepted=True)

TWO_LIBRARIES = (
    Row("two libraries of one key, both answers lost, ours was not made", ("needs_you", "not_created"),
        before=_OTHERS, created=0,
        faults=(submit(cut=-1, match="A wolf"), submit(cut=-1, created=False, match="A fox"))),
    Row("two libraries of one key, both answers lost, ours was made", ("needs_you", "completed"),
        before=_OTHERS, posts=2, faults=(submit(cut=-1, created=False, match="A wolf"), submit(cut=-1, match="A fox"))),
    Row("two libraries of one key, only the other one's answer came, ours was not made", "not_created",
        before=_OTHERS_ACCEPTED, created=0, faults=(submit(cut=-1, created=False, match="A fox"),)),
    Row("two libraries of one key, and all is well", before=_OTHERS),
)

REFUSALS = (
    *(refused(f"{status}", effect="status", status=status) for status in (400, 401, 402, 403, 404, 422)),
    refused("400 with half of a pair", effect="body", status=400, body=f'{{"code": 400, "message": "no {_HALF}"}}'
            .encode("ascii", "backslashreplace").decode()),
    refused("400 with characters that control", effect="body", status=400,
            body='{"code": 400, "message": "\\u0000\\u001b[2J"}'),
    refused("a code in words", effect="body", status=400, body='{"code": "400", "message": "no"}'),
    refused("401 inside 200", effect="body", body='{"code": 401, "message": "no"}'),
    patience("patience in seconds", "1"),
    patience("patience of no seconds", "0"),
    patience("patience below nothing", "-7"),
    patience("patience of thirty years", "1000000000"),
    patience("patience until a date", _FAR_AWAY),
    patience("patience until a day long gone", _LONG_AGO),
    patience("patience until the end of time", _BEYOND),
    patience("patience until before all time", "Fri, 31 Dec 2026 23:59:59 -99999999999999999999"),
    patience("patience without end", "inf"),
    patience("patience that is no number", "nan"),
    patience("without a word"),
    patience("four times", "0", 4),
    patience("and then the answer is lost", "0", 1, _LOST),
    Row("429 three times, and another take beside it", before=one_more("A wolf"), created=2, posts=5,
        faults=(submit(effect="status", status=429, retry_after="0.1", times=3),)),
    Row("429 for the one, and the other one's answer is lost", before=one_more("A wolf"), created=2, posts=3,
        faults=(submit(effect="status", status=429, match="A wolf"), submit(cut=-1, match="A fox"))),
)

LOOKS = (
    Row("looks: a burst of 500", faults=(result(effect="status", status=500, times=5),)),
    Row("looks: a burst of 429", faults=(result(effect="status", status=429, retry_after="0", times=5),)),
    Row("looks: 429 for thirty years", faults=(result(effect="status", status=429, retry_after="1000000000"),)),
    Row("looks: cut, hang, half, page", faults=(
        result(cut=-1), result(hang=20), result(effect="truncate"), result(effect="page"))),
    Row("looks: 404 once, as while a record is being moved", faults=(result(effect="status", status=404),)),
    Row("looks: 404 for as long as anybody asks", "expired", faults=(result(effect="status", status=404, times=None),)),
    Row("looks: 401 for a moment", faults=(result(effect="status", status=401),)),
    Row("looks: an unknown status", faults=(changed(3, status="dreaming"),)),
    Row("looks: no status", faults=(changed(3, status=None),)),
    Row("looks: a status that is a number", faults=(changed(3, status=3),)),
    Row("looks: another task's record", faults=(changed(3, id="f" * 32),)),
    Row("looks: nulls everywhere", faults=(changed(9, code=None, error=None, timings=None, urls=None, model=None),)),
    Row("looks: wrong types everywhere", faults=(changed(9, code="x", error=[], timings=7, urls=[], model={}),)),
    Row("looks: over a megabyte, and a hundred thousand deep", faults=(
        result(effect="body", body=LONG), result(effect="body", body=DEEP))),
    Row("looks: a time that is no time", faults=(changed(9, timings={"inference": 1e300}),)),
    Row("looks: a date that is no date", faults=(result(headers={"Date": "the day after tomorrow"}, times=9),)),
    Row("looks: the service fails to make it", "failed", faults=(
        changed(None, status="failed", code=5000, error="internal", outputs=[]),)),
    Row("looks: it failed, with half of a pair", "failed", faults=(
        changed(None, status="failed", code=5000, error=f"no {_HALF}", outputs=[]),)),
    Row("looks: an unknown status with half of a pair", faults=(changed(3, status=_HALF),)),
    *(Row(f"looks: {word}, as others say", end, faults=(changed(None, status=word, outputs=[]),))
      for word, end in (("canceled", "cancelled"), ("error", "failed"), ("ERROR", "failed"), ("Failed", "failed"))),
    Row("looks: succeeded, as others say", faults=(result(effect="succeeded", times=None),)),
    Row("looks: each byte comes late", troubles=(Trouble(b"/result", drip=0.3),)),
    *(Row(f"looks: {name}", faults=(result(effect="body", body=body, times=3),)) for name, body in (
        ("numbers without end", '{"code": 200, "data": {"id": ' + "9" * 5000 + "}}"),
        ("NaN", '{"code": NaN, "data": Infinity}'),
        ("a name twice", '{"code": 200, "code": [], "data": {}, "data": 7}'))),
    Row("looks: a date beyond all clocks", faults=(result(headers={"Date": _BEYOND}, times=9),)),
    Row("outputs: addresses that can't be read, then a good one", told="can't be read",
        faults=(outputs("https://[::1/1.mp4", times=None),)),
    Row("outputs: a name that means another when it is folded", told="can't be read",
        faults=(outputs("https://ex\u2100mple.com/1.mp4", times=None),)),
    Row("outputs as a string", faults=(result(effect="output_as_string", times=None),)),
    Row("outputs as objects", ("completed", "failed"), faults=(result(effect="outputs_as_objects", times=None),)),
    Row("completed without outputs, once", faults=(result(effect="completed_with_nothing"),)),
    Row("completed without outputs, for good", "unverified", told="take.fetch_again()",
        faults=(result(effect="completed_with_nothing", times=None),)),
    Row("outputs: addresses in capitals, deep in objects", faults=(result(effect="addresses_shouted", times=None),)),
    *(Row(f"outputs that hold no address of a clip: {word}", "unverified", told="take.fetch_again()",
          faults=(outputs(word, times=None),))
      for word in ("/files/1.mp4", "//127.0.0.1/1.mp4", "ready", "file:///etc/passwd")),
    Row("outputs at an unsafe address, then at a good one", told="not safe to fetch",
        faults=(outputs("http://169.254.169.254/latest", times=None),)),
    Row("outputs in a file of this machine", faults=(outputs("file:///etc/passwd", times=2),)),
    Row("an id that would leave its folder", faults=(submit(effect="patch", data={"id": "../../../../tmp/evil"}),)),
    Row("a record at another host", faults=(
        submit(effect="patch", data={"urls": {"get": "http://127.0.0.1:9/steal"}}),)),
    Row("a record at an address that is no text", faults=(submit(effect="patch", data={"urls": {"get": 7}}),)),
    Row("an outage after the submit, of connections", meanwhile=down_for_a_while, troubles=(Trouble(b"nobody"),)),
    Row("an outage after the submit, of answers", faults=(
        {"call": "*", "effect": "html", "status": 503, "after": 1, "times": 12, "created": False},)),
)

DOWNLOADS = (
    Row("the clip: cut at once", faults=(clip(cut=-1),)),
    Row("the clip: cut after a byte", faults=(clip(cut=1),)),
    Row("the clip: cut in the middle, three times", faults=(clip(cut=9_000, times=3),)),
    Row("the clip: reset in the middle", troubles=(Trouble(_CLIP, down=20_000, end="reset"),)),
    Row("the clip: closed in the middle", troubles=(Trouble(_CLIP, down=20_000),)),
    Row("the clip: silence in the middle", troubles=(Trouble(_CLIP, down=20_000, end="hang"),)),
    Row("the clip: without a length", faults=(clip(lengthless=True),)),
    Row("the clip: cut, without a length", faults=(clip(lengthless=True, cut=20_000),)),
    Row("the clip: half of it, as if it were all", faults=(clip(effect="truncate"),)),
    Row("the clip: cut, then all of it to a range", faults=(clip(cut=9_000), clip(effect="ignore_range"))),
    Row("the clip: cut, then another ETag", faults=(clip(cut=9_000), clip(effect="etag"), clip(cut=9_000))),
    Row("the clip: never the same ETag", faults=(clip(effect="etag", cut=9_000, times=3),)),
    Row("the clip: cut, then a range from elsewhere", faults=(clip(cut=9_000), clip(effect="content_range"))),
    Row("the clip: cut, then 416", faults=(clip(cut=9_000), clip(effect="unsatisfiable"))),
    Row("the clip: a part that nobody asked for", faults=(clip(effect="content_range"),)),
    Row("the clip: compressed unasked", faults=(clip(effect="gzip"),)),
    Row("the clip: slowly", faults=(clip(drip=40_000),)),
    Row("the clip: too slowly to wait for", faults=(clip(drip=2_000),)),
    Row("the clip: hangs", faults=(clip(hang=20),)),
    Row("the clip: more than there is", faults=(clip(effect="oversize"),)),
    Row("the clip: more than any clip", faults=(clip(effect="oversize", extra=30_000_000),)),
    Row("the clip: other bytes", faults=(clip(effect="wrong_bytes"),)),
    Row("the clip: each byte comes late", troubles=(Trouble(_CLIP, drip=0.3),)),
    Row("the clip: a length that is no number", faults=(clip(headers={"Content-Range": "bytes 0-1/9" + "9" * 5000}),)),
    Row("the clip: a web page, four times", faults=(clip(effect="page", times=4),)),
    Row("the clip: 500 and 503", faults=(clip(effect="status", status=500), clip(effect="html", status=503))),
    Row("the clip: 403, 404, 410: a stale address", faults=(
        clip(effect="status", status=403), clip(effect="status", status=404), clip(effect="status", status=410))),
    *(Row(f"the clip: moved to {where}", faults=(clip(effect="body", status=302, headers={"Location": to}, times=2),))
      for where, to in (("a private network", "http://10.0.0.1/1.mp4"), ("a file", "file:///etc/passwd"),
                        ("itself", ""), ("no address", "https://[::1"), ("nowhere", "https://nowhere.invalid/1.mp4"))),
)

BILLING = (
    Row("billing fails five times", faults=(bill(effect="status", status=500, times=5),)),
    Row("billing knows nothing yet", faults=(bill(effect="patch", data={"items": []}, times=3),)),
    Row("billing speaks in numbers that are none", faults=(bill(effect="odd_price", body="NaN", times=2),)),
    Row("billing speaks in numbers beyond all money", faults=(bill(effect="odd_price", body="1e300", times=2),)),
    Row("billing says twice that it cost nothing", faults=(bill(effect="odd_price", body="0", times=2),)),
    Row("billing says twice that it cost less than 0", faults=(bill(effect="odd_price", body="-0.336", times=2),)),
    Row("billing names yuan, then dollars", told="not in dollars|in CNY",
        faults=(bill(effect="currency", body="CNY", times=None),)),
    Row("billing tells of the refund before the charge", faults=(bill(effect="refund_first", times=2),)),
    Row("billing tells of the charge twice", faults=(bill(effect="told_twice", times=None),)),
    Row("billing holds a record that can't be read", faults=(bill(effect="odd_record", times=2),)),
    Row("billing is no list", faults=(bill(effect="patch", data={"items": 7}, times=2),)),
)
# fmt: on

ROWS = (
    *BEFORE_SENDING,
    *LOST_ANSWERS,
    *RECONCILED,
    *UNREADABLE,
    *TWO_LIBRARIES,
    *REFUSALS,
    *LOOKS,
    *DOWNLOADS,
    *BILLING,
)
"""The whole matrix."""
