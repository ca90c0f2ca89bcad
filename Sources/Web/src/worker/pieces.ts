// Large values in pieces, each so small that taking it over does not hold up a page.

/** Items of an array that go from one thread to another at a time. */
export const mostAtOnce = 10_000;

/** Where an array lies in a value, by the names and numbers on the way to it, and some of its items. */
export interface Piece { path: (string | number)[]; items: unknown[] }

/** Empties the long arrays in a value, and gives what was in them. */
export function takenApart(value: unknown, path: (string | number)[] = [], pieces: Piece[] = []): Piece[] {
  if (Array.isArray(value)) {
    // What is in items that are arrays or objects themselves goes with them.
    if (value.length > mostAtOnce) {
      for (let start = 0; start < value.length; start += mostAtOnce) {
        pieces.push({ path, items: value.slice(start, start + mostAtOnce) });
      }
      value.length = 0;
    } else {
      value.forEach((each, index) => takenApart(each, [...path, index], pieces));
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, each] of Object.entries(value)) takenApart(each, [...path, name], pieces);
  }
  return pieces;
}

/** Puts a piece back to where it was taken from; pieces come in their order. */
export function putBack(whole: unknown, { path, items }: Piece): void {
  let array = whole;
  for (const step of path) array = (array as Record<string | number, unknown>)[step];
  for (const each of items) (array as unknown[]).push(each);
}
