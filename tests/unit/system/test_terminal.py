"""Text for a terminal, and standard streams that are closed, full, or no longer read."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import printable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="streams of a shell")


@given(st.text())
def test_what_is_printed_commands_no_terminal_and_keeps_what_is_seen(text):
    shown = printable(text)
    assert all(one == "\n" or not (one < " " or "\x7f" <= one <= "\x9f") for one in shown)
    assert not {"\u202e", "\u2066", "\u2028"} & set(shown)
    if text.isprintable():
        assert shown == text


@given(st.dictionaries(st.text(), st.text()))
def test_json_stays_the_same_json(data):
    assert json.loads(printable(json.dumps(data, ensure_ascii=False))) == data


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("\x1b[31mred\x1b]0;title\x07", "\\u001b[31mred\\u001b]0;title\\u0007"),
        ("\x9b2J\r\t\0", "\\u009b2J\\r\\t\\u0000"),
        ("gpj.\u202ewav", "gpj.\\u202ewav"),
        ("\udcff.wav", "\\udcff.wav"),
        ("größer キック\u3000\u00a0 [bold]x[/bold]", "größer キック\u3000\u00a0 [bold]x[/bold]"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_examples(text, wanted):
    assert printable(text) == wanted


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("models >&-", 0, ""),
        ("models 2>&-", 0, ""),
        ("models --json >&- 2>&- <&-", 0, ""),
        ("nonsense 2>&-", 2, ""),
        ("nonsense 2>/dev/full", 2, ""),
        ("models >/dev/full", 1, "no space left on device"),
        ("--help >/dev/full", 1, "no space left on device"),
        ("models | head -1 >/dev/null", 0, ""),
        ("--help | head -1 >/dev/null", 0, ""),
    ],
)
def test_a_stream_that_is_closed_or_full_or_not_read_on_is_one_line_or_none(tmp_path, line, code, words):
    if "/dev/full" in line and not os.path.exists("/dev/full"):  # noqa: PTH110 (no path of ours)
        pytest.skip("no full device here")
    done = subprocess.run(
        f"{sys.executable} -m kickitout {line}", shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == bool(words)
    assert not list(tmp_path.iterdir())
