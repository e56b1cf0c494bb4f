/** A zip archive of stored files, without a clock: the same files give the same bytes. */

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** @param {Uint8Array} data */
function crc32(data) {
  let c = 0xffffffff;
  for (const byte of data) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers as bytes: pairs of a size (2 or 4) and a value. @param {[number, number][]} fields */
function bytes(fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((total, [size]) => total + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

/** The first moment that zip knows: 1 January 1980. */
const DATE = 33;
/** Names are UTF-8. */
const UTF8 = 0x0800;

/**
 * @param {{name: string, data: Uint8Array}[]} files @returns {Uint8Array}
 */
export function zip(files) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const { name, data } of files) {
    const title = new TextEncoder().encode(name);
    /** @type {[number, number][]} */
    const common = [[2, UTF8], [2, 0], [2, 0], [2, DATE], [4, crc32(data)], [4, data.length], [4, data.length],
      [2, title.length], [2, 0]];
    const head = bytes([[4, 0x04034b50], [2, 20], ...common]);
    parts.push(head, title, data);
    const rest = bytes([[2, 0], [2, 0], [2, 0], [4, (0o100644 << 16) >>> 0], [4, at]]);
    directory.push(bytes([[4, 0x02014b50], [2, 0x0314], [2, 20], ...common]), rest, title);
    at += head.length + title.length + data.length;
  }
  const size = directory.reduce((total, part) => total + part.length, 0);
  const end = bytes([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, at], [2, 0]]);
  const all = [...parts, ...directory, end];
  const result = new Uint8Array(at + size + end.length);
  let place = 0;
  for (const part of all) {
    result.set(part, place);
    place += part.length;
  }
  return result;
}
