// Smaller copies of a film, so that a film seen small is the mean of its pixels, not a choice.

/**
 * A copy of half the size: each pixel the mean of four. Padding is not mixed with picture.
 * @param {import("./stored.js").Level} level
 * @param {[number, number] | null} padding codes
 * @returns {import("./stored.js").Level}
 */
export function halved(level, padding) {
  const width = level.width >> 1;
  const height = level.height >> 1;
  const codes = new Uint16Array(width * height);
  const [first, last] = padding ?? [1, 0];
  for (let row = 0, at = 0; row < height; row += 1) {
    let from = 2 * row * level.width;
    for (const end = at + width; at < end; at += 1, from += 2) {
      const a = level.codes[from];
      const b = level.codes[from + 1];
      const c = level.codes[from + level.width];
      const d = level.codes[from + level.width + 1];
      codes[at] = padding ? mixed([a, b, c, d], first, last) : (a + b + c + d + 2) >> 2;
    }
  }
  return { codes, width, height, step: level.step / 2 };
}

function mixed(four, first, last) {
  const picture = four.filter((code) => code < first || code > last);
  if (picture.length < 2) return four.find((code) => code >= first && code <= last);
  return Math.round(picture.reduce((sum, code) => sum + code, 0) / picture.length);
}
