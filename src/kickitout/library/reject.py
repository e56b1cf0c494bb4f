"""Why a file is not taken. One stable word or phrase a reason."""

UNREADABLE = "unreadable"
EMPTY = "empty"
NON_FINITE = "non-finite"
SILENT = "silent"
TOO_SHORT = "too short"
TOO_LONG = "too long"
LOOP = "loop"
CHANNELS = "more than two channels"
NOT_A_KICK = "not a kick"
EXACT_DUPLICATE = "exact duplicate"
NEAR_DUPLICATE = "near duplicate"

REASONS = (
    UNREADABLE,
    EMPTY,
    NON_FINITE,
    SILENT,
    TOO_SHORT,
    TOO_LONG,
    LOOP,
    CHANNELS,
    NOT_A_KICK,
    EXACT_DUPLICATE,
    NEAR_DUPLICATE,
)

LONGEST_SECONDS = 4.0
"""A longer file is no one-shot."""

SHORTEST_SAMPLES = 882
"""A prepared kick that sounds for less than 20 ms is a click."""

SILENCE = 1e-4
"""A file whose samples move by less than this (-80 dB of full scale) is silent."""
