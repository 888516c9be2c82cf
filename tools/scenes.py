"""The scenes that ``make shots`` takes: every state that the panel can be found in."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import expect

from tests.browser.cells import HIDE_THE_LIST, LEAVE_IN_DOUBT, LOSE_THE_ANSWER, STUDIO, service
from tests.browser.notebook import Theme
from tests.browser.panel import MADE_WITHIN, Panel
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
takes = [generate(words, practice=True, **inputs) for words, inputs in prompts.items()]
for take, stars in zip(takes, (4, 3, 2, None, 5, None, None)):
    take.wait(300).rate(stars)
takes[0].tag("hero")
remade = takes[0].remix(prompt="Mara walks through sea fog at dawn, slow dolly in at shoulder height").wait(300)
remade.rate(3)
"""
"""A library with eight takes, the last made from the first."""

SWEEP = """
from kling_widget import sweep
scenes, cameras = "{scene=neon rain|sea fog|snow}", "{camera=static|dolly in|handheld|orbit}"
template = f"Mara walks through {scenes}, {cameras} at shoulder height, 35 mm"
swept = sweep(template, duration=3, practice=True, confirm=False)
swept
"""
"""A sweep of twelve takes that waits for a click; where it was made before, its grid."""

SWEPT = (
    SWEEP
    + """
swept.confirm().stop().skip(11).resume().wait(300)
swept.takes[1].rate(4)
"""
)
"""All of it but the last cell."""

VOTED = (
    SWEPT
    + """
from kling_widget import vote
arena, order = vote(swept, voter="ann", seed=7), ["dolly in", "handheld", "orbit", "static"]
for number in range(90):
    left, right = arena.next()
    places = [next(at for at, camera in enumerate(order) if camera in take.prompt) for take in (left, right)]
    outcome = "tie" if places[0] == places[1] or number % 7 == 3 else "left" if places[0] < places[1] else "right"
    arena.vote(left, right, outcome)
"""
)
"""The same, voted on by one who likes a dolly most and a camera that stands least."""

ARENA = SWEEP.replace("\nswept\n", "\nfrom kling_widget import vote\nvote(swept, voter='ann', seed=1)\n")
"""The arena of that sweep."""

CUT = """
from kling_widget.widgets.player import delivery
delivery.at_service = lambda record, now: ""  # as a week later: the service keeps it no more
from kling_widget import Library
oldest = Library().takes()[-1]
whole = oldest.video.read_bytes()
oldest.video.write_bytes(whole[: len(whole) // 2])
None
"""
"""The oldest one's file ends in the middle."""

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


def remix_one(stage: Stage) -> None:
    """Remix a clip over a half-written prompt, and ask for shots that need a longer clip."""
    panel = Panel(stage.panel)
    panel.prompt.fill("A lighthouse in a storm, and then")
    stage.panel.get_by_role("button", name="Remix", exact=True).first.click()
    stage.panel.get_by_role("button", name="Put back what was here").wait_for()
    panel.seconds(5)
    stage.panel.get_by_role("button", name="Cut into shots").click()


def show_table(stage: Stage) -> None:
    """Show the history as a table."""
    watch(stage)
    stage.panel.get_by_role("button", name="Table").click()


def watch(stage: Stage) -> None:
    """Watch the oldest clip, with a prompt that would make the next."""
    panel = Panel(stage.panel)
    panel.prompt.fill(NEON)
    panel.cards.last.click()
    expect(stage.panel.locator(".kw-story-prompt")).to_contain_text("Mara walks through neon rain")
    panel.wait_for_clip()
    panel.stop_at(3)


def play_past(stage: Stage, seconds: int) -> None:
    """Play what the player shows, and stop it past so many seconds."""
    first = stage.panel.locator(".kw-film video").first
    stage.panel.get_by_role("button", name="Play", exact=True).click()
    stage.page.wait_for_function(f"v => v.currentTime > {seconds}", arg=first.element_handle(), timeout=MADE_WITHIN)
    stage.panel.get_by_role("button", name="Pause", exact=True).click()
    stage.page.mouse.move(0, 0)


def play_together(stage: Stage, *cards: int) -> None:
    """Put takes on the screen by their places on the shelf, play them and stop them past two seconds."""
    panel, films = Panel(stage.panel), stage.panel.locator(".kw-film video")
    panel.prompt.fill(NEON)
    for n, at in enumerate(cards):
        panel.cards.nth(at).click(modifiers=["ControlOrMeta"] if n else [])
    expect(films).to_have_count(len(cards))
    stage.panel.locator(".kw-film").scroll_into_view_if_needed()  # only what can be seen is fetched
    for film in films.all():
        expect(film).to_have_js_property("readyState", 4, timeout=MADE_WITHIN)
    play_past(stage, 2)


