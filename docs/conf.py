"""How Sphinx builds these pages. No extension reads the network."""

from __future__ import annotations

from carepath import __version__

project = "carepath"
author = "The carepath contributors"
release = version = __version__
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"carepath {__version__}"
html_copy_source = False
html_show_sourcelink = False
# Quotes of sources are shown letter by letter.
smartquotes = False
myst_heading_anchors = 3
