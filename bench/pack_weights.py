"""Weights of runs as small files to carry home from a rented GPU, and back as one that a run can start from.

    python bench/pack_weights.py OUT RUN ...
    python bench/pack_weights.py --join WEIGHTS PART ...

Of each run the averaged generator, the encoder and the prior, large tensors in half precision, in parts of at most 15.5
MB: OUT/RUN-0.safetensors and so on. Joined, they are a file for `kick train --from`; without the optimizers' moments,
which a run that starts from weights does not need.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from kickitout.errors import KickItOutError
from kickitout.training.run import checkpoint
from kickitout.training.run import folder as run_folder

LARGEST = 15_500_000
"""Bytes of tensors in a part at most."""

LEAST_HALVED = 20_000
"""Numbers of a tensor from which on it is halved."""


def smaller(tensor: Tensor) -> Tensor:
    """A large tensor in half precision, any other in single where it was in double."""
    if not tensor.is_floating_point():
        return tensor
    return tensor.half() if tensor.numel() >= LEAST_HALVED else tensor.float()


def parts_of(tensors: dict[str, Tensor]) -> list[dict[str, Tensor]]:
    """Tensors in groups, none larger than `LARGEST` unless one tensor is."""
    parts: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, tensor in tensors.items():
        bytes_of = tensor.numel() * tensor.element_size()
        if parts[-1] and size + bytes_of > LARGEST:
            parts.append({})
            size = 0
        parts[-1][name] = tensor
        size += bytes_of
    return parts


def pack(run: Path, out: Path) -> None:
    """Write the parts of a run's last weights."""
    tensors, state = checkpoint.load_checkpoint(run_folder.resolve_weights(run))
    played = checkpoint.part(tensors, "averaged") or checkpoint.part(tensors, "generator")
    kept = checkpoint.prefixed("generator", played)
    kept |= {name: tensor for name, tensor in tensors.items() if name.startswith(("encoder.", "prior."))}
    parts = parts_of({name: smaller(tensor) for name, tensor in kept.items()})
    for number, part in enumerate(parts):
        checkpoint.save_checkpoint(out / f"{run.name}-{number}.safetensors", part, state)
    print(f"{run}: {state['samples']:,} samples, {len(parts)} parts", flush=True)


def join(weights: Path, parts: list[Path]) -> None:
    """Write one file of weights from its parts."""
    tensors: dict[str, Tensor] = {}
    state: dict[str, Any] = {}
    for path in parts:
        part, state = checkpoint.load_checkpoint(path)
        tensors |= {name: tensor.float() if tensor.dtype == torch.float16 else tensor for name, tensor in part.items()}
    checkpoint.save_checkpoint(weights, tensors, {key: state[key] for key in state if key != "format_version"})


def main() -> None:
    """Read the options, pack or join."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--join", action="store_true")
    parser.add_argument("target", type=Path)
    parser.add_argument("sources", type=Path, nargs="+")
    options = parser.parse_args()
    if options.join:
        join(options.target, options.sources)
        return
    options.target.mkdir(parents=True, exist_ok=True)
    for run in options.sources:
        try:
            pack(run, options.target)
        except KickItOutError as error:
            print(f"{run}: {error}", flush=True)


if __name__ == "__main__":
    main()
