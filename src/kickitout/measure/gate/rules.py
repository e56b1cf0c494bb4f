"""The gate's table: each rule has one limit and one reason. docs/quality.md explains how the limits were chosen."""

from dataclasses import dataclass

SILENCE_DBFS = -80.0
"""A sound that never reaches this is silent."""

AT_MOST = "at most {}"
AT_LEAST = "at least {}"

LINE_AT = " at {hz:,.0f} Hz"
"""What is known of a line besides how far it stands out."""


@dataclass(frozen=True)
class Rule:
    """One rule of the gate.

    Attributes:
        name: as in verdicts and JSON.
        words: what is measured, for people.
        unit: of the limit: "%", "ms", "dB", "dBFS", "samples", or empty for a correlation.
        limit: the last value that passes.
        at_most: whether a larger value is worse.
        catches: the fault that it catches.
        sentence: the verdict in words; `{}` stands for the measured value with its unit, `{note}` for a note on it.
        remedy: what helps; empty if the sound has to be made again.
        digits: after the point, for people.
    """

    name: str
    words: str
    unit: str
    limit: float
    at_most: bool
    catches: str
    sentence: str
    remedy: str
    digits: int = 1

    def holds(self, measured: float) -> bool:
        """Whether a measured value passes."""
        return measured <= self.limit if self.at_most else measured >= self.limit

    def show(self, value: float, more_digits: int = 0) -> str:
        """A value with its unit, for people."""
        number = f"{value:.{self.digits + more_digits}f}"
        number = number.lstrip("-") if not float(number) else number
        return f"{number} {self.unit}".rstrip()

    @property
    def bound(self) -> str:
        """The limit in words, such as "at most 3.0 ms"."""
        return (AT_MOST if self.at_most else AT_LEAST).format(self.show(self.limit))

    def describe(self, measured: float, note: str = "") -> str:
        """The reason for failing: the measured value, the limit, and the remedy if there is one."""
        more = next((n for n in range(4) if self.show(measured, n) != self.show(self.limit, n)), 0)
        text = f"{self.sentence.format(self.show(measured, more), note=note)}, {self.bound}"
        return f"{text}; {self.remedy}" if self.remedy else text


RULES: tuple[Rule, ...] = (
    Rule(
        "finite", "samples that are not numbers", "samples", 0.0, True,
        "NaN and infinite samples",
        "not all numbers: {}", "write the file again", 0,
    ),
    Rule(
        "sound", "the largest sample", "dBFS", SILENCE_DBFS, False,
        "silence",
        "silent: its peak is {}", "",
    ),
    Rule(
        "offset", "the constant under the sound, of the peak", "%", 2.0, True,
        "an offset (DC), which takes headroom and clicks at every cut",
        "it is offset from zero by {} of its peak", "remove the offset",
    ),
    Rule(
        "start", "the first frame (0.1 ms), of the peak", "%", 1.0, True,
        "a step at the start, and a sound that was cut into",
        "it starts with a step, or was cut into: its first frame is at {} of the peak",
        "keep 1 ms before the onset, or fade it in",
    ),
    Rule(
        "onset", "where the sound begins", "ms", 5.5, True,
        "silence, noise or an echo before the hit, which comes late",
        "it begins after {}", "cut what comes before",
    ),
    Rule(
        "clipping", "the flat part of the flattest half-wave, of 1 ms at least", "%", 80.0, True,
        "clipping",
        "clipped: a half-wave is flat for {}", "make it with less gain",
    ),
    Rule(
        "true_peak", "the peak between samples over the largest sample, or over full scale", "dB", 3.0, True,
        "a sound that clips when it is played or converted although no sample does",
        "between its samples it peaks {} higher, or as much over full scale", "turn it down, or soften its click",
    ),
    Rule(
        "low_correlation", "left and right below 150 Hz", "", 0.75, False,
        "a low end whose channels disagree in phase",
        "left and right disagree below 150 Hz: correlation {}", "make it mono below 150 Hz", 2,
    ),
    Rule(
        "mono_loss", "what a mono sum loses below 150 Hz", "dB", 0.5, True,
        "a low end that is lost in mono, or sits on one side",
        "in mono it loses {} below 150 Hz", "make it mono below 150 Hz",
    ),
    Rule(
        "end", "the last audible frame (0.1 ms), of the peak", "%", 3.0, True,
        "a click at the end: the sound is cut",
        "it ends with a step, a click: its last frame is at {} of the peak", "fade it out",
    ),
    Rule(
        "tail", "the last 10 ms against the loudest 10 ms", "dB", -12.0, True,
        "a sound that is still loud where it ends",
        "it has not faded where it ends: {}", "make it longer, or fade it out earlier",
    ),
    Rule(
        "noise", "the quietest 46 ms between 2 and 16 kHz, against a sine of the peak", "dB", -36.0, True,
        "a noise floor",
        "there is noise under all of it: {}", "make it from a cleaner recording, or fade it out earlier",
    ),
    Rule(
        "hum", "steady 50 or 60 Hz and harmonics in the last 212 ms, against a sine of the peak", "dB", -45.0, True,
        "mains hum",
        "mains hum at {}", "make it from a cleaner recording, or fade it out earlier",
    ),
    Rule(
        "line", "the strongest steady line above 1 kHz, over its neighbours", "dB", 16.0, True,
        "a whine: line and display frequencies, a ringing generator",
        "a steady tone{note} stands out by {}", "filter it out",
    ),
    Rule(
        "frame_lines", "lines at multiples of 344.5 Hz, over what lies between them", "dB", 0.5, True,
        "periodic noise: the frame rate of a vocoder or of an inverse spectrogram is audible",
        "lines every 344.5 Hz stand out by {}: the frame rate of what made it", "",
    ),
)  # fmt: skip
"""All rules, in the order in which they are reported."""

BY_DRIVE = ("clipping", "true_peak", "line")
"""The rules that do not hold a kick back that was asked to be driven into its clip: flat half-waves have steep flanks,
which overshoot between samples, and harmonics that stand as long as they do."""

BY_DECAY = ("tail",)
"""The same for one that was asked to decay for longer than it lasts: it has not faded where it ends."""
