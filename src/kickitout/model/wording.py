"""The card in words: MODEL_CARD.md, and the answer to "can I sell it?"."""

from collections.abc import Mapping, Sequence

from kickitout.model.card import CREDIT_LICENCES, ENCODER, FREE_CLASSES, FREE_LICENCES, Card
from kickitout.model.controls import PERCENTILES

MODEL_MADE = "A machine-learning model ({model} {version}) made this sound."
MODEL_CHANGED = "A machine-learning model ({model} {version}) made this sound out of {files}, which its user gave."
MODEL_LEFT = "This is the sound of {files}, which its user gave: only level, start and end were set, by no model."
"""Who made a sound."""

RIGHTS_CHANGED = "Sell it only if {files} is yours to sell. The model's part: {rights}"
RIGHTS_LEFT = "Sell it only if {files} is yours to sell."
"""What may be done with a sound that holds somebody's own; `{rights}` is `rights_line`."""


def _table(head: str, rows: Mapping[str, int]) -> list[str]:
    ordered = sorted(rows.items(), key=lambda row: (-row[1], row[0]))
    return [f"| {head} | kicks |", "|---|---|", *(f"| {name} | {count:,} |" for name, count in ordered)]


def _licences(card: Card) -> tuple[dict[str, int], list[str]]:
    """The training kicks by licence, and which of these licences ask something of whoever uses a sound."""
    licences = {name: count for name, count in card.trained_on.by_licence.items() if count}
    untold = card.trained_on.kicks - sum(licences.values())
    if untold > 0:
        licences["no licence noted"] = untold
    return licences, sorted(set(licences) - FREE_LICENCES)


def _credit_suffices(card: Card, bound: Sequence[str]) -> bool:
    """Whether all that the training kicks' licences ask for is credit, and the card credits all of them.

    The library's classes must say so, too: some kicks lie beside code under MIT, and it alone is meant.
    """
    trained = card.trained_on
    classes = {name for name, count in trained.by_licence_class.items() if count}
    credited = sum(one.kicks for one in trained.credits) == trained.kicks
    return credited and bool(classes) and classes <= FREE_CLASSES and set(bound) <= CREDIT_LICENCES


def credits_line(card: Card) -> str:
    """The sources that ask for credit, each with its licence, in one line; empty if there are none."""
    asked = [one for one in card.trained_on.credits if one.licence in CREDIT_LICENCES]
    return ", ".join(f"{one.origin or one.source} ({one.licence})" for one in asked)


def rights_line(card: Card) -> str:
    """`sales_answer` as one sentence, for the copyright tag of a file."""
    licences, bound = _licences(card)
    made = f"Made with the model {card.name} {card.version}"
    if not licences:
        return f"{made}, trained on no recording of anybody: no rights claimed, free to use and to sell"
    if bound and _credit_suffices(card, bound):
        return (
            f"{made}: no rights claimed, free to use and to sell with the credits of its model card, as far as its "
            f"training kicks' own statements go ({', '.join(sorted(licences))})"
        )
    if bound:
        return f"{made}, trained on kicks under terms that bind ({', '.join(bound)}): for research, not for sale"
    return (
        f"{made}: no rights claimed, free to use and to sell as far as its training kicks' own statements go "
        f"({', '.join(sorted(licences))})"
    )


def sales_answer(card: Card) -> str:
    """The answer to "can I sell it?", as far as the statements of the training sources go."""
    licences, bound = _licences(card)
    proviso = (
        "This rests on what the sources say about themselves: a stated licence is no proof of title, and this is no "
        "legal advice."
    )
    if not licences:
        return f"Yes: no recording of anybody went into the training. The weights are under {card.licence}."
    if not bound:
        return (
            f"Yes, as far as the sources' own statements go: every kick in the training is under "
            f"{', '.join(sorted(licences))}, which ask nothing of you. The weights are under {card.licence}; we claim "
            f"no right to what you make with them. {proviso}"
        )
    counted = ", ".join(f"{name} ({licences[name]:,})" for name in bound)
    if _credit_suffices(card, bound):
        return (
            f"Yes, with credit, as far as the sources' own statements go: some training kicks are under licences "
            f"that ask for it ({counted}), the others ask nothing. Pass these credits on with the model, and with "
            f"packs of its kicks: {credits_line(card)}. The weights are under {card.licence}; we claim no right to "
            f"what you make with them. {proviso}"
        )
    return (
        f"Take it as a no. Some kicks in the training are under terms that bind, or have no licence that was found: "
        f"{counted}. Use this model for research on your own machine. {proviso}"
    )


