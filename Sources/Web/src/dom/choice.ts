import { element, replace } from "./element";

export interface Choice {
  row: HTMLElement;
  control: HTMLSelectElement;
  offer(options: [value: string, text: string][]): void;
}

let count = 0;

/** A labelled list of which one is chosen. */
export function choice(
  label: string, name: string, options: [value: string, text: string][], hint?: string,
): Choice {
  count += 1;
  const id = `choice-${count}`;
  const control = element("select", {
    id, name, "aria-describedby": hint ? `${id}-hint` : undefined,
  });
  const offer = (offered: [string, string][]) => {
    const before = control.value;
    replace(control, ...offered.map(([value, text]) => element("option", { value, dir: "auto" }, text)));
    if (offered.some(([value]) => value === before)) control.value = before;
  };
  offer(options);
  const row = element("div", { class: "field" }, element("label", { for: id }, label), control,
    hint ? element("p", { class: "hint", id: `${id}-hint` }, hint) : null);
  return { row, control, offer };
}
