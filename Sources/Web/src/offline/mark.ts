// How many walks wait, noted outside of their database: a browser that deletes the one may leave the other.

const key = "milequest.waiting";

/** The number at the last look; none in the worker, and where the browser keeps nothing. */
export function expectedWalks(): number {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0;
  }
}

export function expectWalks(count: number): void {
  try {
    localStorage.setItem(key, String(count));
  } catch {
    // Then nobody is warned.
  }
}
