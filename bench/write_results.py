"""The figures of models beside real kicks: the tables of docs/research/results.md.

    python bench/write_results.py LIB MODEL ... [-n 1000] [--against SPLIT ...] [--into MODEL ...]

Makes the kicks of the seeds 0..n-1 with each model as it draws them, judges them by the splits sibling, test and
unseen, and for the floors training kicks of the library by the same splits: all, and those of the classes that shipped
weights learn from. Classifiers judge the floors once more as if nobody knew which training kicks are of one kit, as
nobody does of generated ones. Then the same of what the instrument gives, chosen by taste, beside the real kicks and
the training kicks that taste keeps. Writes the tables between the marks in docs/research/results.md, and the figures of
each model named by --into, as it draws, on its card. A model is a name that `kick models` lists, or the folder or zip
of a bundle.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kickitout.errors import InputError, KickItOutError
from kickitout.evaluation.metrics import METRICS, Evaluation, evaluate
from kickitout.evaluation.page.plots import in_unit
from kickitout.evaluation.resampling import Estimate
from kickitout.evaluation.sets import KickSet, from_arrays, from_library
from kickitout.instrument import instrument as instruments
from kickitout.instrument.models import find_model
from kickitout.instrument.request import Request
from kickitout.model.bundle import Bundle, write_bundle
from kickitout.system.files import write_text

PAGE = Path(__file__).parent.parent / "docs" / "research" / "results.md"
BEGIN, END = "<!-- results: written by bench/write_results.py -->\n", "<!-- end of the results -->\n"

SPLITS = ("sibling", "test", "unseen")
ON_CARDS = (
    "auc_trees", "auc_linear", "frechet", "kernel", "precision", "recall", "coverage", "mono", "diversity",
    "near_copies", "copies", "duplicates", "characteristics", "gate", "lines", "periodic",
)  # fmt: skip
"""What a model's card tells."""

SHIPPED_CLASSES = ("clean",)

CLASSIFIERS = ("auc_trees", "auc_linear")


def of_model(model: str, count: int, *, as_drawn: bool) -> tuple[str, KickSet]:
    """A model's name, and its kicks of the seeds 0..count-1, measured: its first ones, or those that are chosen."""
    instrument = instruments.load(model, gate=not as_drawn)
    start = time.monotonic()
    request = Request(seeds=range(count), as_drawn=as_drawn)
    sounds = np.stack([kick.audio for kick in instrument.kicks(request)])
    files = [f"{instrument.name}-{seed}" for seed in range(count)]
    print(f"{model}: {count} kicks in {time.monotonic() - start:.0f} s", flush=True)
    return Path(model).name, from_arrays(sounds, name=instrument.name, files=files)


def kept(kicks: KickSet) -> KickSet:
    """Those that taste keeps."""
    return kicks.select(np.flatnonzero(kicks.keeps()))


def without_kits(kicks: KickSet) -> KickSet:
    """The same kicks, each a kit of its own, as generated kicks are.

    Folds by kit keep what a few kits have in common from a classifier; of generated kicks it sees everything.
    """
    return replace(kicks, kits=kicks.hashes)


def cell(figure: Estimate | None, unit: str) -> str:
    """A figure with its interval; a dash where there is none."""
    if figure is None:
        return "-"
    return f"{in_unit(figure.value, unit)} [{in_unit(figure.low, unit)}, {in_unit(figure.high, unit)}]"


def table(what: str, real: KickSet, judged: Sequence[tuple[str, Evaluation]]) -> str:
    """Markdown: every figure of the floors and of the models against one set of real kicks."""
    heads = ["figure", "good", "real", *(name for name, _ in judged)]
    rows = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name, metric in METRICS.items():
        figures = [found.figures.get(name) for _, found in judged]
        if "/" in name or not any(figures):
            continue
        good = {"lower": "low", "higher": "high"}.get(metric.better, "as real")
        of_real = next((one.real for one in figures if one is not None and one.real is not None), None)
        own = "" if of_real is None else in_unit(of_real, metric.unit)
        unit = {"share": " (%)", "dB": " (dB)", "sd": " (sd)"}.get(metric.unit, "")
        rows.append(
            f"| `{name}`{unit} | {good} | {own} | " + " | ".join(cell(one, metric.unit) for one in figures) + " |"
        )
    return f"### Against {what} ({len(real)} kicks of {len(set(real.kits))} kits)\n\n" + "\n".join(rows) + "\n\n"


