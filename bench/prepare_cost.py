"""Time and memory of `kick prepare` on built-in kicks, by thousands: is the cost a file constant?

python bench/prepare_cost.py 10000
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from kickitout.library.prepare import prepare_builtin


def main() -> None:
    """Print a line a thousand kicks."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    start = time.perf_counter()
    last = [0.0, time.process_time()]

    def progress(done: int, total: int) -> None:
        if done and done % 1000 == 0:
            now = time.process_time()
            print(f"{done:7d} kicks: {1000 * (now - last[1]) / (done - last[0]):.2f} ms a kick", flush=True)
            last[:] = [done, now]

    with tempfile.TemporaryDirectory() as folder:
        report = prepare_builtin("kicks", n, Path(folder) / "library", workers=1, progress=progress)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    seconds = time.perf_counter() - start
    print(f"{report.run.taken} taken, {dict(report.run.rejected)}, {seconds:.1f} s, {size / 1e6:.1f} MB")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
