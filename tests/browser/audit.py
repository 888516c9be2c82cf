"""What axe-core finds in a part of a page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tools.axe import have_axe

_RUN = """async (part) => {
  const found = await axe.run(part, { resultTypes: ["violations", "passes"] });
  if (!found.passes.length) throw new Error("nothing was checked");
  return found.violations.map(({ id, impact, help, nodes }) => (
    { id, impact, help, nodes: nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`) }));
}"""


def findings(page: Page, part: str) -> list[str]:
    """The serious and critical findings inside of an element, by its selector, in words."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(have_axe().read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN, part)
    return [
        f"{one['id']} ({one['impact']}): {one['help']}\n    " + "\n    ".join(one["nodes"])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
