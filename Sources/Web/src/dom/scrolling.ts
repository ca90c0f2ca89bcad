import { element } from "./element";

/** A table that may be wider than the page, in large letters: it scrolls by itself, with the keyboard too. */
export function scrolling(label: string, table: HTMLElement): HTMLElement {
  return element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, table);
}
