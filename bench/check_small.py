"""Whether a handful of kicks becomes a model that plays: on the command line, and on the page.

    python bench/check_small.py KICKS [--sizes 5 10 12 20 50] [--seeds 10] [--skins cli page] [--minutes 1]
                                      [--folder runs/small] [--control-kicks 400]

KICKS is a folder of kicks. For each size and seed so many of its files are drawn by lot and copied, for even seeds to
one folder, for odd ones to a folder for each that they come from. Then `kick prepare`, `kick train --from kickgan`,
`kick export` and `kick generate -n 4` run as anybody would run them; or a page is served (`kick ui`) and asked for the
same as its tab of training asks: report, start, stop, resume, wait, picture and sounds, export, model, kicks.

Each case is a line of FOLDER/cases.jsonl. Cases that are there are not tried again, so the bench can be stopped and
gone on with, and be run twice at once with a skin each. Prints a table in Markdown: one row a size and skin. The exit
code is 1 if any case ended otherwise than with kicks. With `--control-kicks` the export measures fewer kicks for the
controls than the 4,000 of `kick export`, which take longer than all the rest.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from kickitout.library.store import Library
from kickitout.system import randomness

AS_KICK = "--as-kick"
"""The first argument of this script when it stands in for `kick`; the number of kicks for the controls follows."""

MADE = 4
MODEL = "kickgan"
ENDINGS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3")
LONGEST_SECONDS = 3600.0
"""Nothing takes longer, not on a busy machine either."""

Case = dict[str, Any]


class CaseError(Exception):
    """A step of a case did not end as it should."""


def as_kick(control_kicks: int, words: Sequence[str]) -> None:
    """`kick WORDS`, with another number of kicks for the controls of an exported model. Does not return."""
    from kickitout.cli import main
    from kickitout.training.export.export import export
    from kickitout.web.train import Training

    assert export.__kwdefaults__ is not None
    export.__kwdefaults__["control_kicks"] = control_kicks
    Training.__init__.__defaults__ = ((sys.executable, __file__, AS_KICK, str(control_kicks)),)
    main(words)


class Kick:
    """Runs verbs of the command line.

    Args:
        control_kicks: measured at an export; None: as many as `kick export` takes.
    """

    def __init__(self, control_kicks: int | None) -> None:
        self.program = [sys.executable, "-m", "kickitout"]
        if control_kicks is not None:
            self.program = [sys.executable, __file__, AS_KICK, str(control_kicks)]

    def run(self, case: Case, *words: object) -> None:
        """Run a verb to its end, and note its exit code and its last words. Raises `CaseError`."""
        verb = str(words[0])
        done = subprocess.run(
            [*self.program, *map(str, words)], capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
        said = [line for line in done.stderr.replace("\r", "\n").splitlines() if line.strip() and "%" not in line]
        case["rc"][verb] = done.returncode
        case["said"] += said[-3:]
        if done.returncode or "Traceback" in done.stderr:
            raise CaseError(f"kick {verb} ended with {done.returncode}: {said[-1] if said else 'nothing said'}")


class Page:
    """A page that is served, and asked as the page in a browser asks.

    Args:
        kick: what serves it.
        folder: for all that it writes.
    """

    def __init__(self, kick: Kick, folder: Path) -> None:
        words = [*kick.program, "ui", "--no-browser", "-o", str(folder)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        base, token = self.process.stdout.readline().strip().split("/?token=")
        self.client = httpx.Client(base_url=base, headers={"origin": base}, timeout=LONGEST_SECONDS)
        self.client.get("/", params={"token": token})

    def ask(self, place: str, **given: object) -> Any:
        """POST to the page's interface. Raises `CaseError` where that refuses."""
        answer = self.client.post(f"/api/{place}", json=given or None)
        if answer.status_code != 200:
            raise CaseError(f"{place} answered {answer.status_code}: {answer.text}")
        return answer.json()

    def get(self, place: str) -> httpx.Response:
        """GET from it. Raises `CaseError` where there is no such thing."""
        answer = self.client.get(f"/api/{place}")
        if answer.status_code != 200:
            raise CaseError(f"{place} answered {answer.status_code}: {answer.text}")
        return answer

    def wait(self, *phases: str) -> Any:
        """Poll until the training is in one of these phases: its status. Raises `CaseError` where it fails."""
        until = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < until:
            status = self.get("train").json()
            if status["error"]:
                raise CaseError(f"{status['phase']}: {status['error']}")
            if status["phase"] in phases:
                return status
            time.sleep(0.5)
        raise CaseError(f"never {' or '.join(phases)}")

    def close(self) -> None:
        """End the server."""
        self.client.close()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()


def draw(kicks: Path, size: int, seed: int, destination: Path) -> None:
    """Copy `size` files drawn by lot."""
    files = sorted(path for path in kicks.rglob("*") if path.suffix.lower() in ENDINGS)
    for place in randomness.permutation(seed, f"{size} kicks", len(files))[:size].tolist():
        source = files[place]
        folder = destination if seed % 2 == 0 else destination / source.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / f"{source.parent.name}_{source.name}")


def counted(case: Case, library: Path) -> None:
    """Note what a library holds."""
    entries = Library.open(library).entries
    case["kicks"] = len(entries)
    for split in ("train", "validation", "test"):
        case[split] = sum(entry.split == split for entry in entries)


