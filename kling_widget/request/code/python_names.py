"""Which names of a Python text stand for the value that they are assigned, wherever the text reads them.

A text is never run, so a name counts only if nothing in the text may change it: it is assigned once, plainly; no other
statement binds it; every place that reads it lies where the assignment has been passed. A list or dict may also be
changed through whatever else holds it, so its name is only read by calls that are known to change nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

_Chain = tuple[tuple[int, str], ...]

_BRANCHES = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match, ast.match_case, ast.FunctionDef,
    ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
)  # fmt: skip
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_HOLDS = (ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Starred, ast.keyword)
_ONLY_READS = (ast.FormattedValue, ast.Compare, ast.Expr)
_NAMED_ELSEWHERE = (ast.Name, ast.Attribute, ast.keyword, ast.Constant)  # texts in them bind no name
_REACHES_ALL = frozenset(("exec", "eval", "globals", "locals", "vars"))
_KEEPS = frozenset(
    ("print", "pprint", "display", "len", "str", "repr", "type", "isinstance", "dumps", "deepcopy", "post", "put",
     "request", "Request", "stream", "urlopen", "send", "run", "subscribe", "generate", "VideoRequest", "debug", "info",
     "warning", "log")
)  # fmt: skip
_COPIES = frozenset(("dict", "list", "tuple", "copy", "Shot", "Element"))  # what they return shares the inner lists


class Names:
    """The names of a text, by what may become of them.

    Attributes
    ----------
    assigned
        The expression that a name is assigned, for the names that nothing else binds.
    changed
        The names of them whose value may have changed, if it is a list or dict.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._parents: dict[ast.AST, ast.AST] = {}
        chains: dict[ast.AST, _Chain] = dict(_chains(tree, self._parents))
        used = [node for node in chains if isinstance(node, ast.Name)]
        bound = Counter(node.id for node in used if not isinstance(node.ctx, ast.Load))
        others = set(_others(chains))
        self._own = {node.name for node in chains if isinstance(node, _DEFINES)} | bound.keys()
        self.assigned: dict[str, ast.expr] = {}
        places: dict[str, _Chain] = {}
        for node, chain in chains.items():
            target, value = _plain(node)
            own = isinstance(self._parents.get(node), ast.ClassDef)  # a class's, which its methods don't see
            if target and value is not None and bound[target] == 1 and target not in others and not own:
                self.assigned[target], places[target] = value, chain
        for node in used:
            place = places.get(node.id, ())
            if chains[node][: len(place)] != place:
                self.assigned.pop(node.id, None)
        self._valued = {name for node in chains if (name := _plain(node)[0])}
        if _REACHES_ALL & {node.id for node in used}:
            self.assigned.clear()
        self.changed = self._changed([node for node in used if isinstance(node.ctx, ast.Load)])

    def unsure(self, name: str) -> bool:
        """Return whether a text gives a name a value that something else in it may change."""
        return name in self._valued and (name not in self.assigned or name in self.changed)

    def _changed(self, read: list[ast.Name]) -> set[str]:
        changed: set[str] = set()
        held: dict[str, set[str]] = {}  # names, by the name whose value holds theirs
        for node in read:
            holder = self._holder(node)
            if holder is None:
                changed.add(node.id)
            elif holder:
                held.setdefault(holder, set()).add(node.id)
        reached = [*changed, *(name for name in held if name not in self.assigned)]
        while reached:
            fresh = held.pop(reached.pop(), set())
            changed |= fresh
            reached += fresh
        return changed

    def _holder(self, node: ast.AST) -> str | None:
        """Return the name whose value holds the read one from here on; empty if none does, None if anything may."""
        while True:
            inner, node = node, self._parents[node]
            if isinstance(node, _ONLY_READS):
                return ""
            if isinstance(node, ast.Call) and inner is not node.func:
                callee = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if callee in self._own or callee not in _KEEPS | _COPIES:
                    return None
                if callee in _KEEPS:
                    return ""
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                return _plain(node)[0] or None
            elif not isinstance(node, _HOLDS) and not (
                isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and inner is node.value
            ):
                return None


def _plain(node: ast.AST) -> tuple[str, ast.expr | None]:
    """Return the name and the value of a plain assignment; an empty name if it is none."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    target = targets[0] if len(targets) == 1 else None
    return (target.id, getattr(node, "value", None)) if isinstance(target, ast.Name) else ("", None)


def _chains(tree: ast.Module, parents: dict[ast.AST, ast.AST]) -> Iterator[tuple[ast.AST, _Chain]]:
    """Yield every node with the branches and functions that it stands in, the outer nodes first."""
    waiting: list[tuple[ast.AST, _Chain]] = [(tree, ())]
    for node, chain in waiting:
        yield node, chain
        for field, value in ast.iter_fields(node):
            inner = (*chain, (id(node), field)) if isinstance(node, _BRANCHES) else chain
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.AST) and not isinstance(one, (ast.Load, ast.Store, ast.Del, ast.operator)):
                    parents[one] = node
                    waiting.append((one, inner))


def _others(nodes: Mapping[ast.AST, _Chain]) -> Iterator[str]:
    """Yield the names that something else than a name node binds: parameters, imports, ``global``, patterns."""
    for node in nodes:
        if isinstance(node, _NAMED_ELSEWHERE):
            continue
        for _, value in ast.iter_fields(node):
            yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
