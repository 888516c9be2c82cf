"""Your own layout in marimo: `marimo run notebooks/compose_marimo.py`. Without a key it costs nothing."""

import marimo

app = marimo.App(app_title="A form of your own")


@app.cell
def _():
    import marimo as mo

    from kling_widget import Builder, Library, Player, generate

    return Builder, Library, Player, generate, mo


@app.cell
def _(Builder, Library, mo):
    library = Library()
    builder = Builder(library, prompt="A red fox crosses fresh snow", duration=5)
    get_prices, set_prices = mo.state([])

    def note(change):
        set_prices(lambda log: [*log, change.new])

    builder.observe(note, "price")
    seconds = mo.ui.slider(
        3, 15, value=5, label="Seconds", on_change=lambda value: builder.set_trait("duration", value)
    )
    make = mo.ui.run_button(label="Make a clip in practice")
    mo.vstack([builder, mo.hstack([seconds, make], justify="start")])
    return builder, get_prices, library, make


@app.cell
def _(get_prices, mo):
    mo.md(" → ".join(f"${price:.2f}" for price in get_prices()) or "No price has changed yet.")


@app.cell
def _(Player, builder, generate, library, make, mo):
    mo.stop(not make.value)
    request = builder.request
    take = generate(library=library, practice=True, model=request.model, **request.inputs)
    take.wait()
    Player(take)


if __name__ == "__main__":
    app.run()
