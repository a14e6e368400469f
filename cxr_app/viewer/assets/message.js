// The bytes that Python sends: a length, JSON, and the parts that the JSON names.

/**
 * @typedef {object} Message
 * @property {Record<string, any>} header
 * @property {(name: string) => Uint8Array} part a copy, at the start of a buffer of its own
 */

/**
 * Take a message apart.
 * @param {Uint8Array} bytes
 * @returns {Message}
 */
export function readMessage(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const places = new Map();
  let start = 4 + length;
  for (const [name, size] of Object.entries(header.parts)) {
    places.set(name, [start, start + size]);
    start += size;
  }
  const part = (name) => {
    const [from, to] = places.get(name) ?? [0, 0];
    return bytes.slice(from, to);
  };
  return { header, part };
}
