"""What each control does, in a sentence: for the help of the command line and the tips of the page's knobs."""

TIPS = {
    "pitch": "The pitch that you hear and a tuner shows, in Hz.",
    "sweep": "How far the pitch falls at the start, in octaves.",
    "sweep_time": "How long the pitch takes to fall, in ms until a tenth of the fall is left.",
    "decay": "How long the body rings: from its peak to 30 dB below it, in ms.",
    "click": "The level of the click, from 0 (softer than 95 of 100 training kicks) to 1 (harder than 90).",
    "brightness": "The brightness at the start, from 0 (darker than 95 of 100 training kicks) to 1 (brighter than 90).",
    "drive": "Saturation, from 0 (clean) to 1 (hard-clipped): harmonics rise and peaks flatten.",
    "noise": "Sound beside the body's tone, from 0 (purer than 95 of 100 training kicks) to 1 (noisier than 90).",
    "width": "The stereo width, from 0 (mono) to 1 (the side 6 dB below the middle).",
    "wild": "How much wilder the whole kick is, from 0 (the seed's own) to 1 (2.5 times as far from usual).",
    "length_ms": "The length of the file: a shorter one is cut and faded out, a longer one sounds on.",
    "beats": "The length in beats of the loop's BPM, which it follows: the file tells samplers to play it as a loop.",
    "level": "The level of the file: its true peak, or its loudness as far as a true peak of -1 dBTP allows.",
}
"""By the names of the controls, and the length, the beats and the level of a file."""
