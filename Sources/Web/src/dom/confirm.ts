import { element, replace } from "./element";

/** A button that asks once more before it does what cannot be undone. */
export function confirmed(text: string, sure: string, action: () => unknown): HTMLElement {
  const box = element("span", { class: "confirm" });
  const first = element("button", {
    type: "button", onclick: () => {
      const yes = element("button", {
        type: "button", class: "main", onclick: () => { reset(); void action(); },
      }, sure);
      replace(box, yes, element("button", { type: "button", class: "plain", onclick: () => reset() }, "Cancel"));
      yes.focus();
    },
  }, text);
  const reset = () => { replace(box, first); first.focus(); };
  replace(box, first);
  return box;
}
