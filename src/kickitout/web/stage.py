"""What is played: one model at a time, with its kicks and its map.

A studio never changes its model: what was begun with one ends with it, while another is on the stage already.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from kickitout.errors import InputError
from kickitout.instrument.instrument import load
from kickitout.web.map import Maps
from kickitout.web.studio import Studio


class Stage:
    """The studio that is played, and the models that it may make room for. Any number of threads may call at once.

    Args:
        studio: of the model that `kick ui` was started with.
        own: bundles that were trained here, by name.
        maps: the folder where the maps are kept that were drawn here.
    """

    def __init__(self, studio: Studio, own: Callable[[], Mapping[str, Path]], maps: Path | None = None) -> None:
        self._own = own
        self._folder = maps
        self._lock = threading.Lock()
        self._first = self._now = (studio, Maps(studio.instrument, maps))

    @property
    def studio(self) -> Studio:
        """What makes the kicks."""
        return self._now[0]

    @property
    def maps(self) -> Maps:
        """The map of the model that is played."""
        return self._now[1]

    def models(self) -> list[str]:
        """The names of what can be played: the model of the start first."""
        first = self._first[0].instrument.name
        return [first, *(name for name in self._own() if name != first)]

    def play(self, name: str) -> Studio:
        """Let a model play: that of the start, or one that was trained here, as it is now.

        Raises:
            InputError: there is no such model.
            DamagedFileError, VersionError: it cannot be used.
        """
        with self._lock:
            if name == self._first[0].instrument.name:
                self._now = self._first
                return self.studio
            own = self._own()
            if name not in own:
                raise InputError("model", name[:50], "unknown; choose {known}", known=", ".join(self.models()))
            studio = Studio(load(own[name], gate=self._first[0].instrument.gate), reader=self._first[0].reader)
            studio.warm_up()
            self._now = studio, Maps(studio.instrument, self._folder)
            return studio

    def close(self) -> None:
        """Remove the folders of what was taken in."""
        for studio, _ in (self._first, self._now):
            studio.close()
