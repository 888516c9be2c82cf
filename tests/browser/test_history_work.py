"""The history as a table to work with, by mouse and by keyboard alone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from kling_widget.store import Store
from tests.made import a_record, a_take, put_take

from .audit import findings
from .notebook import Jupyter, Notebook

SHOWN = """
from kling_widget import History, Library
library = Library("lib", tend=False)
history = History(library)
history
"""
STATE = "print([take.rating for take in library.takes()], [take.tags for take in library.takes()], history.selected)"
FOX, OWL, HEN, PINE = "A red fox in snow", "A grey owl at night", "Hens", "Pines"


def four_takes(folder: Path) -> list[str]:
    """Put four takes into a library, and return their ids, the oldest first."""
    given = [
        (FOX, 4, ("hero",), "0.30"),
        (OWL, 2, (), "0.10"),
        (HEN, None, ("hero", "farm"), "0.40"),
        (PINE, 5, (), "0.20"),
    ]
    return [
        a_take(folder, words, at=1_790_000_000_000 + n, rating=stars, tags=tags, inputs={"duration": 1},
               charge=int(float(cost) * 1_000_000)).id
        for n, (words, stars, tags, cost) in enumerate(given)
    ]  # fmt: skip


def opened(jupyter: Jupyter, *more: str) -> tuple[Notebook, Locator]:
    """A notebook whose first cell shows a history."""
    notebook = jupyter.open([SHOWN, *more])
    notebook.run(0)
    return notebook, notebook.output(0).locator(".kw-shelf")


def prompts(shelf: Locator) -> Locator:
    """The prompts of what is shown, in order."""
    return shelf.locator(".kw-take-title, .kw-short")


def assert_sound(jupyter: Jupyter) -> None:
    found = findings(jupyter.page, ".kw-shelf")
    assert not found, "\n".join(found)


def test_the_table_sorts_by_its_headings_and_the_posters_follow(jupyter: Jupyter) -> None:
    four_takes(jupyter.folder / "lib")
    _, shelf = opened(jupyter)
    expect(prompts(shelf)).to_have_text([PINE, HEN, OWL, FOX])
    shelf.get_by_role("button", name="Table", exact=True).click()
    cost, heading = shelf.get_by_role("button", name="cost", exact=True), shelf.locator('th[data-column="cost"]')
    expect(heading).to_have_attribute("aria-sort", "none")
    expect(shelf.locator('th[data-column="confirmed"]')).to_have_attribute("aria-sort", "descending")
    cost.click()
    expect(prompts(shelf)).to_have_text([HEN, FOX, PINE, OWL])
    expect(heading).to_have_attribute("aria-sort", "descending")
    cost.press("Enter")  # the keyboard stays where it was
    expect(prompts(shelf)).to_have_text([OWL, PINE, FOX, HEN])
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(cost).to_be_focused()
    assert_sound(jupyter)
    shelf.get_by_role("button", name="Posters", exact=True).click()
    expect(prompts(shelf)).to_have_text([OWL, PINE, FOX, HEN])
    expect(shelf.locator(".kw-filter-chip")).to_contain_text("sorted by cost")
    shelf.get_by_role("button", name="Table", exact=True).click()
    cost.click()
    expect(heading).to_have_attribute("aria-sort", "none")
    expect(prompts(shelf)).to_have_text([PINE, HEN, OWL, FOX])


def test_filters_are_folded_away_and_each_that_is_on_is_a_chip_to_take_off(jupyter: Jupyter) -> None:
    four_takes(jupyter.folder / "lib")
    notebook, shelf = opened(jupyter, "history.rating, history.tags = 4, 'hero'")
    filters, chips = shelf.get_by_role("group", name="Filters"), shelf.locator(".kw-filter-chip")
    expect(filters).to_be_hidden()
    expect(chips).to_have_count(0)
    fold = shelf.get_by_role("button", name="Filter", exact=True)
    fold.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "true")
    tag = filters.get_by_label("Tag", exact=True)
    expect(tag.locator("option")).to_have_text(["any", "#hero", "#farm"])
    tag.select_option("hero")
    expect(prompts(shelf)).to_have_text([HEN, FOX])
    filters.get_by_label("Stars", exact=True).select_option("3")
    expect(prompts(shelf)).to_have_text([FOX])
    expect(chips).to_have_text(["★ 3 and more×", "#hero×"])
    expect(shelf.locator(".kw-label")).to_contain_text("1 of 4 takes")
    assert_sound(jupyter)
    chips.last.press("Enter")
    expect(prompts(shelf)).to_have_text([PINE, FOX])
    expect(chips.first).to_be_focused()
    filters.get_by_label("Cost from $").fill("0.25")
    filters.get_by_label("Cost from $").press("Tab")
    expect(prompts(shelf)).to_have_text([FOX])
    shelf.get_by_label("Search prompts").fill("owl")
    expect(shelf.get_by_text("No take fits")).to_be_visible()
    shelf.get_by_role("button", name="Clear all").click()
    expect(prompts(shelf)).to_have_text([PINE, HEN, OWL, FOX])
    expect(shelf.get_by_label("Search prompts")).to_have_value("")
    expect(filters.get_by_label("Stars", exact=True)).to_have_value("")
    filters.get_by_label("Order").select_option("prompt")
    expect(prompts(shelf)).to_have_text([OWL, FOX, HEN, PINE])
    fold.click()
    notebook.run(1)  # from Python, with the row folded away: it is seen all the same
    expect(chips).to_have_text(["★ 4 and more×", "#hero×", "sorted by prompt×"])
    expect(prompts(shelf)).to_have_text([FOX])


def test_a_family_is_found_from_the_take_on_the_screen(jupyter: Jupyter) -> None:
    fox, *_ = four_takes(jupyter.folder / "lib")
    a_take(jupyter.folder / "lib", "A blue fox", at=1_790_000_000_009, parent=fox, inputs={"duration": 1})
    _, shelf = opened(jupyter)
    shelf.get_by_role("button", name="Filter", exact=True).click()
    family = shelf.get_by_role("button", name="Family of the take")
    expect(family).to_be_disabled()
    shelf.locator(".kw-take").last.click()
    family.click()
    expect(prompts(shelf)).to_have_text(["A blue fox", FOX])
    expect(shelf.locator(".kw-filter-chip")).to_have_text([f"family: {FOX}×"])


def test_many_takes_are_selected_by_mouse_and_rated_and_tagged_at_once(jupyter: Jupyter) -> None:
    four_takes(jupyter.folder / "lib")
    notebook, shelf = opened(jupyter, STATE)
    bar, cards = shelf.get_by_role("group", name="The selected takes"), shelf.locator(".kw-take")
    expect(bar).to_be_hidden()
    shelf.get_by_role("button", name="Select", exact=True).click()
    expect(bar).to_contain_text("Click takes to select them")
    cards.nth(1).click()
    cards.nth(3).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    cards.nth(2).click()
    expect(bar).to_contain_text("2 selected")
    expect(shelf.locator(".kw-take[aria-checked='true']")).to_have_count(2)
    assert_sound(jupyter)
    bar.get_by_label("3 of 5 stars").click()
    expect(shelf.get_by_text("2 takes now have 3 stars.")).to_be_visible()
    bar.get_by_label("Tag them").fill("late")
    bar.get_by_label("Tag them").press("Enter")
    expect(shelf.get_by_text("2 takes now have #late.")).to_be_visible()
    bar.get_by_label("Take a tag off them").select_option("hero")
    expect(shelf.get_by_text("2 takes have #hero no more.")).to_be_visible()
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("[5, 3, 2, 3] [(), ('farm', 'late'), (), ('late',)] ()")
    bar.get_by_role("button", name="Done").click()
    expect(bar).to_be_hidden()
    expect(shelf.locator(".kw-marked, [role=checkbox]")).to_have_count(0)
    cards.nth(2).click()  # and a click puts a take on the screen again
    expect(cards.nth(2)).to_have_attribute("aria-pressed", "true")


def test_many_takes_are_selected_and_worked_with_by_keyboard_alone(jupyter: Jupyter) -> None:
    _, _, hen, pine = four_takes(jupyter.folder / "lib")
    notebook, shelf = opened(jupyter, STATE)
    bar, cards, keyboard = (
        shelf.get_by_role("group", name="The selected takes"),
        shelf.locator(".kw-take"),
        jupyter.page.keyboard,
    )
    shelf.get_by_role("button", name="Select", exact=True).press("Enter")
    cards.nth(0).focus()
    keyboard.press("Space")
    keyboard.press("Shift+ArrowRight")
    expect(bar).to_contain_text("2 selected")
    expect(cards.nth(1)).to_be_focused()
    keyboard.press("4")
    expect(shelf.get_by_text("2 takes now have 4 stars.")).to_be_visible()
    expect(cards.nth(1)).to_be_focused()
    keyboard.press("t")
    keyboard.type("both")
    keyboard.press("Enter")
    expect(shelf.get_by_text("2 takes now have #both.")).to_be_visible()
    cards.nth(1).focus()
    keyboard.press("c")
    expect(cards.nth(0)).to_have_attribute("aria-checked", "true")
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text(
        f"[4, 4, 2, 4] [('both',), ('hero', 'farm', 'both'), (), ('hero',)] ('{pine}', '{hen}')"
    )
    cards.nth(1).focus()
    keyboard.press("Control+a")
    expect(bar).to_contain_text("4 selected")
    assert jupyter.page.evaluate("() => getSelection().toString()") == ""
    keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(cards.nth(1)).to_be_focused()
    expect(shelf.locator(".kw-take[aria-pressed='true']")).to_have_count(2)
    assert len(notebook.save()["cells"]) == 2


def test_rows_of_the_table_are_selected_with_arrows(jupyter: Jupyter) -> None:
    four_takes(jupyter.folder / "lib")
    notebook, shelf = opened(jupyter, "history.marked = library.takes()[3]")
    shelf.get_by_role("button", name="Table", exact=True).click()
    rows, keyboard = shelf.locator("tbody .kw-link"), jupyter.page.keyboard
    notebook.run(1)  # what is marked from Python shows
    expect(rows.nth(3)).to_have_attribute("aria-checked", "true")
    rows.nth(0).focus()
    keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    keyboard.press("Shift+ArrowDown")
    expect(shelf.locator("tr.kw-marked")).to_have_count(3)
    assert_sound(jupyter)
    keyboard.press("Escape")
    expect(shelf.locator("tr.kw-marked")).to_have_count(0)


def test_columns_are_chosen_and_what_a_row_cuts_off_shows_to_the_keyboard(jupyter: Jupyter) -> None:
    long = "A robot walks along a beach of white sand while the tide comes in and gulls circle above the pier, 35 mm"
    for number, end in enumerate((", dawn", ", dusk")):
        a_take(jupyter.folder / "lib", long + end, at=1_790_000_000_000 + number, inputs={"duration": 1})
    notebook, shelf = opened(jupyter, "print(history.columns)")
    shelf.get_by_role("button", name="Table", exact=True).click()
    expect(prompts(shelf)).to_have_text(["… dusk", "… dawn"])
    shelf.get_by_role("button", name="Columns").press("Enter")
    menu = shelf.get_by_role("group", name="Columns")
    menu.get_by_label("model").uncheck()
    menu.get_by_label("parent").check()
    expect(shelf.locator("th").last).to_have_text("parent")
    expect(shelf.locator('th[data-column="model"]')).to_have_count(0)
    assert_sound(jupyter)
    jupyter.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("'id', 'parent')")
    link = shelf.locator("tbody .kw-link").first
    expect(link).to_have_attribute("title", f"{long}, dusk")
    shelf.get_by_role("button", name="id", exact=True).focus()
    jupyter.page.keyboard.press("Tab")
    jupyter.page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link.locator(".kw-whole")).to_be_visible()
    assert link.evaluate("el => el.scrollWidth <= el.clientWidth + 1")
    shelf.get_by_role("button", name="Columns").click()
    menu.get_by_role("button", name="Reset").click()
    expect(shelf.locator('th[data-column="model"]')).to_have_count(1)
    expect(shelf.locator('th[data-column="parent"]')).to_have_count(0)


def test_pages_lead_on_to_older_takes(jupyter: Jupyter) -> None:
    folder = jupyter.folder / "lib"
    folder.mkdir(parents=True)
    store = Store.in_folder(folder)
    for number in range(203):
        put_take(store, a_record(f"Take {number}", at=1_790_000_000_000 + number))
    store.close()
    _, shelf = opened(jupyter)
    pages = shelf.get_by_role("navigation", name="Pages of the history")
    expect(pages).to_contain_text("Page 1 of 2")
    expect(shelf.locator(".kw-label")).to_contain_text("1–200 of 203 takes")
    older = pages.get_by_role("button", name="Older")
    older.press("Enter")
    expect(prompts(shelf)).to_have_text(["Take 2", "Take 1", "Take 0"])
    expect(shelf.locator(".kw-label")).to_contain_text("201–203 of 203 takes")
    expect(pages.get_by_role("button", name="Newer")).to_be_focused()  # there is nothing older
    shelf.get_by_label("Search prompts").fill("Take 12")
    expect(prompts(shelf).first).to_have_text("Take 129")
    expect(pages).to_be_hidden()
