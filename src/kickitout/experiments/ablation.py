"""From the draft to the flagship, one change at a time, with as many samples shown.

1. `draft`: the research draft's system as its text has it.
2. `interpolated`: the same without transposed convolutions.
3. `waveform`: another signal and loss: WaveGAN.
4. `sketch`: the flagship's representation and networks with nothing but the warm start, so an auto-encoder.
5. `energy`: then energy scores, without attention.
6. `attention`: with it: the flagship.
7. `taste`: kicks that nobody keeps are shown more seldom, and those of our own synthesis beside them.

What is chosen at the draw (the gate and taste) is no training: its effect is `kept_percent` of the experiment `peers`.
"""

from dataclasses import dataclass

from kickitout.experiments.collapse import DRAFT
from kickitout.experiments.place import Found, Place
from kickitout.experiments.training_runs import Cell, GridSettings, run_grid


@dataclass(frozen=True)
class Settings(GridSettings):
    """The full size.

    Attributes:
        warm: samples of the warm start, of the steps that go on after it.
        synthesised: kicks of our own synthesis in the last step.
    """

    seeds: tuple[int, ...] = (0, 1, 2)
    points: tuple[int, ...] = (15712, 62850)
    generated: int = 200
    real: int = 200
    warm: int = 24000
    synthesised: int = 500


QUICK = Settings(seeds=(0,), points=(32,), generated=6, real=6, warm=16, synthesised=4)


def cells(settings: Settings) -> tuple[Cell, ...]:
    """The steps."""
    endless = settings.points[-1] + 1_000_000
    warm = (f"reconstruction.warm_samples={settings.warm}", f"energy.samples={endless}")
    taste = ("material.taste=0.9", f"material.synthesised={settings.synthesised}", "material.synthesised_share=0.2")
    return (
        Cell("draft", "dcgan", DRAFT),
        Cell("interpolated", "dcgan", (*DRAFT, "generator.upsampling=interpolated")),
        Cell("waveform", "wavegan"),
        Cell("sketch", "kickgan", (f"reconstruction.warm_samples={endless}", "generator.attention=[]")),
        Cell("energy", "kickgan", (*warm, "generator.attention=[]")),
        Cell("attention", "kickgan", warm),
        Cell("taste", "kickgan", (*warm, *taste)),
    )


def run(settings: Settings, place: Place) -> Found:
    """Train and measure all steps."""
    return run_grid(cells(settings), settings, place)
