// What viewers say to Python, one after the other. Streamlit sends what is said in one moment
// together, as if one part of the page had said it, and then only that part runs again.

const APART_MS = 60;

let last = Promise.resolve();

/** @param {() => void} send */
export function sayApart(send) {
  last = last.then(async () => {
    send();
    await new Promise((done) => setTimeout(done, APART_MS));
  });
}
