"""Short-time spectra, their inverse and filters, with gradients written out.

torch differentiates a real transform by a complex one of the whole length, frames by scattered sums, and a product with
real numbers by one with complex ones: a third of a step with energy scores. But the adjoint of a real transform is a
real transform, that of cutting into frames is adding them up, and a filter without phase is its own. These functions
cannot be differentiated twice.

Frame p of a sound is centred on sample p hop; outside of the sound there is nothing. Phases refer to the frames' first
samples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


def framed(sound: Tensor, window: Tensor, hop: int, count: int) -> Tensor:
    """Frames of a sound times a window: (..., n), (n_fft,) -> (..., count, n_fft)."""
    n_fft = len(window)
    left = n_fft // 2
    padded = F.pad(sound, (left, (count - 1) * hop + n_fft - left - sound.shape[-1]))
    return padded.unfold(-1, n_fft, hop) * window


def overlap_added(frames: Tensor, hop: int, length: int) -> Tensor:
    """The adjoint of `framed` with a window of ones: (..., count, n_fft) -> (..., length), n_fft a multiple of hop."""
    count, n_fft = frames.shape[-2:]
    blocks = frames.reshape(*frames.shape[:-1], n_fft // hop, hop)
    total = frames.new_zeros(*frames.shape[:-2], count + n_fft // hop - 1, hop)
    for part in range(n_fft // hop):
        total[..., part : part + count, :] += blocks[..., part, :]
    left = n_fft // 2
    return F.pad(total.flatten(-2)[..., left : left + length], (0, max(0, left + length - total.shape[-2] * hop)))


AT_ONCE = 4
"""Sounds whose spectra fit a processor's cache: all passes over these before those over the next."""


def _parts(sounds: Tensor) -> Iterator[slice]:
    """The rows of a batch that are worked on together: all on a GPU, which has more to do at once."""
    step = AT_ONCE if sounds.device.type == "cpu" else max(1, len(sounds))
    return (slice(first, first + step) for first in range(0, len(sounds), step))


def _ends_doubled(spectrum: Tensor, n_fft: int) -> Tensor:
    """A copy in which the bins that stand once in a whole spectrum count twice, as all the others do."""
    doubled = spectrum.clone(memory_format=torch.contiguous_format)
    doubled[..., 0] *= 2.0
    if spectrum.shape[-1] == n_fft // 2 + 1:
        doubled[..., -1] *= 2.0
    return doubled


def _frames_of(gradient: Tensor, n_fft: int) -> Tensor:
    """The adjoint of `rfft`, of its lowest bins: complex (..., bins) -> (..., n_fft), over n_fft / 2."""
    frames: Tensor = torch.fft.irfft(_ends_doubled(gradient, n_fft), n=n_fft)
    return frames


class _ShortTime(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, sound: Tensor, window: Tensor, hop: int, count: int, bins: int) -> Tensor:
        ctx.save_for_backward(window)
        ctx.hop, ctx.length = hop, sound.shape[-1]
        spectrum: Tensor = torch.fft.rfft(framed(sound, window, hop, count))
        return spectrum[..., :bins]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:
        (window,) = ctx.saved_tensors
        frames = _frames_of(gradient, len(window)) * (window * (len(window) / 2.0))
        return overlap_added(frames, ctx.hop, ctx.length), None, None, None, None


def short_time(sound: Tensor, window: Tensor, hop: int, count: int, bins: int) -> Tensor:
    """The lowest bins of a short-time spectrum.

    Args:
        sound: (..., n).
        window: (n_fft,), with n_fft a multiple of `hop`; no gradient goes to it.
        hop: samples from frame to frame.
        count: frames.
        bins: n_fft / 2 + 1 at most.

    Returns:
        Complex (..., count, bins).
    """
    found: Tensor = _ShortTime.apply(sound, window, hop, count, bins)  # type: ignore[no-untyped-call]
    return found


@dataclass(frozen=True)
class Compression:
    """How the bins X of a short-time spectrum are made comparable: as log powers and as complex numbers of other sizes.

    Attributes:
        least: added to all powers.
        sizes: factor of log sqrt(|X|^2 + least); 0 for none.
        phases: factor s of s X (|X|^2 + least)^((power - 1) / 2); 0 for none.
        power: of the sizes of the complex numbers.
    """

    least: float
    sizes: float
    phases: float
    power: float


