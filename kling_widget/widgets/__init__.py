"""Widgets for Jupyter, a folder each with its Python, JavaScript and CSS. Only they know ipywidgets."""
