"""Numbers from a seed that never change.

NumPy promises that the raw bits of a bit generator stay the same between versions, but not what its
distributions make of them. So only raw Philox bits are taken from NumPy (Salmon et al., "Parallel random
numbers: as easy as 1, 2, 3", 2011), and the transforms below are ours, held by golden tests.

A stream is keyed by (seed, purpose): kicks, layers and stages draw from separate streams, so that adding a stage
later changes none of the others' numbers.
"""

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

MAX_SEED = 2**63 - 1


def raw_bits(seed: int, purpose: str, count: int) -> NDArray[np.uint64]:
    """`count` raw 64-bit words of the Philox-4x64 stream of (seed, purpose)."""
    from kickitout.system.philox import Key  # loads NumPy's random numbers: only when some are drawn

    digest = hashlib.blake2b(f"{seed}\x1f{purpose}".encode(), digest_size=16).digest()
    return np.random.Philox(Key(digest)).random_raw(count)  # type: ignore[arg-type]  # its stubs know fewer seeds


def uniform(seed: int, purpose: str, count: int) -> NDArray[np.float64]:
    """`count` numbers evenly spread over [0, 1): the upper 53 bits of each word."""
    bits = raw_bits(seed, purpose, count)
    bits >>= np.uint64(11)
    # With a sign, which none has: processors convert these in a fraction of the time.
    found = bits.view(np.int64).astype(np.float64)
    found *= 2.0**-53
    return found


def normal(seed: int, purpose: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Standard normal numbers of `shape`, by the Box-Muller transform in float64 (Box and Muller, 1958)."""
    count = math.prod(shape)
    pairs = (count + 1) // 2
    u = uniform(seed, purpose, 2 * pairs)
    # In place: new memory takes longer than these sums. sqrt(-2 log(1 - u)); u may be 0, never 1.
    radius, angle = u[:pairs], u[pairs:]
    np.sqrt(np.multiply(np.log1p(np.negative(radius, out=radius), out=radius), -2.0, out=radius), out=radius)
    angle *= 2.0 * np.pi
    both = np.empty(2 * pairs, dtype=np.float32)
    turned = np.cos(angle)
    np.multiply(radius, turned, out=both[:pairs], casting="same_kind")
    np.multiply(radius, np.sin(angle, out=turned), out=both[pairs:], casting="same_kind")
    return both[:count].reshape(shape)


def another_seed(seed: int, purpose: str) -> int:
    """A seed, 0 to MAX_SEED, derived from (seed, purpose)."""
    return int(raw_bits(seed, purpose, 1)[0] >> np.uint64(1))


def attempt_seed(seed: int, attempt: int) -> int:
    """The seed of an attempt: attempt 0 uses the seed itself."""
    return seed if attempt == 0 else another_seed(seed, f"gate {attempt}")


def permutation(seed: int, purpose: str, count: int) -> NDArray[np.int64]:
    """The numbers 0..count-1 in an order that depends on (seed, purpose) alone."""
    return np.argsort(raw_bits(seed, purpose, count), kind="stable").astype(np.int64)


def fraction(text: str) -> float:
    """A number in [0, 1) that depends on `text` alone, for ordering and drawing by name."""
    # 53 bits: a float of all 64 could round up to 1.
    return (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 11) * 2.0**-53
