"""Measured features of a kick with their units, and the draft's defining characteristics; arrays in, numbers out.

docs/descriptors.md defines each and states how well it is measured.
"""

from kickitout.measure.descriptors.characteristics import Characteristics, characteristics, rises
from kickitout.measure.descriptors.measure import describe
from kickitout.measure.descriptors.spectrum import NOTHING_DB
from kickitout.measure.descriptors.table import DEFINITIONS, DESCRIPTORS, Descriptor, Note, heard_note, note_of

__all__ = [
    "DEFINITIONS",
    "DESCRIPTORS",
    "NOTHING_DB",
    "Characteristics",
    "Descriptor",
    "Note",
    "characteristics",
    "describe",
    "heard_note",
    "note_of",
    "rises",
]
