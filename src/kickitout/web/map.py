"""A map of some thousand kicks of a model: those that sound alike lie side by side.

The embeddings of the kicks of seeds 0, 1, 2, ... are laid out by t-SNE (van der Maaten and Hinton, "Visualizing data
using t-SNE", JMLR 2008), scikit-learn's, from the two principal components, so that it is the same every time. It is
turned so that kicks grow brighter to the right and deeper downwards, as far as they do, and kicks that lie on each
other are pushed apart, so that a pointer finds each. The extra `analysis` brings scikit-learn.

That of a shipped model lies in the package; it holds for the model of its checksum and no other.
"""

import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError, KickItOutError, MissingExtraError
from kickitout.instrument.instrument import Instrument
from kickitout.measure.descriptors import describe
from kickitout.measure.embedding import embed
from kickitout.system.files import make_private_folder, write_text
from kickitout.web.facts import measured_of

Array = NDArray[np.float64]

MAPS = Path(__file__).parent / "maps"

COUNT = 2000

LEAST_COUNT = 200
SECONDS = 60.0
"""A map that is made while somebody waits has as many kicks as can be made in this time, and the least number."""

PATIENCE = 3.0
"""So many times as long is waited for the least number."""

FIELDS = ("seed", "x", "y", "pitch_hz", "decay_ms", "brightness", "click", "width")

NEIGHBOURS = 30.0
"""The perplexity: about so many kicks count as near."""

ITERATIONS = 750

ROOM = 0.8
"""Kicks are pushed so far apart, in sides of the square that each would have for itself on an even map."""

PUSHES, PUSH, NEAR_ENOUGH = 80, 0.4, 0.02

NEAREST, AROUND = 10, 30
"""How a map is judged: how many of the nearest kicks by ear are among so many around on the map."""


# The layout ----------------------------------------------------------------------------------------------------------


def _squared(points: Array) -> Array:
    """Squared distances between points (n, k): (n, n)."""
    sizes = np.square(points).sum(axis=1)
    return np.asarray(np.maximum(sizes[:, None] + sizes - 2.0 * points @ points.T, 0.0))


def principal(vectors: Array) -> Array:
    """The two principal components of vectors (n, k): (n, 2), the first with the larger spread."""
    centred = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    return np.asarray(centred @ axes[:2].T)


def needs_analysis() -> None:
    """Raise `MissingExtraError` where a map cannot be laid out, before kicks are made for it."""
    try:
        import sklearn  # noqa: F401
        import threadpoolctl  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("the map of a model of your own", "analysis") from error


def tsne(vectors: Array, perplexity: float = NEIGHBOURS, iterations: int = ITERATIONS) -> Array:
    """Places on a plane, (n, 2), for vectors (n, k): near ones stay near. The same vectors give the same places."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    start = principal(vectors)
    start = (1e-4 * start / start[:, 0].std()).astype(np.float32)
    layout = TSNE(
        perplexity=min(perplexity, (len(vectors) - 1) / 3.0), init=start, max_iter=iterations, random_state=0, n_jobs=1
    )
    with threadpool_limits(1):
        return np.asarray(layout.fit_transform(vectors), dtype=np.float64)


def turned(places: Array, right: Array, down: Array) -> Array:
    """Places (n, 2) turned, or mirrored, so that one value (n,) grows to the right and another downwards."""
    centred = places - places.mean(axis=0)
    wanted = np.stack([_standard(right), _standard(down)])
    left, _, other = np.linalg.svd(centred.T @ wanted.T)
    return np.asarray(centred @ (left @ other))


def _standard(values: Array) -> Array:
    known = np.where(np.isfinite(values), values, np.nanmedian(values))
    return np.asarray((known - known.mean()) / max(float(known.std()), 1e-12))


def spread(places: Array) -> Array:
    """Places (n, 2) within the unit square, pushed apart where they lie on each other, so that a pointer finds each:
    what lies in groups stays so."""
    places = _framed(places)
    least = ROOM / math.sqrt(len(places))
    for _ in range(PUSHES):
        between = places[:, None] - places[None]
        apart = np.sqrt(np.square(between).sum(axis=2))
        np.fill_diagonal(apart, np.inf)
        share = np.maximum(least - apart, 0.0) / np.maximum(apart, 1e-9)
        if share.max() <= NEAR_ENOUGH:
            break
        places = places + PUSH * (share[..., None] * between).sum(axis=1)
    return _framed(places)


def _framed(places: Array) -> Array:
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray((places - low) / np.maximum(high - low, 1e-12))


def kept_near(vectors: Array, places: Array) -> float:
    """The share of each vector's nearest ones that lie around it on the map: 0 to 1."""

    def ranked(points: Array, count: int) -> NDArray[np.intp]:
        apart = _squared(points)
        np.fill_diagonal(apart, np.inf)
        return np.argpartition(apart, count, axis=1)[:, :count]

    nearest, around = ranked(vectors, NEAREST), ranked(places, AROUND)
    return float(np.mean([np.isin(one, other).mean() for one, other in zip(nearest, around, strict=True)]))


# The map -------------------------------------------------------------------------------------------------------------


