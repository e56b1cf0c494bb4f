"""Sample packs: kicks that differ as much as they can, named, tuned and levelled, with presets for samplers."""

from kickitout.packs.build import PackKick
from kickitout.packs.make import Pack, make_pack

__all__ = ["Pack", "PackKick", "make_pack"]
