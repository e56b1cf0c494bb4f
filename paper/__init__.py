"""The paper: its text, and how it becomes a PDF and a page of the documentation.

- `sections/*.md`: the text, in the order of their names, in Markdown. A number stands in it by name,
  `{representation.counts.kicks}`, never by itself: `text.py` fills it in from `results/*.json` and `facts.toml`.
- `results/*.json`: what `kick experiment` wrote; `results/rows`: what its training runs gave, so that it can grow.
- `references.toml`: what is cited, `[@key]`.
- `tables.py`: tables, `{table:name}`. Figures are those of `kickitout.figures.experiments`
  and `pictures.py`. `site.py`: what the documentation has beside the page.
- `typst.py`, `template.typ`: Markdown to Typst. `build.py`: all of it (`make paper`, `make paper-quick`).

One source, two results: the Markdown is what the site shows, and a writer of a hundred lines turns the same text,
parsed by markdown-it, into Typst. Typst as the source would have needed a reader of Typst for the page.
"""
