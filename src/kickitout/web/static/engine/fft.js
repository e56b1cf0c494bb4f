/**
 * Fourier transforms of any length made of the factors 2, 3 and 5, in double precision (Stockham's autosort): the twin
 * of `numpy.fft`. Ours, for lengths such as 27,000 are needed, and libraries have powers of two or single precision.
 *
 * Signs and scales are NumPy's: forwards exp(-2 pi i k n / N) without a factor, backwards 1 / N.
 * Ours, since the sizes include 24,576, 25,000 and 27,000: fft.js, also in float64, takes powers of two only, and is off
 * NumPy by 1.2 to 1.6 times as much there.
 */

/** @typedef {{re: Float64Array, im: Float64Array}} Spectrum */

/** @type {Map<number, {stages: {radix: number, left: number, cos: Float64Array, sin: Float64Array}[],
 *   re: Float64Array, im: Float64Array}>} */
const plans = new Map();

/** @type {Map<number, {cos: Float64Array, sin: Float64Array}>} */
const halfTurns = new Map();

/** @param {number} n @returns {number[]} */
function factors(n) {
  const found = [];
  let left = n;
  for (const radix of [4, 2, 3, 5]) {
    while (left % radix === 0) {
      found.push(radix);
      left /= radix;
    }
  }
  if (left !== 1) throw new Error(`a transform of ${n} is not made of the factors 2, 3 and 5`);
  return found;
}

/** @param {number} n */
function plan(n) {
  const known = plans.get(n);
  if (known) return known;
  const stages = [];
  let size = n;
  for (const radix of factors(n)) {
    const left = size / radix;
    const cos = new Float64Array(left * (radix - 1));
    const sin = new Float64Array(left * (radix - 1));
    for (let p = 0; p < left; p++) {
      for (let k = 1; k < radix; k++) {
        const angle = (-2 * Math.PI * ((p * k) % size)) / size;
        cos[p * (radix - 1) + k - 1] = Math.cos(angle);
        sin[p * (radix - 1) + k - 1] = Math.sin(angle);
      }
    }
    stages.push({ radix, left, cos, sin });
    size = left;
  }
  const made = { stages, re: new Float64Array(n), im: new Float64Array(n) };
  plans.set(n, made);
  return made;
}

const SIN3 = Math.sin((2 * Math.PI) / 3);
const COS51 = Math.cos((2 * Math.PI) / 5);
const COS52 = Math.cos((4 * Math.PI) / 5);
const SIN51 = Math.sin((2 * Math.PI) / 5);
const SIN52 = Math.sin((4 * Math.PI) / 5);

/**
 * The transform of complex numbers, in place and without a factor; backwards with `re` and `im` swapped.
 * @param {Float64Array} re @param {Float64Array} im
 */
