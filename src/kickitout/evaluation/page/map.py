"""The map of kicks."""

import numpy as np

from kickitout.evaluation import report as reports
from kickitout.evaluation.page import plots
from kickitout.evaluation.page.cards import Sounds
from kickitout.evaluation.page.figures import key_sign
from kickitout.evaluation.page.text import as_json, short_name
from kickitout.evaluation.report import Report

SOUND_BYTES = 8_000_000
"""Limit of the page's sounds as text, in bytes. Sounds of kicks that are shown come first, the map gets the rest."""


def map_section(report: Report, sounds: Sounds) -> str:
    places = reports.lay_out(report)
    if not places:
        return ""
    pixels = plots.place_points(np.array([(place.x, place.y) for place in places]))
    kinds = [kind for kind in ("training", "real", "generated") if any(place.kind == kind for place in places)]
    sets = [(kind, pixels[[place.kind == kind for place in places]]) for kind in kinds]
    # The remaining bytes go to generated and real kicks in turn, in the order in which they were drawn.
    waiting = [[place for place in places if place.kind == kind] for kind in ("generated", "real")]
    for turn in range(max(map(len, waiting))):
        for queue in waiting:
            if turn < len(queue) and sounds.size < SOUND_BYTES:
                sounds.add(queue[turn].kind, queue[turn].index)
    data = [
        [
            float(x),
            float(y),
            place.kind,
            reports.clean(short_name(sounds.kicks(place.kind).files[place.index])),
            f"{place.kind}-{place.index}" if sounds.has(place.kind, place.index) else "",
        ]
        for place, (x, y) in zip(places, pixels.tolist(), strict=True)
    ]
    counts = ", ".join(f"{len(points)} {kind}" for kind, points in sets)
    picture = plots.scatter(sets, f"Map of {counts} kicks").replace(
        'role="img"', 'role="application" tabindex="0" aria-describedby="map-words"', 1
    )
    key = "".join(f"<li>{key_sign(f'{kind}-points')}{kind}</li>" for kind in reversed(kinds))
    return f"""<section id="map"><h2>Map</h2>
<p>Alike kicks lie near each other (t-SNE of their embeddings; how far apart two crowds lie means nothing). A good
generator mixes with the real kicks everywhere: an island of its own is an accent, an empty region is what it never
makes. Click a point to hear it, or go from point to point with the arrow keys and press Enter.</p>
<ul class="key">{key}</ul>{picture}
<p class="under-map" id="map-words" aria-live="polite">Point at a kick to see its name.</p>
<script type="application/json" id="map-data">{as_json(data)}</script></section>"""
