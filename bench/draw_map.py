"""Draw the maps that ship with the models: `python bench/draw_map.py [MODEL]`; half a minute on two cores.

Writes src/kickitout/web/maps/MODEL.json, which holds for the model of that checksum and no other, and prints how well
the map keeps neighbours, beside the two principal components.
"""

import sys
import time

from kickitout.instrument.instrument import load
from kickitout.web.map import draw, shipped_path, write_map


def main(model: str | None = None) -> None:
    """Draw the map of a shipped model; of the default one, if none is named."""
    instrument = load(model)
    started = time.perf_counter()
    drawn = draw(instrument)
    path = shipped_path(instrument)
    write_map(path, instrument, drawn)
    print(f"{path.name}: {len(drawn['points'])} kicks, {path.stat().st_size / 1000:.0f} kB")
    print(f"{drawn['explained']}, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
