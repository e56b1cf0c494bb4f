"""The figures of a run, a JSON line each in `metrics.jsonl`, and the same as TensorBoard events."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from kickitout.errors import OutputError
from kickitout.system.files import describe_os_error, write_text
from kickitout.training.run.folder import METRICS_FILE, read_metrics


class Averages:
    """Running means of named scalars between two lines. Sums stay on the device: reading one stops the pipeline."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = defaultdict(int)

    def add(self, values: Mapping[str, Tensor]) -> None:
        """Add one step's scalars."""
        for name, value in values.items():
            self._sums[name] = self._sums[name] + value.detach() if name in self._sums else value.detach()
            self._counts[name] += 1

    def take(self) -> dict[str, float]:
        """The means since the last call, and start anew."""
        means = {name: float(total) / self._counts[name] for name, total in self._sums.items()}
        self._sums.clear()
        self._counts.clear()
        return means


class MetricsLog:
    """Appends lines to a run's `metrics.jsonl` and to its TensorBoard events.

    Args:
        run: the run's folder.
        samples: where the run (re)starts; lines beyond it, from a process that was killed after its last checkpoint,
            are dropped, so that no figure stands twice.
    """

    def __init__(self, run: Path, samples: int) -> None:
        self.path = run / METRICS_FILE
        self._keep_until(samples)
        try:
            self._stream = self.path.open("a", encoding="utf-8", newline="\n")
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {describe_os_error(error)}") from error
        self._events = _event_writer(run / "tensorboard", samples)

    def _keep_until(self, samples: int) -> None:
        if self.path.exists():
            kept = [line for line in read_metrics(self.path.parent) if line["samples"] <= samples]
            write_text(self.path, "".join(json.dumps(line) + "\n" for line in kept))

    def write(self, kind: str, samples: int, values: Mapping[str, Any]) -> None:
        """Add a line; a line is on the disk when this returns. Raises `OutputError`."""
        try:
            self._stream.write(json.dumps({"kind": kind, "samples": samples, **values}) + "\n")
            self._stream.flush()
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {describe_os_error(error)}; free some space") from error
        if self._events is not None:
            for name, value in values.items():
                if isinstance(value, float) and name != "epoch":
                    tag = name if "/" in name else f"{kind}/{name}"
                    self._events.add_scalar(tag, value, samples)

    def close(self) -> None:
        """Flush and close."""
        self._stream.close()
        if self._events is not None:
            self._events.close()


def _event_writer(folder: Path, samples: int) -> Any:
    """TensorBoard's writer; None on machines that have no tensorboard."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder), purge_step=samples + 1 if samples else None)
