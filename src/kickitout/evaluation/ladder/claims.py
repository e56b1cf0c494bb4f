"""The damages that each metric claims to see."""

_PHASE = ("griffin-lim-window", "griffin-lim-rounds", "wrong-phase", "wrong-phase-low")
_SPECTRUM = ("low-pass", "high-pass", "tone", "frame-lines", "hum", "noise", "blur", "quantisation", "clipping")
_TIME = ("time-smear", "pre-echo", "short-tail", "detuned")
_CHANNELS = ("wrong-phase", "wrong-phase-low", "griffin-lim-window")
_SOUND = (*_PHASE, *_TIME, *_SPECTRUM, "narrow", "average", "other-sounds")

CLAIMS: dict[str, tuple[str, ...]] = {
    "auc_trees": _SOUND,
    "auc_linear": _SOUND,
    "frechet": (*_SOUND, "few-modes"),
    "frechet_infinity": (*_SOUND, "few-modes"),
    "kernel": (*_SOUND, "few-modes"),
    "precision": (*_SOUND,),
    "recall": ("average", "few-modes"),
    "density": (*_SOUND,),
    "coverage": (*_SOUND, "few-modes"),
    "wasserstein": _SOUND,
    "unpitched": ("griffin-lim-window", "noise", "other-sounds"),
    "mono": ("narrow", "wrong-phase", "griffin-lim-window", "mono"),
    "diversity": ("average", "few-modes"),
    "duplicates": ("few-modes", "repeats"),
    "near_copies": ("copies",),
    "copies": ("copies",),
    "characteristics": ("high-pass", "noise", "other-sounds"),
    "gate": ("wrong-phase", "wrong-phase-low", "tone", "hum", "offset", "noise", "clipping", "other-sounds"),
    "azimuthal": ("griffin-lim-window", "griffin-lim-rounds", "time-smear", "noise", "blur", "quantisation", "average"),
    "lines": ("tone", "frame-lines"),
    "frame_lines": ("frame-lines",),
    "periodic": ("frame-lines",),
    "wasserstein/pitch_hz": ("griffin-lim-window", "detuned"),
    "wasserstein/end_pitch_hz": ("griffin-lim-window", "detuned"),
    "wasserstein/sweep_octaves": ("griffin-lim-window", "noise", "swept"),
    "wasserstein/sweep_ms": ("griffin-lim-window", "detuned", "noise", "swept"),
    "wasserstein/pre_echo_db": ("pre-echo",),
    "wasserstein/attack_ms": ("time-smear", "pre-echo", "blur", "low-pass"),
    "wasserstein/decay_ms": ("short-tail", "detuned", "noise"),
    "wasserstein/length_ms": ("short-tail", "detuned", "noise", "hum"),
    "wasserstein/click_db": ("time-smear", "low-pass", "blur"),
    "wasserstein/brightness_hz": ("low-pass", "high-pass", "detuned"),
    "wasserstein/centroid_early_hz": ("low-pass", "high-pass", "detuned"),
    "wasserstein/centroid_middle_hz": ("low-pass", "high-pass", "detuned"),
    "wasserstein/centroid_late_hz": ("low-pass", "high-pass", "tone", "quantisation"),
    "wasserstein/noise": ("griffin-lim-window", "clipping", "noise", "high-pass"),
    "wasserstein/crest_db": ("clipping", "noise", "short-tail"),
    "wasserstein/width_db": ("narrow", *_CHANNELS),
    "wasserstein/width_low_db": _CHANNELS,
    "wasserstein/width_mid_db": ("narrow", "wrong-phase", "griffin-lim-window"),
    "wasserstein/width_high_db": ("narrow", "wrong-phase", "griffin-lim-window"),
    "wasserstein/low_correlation": _CHANNELS,
    "wasserstein/mono_loss_db": _CHANNELS,
    "wasserstein/tail_db": ("tone", "hum", "noise", "short-tail"),
    "wasserstein/true_peak_db": ("clipping",),
    "wasserstein/loudness_lufs": ("clipping", "short-tail", "noise"),
}
"""The damages that each metric is meant for. Claims follow from how metrics are defined, not from results: a claim that
the ladder refutes stays here and is reported."""

AWAITED = ("unpitched", "wasserstein/pitch_hz")
"""Metrics that are defined anew since the shipped ladder was climbed: it says nothing of them until it is climbed
again."""