class _Compressed(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, sound: Tensor, window: Tensor, hop: int, count: int, bins: int, how: Compression
    ) -> tuple[Tensor | None, Tensor | None]:
        real = sound.new_empty(*sound.shape[:-1], count, bins)
        imaginary, power, logs = (torch.empty_like(real) for _ in range(3))
        pairs = shrink = None
        if how.phases:
            shrink, pairs = torch.empty_like(real), real.new_empty(len(real), 2, *real.shape[1:])
        for rows in _parts(sound):
            spectrum = torch.fft.rfft(framed(sound[rows], window, hop, count))[..., :bins]
            of_real, of_imaginary = real[rows].copy_(spectrum.real), imaginary[rows].copy_(spectrum.imag)
            of_power = torch.mul(of_real, of_real, out=power[rows]).add_(how.least)
            of_logs = torch.log(of_power.addcmul_(of_imaginary, of_imaginary), out=logs[rows])
            if shrink is not None and pairs is not None:
                factor = torch.mul(of_logs, 0.5 * (how.power - 1.0), out=shrink[rows]).exp_().mul_(how.phases)
                torch.mul(of_real, factor, out=pairs[rows, 0])
                torch.mul(of_imaginary, factor, out=pairs[rows, 1])
            of_logs.mul_(how.sizes * 0.5)
        ctx.save_for_backward(window, real, imaginary, power, *([] if shrink is None else [shrink]))
        ctx.hop, ctx.length, ctx.how = hop, sound.shape[-1], how
        return logs[:, None] if how.sizes else None, pairs

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, of_sizes: Tensor | None, of_pairs: Tensor | None) -> tuple[Tensor | None, ...]:
        window, real, imaginary, power, *shrink = ctx.saved_tensors
        how: Compression = ctx.how
        scaled = window * (len(window) / 2.0)
        of_sound = power.new_empty(*power.shape[:-2], ctx.length)
        for rows in _parts(power):
            factor = torch.zeros_like(power[rows]) if of_sizes is None else how.sizes * of_sizes[rows, 0]
            if of_pairs is not None:
                along = (of_pairs[rows, 0] * real[rows]).addcmul_(of_pairs[rows, 1], imaginary[rows])
                factor.addcmul_(along, shrink[0][rows], value=how.power - 1.0)
            factor.div_(power[rows])
            gradient = torch.empty(*factor.shape, 2, dtype=power.dtype, device=power.device)
            for part, size in enumerate((real[rows], imaginary[rows])):
                torch.mul(factor, size, out=gradient[..., part])
                if of_pairs is not None:
                    gradient[..., part].addcmul_(shrink[0][rows], of_pairs[rows, part])
            frames = _frames_of(torch.view_as_complex(gradient), len(window)).mul_(scaled)
            of_sound[rows] = overlap_added(frames, ctx.hop, ctx.length)
        return of_sound, None, None, None, None, None


def compressed_short_time(
    sound: Tensor, window: Tensor, hop: int, count: int, bins: int, how: Compression
) -> tuple[Tensor | None, Tensor | None]:
    """The lowest bins of a short-time spectrum, compressed.

    The same as `short_time` and products with its real and imaginary parts, for which torch would fill a spectrum with
    zeros at every turn backwards.

    Args:
        sound: (b, c, n).
        window, hop, count, bins: as in `short_time`.
        how: what is asked for.

    Returns:
        Log sizes (b, 1, c, count, bins), and pairs of real and imaginary parts (b, 2, c, count, bins); None for what is
        not asked for.
    """
    found: tuple[Tensor | None, Tensor | None] = _Compressed.apply(  # type: ignore[no-untyped-call]
        sound, window, hop, count, bins, how
    )
    return found


