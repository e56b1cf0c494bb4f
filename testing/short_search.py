"""`kick` whose matches are a search of two generations, held beside four kicks: for tests of a process of its own that
ask for a match, and not how near it comes. All of it takes up to ten seconds. (In this process: the fixture
`short_matches`.)"""

import sys

KICK = (
    sys.executable,
    "-c",
    "from kickitout.cli import main; from kickitout.instrument import matching, variations; "
    "matching.OTHERS, variations.MATCH_GENERATIONS = 4, 2; main()",
)
"""What stands for `python -m kickitout` before a verb."""
