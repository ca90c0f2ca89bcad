import { field, Field } from "../dom/form";

/** A field for a code from a mail, which phones offer to fill in. */
export function codeField(): Field {
  return field("Code", "code", {
    inputmode: "numeric", autocomplete: "one-time-code", required: true, maxlength: 20,
  }, "8 digits, good for some minutes.");
}
