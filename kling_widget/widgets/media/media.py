"""The pictures and videos of a request: chosen, dropped, pasted, or named by a path or an address."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets as t

from ... import urls
from ...errors import KlingError
from ...store.media_types import Medium, plain
from ..base.widget import Answer, Buffers, Command, CommandWidget
from .entries import READY, Entry, amended, checked, entry, is_there, moved, of_address, of_medium, put, without

if TYPE_CHECKING:
    from ...engine.uploader import Uploader

_QUIET_S = 60.0  # a page that sent no further piece for so long has gone away
_GONE = "Its file is not in the library any more. Nothing was sent and nothing was charged. Choose it once more."


class _NoUploads:
    """What stands in an uploader's place where there is no library: nothing is kept, and no file is taken."""

    @property
    def store(self) -> Any:
        """Holds nothing."""
        return self

    def by_url(self, _url: str) -> None:
        """Know no upload."""

    def find(self, _id: str) -> None:
        """Hold no medium."""

    def forget(self, _upload: str) -> None:
        """Have nothing to forget."""

    def fresh(self, *_: str) -> bool:
        """Have nothing that grows old."""
        return True

    def refuse(self, *_: Any, **__: Any) -> Any:
        """Refuse a file."""
        raise KlingError(
            "A file is uploaded with a library: Builder(Library()). Without one, give an https:// address."
        )

    piece = later = send = refuse