def model_card(card: Card) -> str:
    """The card as Markdown for people: the text of MODEL_CARD.md."""
    trained = card.trained_on
    milliseconds = 1000.0 * card.n_samples / card.sample_rate
    lines = [
        f"# {card.name} {card.version}",
        "",
        card.description,
        "",
        f"It makes two-channel kicks of {milliseconds:g} ms at {card.sample_rate:,} Hz from {card.latent_size} latent "
        f"numbers. Preset: `{card.preset}`. Licence of the weights: {card.licence}.",
    ]
    if card.inverse is not None:
        way = f"fast, momentum {card.inverse.momentum:g}" if card.inverse.momentum else "plain"
        lines += [
            "",
            f"The graph ends at a loudness image (window {card.inverse.n_fft}, hop {card.inverse.hop_length}); "
            f"Griffin-Lim ({way}, {card.inverse.iterations} iterations) finds the phases.",
        ]
    if card.outputs_sketch:
        lines += [
            "",
            "The graph ends at a sketch: the body as tracks of amplitude and frequency, the rest and the stereo side "
            "as a predicted spectrum and an envelope for noise. The noise comes from the seed.",
        ]
    if ENCODER in card.graphs:
        lines += ["", "It can take in a kick: an encoder finds the latent of one."]
    lines += ["", "## What it was trained on", ""]
    lines += [
        f"{trained.kicks:,} kicks (splits: {', '.join(trained.splits) or 'none'}); the training showed "
        f"{trained.samples_shown:,} samples in all. Fingerprint of the library: `{trained.library_fingerprint}`."
    ]
    if trained.synthesised:
        lines += [
            "",
            f"Beside them {trained.synthesised:,} kicks that Kick It Out's own synthesis designs; they are under "
            "CC0-1.0.",
        ]
    if trained.by_licence:
        lines += ["", *_table("licence, as the source states it", trained.by_licence)]
    if trained.credits:
        lines += ["", "| source | licence, as it states it | from | kicks |", "|---|---|---|---|"]
        lines += [f"| {one.source} | {one.licence} | {one.origin} | {one.kicks:,} |" for one in trained.credits]
    elif trained.by_source:
        lines += ["", *_table("source", trained.by_source)]
    lines += ["", "## Can I sell it?", "", sales_answer(card)]
    if card.measured:
        rows = (f"| {name} | {value:.6g} |" for name, value in sorted(card.measured.items()))
        lines += ["", "## Measured", "", "| figure | value |", "|---|---|", *rows]
    if card.controls or card.wildness is not None:
        middle = PERCENTILES // 2
        rows = (
            f"| {c.name} | {c.minimum:g} | {c.maximum:g} | {c.unit} | `{c.descriptor}` | {c.quantiles[middle]:g} |"
            for c in card.controls
        )
        wild = [] if card.wildness is None else [f"| wild | 0 | 1 | stretch | `wildness` | {card.wildness[middle]:g} |"]
        lines += ["", "## Controls", "", "| control | from | to | unit | sets | median |", "|---|---|---|---|---|---|"]
        lines += [*rows, *wild, "", "A quantile counts training kicks: 0.9 is what one in ten of them exceeds."]
    if card.limits:
        lines += ["", "## Limits", "", *(f"- {limit}" for limit in card.limits)]
    return "\n".join(lines) + "\n"
