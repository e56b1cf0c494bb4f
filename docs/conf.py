"""Settings of the documentation site: `make docs` builds it into build/docs."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

project = "Kick It Out"
author = "Kick It Out contributors"
copyright = author  # the name that Sphinx reads
release = version = version_of("kickitout")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
exclude_patterns = ["_build"]

# --- Markdown

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
# Anchors as on GitHub, so that a link works in both places.
myst_heading_anchors = 4

# --- the API page

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 72
napoleon_numpy_docstring = False
# In docstrings, `one backtick` marks code.
default_role = "literal"
# Other projects' names are not linked: their indexes would have to be fetched while the site is built.
nitpick_ignore_regex = [
    (r"py:.*", r"(numpy|np|PIL|pydantic|pathlib|collections|typing|datetime)\..*"),
    (r"py:.*", r"(Path|Any|Literal|Iterator|Iterable|Mapping|Sequence|Collection|Callable|ValueError|Image)"),
    (r"py:.*", r"(NDArray|optional|annotated_types\..*)"),
]

# --- the pages

html_theme = "furo"
html_title = f"Kick It Out {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        # System fonts: a page asks no other host for anything.
        "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
        "color-brand-primary": "#a3400a",
        "color-brand-content": "#a3400a",
    },
    "dark_css_variables": {
        "color-brand-primary": "#ff9d5c",
        "color-brand-content": "#ff9d5c",
    },
}

# --- links to other hosts: `make docs-links`

linkcheck_timeout = 20
linkcheck_retries = 2
# Drawings that link to themselves: docs/check_site.py looks for them.
linkcheck_ignore = ["_images/"]

# --- the paper's sounds and its listening test: made with the site, none is in the repository


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("build-finished", write_sounds)


def write_sounds(app: Any, exception: Exception | None) -> None:
    """Write them beside the pages that name them."""
    if exception is None and app.builder.name == "html":
        from paper.site import write

        write(Path(app.outdir))
