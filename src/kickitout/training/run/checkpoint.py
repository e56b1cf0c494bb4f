"""A run's state as a file: safetensors, plain data, written atomically. Nothing is ever unpickled.

A full checkpoint holds every tensor of the run (networks with spectral-norm vectors and batch-norm buffers, averaged
weights, optimizer moments) and, in its header, the rest of the state as JSON. A weights file is the same without the
optimizers' moments, a third of the size: for later study, and as a start for another run.
"""

import json
import struct
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.system.files import write_bytes

FORMAT_VERSION = 1
_HEADER_KEY = "kickitout"
AGAIN = "delete it: the run goes on from the checkpoint before it"

_COUNTS = ("samples_before", "step", "rescues")
_NUMBERS = ("seconds", "best", "head_start", "augmentation_strength")
_DTYPES = frozenset({torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.bool})

MOMENTS = ("exp_avg", "exp_avg_sq")
"""Adam's state apart from its step count."""


def save_checkpoint(path: Path, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
    """Write tensors and JSON data to `path`, atomically and durably. Raises `OutputError`."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header = json.dumps({"format_version": FORMAT_VERSION, **state})
    write_bytes(path, save(plain, {_HEADER_KEY: header}))


def samples_shown(state: dict[str, Any]) -> int:
    """Samples that a checkpoint's weights were trained with: in its run, and in the runs that it started from."""
    return int(state["samples"]) + int(state.get("samples_before", 0))


def load_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `save_checkpoint` wrote, on the CPU.

    Raises:
        InputError: there is no such file, or it is no checkpoint of ours.
        DamagedFileError: it is truncated or altered.
        VersionError: a newer Kick It Out wrote it.
    """
    if not path.is_file():
        raise InputError("weights", path, "there is no such checkpoint; give a run's folder or one of its checkpoints")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, RuntimeError, struct.error) as error:
        raise DamagedFileError(f"{path} is truncated or damaged ({error}); {AGAIN}") from error
    if not all(tensor.dtype in _DTYPES for tensor in tensors.values()):
        raise DamagedFileError(f"{path} holds tensors of an unusual type; {AGAIN}")
    if _HEADER_KEY not in metadata:
        remedy = "not a checkpoint of Kick It Out; give a run's folder or one of its checkpoints"
        raise InputError("weights", path, remedy)
    return tensors, _read_state(path, metadata[_HEADER_KEY])


def _read_state(path: Path, text: str) -> dict[str, Any]:
    """What a checkpoint's header says. Raises `DamagedFileError`, and `VersionError` for a newer one."""
    try:
        state: dict[str, Any] = json.loads(text)
        version = state["format_version"]
        if type(version) is int and version > FORMAT_VERSION:
            raise VersionError(
                f"{path} has format {version}, this version reads up to {FORMAT_VERSION}; upgrade kickitout"
            )
        counts = [state["samples"], *(state.get(name, 0) for name in _COUNTS)]
        if type(version) is not int or not all(type(count) is int and 0 <= count <= 10**15 for count in counts):
            raise ValueError("no count")
        numbers = [state[name] for name in _NUMBERS if state.get(name) is not None]
        if not all(isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < 1e15 for one in numbers):
            raise ValueError("no number")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DamagedFileError(f"{path} has a header of nonsense ({_short(error)}); {AGAIN}") from error
    return state


def damaged(path: Path, error: Exception) -> DamagedFileError:
    """The error where a checkpoint's parts are not those of a run."""
    return DamagedFileError(f"{path} does not hold what a run needs ({_short(error)}); {AGAIN}")


def _short(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Names with `prefix.` before them."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix.`, without it."""
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}


def load_network(network: nn.Module, tensors: dict[str, Tensor], source: Path) -> None:
    """Copy `tensors` into `network`. Raises `InputError` when they are of another shape or design."""
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:300]
        remedy = "does not fit these networks ({reason}); use the run's own settings"
        raise InputError("weights", source, remedy, reason=reason) from error


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Adam's state by parameter number: `0.exp_avg`, `0.exp_avg_sq`, `0.step`, ..."""
    state = optimizer.state_dict()["state"]
    return {f"{index}.{name}": value for index, values in state.items() for name, value in values.items()}


def load_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give Adam its state back, in the memory layout of the parameters (the layout may decide the last bit).

    A parameter without tensors has no state: it was not trained yet.
    """
    optimizer.state.clear()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for index, parameter in enumerate(parameters):
        if f"{index}.step" not in tensors:
            continue
        state: dict[str, Tensor] = {"step": tensors[f"{index}.step"].clone()}
        for name in MOMENTS:
            state[name] = torch.empty_like(parameter, memory_format=torch.preserve_format)
            state[name].copy_(tensors[f"{index}.{name}"])
        optimizer.state[parameter] = state