export function transform(re, im) {
  const n = re.length;
  const { stages, re: spareRe, im: spareIm } = plan(n);
  let xr = re;
  let xi = im;
  let yr = spareRe;
  let yi = spareIm;
  let stride = 1;
  for (const { radix, left, cos, sin } of stages) {
    const apart = stride * left;
    for (let p = 0; p < left; p++) {
      const from = stride * p;
      const to = stride * radix * p;
      const w = p * (radix - 1);
      if (radix === 4) {
        const c1 = cos[w], s1 = sin[w], c2 = cos[w + 1], s2 = sin[w + 1], c3 = cos[w + 2], s3 = sin[w + 2];
        for (let q = 0; q < stride; q++) {
          const a = from + q, b = a + apart, c = b + apart, d = c + apart;
          const acr = xr[a] + xr[c], aci = xi[a] + xi[c], amr = xr[a] - xr[c], ami = xi[a] - xi[c];
          const bdr = xr[b] + xr[d], bdi = xi[b] + xi[d], bmr = xr[b] - xr[d], bmi = xi[b] - xi[d];
          const o = to + q;
          yr[o] = acr + bdr;
          yi[o] = aci + bdi;
          const r1 = amr + bmi, i1 = ami - bmr;
          yr[o + stride] = r1 * c1 - i1 * s1;
          yi[o + stride] = r1 * s1 + i1 * c1;
          const r2 = acr - bdr, i2 = aci - bdi;
          yr[o + 2 * stride] = r2 * c2 - i2 * s2;
          yi[o + 2 * stride] = r2 * s2 + i2 * c2;
          const r3 = amr - bmi, i3 = ami + bmr;
          yr[o + 3 * stride] = r3 * c3 - i3 * s3;
          yi[o + 3 * stride] = r3 * s3 + i3 * c3;
        }
      } else if (radix === 2) {
        const c1 = cos[w], s1 = sin[w];
        for (let q = 0; q < stride; q++) {
          const a = from + q, b = a + apart, o = to + q;
          const r = xr[a] - xr[b], i = xi[a] - xi[b];
          yr[o] = xr[a] + xr[b];
          yi[o] = xi[a] + xi[b];
          yr[o + stride] = r * c1 - i * s1;
          yi[o + stride] = r * s1 + i * c1;
        }
      } else if (radix === 3) {
        const c1 = cos[w], s1 = sin[w], c2 = cos[w + 1], s2 = sin[w + 1];
        for (let q = 0; q < stride; q++) {
          const a = from + q, b = a + apart, c = b + apart, o = to + q;
          const sumR = xr[b] + xr[c], sumI = xi[b] + xi[c];
          const turnR = SIN3 * (xi[b] - xi[c]), turnI = -SIN3 * (xr[b] - xr[c]);
          const midR = xr[a] - 0.5 * sumR, midI = xi[a] - 0.5 * sumI;
          yr[o] = xr[a] + sumR;
          yi[o] = xi[a] + sumI;
          const r1 = midR + turnR, i1 = midI + turnI, r2 = midR - turnR, i2 = midI - turnI;
          yr[o + stride] = r1 * c1 - i1 * s1;
          yi[o + stride] = r1 * s1 + i1 * c1;
          yr[o + 2 * stride] = r2 * c2 - i2 * s2;
          yi[o + 2 * stride] = r2 * s2 + i2 * c2;
        }
      } else {
        for (let q = 0; q < stride; q++) {
          const a = from + q, b = a + apart, c = b + apart, d = c + apart, e = d + apart, o = to + q;
          const beR = xr[b] + xr[e], beI = xi[b] + xi[e], cdR = xr[c] + xr[d], cdI = xi[c] + xi[d];
          const beDr = xr[b] - xr[e], beDi = xi[b] - xi[e], cdDr = xr[c] - xr[d], cdDi = xi[c] - xi[d];
          const m1R = xr[a] + COS51 * beR + COS52 * cdR, m1I = xi[a] + COS51 * beI + COS52 * cdI;
          const m2R = xr[a] + COS52 * beR + COS51 * cdR, m2I = xi[a] + COS52 * beI + COS51 * cdI;
          const t1R = SIN51 * beDi + SIN52 * cdDi, t1I = -(SIN51 * beDr + SIN52 * cdDr);
          const t2R = SIN52 * beDi - SIN51 * cdDi, t2I = -(SIN52 * beDr - SIN51 * cdDr);
          yr[o] = xr[a] + beR + cdR;
          yi[o] = xi[a] + beI + cdI;
          const r1 = m1R + t1R, i1 = m1I + t1I, r2 = m2R + t2R, i2 = m2I + t2I;
          const r3 = m2R - t2R, i3 = m2I - t2I, r4 = m1R - t1R, i4 = m1I - t1I;
          yr[o + stride] = r1 * cos[w] - i1 * sin[w];
          yi[o + stride] = r1 * sin[w] + i1 * cos[w];
          yr[o + 2 * stride] = r2 * cos[w + 1] - i2 * sin[w + 1];
          yi[o + 2 * stride] = r2 * sin[w + 1] + i2 * cos[w + 1];
          yr[o + 3 * stride] = r3 * cos[w + 2] - i3 * sin[w + 2];
          yi[o + 3 * stride] = r3 * sin[w + 2] + i3 * cos[w + 2];
          yr[o + 4 * stride] = r4 * cos[w + 3] - i4 * sin[w + 3];
          yi[o + 4 * stride] = r4 * sin[w + 3] + i4 * cos[w + 3];
        }
      }
    }
    [xr, yr] = [yr, xr];
    [xi, yi] = [yi, xi];
    stride *= radix;
  }
  if (xr !== re) {
    re.set(xr);
    im.set(xi);
  }
}

