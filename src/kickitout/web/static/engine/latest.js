/** Maps that keep the latest of what is put into them. */

/**
 * Keep something as the latest of a map that is not to grow beyond a number.
 * @template K, V
 * @param {Map<K, V>} map @param {K} key @param {V} value @param {number} most
 */
export function keep(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
