"""All targets of `fuzz` in one process, for inputs of all of them: what the targets import takes longer than the inputs
of the corpus."""

from pathlib import Path

from fuzz.__main__ import by_target, corpus_files
from fuzz.targets import Target, target_class


class Whole(Target):
    """An input is the name of a target, a line break, and an input of that target."""

    names = tuple(sorted(by_target(corpus_files())))

    def __init__(self, base):
        super().__init__(base)
        self.targets = {name: target_class(name)(base / name) for name in self.names}

    @classmethod
    def build(cls, base):
        """What each of them needs."""
        for name in cls.names:
            (base / name).mkdir()
            target_class(name).build(base / name)

    def seeds(self):
        """None: it is there for what is in the corpus."""
        return []

    def mutate(self, dice, seeds):
        """None."""
        raise NotImplementedError

    def run(self, data: bytes, place: Path):
        """Feed it to its target."""
        name, _, rest = data.partition(b"\n")
        self.targets[name.decode()].run(rest, place)

    def close(self):
        """End what still runs."""
        for target in self.targets.values():
            target.close()