def draw(instrument: Instrument, count: int = COUNT, seconds: float = math.inf) -> dict[str, Any]:
    """The map of a model's first kicks, as the page receives it.

    Args:
        instrument: the model.
        count: how many kicks.
        seconds: after so many no more are made, if there are enough; after three times as many in any case.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        InputError: too few of its kicks pass the gate.
    """
    needs_analysis()
    rows: list[Mapping[str, Any]] = []
    vectors: list[Array] = []
    started = time.monotonic()
    for seed in range(count):
        if time.monotonic() - started > (seconds if len(rows) >= LEAST_COUNT else PATIENCE * seconds):
            break
        try:
            kick = instrument.kick(seed)
        except InputError:  # none of this seed's kicks passes the gate
            continue
        found = describe(kick.audio, kick.sample_rate)
        vector = np.asarray(embed(kick.audio), dtype=np.float64)
        measured = measured_of(instrument.bundle.card, found)
        rows.append({"seed": seed} | found | measured)
        vectors.append(vector)
    if len(rows) <= AROUND:
        remedy = "only {count} of its kicks pass the gate, too few for a map; choose another model"
        raise InputError("model", instrument.name, remedy, count=len(rows))
    return _mapped(rows, np.stack(vectors))


def _mapped(rows: list[Mapping[str, Any]], vectors: Array) -> dict[str, Any]:
    def column(name: str) -> Array:
        return np.array([row.get(name, math.nan) for row in rows], dtype=np.float64)

    plane = turned(tsne(vectors), np.log(column("brightness_hz")), -np.log(column("pitch_hz")))
    places = spread(plane)
    points = [
        [row["seed"], round(x, 4), round(y, 4), *(_number(row.get(name), name) for name in FIELDS[3:])]
        for row, (x, y) in zip(rows, places.tolist(), strict=True)
    ]
    explained = {
        "right": "brighter",
        "down": "deeper",
        "kept_near": round(kept_near(vectors, places), 3),
        "kept_near_by_principal_components": round(kept_near(vectors, principal(vectors)), 3),
    }
    return {"fields": list(FIELDS), "explained": explained, "points": points}


def _number(value: float | None, name: str) -> float | None:
    """A value in as few digits as the colours of a map need."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, 1 if name.endswith(("_hz", "_ms")) else 3)


def write_map(path: Path, instrument: Instrument, drawn: Mapping[str, Any], *, private: bool = False) -> None:
    """Write the map of a model, a line a kick; `private`: for its owner's eyes alone. Raises `OutputError`."""
    head = {"checksum": instrument.bundle.checksum, "fields": drawn["fields"], "explained": drawn["explained"]}
    lines = ",\n".join(json.dumps(point, separators=(",", ":")) for point in drawn["points"])
    write_text(path, json.dumps(head, indent=1)[:-2] + ',\n "points": [\n' + lines + "\n]}\n", private=private)


def read_map(path: Path, instrument: Instrument) -> dict[str, Any] | None:
    """The map in a file, or None where it is none of this model, to the bit."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.pop("checksum", None) != instrument.bundle.checksum:
        return None
    return found


def shipped_path(instrument: Instrument) -> Path:
    """Where the map of a shipped model lies in the package."""
    return MAPS / f"{instrument.name}.json"


def shipped_map(instrument: Instrument) -> dict[str, Any] | None:
    """The map that lies in the package for this model, or None."""
    return read_map(shipped_path(instrument), instrument)


class Maps:
    """A model's map: the shipped one, or one that is drawn in the background at the first request, and kept.

    Args:
        instrument: the model.
        folder: where maps are kept, by checksum; those of kicks that did not have to pass the gate are not.
        drawer: draws one.
    """

    def __init__(
        self,
        instrument: Instrument,
        folder: Path | None = None,
        drawer: Callable[[Instrument], dict[str, Any]] = lambda one: draw(one, seconds=SECONDS),
    ) -> None:
        self._instrument = instrument
        self._path = None
        if folder is not None and instrument.gate:
            self._path = folder / f"{instrument.bundle.checksum}.json"
        self._drawer = drawer
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._found: dict[str, Any] | None = None
        self._error: Exception | None = None

    def get(self) -> dict[str, Any] | None:
        """The map, or None while it is drawn.

        Raises:
            KickItOutError: it could not be drawn.
        """
        with self._lock:
            if self._found is None and self._thread is None:
                self._found = shipped_map(self._instrument) or self._kept()
                if self._found is None:
                    self._thread = threading.Thread(target=self._draw, name="map", daemon=True)
                    self._thread.start()
            if self._error is not None:
                raise self._error
            return self._found

    def _kept(self) -> dict[str, Any] | None:
        return None if self._path is None else read_map(self._path, self._instrument)

    def _draw(self) -> None:
        try:
            found = self._drawer(self._instrument)
        except Exception as error:  # reported to whoever requests the map
            self._error = error
            return
        self._found = found
        if self._path is not None:
            with suppress(KickItOutError):  # it is drawn again next time
                make_private_folder(self._path.parent)
                write_map(self._path, self._instrument, found, private=True)
