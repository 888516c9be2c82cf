"""The scenes that ``make shots`` takes: every state that the panel can be found in."""

from __future__ import annotations

from tests.browser.cells import LEAVE_IN_DOUBT, LOSE_THE_ANSWER, STUDIO, service
from tests.browser.notebook import Theme
from tests.browser.panel import Panel
from tools.stage import PANEL, Scene, Stage

MADE = """
from kling_widget import Library, generate
prompts = {
    "Mara walks through neon rain, slow dolly in at shoulder height": dict(duration=10, sound=True),
    "A lighthouse above a stormy sea, drone orbits to the right": dict(),
    "A red fox crosses fresh snow, handheld": dict(duration=3),
    "Pines breathe in the wind, static, morning fog": dict(aspect_ratio="9:16"),
    "A night market in the rain, lanterns, slow pan to the left": dict(sound=True),
    "A desert at noon, heat haze, wide": dict(aspect_ratio="1:1"),
    "The fox looks into the lens": dict(duration=3),
}
takes = [generate(words, practice=True, **inputs).wait(60) for words, inputs in prompts.items()]
for take, stars in zip(takes, (4, 3, 2, None, 5, None, None)):
    take.rate(stars)
takes[0].tag("hero")
None
"""
"""Seven takes, made before the panel opens."""

NEON = "Neon rain in a narrow market street, slow dolly in, wet asphalt mirrors the signs, 35 mm, melancholy"
FLAGGED = "A crowd at a night market, orbit left, flag me"


def type_too_much(stage: Stage) -> None:
    """Ask for what can't be made, and click."""
    panel = Panel(stage.panel)
    panel.seconds(16)
    panel.ask("A fox crosses the snow. " * 110)
    panel.said.get_by_text("Nothing was sent").wait_for()


def be_refused(stage: Stage) -> None:
    """Write a prompt that moderation flags, and wait for the verdict."""
    panel = Panel(stage.panel)
    panel.ask(FLAGGED)
    panel.rows.get_by_text("Not made").first.wait_for()


def ask_for_three(stage: Stage) -> None:
    """Begin three takes, of which moderation refuses the first."""
    be_refused(stage)
    for words in ("Mara walks through sea fog at dawn, slow dolly in", "A red fox crosses fresh snow, handheld"):
        Panel(stage.panel).ask(words)


def make_one(stage: Stage) -> None:
    """Make a clip and watch its beginning."""
    panel = Panel(stage.panel)
    panel.ask(NEON)
    panel.wait_for_clip()
    panel.stop_at(1)


def show_table(stage: Stage) -> None:
    """Show the history as a table."""
    watch(stage)
    stage.panel.get_by_role("button", name="Table").click()


def watch(stage: Stage) -> None:
    """Watch the oldest clip, with a prompt that would make the next."""
    panel = Panel(stage.panel)
    panel.prompt.fill(NEON)
    panel.cards.last.click()
    panel.wait_for_clip()
    panel.stop_at(3)


def begin_live(stage: Stage) -> None:
    """Begin a take on a service that costs money, and open what the bar has to say."""
    panel = Panel(stage.panel)
    panel.ask(NEON)
    panel.rows.first.wait_for()
    stage.panel.locator(".kw-mode").click()


def wait_for_a_place(stage: Stage) -> None:
    """Ask for one take more than the account runs at once."""
    for words in ("Mara walks through sea fog at dawn, slow dolly in", "A red fox crosses fresh snow, handheld", NEON):
        Panel(stage.panel).ask(words)
    Panel(stage.panel).rows.get_by_text("Waiting for a place").wait_for()


def lose_the_answer(stage: Stage) -> None:
    """Send a take whose answer is lost."""
    Panel(stage.panel).ask(NEON)
    Panel(stage.panel).rows.get_by_text("Outcome unknown").wait_for()


def be_asked(stage: Stage) -> None:
    """Be asked which task is one's own."""
    Panel(stage.panel).ask(NEON)
    Panel(stage.panel).rows.get_by_role("button", name="This is mine").first.wait_for()


def pass_the_budget(stage: Stage) -> None:
    """Ask for more than the day's budget has left."""
    watch(stage)
    Panel(stage.panel).click()
    Panel(stage.panel).said.get_by_text("Nothing was sent").wait_for()


DARK: Theme = "JupyterLab Dark"
LIVE = (service(median=40), STUDIO)
DOUBT = (service(median=40), STUDIO, LEAVE_IN_DOUBT)
BUDGET = "from kling_widget import Studio\nstudio = Studio(practice=True, budget=5.00)\nstudio"

SCENES = (
    Scene("idle"),
    Scene("idle-dark", theme=DARK),
    Scene("problems", type_too_much),
    Scene("running", ask_for_three, cells=(MADE, PANEL)),
    Scene("failed", be_refused),
    Scene("done", make_one),
    Scene("live", begin_live, cells=LIVE),
    Scene("waiting", wait_for_a_place, cells=LIVE),
    Scene("unknown", lose_the_answer, cells=(*LIVE, LOSE_THE_ANSWER)),
    Scene("needs-you", be_asked, cells=DOUBT),
    Scene("needs-you-dark", be_asked, theme=DARK, cells=DOUBT),
    Scene("needs-you-narrow", be_asked, width=420, cells=DOUBT),
    Scene("over-budget", pass_the_budget, cells=(MADE, BUDGET)),
    Scene("over-budget-dark", pass_the_budget, theme=DARK, cells=(MADE, BUDGET)),
    Scene("panel", watch, cells=(MADE, PANEL)),
    Scene("dark", watch, theme=DARK, cells=(MADE, PANEL)),
    Scene("narrow", watch, width=700, cells=(MADE, PANEL)),
    Scene("medium", watch, width=1000, cells=(MADE, PANEL)),
    Scene("wide", watch, width=1600, cells=(MADE, PANEL)),
    Scene("table", show_table, cells=(MADE, PANEL)),
)
