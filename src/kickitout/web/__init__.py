"""The page: a local server that plays the instrument in a browser.

`studio` does the work and knows no web, `desk` lets it be done by a few threads in fair turns, `guard` keeps strangers
out, `app` answers requests. docs/ui.md says what it does and how it is secured.
"""
