"""The page's code is one module for all widgets, which reaches a page once and is saved in no notebook."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess

from kling_widget import widgets
from kling_widget.widgets.base import page_code as under_test
from kling_widget.widgets.base.page_code import BUILT, built, page_code
from kling_widget.widgets.base.widget import CommandWidget
from tools import bundle
from tools.node import have_node

for _module in pkgutil.walk_packages(widgets.__path__, f"{widgets.__name__}."):
    importlib.import_module(_module.name)
SHOWN = sorted(
    (each for each in CommandWidget.__subclasses__() if each.__module__.startswith("kling_widget.")), key=str
)
MAY_SAVE = 2_500  # bytes of each widget's state that are code


def test_every_widget_has_its_code_in_the_page() -> None:
    names = json.dumps([each.page_name for each in SHOWN])
    source = "data:text/javascript;base64,"
    script = (
        f'import {{ readFileSync }} from "node:fs"; const {{ widget }} = await import("{source}" + '
        f'readFileSync({json.dumps(str(BUILT / "page.js"))}).toString("base64"));'
        f"console.log(JSON.stringify({names}.map((name) => typeof widget(name).render)));"
    )
    page_code()
    node, _ = have_node()
    ran = subprocess.run([node, "--input-type=module", "--eval", script], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == ["function"] * len(SHOWN)
    assert len(SHOWN) >= 15


def test_a_widgets_state_holds_a_small_loader_and_no_other_code() -> None:
    state = CommandWidget().get_state()
    assert len(state["_esm"] + state["_css"]) <= MAY_SAVE
    assert state["_code"] == page_code().version
    module = page_code().module.decode()
    for name, value in state.items():
        assert module[:200] not in str(value), name


def test_a_page_that_has_no_code_gets_it_by_a_message() -> None:
    sent = []

    class Asked(CommandWidget):
        def send(self, content: object, buffers: object = None) -> None:
            sent.append((content, buffers))

    Asked()._handle_custom_msg({"id": "1", "kind": "code"}, [])
    code = page_code()
    assert sent == [({"re": "1", "ok": True, "code": code.version}, [code.module, code.sheet])]


def test_what_is_built_comes_from_the_sources_as_they_are() -> None:
    built("page.js")
    assert bundle.is_built()
    for name in ("page.js", "page.css", "export_page.js", "export_page.css", "loader.js", "theme.js"):
        sources = json.loads((BUILT / f"{name}.map").read_text())["sources"]
        assert sources, name
        assert all((BUILT / source).is_file() for source in sources), name


def test_a_clone_whose_sources_are_younger_than_what_is_built_builds_it_anew() -> None:
    built("page.js")
    stamp = BUILT / bundle.STAMP
    stamp.write_text("of other sources")
    os.utime(stamp, (0, 0))
    under_test._build_anew.cache_clear()
    built.cache_clear()
    assert built("page.js")
    assert bundle.is_built()
