import { notify } from "../shell/notices";
import { element } from "./element";
import type { Field } from "./form";

/** A button that copies the link in a field; where the browser does not let it, the field is selected. */
export function copyButton(shown: Field): HTMLElement {
  return element("button", {
    type: "button", onclick: async () => {
      try {
        await navigator.clipboard.writeText(shown.control.value);
        notify("Copied.");
      } catch {
        (shown.control as HTMLInputElement).select();
      }
    },
  }, "Copy the link");
}
