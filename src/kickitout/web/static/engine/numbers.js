/**
 * Interpolation, search, solving, factors, unwrapped phases and rounding: the twins of NumPy's functions and of
 * `statistics.NormalDist`. Ours, so that they agree with these.
 */

/** @typedef {ArrayLike<number>} Numbers */

/** @param {number} x @param {number} low @param {number} high */
export const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

/** A share of amplitude. @param {number} db */
export const gainOf = (db) => 10 ** (db / 20);

/**
 * Half a cosine from 0 at `low` to 1 at `high`, and what lies before and behind.
 * @param {number} x @param {number} low @param {number} high
 */
export const rise = (x, low, high) => 0.5 - 0.5 * Math.cos(Math.PI * clamp((x - low) / (high - low), 0, 1));

/** To the nearest whole number, halves to the even one. @param {number} x */
export function rint(x) {
  const below = Math.floor(x);
  const part = x - below;
  if (part !== 0.5) return part < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** @param {Numbers} x */
export function largest(x) {
  let most = -Infinity;
  for (let i = 0; i < x.length; i++) if (x[i] > most) most = x[i];
  return most;
}

/** The largest absolute value; 0 of nothing. @param {Numbers} x */
export function peakOf(x) {
  let most = 0;
  for (let i = 0; i < x.length; i++) if (Math.abs(x[i]) > most) most = Math.abs(x[i]);
  return most;
}

/** @param {Numbers} x @param {number} from @param {number} to */
export function sum(x, from = 0, to = x.length) {
  let total = 0;
  for (let i = from; i < to; i++) total += x[i];
  return total;
}

/** @param {Numbers} x @param {number} from @param {number} to */
export const mean = (x, from = 0, to = x.length) => sum(x, from, to) / (to - from);

/** The standard deviation. @param {Numbers} x @param {number} from @param {number} to */
export function deviation(x, from = 0, to = x.length) {
  const middle = mean(x, from, to);
  let total = 0;
  for (let i = from; i < to; i++) total += (x[i] - middle) ** 2;
  return Math.sqrt(total / (to - from));
}

/** The last place where a test holds; -1 for none. @param {Numbers} x @param {(value: number) => boolean} test */
export function lastWhere(x, test) {
  for (let i = x.length - 1; i >= 0; i--) if (test(x[i])) return i;
  return -1;
}

/**
 * The first place where a test holds; 0 for none, as NumPy's argmax.
 * @param {Numbers} x @param {(value: number) => boolean} test
 */
export function firstWhere(x, test) {
  for (let i = 0; i < x.length; i++) if (test(x[i])) return i;
  return 0;
}

/**
 * How many of ascending numbers are below a value (`left`), or not above it.
 * @param {Numbers} ascending @param {number} value
 */
export function search(ascending, value, left = true) {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (left ? ascending[middle] < value : ascending[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The straight line between ascending points, held at both ends.
 * @param {number} x @param {Numbers} xs @param {Numbers} ys
 */
export function interpolate(x, xs, ys) {
  const last = xs.length - 1;
  if (x >= xs[last]) return ys[last];
  if (!(x >= xs[0])) return ys[0];
  const above = search(xs, x, false);
  const below = above - 1;
  return ys[below] + ((ys[above] - ys[below]) / (xs[above] - xs[below])) * (x - xs[below]);
}

/** The same at many ascending places. @param {Numbers} places @param {Numbers} xs @param {Numbers} ys */
export function interpolateAll(places, xs, ys) {
  const result = new Float64Array(places.length);
  const last = xs.length - 1;
  let below = 0;
  for (let i = 0; i < places.length; i++) {
    const x = places[i];
    if (x >= xs[last]) result[i] = ys[last];
    else if (!(x >= xs[0])) result[i] = ys[0];
    else {
      if (xs[below] > x) below = search(xs, x, false) - 1;
      while (xs[below + 1] <= x) below++;
      result[i] = ys[below] + ((ys[below + 1] - ys[below]) / (xs[below + 1] - xs[below])) * (x - xs[below]);
    }
  }
  return result;
}

/** Hann's window without its zeros, as np.hanning(length + 2)[1:-1]. @param {number} length */
export function hanning(length) {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 1)) / (length + 1)));
}

