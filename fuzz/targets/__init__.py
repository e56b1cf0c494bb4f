"""What is fed. Each target is a class in a module of its own, imported by the process that runs it."""

from abc import ABC, abstractmethod
from importlib import import_module
from pathlib import Path
from random import Random

TARGETS = {
    "readers": "readers:Readers",
    "recipes": "recipes:Recipes",
    "bundles": "bundles:Bundles",
    "libraries": "libraries:Libraries",
    "manifests": "manifests:Manifests",
    "folders": "folders:Folders",
    "runs": "runs:Runs",
    "settings": "settings:SettingsTarget",
    "page": "page:Page",
    "wire": "wire:Wire",
    "command": "command:Command",
}
"""Where each one lives: module and class."""


class Target(ABC):
    """Something that reads what others wrote.

    Args:
        base: a folder for what `build` made, which inputs never change.
    """

    def __init__(self, base: Path) -> None:
        self.base = base

    @classmethod  # noqa: B027 (most need nothing)
    def build(cls, base: Path) -> None:
        """Make what takes long to make into a folder, once for all children."""

    @abstractmethod
    def seeds(self) -> list[bytes]:
        """Inputs that are whole: each must be taken without a find."""

    @abstractmethod
    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """A new input, from one of the seeds or several."""

    @abstractmethod
    def run(self, data: bytes, place: Path) -> None:
        """Feed an input. `place` is an empty folder, which is also where the process stands.

        Raises:
            Whatever is a find, but for `KickItOutError` with a message as `rules.check_message` wants it.
        """

    def close(self) -> None:  # noqa: B027
        """End what still runs."""


def target_class(name: str) -> type[Target]:
    """The class of a target by its name, or of one elsewhere by "package.module:Class"."""
    module, _, attribute = (f"fuzz.targets.{TARGETS[name]}" if name in TARGETS else name).partition(":")
    found: type[Target] = getattr(import_module(module), attribute)
    return found