/** exp(-2 pi i k / n) for k = 0..n/2. @param {number} n */
function turns(n) {
  const known = halfTurns.get(n);
  if (known) return known;
  const cos = new Float64Array(n / 2 + 1);
  const sin = new Float64Array(n / 2 + 1);
  for (let k = 0; k <= n / 2; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / n);
    sin[k] = -Math.sin((2 * Math.PI * k) / n);
  }
  const made = { cos, sin };
  halfTurns.set(n, made);
  return made;
}

/**
 * The spectrum of real numbers, padded with zeros (or cut) to an even length: n / 2 + 1 lines.
 * @param {ArrayLike<number>} x @param {number} n @returns {Spectrum}
 */
export function rfft(x, n = x.length) {
  const half = n / 2;
  const zr = new Float64Array(half);
  const zi = new Float64Array(half);
  const kept = Math.min(x.length, n);
  for (let i = 0; i < kept; i++) {
    if (i & 1) zi[i >> 1] = x[i];
    else zr[i >> 1] = x[i];
  }
  transform(zr, zi);
  const { cos, sin } = turns(n);
  const re = new Float64Array(half + 1);
  const im = new Float64Array(half + 1);
  for (let k = 0; k <= half; k++) {
    const a = k === half ? 0 : k;
    const b = k === 0 ? 0 : half - k;
    const evenR = 0.5 * (zr[a] + zr[b]), evenI = 0.5 * (zi[a] - zi[b]);
    const oddR = 0.5 * (zi[a] + zi[b]), oddI = -0.5 * (zr[a] - zr[b]);
    re[k] = evenR + oddR * cos[k] - oddI * sin[k];
    im[k] = evenI + oddR * sin[k] + oddI * cos[k];
  }
  return { re, im };
}

/**
 * The real numbers of a spectrum; the inverse of `rfft`.
 * @param {Float64Array} re @param {Float64Array} im of n / 2 + 1 lines @param {number} n @returns {Float64Array}
 */
export function irfft(re, im, n) {
  const half = n / 2;
  const zr = new Float64Array(half);
  const zi = new Float64Array(half);
  const { cos, sin } = turns(n);
  for (let k = 0; k < half; k++) {
    const aR = re[k], aI = k === 0 ? 0 : im[k];
    const bR = re[half - k], bI = k === 0 ? 0 : im[half - k];
    const evenR = 0.5 * (aR + bR), evenI = 0.5 * (aI - bI);
    const diffR = 0.5 * (aR - bR), diffI = 0.5 * (aI + bI);
    const oddR = diffR * cos[k] + diffI * sin[k], oddI = diffI * cos[k] - diffR * sin[k];
    zr[k] = evenR - oddI;
    zi[k] = evenI + oddR;
  }
  transform(zi, zr);
  const result = new Float64Array(n);
  for (let i = 0; i < half; i++) {
    result[2 * i] = zr[i] / half;
    result[2 * i + 1] = zi[i] / half;
  }
  return result;
}

/**
 * The complex numbers of a spectrum: in place, divided by n.
 * @param {Float64Array} re @param {Float64Array} im
 */
export function inverse(re, im) {
  transform(im, re);
  const n = re.length;
  for (let i = 0; i < n; i++) {
    re[i] /= n;
    im[i] /= n;
  }
}