class _Shaped(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        sound: Tensor,
        amplitude: Tensor,
        start: Tensor,
        later: Tensor,
        window: Tensor,
        inverse: Tensor,
        hop: int,
    ) -> Tensor:
        frames, low = start.shape[-2], later.shape[-1]
        count, length = amplitude.shape[-2], sound.shape[-1]
        spectrum, made = torch.empty_like(amplitude, dtype=start.dtype), torch.empty_like(sound)
        for rows in _parts(sound):
            of_rows = torch.fft.rfft(framed(sound[rows], window, hop, count), out=spectrum[rows])
            shaped = of_rows * amplitude[rows]
            shaped[..., :frames, :] += start[rows]
            shaped[..., frames:, :low] += later[rows]
            made[rows] = overlap_added(torch.fft.irfft(shaped, n=len(window)).mul_(inverse), hop, length)
        ctx.save_for_backward(spectrum, amplitude, window, inverse)
        ctx.hop, ctx.frames, ctx.low = hop, frames, low
        return made

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        spectrum, amplitude, window, inverse = ctx.saved_tensors
        n_fft, count, length = len(window), spectrum.shape[-2], gradient.shape[-1]
        inverse, window = inverse * (2.0 / n_fft), window * (n_fft / 2.0)
        of_amplitude, of_sound = torch.empty_like(amplitude), None
        start = torch.empty_like(spectrum[..., : ctx.frames, :])
        later = torch.empty_like(spectrum[..., ctx.frames :, : ctx.low])
        if ctx.needs_input_grad[0]:
            of_sound = torch.empty_like(gradient)
        for rows in _parts(gradient):
            of_shaped = torch.fft.rfft(framed(gradient[rows], inverse, ctx.hop, count))
            of_shaped[..., 0] *= 0.5
            of_shaped[..., -1] *= 0.5
            torch.mul(spectrum[rows].real, of_shaped.real, out=of_amplitude[rows])
            of_amplitude[rows].addcmul_(spectrum[rows].imag, of_shaped.imag)
            start[rows], later[rows] = of_shaped[..., : ctx.frames, :], of_shaped[..., ctx.frames :, : ctx.low]
            if of_sound is not None:
                frames = _frames_of(of_shaped.mul_(amplitude[rows]), n_fft).mul_(window)
                of_sound[rows] = overlap_added(frames, ctx.hop, length)
        return of_sound, of_amplitude, start, later, None, None, None


def shaped(
    sound: Tensor, amplitude: Tensor, start: Tensor, later: Tensor, window: Tensor, inverse: Tensor, hop: int
) -> Tensor:
    """A sound whose short-time spectrum is multiplied and added to, and turned back into a sound.

    Args:
        sound: (..., n), n at most the reach of the frames.
        amplitude: factors of the spectrum, (..., count, n_fft / 2 + 1).
        start: then added to the first frames, complex (..., frames, n_fft / 2 + 1).
        later: added to the lowest bins of the others, complex (..., count - frames, low).
        window: (n_fft,); no gradient goes to it.
        inverse: the window that frames are multiplied with before they are added up, (n_fft,).
        hop: samples from frame to frame.

    Returns:
        (..., n).
    """
    found: Tensor = _Shaped.apply(  # type: ignore[no-untyped-call]
        sound, amplitude, start, later, window, inverse, hop
    )
    return found


class _Filtered(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, sound: Tensor, band: Tensor, length: int) -> Tensor:
        ctx.save_for_backward(band)
        ctx.samples = sound.shape[-1]
        return _through(sound, band, length)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (band,) = ctx.saved_tensors
        return _through(gradient, band, gradient.shape[-1])[..., : ctx.samples], None, None


def _through(sound: Tensor, band: Tensor, length: int) -> Tensor:
    sifted: Tensor = torch.fft.irfft(torch.fft.rfft(sound, length) * band, length)
    return sifted


def filtered(sound: Tensor, band: Tensor, length: int) -> Tensor:
    """A sound, filled up with zeros to `length`, whose spectrum is multiplied with real numbers.

    Args:
        sound: (..., n), n at most `length`.
        band: (length / 2 + 1,); no gradient goes to it.
        length: of the transform, even.

    Returns:
        (..., length).
    """
    found: Tensor = _Filtered.apply(sound, band, length)  # type: ignore[no-untyped-call]
    return found