/** The periodic Hann window. @param {number} length */
export function hann(length) {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
}

/** Phases without jumps of a turn, in place. @param {Float64Array} phase */
export function unwrap(phase) {
  let before = phase[0];
  let turned = 0;
  for (let i = 1; i < phase.length; i++) {
    const step = phase[i] - before;
    before = phase[i];
    let rest = ((((step + Math.PI) % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI)) - Math.PI;
    if (rest === -Math.PI && step > 0) rest = Math.PI;
    if (Math.abs(step) >= Math.PI) turned += rest - step;
    phase[i] += turned;
  }
  return phase;
}

/** Slopes by central differences of even steps, one-sided at both ends. @param {Numbers} x */
export function gradient(x) {
  const n = x.length;
  const result = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) result[i] = 0.5 * (x[i + 1] - x[i - 1]);
  result[0] = x[1] - x[0];
  result[n - 1] = x[n - 1] - x[n - 2];
  return result;
}

/**
 * The solution of a square system, by elimination with the largest pivots.
 * @param {Numbers} matrix row by row @param {Numbers} right @returns {Float64Array}
 */
export function solve(matrix, right) {
  const n = right.length;
  const a = Float64Array.from(matrix);
  const x = Float64Array.from(right);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[best * n + k])) best = i;
    if (best !== k) {
      for (let j = k; j < n; j++) [a[k * n + j], a[best * n + j]] = [a[best * n + j], a[k * n + j]];
      [x[k], x[best]] = [x[best], x[k]];
    }
    for (let i = k + 1; i < n; i++) {
      const share = a[i * n + k] / a[k * n + k];
      if (share === 0) continue;
      for (let j = k + 1; j < n; j++) a[i * n + j] -= share * a[k * n + j];
      x[i] -= share * x[k];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i] -= a[i * n + j] * x[j];
    x[i] /= a[i * n + i];
  }
  return x;
}

/**
 * The lower Cholesky factor, or null where a matrix is not positive.
 * @param {Float64Array} matrix row by row @param {number} n
 */
export function cholesky(matrix, n) {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let left = matrix[i * n + j];
      for (let k = 0; k < j; k++) left -= l[i * n + k] * l[j * n + k];
      if (i === j) {
        if (!(left > 0)) return null;
        l[i * n + i] = Math.sqrt(left);
      } else l[i * n + j] = left / l[j * n + j];
    }
  }
  return l;
}

/**
 * The error function to double precision: its series, and the continued fraction of what is left of 1.
 * @param {number} x @returns {number}
 */
export function erf(x) {
  if (x < 0) return -erf(-x);
  if (x < 3) {
    let term = x, total = x;
    for (let k = 1; k < 120 && Math.abs(term) > 1e-18 * total; k++) {
      term *= (-x * x) / k;
      total += term / (2 * k + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }
  if (x > 6) return 1;
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** The share of standard normal numbers below a value. @param {number} x */
export const normalShare = (x) => 0.5 * (1 + erf(x / Math.SQRT2));

/**
 * The value below which a share of standard normal numbers lies; by bisection and Newton's steps.
 * @param {number} share
 */
export function normalQuantile(share) {
  let low = -9, high = 9;
  for (let i = 0; i < 20; i++) {
    const middle = 0.5 * (low + high);
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  let x = 0.5 * (low + high);
  for (let i = 0; i < 4; i++) x -= ((normalShare(x) - share) * Math.sqrt(2 * Math.PI)) / Math.exp(-0.5 * x * x);
  return x;
}

/** Bessel's function I0, by its series: of the window of Kaiser. @param {number} x */
export function bessel(x) {
  let term = 1, total = 1;
  for (let k = 1; term > 1e-17 * total; k++) {
    term *= (x / (2 * k)) ** 2;
    total += term;
  }
  return total;
}
