// How far a value is ordered on the map: whether colours by it run from one side to the other.

/** A multiple correlation of ranks from which on a person sees an order. */
const SEEN = 0.5;
const SIDES = ["right", "lower right", "bottom", "lower left", "left", "upper left", "top", "upper right"];

/** The share of values that are smaller, 0 to 1, for each; NaN where there is none. @param {readonly number[]} values */
export function ranks(values) {
  const known = values.filter(Number.isFinite).sort((one, other) => one - other);
  /** @type {Map<number, number>} */
  const first = new Map();
  /** @type {Map<number, number>} */
  const last = new Map();
  known.forEach((value, index) => {
    if (!first.has(value)) first.set(value, index);
    last.set(value, index);
  });
  const most = Math.max(1, known.length - 1);
  return values.map((value) => ((first.get(value) ?? NaN) + (last.get(value) ?? NaN)) / 2 / most);
}

/** @param {readonly number[]} one @param {readonly number[]} other */
function covariance(one, other) {
  const mean = (/** @type {readonly number[]} */ list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [a, b] = [mean(one), mean(other)];
  return one.reduce((sum, value, at) => sum + (value - a) * (other[at] - b), 0) / one.length;
}

/**
 * How well a plane over the map explains a value: the multiple correlation of their ranks, and where the plane rises.
 * @param {readonly number[]} x to the right @param {readonly number[]} y down @param {readonly number[]} values
 * @returns {{share: number, right: number, down: number}} share: 0 (no order) to 1 (the value grows in one direction)
 */
export function order(x, y, values) {
  const there = values.flatMap((value, at) => (Number.isFinite(value) ? [at] : []));
  if (there.length < 3) return { share: 0, right: 0, down: 0 };
  const of = (/** @type {readonly number[]} */ list) => ranks(there.map((at) => list[at]));
  const [a, b, v] = [of(x), of(y), of(values)];
  const [aa, bb, ab, av, bv, vv] = [[a, a], [b, b], [a, b], [a, v], [b, v], [v, v]].map(([one, other]) => covariance(one, other));
  const determinant = aa * bb - ab * ab;
  if (determinant < 1e-12 || vv < 1e-12) return { share: 0, right: 0, down: 0 };
  const right = (av * bb - bv * ab) / determinant;
  const down = (bv * aa - av * ab) / determinant;
  return { share: Math.sqrt(Math.max(0, (right * av + down * bv) / vv)), right, down };
}

/** Where on the map a value grows, in words; empty where nobody would see it. @param {ReturnType<typeof order>} found */
export function grows({ share, right, down }) {
  if (share < SEEN) return "";
  const eighth = Math.round(Math.atan2(down, right) / (Math.PI / 4));
  return `grows to the ${SIDES[(eighth + SIDES.length) % SIDES.length]}`;
}
