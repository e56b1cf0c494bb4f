"""What a run's export costs and keeps: sizes, the error of half-precision weights, time a kick.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python bench/check_export.py runs/mine

The figures of docs/bundle.md on sketches.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from kickitout.instrument import instrument
from kickitout.instrument.request import Request
from kickitout.model.bundle import Bundle
from kickitout.model.voice import Voice
from kickitout.sound.sketch.render import render, rest_waveforms
from kickitout.sound.sketch.sketch import SKETCH_SHAPES, Sketch
from kickitout.training.export.export import encoder_graph, export, load_trained, sketch_graph
from kickitout.training.kickgan.weights import KickganNetworks

KICKS = 60
BATCH = 300

Numbers = dict[str, NDArray[np.float32]]


def open_graph(data: bytes, *, simplify: bool = True) -> onnxruntime.InferenceSession:
    """A graph as `Bundle` opens it; or with nothing folded."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if not simplify:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(data, sess_options=options, providers=["CPUExecutionProvider"])


def milliseconds(*ways: Callable[[], object], rounds: int = 60) -> list[float]:
    """The median processor time of each, taken in turn."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, found in zip(ways, times, strict=True):
            start = time.process_time()
            way()
            found.append(1000.0 * (time.process_time() - start))
    return [float(np.median(found)) for found in times]


def errors_db(sound: list[NDArray[np.float64]], other: list[NDArray[np.float64]]) -> str:
    """How far sounds differ: the median and the worst."""
    found = [10.0 * np.log10(np.square(a - b).sum() / np.square(a).sum()) for a, b in zip(sound, other, strict=True)]
    return f"median {np.median(found):.1f} dB, worst {max(found):.1f} dB"


def main(folder: Path) -> None:
    """Measure a run and say what is found."""
    networks = load_trained(folder).networks
    assert isinstance(networks, KickganNetworks)
    generator = networks.best_generator.float().eval()
    with tempfile.TemporaryDirectory() as place:
        export(folder, Path(place) / "bundle", name="checked", control_kicks=0)
        bundle = Bundle.open(Path(place) / "bundle")
    player = instrument.Instrument(bundle)
    voice = Voice(bundle)
    whole, half = sketch_graph(generator, half=False), sketch_graph(generator)
    coded = encoder_graph(networks.encoder.float().eval())
    print(f"generator {len(half) / 1e6:.1f} MB (float32 {len(whole) / 1e6:.1f}), encoder {len(coded) / 1e6:.1f} MB")

    graphs = {"float32": open_graph(whole), "half": open_graph(half), "unfolded": open_graph(half, simplify=False)}

    def inputs(seed: int) -> Numbers:
        return voice._inputs(voice.latent(seed), seed)

    def sketched(graph: onnxruntime.InferenceSession, seed: int) -> Sketch:
        return Sketch(*[array[0] for array in graph.run(list(SKETCH_SHAPES), inputs(seed))])

    air = np.random.default_rng(0).standard_normal((2, 22_050)).astype(np.float32)
    sounds = {name: [render(sketched(graph, seed), air) for seed in range(KICKS)] for name, graph in graphs.items()}
    print(f"half-precision weights: {errors_db(sounds['float32'], sounds['half'])} of {KICKS} kicks")
    print(f"nothing folded at loading: {errors_db(sounds['half'], sounds['unfolded'])}")

    given, one = inputs(3), sketched(graphs["half"], 3)
    sizes = milliseconds(
        lambda: graphs["half"].run(None, given),
        lambda: rest_waveforms(one, air),
        lambda: player.kick(3),
    )
    print("ms: graph {:.2f}, transforms {:.2f}, a kick {:.2f}".format(*sizes))
    kick = player.kick(3).audio
    taken = milliseconds(lambda: player.encode(kick), lambda: player.reconstruct(kick))
    print("ms: encode {:.2f}, reconstruct {:.2f}".format(*taken))
    for threads in (1, 2):
        start = time.perf_counter()
        made = len(list(player.kicks(Request(seeds=range(BATCH)), threads=threads)))
        print(f"{threads} threads: {made / (time.perf_counter() - start):.0f} kicks/s")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