def compare_two(stage: Stage) -> None:
    """Compare a take with the one that it was made from."""
    play_together(stage, 7, 0)


def wipe_two(stage: Stage) -> None:
    """Wipe from one take to another."""
    compare_two(stage)
    stage.panel.get_by_role("button", name="Wipe", exact=True).click()


def compare_seven(stage: Stage) -> None:
    """Show seven takes at once."""
    play_together(stage, *range(7))


def play_the_grid(stage: Stage) -> None:
    """Play the cells of a sweep, and stop them past a second."""
    films = stage.panel.locator(".kw-screen-card video")
    expect(films).to_have_count(12)  # the one that has no clip is there, and hidden
    stage.panel.locator(".kw-film").scroll_into_view_if_needed()
    for film in films.all()[:11]:
        expect(film).to_have_js_property("readyState", 4, timeout=MADE_WITHIN)
    play_past(stage, 1)


def vote_in_the_arena(stage: Stage) -> None:
    """Look at two clips that play, and at the result by camera."""
    films = stage.panel.locator(".kw-screen-card video")
    expect(films).to_have_count(2)
    stage.panel.locator(".kw-film").scroll_into_view_if_needed()
    for film in films.all():
        expect(film).to_have_js_property("readyState", 4, timeout=MADE_WITHIN)
    stage.panel.get_by_role("button", name="Show the result").click()
    stage.panel.get_by_role("button", name="camera").click()
    expect(stage.panel.locator(".kw-duel-plot li")).to_have_count(4)
    play_past(stage, 1)


def meet_a_broken_file(stage: Stage) -> None:
    """Put a take on the screen whose file was cut."""
    Panel(stage.panel).prompt.fill(NEON)
    Panel(stage.panel).cards.last.click()
    stage.panel.get_by_text("The clip can't be shown").wait_for()


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


def draw_a_storyboard(stage: Stage) -> None:
    """Cut a prompt into shots, with an element by its name."""
    panel = Panel(stage.panel)
    panel.seconds(10)
    panel.prompt.fill("Wide, Mara enters from the left, neon rain\nClose-up, rain on her lashes, she looks up")
    stage.panel.get_by_role("button", name="Cut into shots").click()
    panel.prompt.fill("Mara in neon rain, melancholy")
    stage.panel.get_by_role("button", name="Choose").first.click()


def give_pictures(stage: Stage) -> None:
    """Choose a model that begins with a picture, and give it one."""
    panel = Panel(stage.panel)
    stage.panel.get_by_label("Model", exact=True).select_option("kwaivgi/kling-video-o3-pro/image-to-video")
    panel.prompt.fill(NEON)
    chooser = stage.panel.locator(".kw-media input[type=file]").first
    chooser.set_input_files({"name": "dusk.png", "mimeType": "image/png", "buffer": a_picture()})
    stage.panel.locator(".kw-media img").first.wait_for()


def read_the_code(stage: Stage) -> None:
    """Show the request as code."""
    Panel(stage.panel).prompt.fill(NEON)
    stage.panel.get_by_role("button", name="as code").click()
    stage.panel.locator(".kw-code pre").wait_for()


def be_asked_once_more(stage: Stage) -> None:
    """Ask for four takes where they cost money."""
    panel = Panel(stage.panel)
    panel.prompt.fill(NEON)
    stage.panel.get_by_role("button", name="4 takes").click()
    panel.go.click()
    stage.panel.locator(".kw-sure").wait_for()


def enhance_the_prompt(stage: Stage) -> None:
    """Have the prompt enhanced, and compare."""
    Panel(stage.panel).prompt.fill("A red fox crosses fresh snow")
    stage.panel.get_by_role("button", name="Enhance").first.click()
    stage.panel.get_by_role("button", name="Enhance · $0.001").click()
    stage.panel.get_by_role("button", name="Use it").wait_for()


def open_the_templates(stage: Stage) -> None:
    """Look for words to add."""
    Panel(stage.panel).prompt.fill("A red fox crosses fresh snow")
    stage.panel.get_by_role("button", name="Templates").click()
    stage.panel.get_by_role("dialog").wait_for()


def choose_elements(stage: Stage) -> None:
    """Look for an element to add."""
    Panel(stage.panel).prompt.fill("Mara walks home")
    stage.panel.get_by_role("button", name="add").first.click()
    stage.page.wait_for_timeout(300)


