"""Run by the Python of an environment, which has no pytest: calls of `kick` and pieces of Python, one after another in
one process, for starting one for each takes longer than most of the work.

    python calls.py ASKED TOLD

ASKED is a file of JSON: a list of lists, the arguments of `kick`, or one piece of Python. TOLD gets a list as long: for
each `code`, `out`, `err`, and `made`, the entries of the working folder that were not there before.
"""

import io
import json
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path


def told(asked: list[str] | str) -> dict[str, object]:
    """What a call or a piece of Python comes to."""
    before = set(Path.cwd().iterdir())
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        if isinstance(asked, str):
            try:
                exec(compile(asked, "<asked>", "exec"), {})
                code = 0
            except Exception:
                traceback.print_exc()
                code = 1
        else:
            from kickitout.cli.app import run

            code = run(asked)
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    made = sorted(path.name for path in set(Path.cwd().iterdir()) - before)
    return {"code": code, "out": said[0], "err": said[1], "made": made}


if __name__ == "__main__":
    sys.path.pop(0)  # this folder, which no program of the environment has
    Path(sys.argv[2]).write_text(json.dumps([told(one) for one in json.loads(Path(sys.argv[1]).read_text())]))
