// Viewers of one page that follow one another, within this window alone.

/**
 * @typedef {object} Followed
 * @property {{zoom: number, x: number, y: number}} [place] zoom over that of all of the film, and
 *   the point in the middle as shares of the film: films of two sizes go together
 * @property {{shift: number, factor: number} | null} [window] over the film's own
 * @property {boolean} [isNegative]
 */

const EVENT = "cxr-film-group";

/**
 * @param {() => string | null} groupOf
 * @param {(followed: Followed) => void} follow
 * @returns {{say: (followed: Followed) => void, leave: () => void}}
 */
export function joinGroup(groupOf, follow) {
  const self = Symbol("viewer");
  const heard = (event) => {
    const { group, from, followed } = event.detail;
    if (from !== self && group !== null && group === groupOf()) follow(followed);
  };
  window.addEventListener(EVENT, heard);
  return {
    say(followed) {
      const group = groupOf();
      if (group === null) return;
      window.dispatchEvent(new CustomEvent(EVENT, { detail: { group, from: self, followed } }));
    },
    leave: () => window.removeEventListener(EVENT, heard),
  };
}