def a_picture() -> bytes:
    """A picture as a person might give one: dusk over water, as PNG."""
    picture = Image.linear_gradient("L").resize((640, 360))
    colours = Image.merge("RGB", [picture.point(lambda v, k=k: min(255, v * k // 10)) for k in (6, 5, 9)])
    out = io.BytesIO()
    colours.save(out, "PNG")
    return out.getvalue()


DARK: Theme = "JupyterLab Dark"
LIVE = (service(median=40), STUDIO)
DOUBT = (service(median=40), STUDIO, LEAVE_IN_DOUBT)
BUDGET = "from kling_widget import Studio\nstudio = Studio(practice=True, budget=5.00)\nstudio"

ELEMENTS = (
    PANEL
    + """
for name, note in (("Mara", "A woman in a red coat"), ("Old Tom", "The lighthouse keeper"), ("Rex", "A grey dog")):
    if not studio.library.elements.by_name(name):
        studio.library.elements.add(name, str(2**60 + len(name)), service="practice", note=note)
studio.library._gateway.engine.soon(studio._refresh)
studio"""
)

SCENES = (
    Scene("idle"),
    Scene("idle-dark", theme=DARK),
    Scene("problems", type_too_much),
    Scene("running", ask_for_three, library=MADE),
    Scene("failed", be_refused),
    Scene("done", make_one),
    Scene("live", begin_live, cells=LIVE),
    Scene("waiting", wait_for_a_place, cells=LIVE),
    Scene("unknown", lose_the_answer, cells=(*LIVE, LOSE_THE_ANSWER)),
    Scene("needs-you", be_asked, cells=DOUBT),
    Scene("needs-you-dark", be_asked, theme=DARK, cells=DOUBT),
    Scene("needs-you-narrow", be_asked, width=420, cells=DOUBT),
    Scene("unread", be_asked, cells=(*LIVE, HIDE_THE_LIST)),
    Scene("unread-dark", be_asked, theme=DARK, cells=(*LIVE, HIDE_THE_LIST)),
    Scene("over-budget", pass_the_budget, cells=(BUDGET,), library=MADE),
    Scene("over-budget-dark", pass_the_budget, theme=DARK, cells=(BUDGET,), library=MADE),
    Scene("panel", watch, library=MADE),
    Scene("dark", watch, theme=DARK, library=MADE),
    Scene("narrow", watch, width=700, library=MADE),
    Scene("medium", watch, width=1000, library=MADE),
    Scene("wide", watch, width=1600, library=MADE),
    Scene("remix", remix_one, library=MADE),
    Scene("remix-narrow", remix_one, width=420, library=MADE),
    Scene("table", show_table, library=MADE),
    Scene("compare", compare_two, library=MADE),
    Scene("compare-dark", compare_two, theme=DARK, library=MADE),
    Scene("compare-narrow", compare_two, width=480, library=MADE),
    Scene("wipe", wipe_two, library=MADE),
    Scene("grid", compare_seven, library=MADE),
    Scene("broken", meet_a_broken_file, cells=(CUT, PANEL), library=MADE),
    Scene("sweep", cells=(SWEEP,)),
    Scene("sweep-dark", theme=DARK, cells=(SWEEP,)),
    Scene("sweep-grid", play_the_grid, cells=(SWEEP,), library=SWEPT),
    Scene("sweep-grid-dark", play_the_grid, theme=DARK, cells=(SWEEP,), library=SWEPT),
    Scene("sweep-grid-narrow", play_the_grid, width=480, cells=(SWEEP,), library=SWEPT),
    Scene("arena", vote_in_the_arena, cells=(ARENA,), library=VOTED),
    Scene("arena-dark", vote_in_the_arena, theme=DARK, cells=(ARENA,), library=VOTED),
    Scene("arena-narrow", vote_in_the_arena, width=480, cells=(ARENA,), library=VOTED),
    Scene("storyboard", draw_a_storyboard, cells=(ELEMENTS,)),
    Scene("storyboard-dark", draw_a_storyboard, theme=DARK, cells=(ELEMENTS,)),
    Scene("storyboard-narrow", draw_a_storyboard, width=420, cells=(ELEMENTS,)),
    Scene("pictures", give_pictures),
    Scene("pictures-dark", give_pictures, theme=DARK),
    Scene("code", read_the_code),
    Scene("code-dark", read_the_code, theme=DARK),
    Scene("sure", be_asked_once_more, cells=LIVE),
    Scene("enhanced", enhance_the_prompt),
    Scene("enhanced-dark", enhance_the_prompt, theme=DARK),
    Scene("templates", open_the_templates),
    Scene("elements", choose_elements, cells=(ELEMENTS,)),
)