class Media(CommandWidget):
    """The places for a model's pictures and videos.

    Any thread may call any method. Watch ``value`` to hear of changes: those of uploads come on the uploader's thread.

    Parameters
    ----------
    uploader
        Gives what keeps what comes and brings it to the service, when something comes; None: only addresses are taken.
    service
        The service's name.

    Attributes
    ----------
    ready
        What the request has of them: input -> an address, or a list where several may be; not what is on its way.
    """

    page_name = "media"
    commands: ClassVar[Mapping[str, str]] = {
        "piece": "_piece",
        "place": "_place",
        "remove": "_remove",
        "move": "_move",
        "again": "_again",
        "picture": "_picture",
    }

    slots: t.List[Any] = t.List(
        t.Dict(), help="What there is room for: `{name, label, kind, most, required, help}`, by the API's own names."
    ).tag(sync=True)
    value: t.Dict[Any, Any] = t.Dict(help="What is there: input -> list of what `entries.entry` says.").tag(sync=True)
    problem: t.Dict[Any, Any] = t.Dict(help="What is wrong: input -> words.").tag(sync=True)

    ready: Mapping[str, Any] = {}

    def __init__(self, uploader: Callable[[], Uploader] | None, service: str, **traits: Any) -> None:
        self._uploads = uploader is not None
        self._uploader: Callable[[], Any] = uploader or _NoUploads
        self._service = service
        self._lock = threading.RLock()
        self._arriving: dict[str, tuple[str, float]] = {}  # upload -> its slot, and when a piece of it came last
        self._own: dict[str, str] = {}  # what went wrong here
        self._given_problems: dict[str, str] = {}  # what others say is wrong
        super().__init__(**traits)
        self.observe(lambda _change: self._renew_ready(), ["value", "slots"])
        self._renew_ready()

    # What Python asks

    def _renew_ready(self) -> None:
        found: dict[str, Any] = {}
        with self._lock:
            for slot in self.slots:
                given = [one["url"] for one in self._entries(slot["name"]) if one["state"] in READY]
                if given:
                    found[slot["name"]] = given if slot["most"] > 1 else given[0]
            self.ready = found

    def waiting(self) -> list[str]:
        """The places that hold something which is not ready: on its way, or failed."""
        with self._lock:
            coming, names = self._coming(), [slot["name"] for slot in self.slots]
            return [n for n in names if n in coming or any(one["state"] not in READY for one in self._entries(n))]

    def fit(self, slots: Sequence[Mapping[str, Any]]) -> None:
        """Make the places those of another model; what has none any more goes."""
        names = {slot["name"] for slot in slots}
        with self._lock:
            self.slots = [dict(slot) for slot in slots]
            self.value = {name: there for name, there in self.value.items() if name in names}

    def hold(self, inputs: Mapping[str, Any]) -> None:
        """Show what a take's inputs refer to, and nothing else. What was uploaded from here is made good again."""
        value: dict[str, list[Entry]] = {}
        again: list[tuple[str, Medium]] = []
        store = self._uploader().store
        for slot in self.slots:
            given = inputs.get(slot["name"]) or []
            entries = value[slot["name"]] = []
            for url in [given] if isinstance(given, str) else given:
                medium = store.by_url(str(url))
                if medium is None or not store.path(medium).exists():
                    entries.append(of_address(url))
                elif not is_there(entries, medium.sha256):
                    fresh = store.fresh(medium.sha256, self._service) == url
                    entries.append({**of_medium(medium, url=url), "state": "ready" if fresh else "uploading"})
                    again += [] if fresh else [(slot["name"], medium)]
        with self._lock:
            for upload in self._arriving:
                store.forget(upload)
            self.value, self._own, self._arriving = value, {}, {}
            self._show_problems()
        for name, medium in again:
            self._bring(name, medium)

    def renew(self) -> None:
        """Upload again what the service is about to throw away; ``waiting`` names it until it is done."""
        for name, entries in dict(self.value).items():
            for one in entries:
                if one["state"] == "ready" and not self._uploader().store.fresh(one["id"], self._service):
                    self._resend(name, one["id"])

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Show what is wrong with the request, input -> words, beside its places."""
        with self._lock:
            self._given_problems = {
                slot["name"]: problems[slot["name"]] for slot in self.slots if problems.get(slot["name"])
            }
            self._show_problems()

    # What the page asks

    def _piece(self, command: Command, buffers: Buffers) -> Answer:
        slot, upload = self._slot(command), str(command.get("upload"))
        name, index, size = plain(str(command.get("name"))), command.get("index"), command.get("size")
        if not isinstance(index, int) or not isinstance(size, int) or len(buffers) != 1:
            raise KlingError("The page's message can't be read, and nothing was sent on. Choose the file once more.")
        with self._lock:
            if index == 0:
                self._refuse_more(slot)
            self._arriving[upload] = (slot["name"], time.monotonic())
        last, kind = command.get("last") is True, slot["kind"]
        try:
            piece = bytes(buffers[0])
            medium = self._uploader().store.piece(upload, index, piece, last=last, name=name, size=size, kind=kind)
        except Exception:
            self._arriving.pop(upload, None)
            raise
        if medium is not None:
            with self._lock:
                self._arriving.pop(upload, None)
                self._put(slot, of_medium(medium, upload=upload))
            self._bring(slot["name"], medium)
        return {"medium": medium.sha256} if medium else None

    def _place(self, command: Command, _buffers: Buffers) -> None:
        slot, text = self._slot(command), str(command.get("text", "")).strip()
        if urls.has_scheme(text):
            self._put(slot, of_address(checked(text)))
            return
        if not text:
            raise KlingError("Write a path on the kernel's machine, or an address that begins with https://.")
        if not self._uploads:
            self._uploader().refuse()
        read = f"read-{secrets.token_hex(8)}"
        self._put(slot, entry(read, plain(text), "uploading"))
        self._uploader().later(lambda: self._read(slot, read, Path(text)))

    def _remove(self, command: Command, _buffers: Buffers) -> None:
        slot, sha256 = self._slot(command), str(command.get("medium"))
        self._uploader().store.forget(sha256)  # it may be on its way still
        with self._lock:
            self._arriving.pop(sha256, None)
            self._set(slot["name"], without(self._entries(slot["name"]), sha256))
            self._tell(slot["name"], "")

    def _move(self, command: Command, _buffers: Buffers) -> None:
        slot, sha256, to = self._slot(command), command.get("medium"), command.get("to")
        if not isinstance(to, int):
            raise KlingError("The page's message can't be read. Nothing was moved.")
        with self._lock:
            self._set(slot["name"], moved(self._entries(slot["name"]), sha256, to))

    def _again(self, command: Command, _buffers: Buffers) -> None:
        self._resend(self._slot(command)["name"], str(command.get("medium")))

    def _picture(self, command: Command, _buffers: Buffers) -> Answer:
        sha256 = str(command.get("medium"))
        here = any(is_there(entries, sha256) for entries in self.value.values())
        medium = self._uploader().store.find(sha256) if here else None
        if medium is None or medium.kind != "image":
            return {}, []
        return {"type": medium.type}, [self._uploader().store.path(medium).read_bytes()]

    # What takes its time

    def _read(self, slot: Mapping[str, Any], read: str, path: Path) -> None:
        """Keep a file of the kernel's machine; what stands for it makes way for it."""
        name, words, medium = slot["name"], "", None
        try:
            medium = self._uploader().store.keep(path, kind=slot["kind"])
        except KlingError as error:
            words = str(error)
        with self._lock:
            if not self._amend(name, read):  # nobody wants it any more
                return
            if medium is None or is_there(self._entries(name), medium.sha256):
                self._set(name, without(self._entries(name), read))
                self._tell(name, words)
                return
            self._amend(name, read, **of_medium(medium))
        self._bring(name, medium)

    def _resend(self, name: str, sha256: str) -> None:
        medium = self._uploader().store.find(sha256)
        if medium is None:
            self._amend(name, sha256, state="failed", problem=_GONE)
        elif self._amend(name, sha256, state="uploading", problem=""):
            self._bring(name, medium)

    def _bring(self, name: str, medium: Medium) -> None:
        """See that the service has it, and show how that ended."""

        def done(url: str, words: str) -> None:
            self._amend(name, medium.sha256, state="ready" if url else "failed", url=url, problem=words)

        self._uploader().send(self._service, medium, done)

    # The traits; what writes them is called with the lock held

    def _slot(self, command: Command) -> Mapping[str, Any]:
        for slot in self.slots:
            if slot["name"] == command.get("slot"):
                return dict(slot)
        raise KlingError(f"This model takes no {str(command.get('slot'))[:40]!r}. Nothing was sent.")

    def _entries(self, name: str) -> list[Entry]:
        return list(self.value.get(name, ()))

    def _coming(self) -> list[str]:
        """The slots of the files that are on their way from a page."""
        now = time.monotonic()
        return [slot for slot, heard in self._arriving.values() if now - heard < _QUIET_S]

    def _refuse_more(self, slot: Mapping[str, Any]) -> None:
        name, most = slot["name"], slot["most"]
        there = len(self._entries(name)) + self._coming().count(name)
        if most > 1 and there >= most:  # where one goes, the next takes its place
            raise KlingError(f"{slot['label']}: at most {most}. Nothing was sent. Remove one first.")

    def _put(self, slot: Mapping[str, Any], new: Entry) -> None:
        with self._lock:
            entries = self._entries(slot["name"])
            if not is_there(entries, new["id"]):
                self._refuse_more(slot)
            self._set(slot["name"], put(entries, new, slot["most"]))
            self._tell(slot["name"], "")

    def _amend(self, name: str, sha256: str, /, **changes: Any) -> bool:
        """Change an entry where it is still there; says whether it is."""
        with self._lock:
            entries = self._entries(name)
            here = is_there(entries, sha256)
            if here:
                self._set(name, amended(entries, sha256, **changes))
            return here

    def _set(self, name: str, entries: list[Entry]) -> None:
        self.value = {**self.value, name: entries}

    def _tell(self, name: str, words: str) -> None:
        self._own = {**self._own, name: words}
        self._show_problems()

    def _show_problems(self) -> None:
        self.problem = {**self._given_problems, **{name: words for name, words in self._own.items() if words}}