def on_the_command_line(kick: Kick, case: Case, kicks: Path, place: Path, minutes: float) -> None:
    """A case by verbs of the command line. Raises `CaseError`."""
    library, run, bundle, made = (place / name for name in ("library", "run", "bundle", "made"))
    kick.run(case, "prepare", kicks, "-o", library)
    counted(case, library)
    kick.run(case, "train", library, "-o", run, "--from", MODEL, "--minutes", minutes)
    kick.run(case, "export", run, "-o", bundle, "--library", library)
    kick.run(case, "generate", "--model", bundle, "-n", MADE, "-o", made)
    case["made"] = len(list(made.glob("*.wav")))
    card = json.loads((bundle / "card.json").read_text(encoding="utf-8"))
    case["controls"] = len(card["controls"])
    case["shown"] = card["trained_on"]["samples_shown"]


def on_the_page(kick: Kick, case: Case, kicks: Path, place: Path, minutes: float) -> None:
    """A case by the interface of the page. Raises `CaseError`."""
    page = Page(kick, place)
    try:
        found = page.ask("train/report", folder=str(kicks))
        case["kicks"] = found["library"]["kicks"]
        for row in found["library"]["splits"]:
            case[row["split"]] = row["kicks"]
        page.ask("train/start", folder=str(kicks), minutes=minutes, start=MODEL)
        page.wait("training")
        page.ask("train/stop")
        page.wait("stopped")
        page.ask("train/resume")
        status = page.wait("finished")
        case["said"] += [remark for row in status["metrics"][-1:] for remark in row.get("remarks", [])]
        page.get("train/sheet.png")
        for name in status["kicks"]:
            page.get(f"train/kicks/{name}.wav")
        page.ask("train/export")
        model = page.wait("finished")["model"]
        state = page.ask("model", name=model)
        case["controls"] = len(state["controls"])
        case["made"] = sum(
            len(page.get(f"kicks/{one['id']}.wav").content) > 0 for one in page.ask("kicks", n=MADE)["kicks"]
        )
    finally:
        page.close()


SKINS: dict[str, Callable[[Kick, Case, Path, Path, float], None]] = {
    "cli": on_the_command_line,
    "page": on_the_page,
}


def tried(kick: Kick, kicks: Path, place: Path, skin: str, size: int, seed: int, minutes: float) -> Case:
    """Try a case; its folder stays if it failed."""
    case: Case = {"skin": skin, "size": size, "seed": seed, "minutes": minutes, "rc": {}, "said": [], "made": 0}
    shutil.rmtree(place, ignore_errors=True)
    began = time.monotonic()
    draw(kicks, size, seed, place / "kicks")
    try:
        SKINS[skin](kick, case, place / "kicks", place, minutes)
    except (CaseError, subprocess.TimeoutExpired) as error:
        case["wrong"] = str(error)
    case["ok"] = "wrong" not in case and case["made"] == MADE
    case["seconds"] = round(time.monotonic() - began, 1)
    if case["ok"]:
        shutil.rmtree(place)
    return case


def ranged(cases: Sequence[Case], name: str) -> str:
    """The range of a number over the cases that have it."""
    values = [case[name] for case in cases if name in case]
    if not values:
        return "-"
    return str(values[0]) if min(values) == max(values) else f"{min(values)} to {max(values)}"


def table(cases: Sequence[Case]) -> list[str]:
    """The cases as a table in Markdown, and what went wrong."""
    columns = ("kicks", "train", "validation", "test", "controls", "seconds")
    lines = [f"| files | skin | made {MADE} kicks | {' | '.join(columns)} |", "|---" * (3 + len(columns)) + "|"]
    for size in sorted({case["size"] for case in cases}):
        for skin in SKINS:
            row = [case for case in cases if (case["size"], case["skin"]) == (size, skin)]
            if row:
                cells = " | ".join(ranged(row, name) for name in columns)
                lines.append(f"| {size} | {skin} | {sum(case['ok'] for case in row)} of {len(row)} | {cells} |")
    wrong = [case for case in cases if not case["ok"]]
    lines += [f"{case['skin']} {case['size']} kicks, seed {case['seed']}: {case.get('wrong')}" for case in wrong]
    return lines


def main() -> int:
    """Try what was not tried, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kicks", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5, 10, 12, 20, 50])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--skins", nargs="+", choices=list(SKINS), default=list(SKINS))
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=Path("runs/small"))
    parser.add_argument("--control-kicks", type=int)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    listed = given.folder / "cases.jsonl"

    def done() -> list[Case]:
        lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
        return [case for case in map(json.loads, lines) if case["minutes"] == given.minutes]

    kick = Kick(given.control_kicks)
    for seed in range(given.seeds):
        for size in given.sizes:
            for skin in given.skins:
                if any((one["skin"], one["size"], one["seed"]) == (skin, size, seed) for one in done()):
                    continue
                place = given.folder.resolve() / f"{skin}_{size}_{seed}"
                case = tried(kick, given.kicks, place, skin, size, seed, given.minutes)
                with listed.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(case) + "\n")
                print(
                    f"{place.name}: {'done' if case['ok'] else case.get('wrong')}, {case['seconds']:.0f} s", flush=True
                )
    cases = done()
    print("\n".join(table(cases)))
    return 0 if all(case["ok"] for case in cases) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == [AS_KICK]:
        as_kick(int(sys.argv[2]), sys.argv[3:])
    sys.exit(main())
