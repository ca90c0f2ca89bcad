/** What can stand in an element: text is always text, and nothing is read as markup. */
export type Child = Node | string | number | null | undefined | false | Child[];

type Listener = (event: any) => unknown;
type Attributes = Record<string, string | number | boolean | null | undefined | Listener>;

/** An HTML element. Attributes that begin with `on` are listeners; false, null and undefined leave one out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  fill(made, attributes, children);
  return made;
}

/** A name within a text: one that is written from right to left leaves the numbers beside it where they are. */
export function named(text: string): HTMLElement {
  return element("bdi", {}, text);
}

/** The same where only text can stand, as in an option, a title or a label of a map (U+2068, U+2069). */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** An element of a drawing, as `element` makes those of HTML. */
export function drawing<Name extends keyof SVGElementTagNameMap>(
  name: Name, attributes: Attributes = {}, ...children: Child[]
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  fill(made, attributes, children);
  return made;
}

function fill(target: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") {
      target.addEventListener(name.slice(2), value);
    } else if ((name === "href" || name === "src") && !isSafe(String(value))) {
      throw new Error(`an address that is not one of a page: ${String(value)}`);
    } else {
      target.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(target, children);
}

/** Addresses that load or run nothing by themselves. */
function isSafe(address: string): boolean {
  return /^(https?:\/\/|\/(?![/\\\t\n\r])|#|mailto:|blob:)/.test(address);
}

export function append(target: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(target, child);
    else target.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Puts children in the place of all that an element has. */
export function replace(target: Element, ...children: Child[]): void {
  target.replaceChildren();
  append(target, children);
}
