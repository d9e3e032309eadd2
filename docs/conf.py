"""Sphinx: the documents are Markdown, read by MyST; `make docs` builds them and takes no warning."""

from taxii_server import __version__

project = "Clearinghouse"
author = "the maintainers of the clearinghouse"
version = release = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True

myst_heading_anchors = 4  # every heading can be linked to, by the words it has

html_theme = "furo"
html_title = f"Clearinghouse {__version__}"
html_copy_source = False
html_show_sphinx = False