def judge(
    floors: Sequence[tuple[str, KickSet]],
    models: Sequence[tuple[str, KickSet]],
    real: KickSet,
    training: KickSet,
    what: str,
) -> list[tuple[str, Evaluation]]:
    """The floors, the classifiers' figures of the floors with kits unknown, and the models, last."""
    judged_sets: list[tuple[str, KickSet, tuple[str, ...] | None]] = [(*floor, None) for floor in floors]
    judged_sets += [(f"{name}, kits unknown", without_kits(kicks), CLASSIFIERS) for name, kicks in floors]
    judged_sets += [(*model, None) for model in models]
    judged = []
    for name, kicks, only in judged_sets:
        start = time.monotonic()
        judged.append((name, evaluate(kicks, real, training, only=only)))
        print(f"{name} against {what}: {time.monotonic() - start:.0f} s", flush=True)
    return judged


def write_on_card(place: Path, figures: Mapping[str, float]) -> None:
    """Add figures to the card of a bundle's folder. With its card, a model's checksum changes."""
    bundle = Bundle.open(place)
    card = bundle.card.model_copy(update={"measured": {**bundle.card.measured, **figures}})
    write_bundle(place, card, {file: (place / file).read_bytes() for file in card.files})


def main() -> None:
    """Measure, and write down what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("-n", type=int, default=1000, metavar="N", help="kicks of each model (1000)")
    parser.add_argument("--against", nargs="+", choices=SPLITS, default=SPLITS, metavar="SPLIT", help="the real kicks")
    parser.add_argument("--into", nargs="+", default=[], metavar="MODEL", help="write figures on these models' cards")
    options = parser.parse_args()
    try:
        if others := set(options.into) - set(options.models):
            raise InputError(f"--into {' '.join(sorted(others))} is none of the models; name it before as well")
        page = PAGE.read_text(encoding="utf-8")
        if BEGIN not in page or END not in page:
            raise InputError(f"{PAGE} has no marks; put {BEGIN.strip()} and {END.strip()} where the tables go")
        training = from_library(options.library, "train")
        clean = from_library(options.library, "train", licence_classes=SHIPPED_CLASSES)
        floors = [("floor", training.draw(options.n)), ("clean floor", clean.draw(options.n))]
        floors_kept = [(name, kept(kicks)) for name, kicks in floors]
        models = [of_model(model, options.n, as_drawn=True) for model in options.models]
        chosen = [of_model(model, options.n, as_drawn=False) for model in options.models]
        text = (
            f"{options.n:,} kicks of each model; floors of {len(floors[0][1]):,} training kicks and {len(clean):,} of "
            "the clean\nclass, which is all that shipped models learn from. *Kits unknown*: classifiers may see some "
            "kicks\nof a kit before they judge others of it, as they may of generated kicks. *Kept by taste*: the "
            f"real kicks and\nthe training kicks ({len(floors_kept[0][1]):,} and {len(floors_kept[1][1]):,}) that the "
            "rules of taste keep, beside what the instrument\ngives; the others: all of them, beside the models as "
            "they draw.\n\n"
        )
        on_cards: dict[str, dict[str, float]] = {model: {} for model in options.into}
        for split in options.against:
            real = from_library(options.library, split)
            judged = judge(floors, models, real, training, split)
            text += table(f"`{split}`", real, judged)
            for model, (_, found) in zip(options.models, judged[-len(models) :], strict=True):
                if model in on_cards:
                    on_cards[model] |= {f"{split}/{name}": found.figures[name].value for name in ON_CARDS}
            real = kept(real)
            what = f"`{split}`, kept by taste"
            text += table(what, real, judge(floors_kept, chosen, real, training, what))
        head, rest = page.split(BEGIN)
        write_text(PAGE, f"{head}{BEGIN}\n{text}{END}{rest.split(END)[1]}")
        for model, figures in on_cards.items():
            write_on_card(find_model(model), figures)
        print(f"wrote {PAGE}")
    except KickItOutError as error:
        raise SystemExit(f"{error}") from error


if __name__ == "__main__":
    main()
