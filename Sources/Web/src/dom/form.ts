import { Refusal, messageOf, sentence } from "../api/problem";
import { Child, element, replace } from "./element";

export interface Field {
  /** The row with label, control and what is wrong with it. */
  row: HTMLElement;
  control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  complain(text: string | null): void;
}

let count = 0;

/** A labelled control. */
export function field(
  label: string, name: string,
  attributes: Record<string, string | number | boolean | undefined> = {}, hint?: string,
): Field {
  const id = nextId();
  const described = [hint ? `${id}-hint` : "", `${id}-fault`].filter(Boolean).join(" ");
  const control = attributes["rows"]
    ? element("textarea", { id, name, dir: "auto", "aria-describedby": described, ...attributes })
    : element("input", {
      id, name, dir: isText(attributes["type"]) ? "auto" : undefined, "aria-describedby": described, ...attributes,
    });
  const isCheck = attributes["type"] === "checkbox";
  const text = element("label", { for: id }, label);
  return made(id, control, isCheck, text, hint);
}

/** A labelled choice of one of several values, each with its text. */
export function choice(label: string, name: string, values: [value: string, text: string][]): Field {
  const id = nextId();
  const control = element("select", { id, name, "aria-describedby": `${id}-fault` },
    values.map(([value, text]) => element("option", { value, dir: "auto" }, text)));
  return made(id, control, false, element("label", { for: id }, label));
}

/** Names are typed from right to left too; passwords and addresses are not. */
function isText(type: unknown): boolean { return type === undefined || type === "text" || type === "search"; }

function nextId(): string {
  count += 1;
  return `field-${count}`;
}

function made(id: string, control: Field["control"], isCheck: boolean, text: Node, hint?: string): Field {
  const fault = element("p", { class: "fault", id: `${id}-fault` });
  const row = element("div", { class: isCheck ? "field check" : "field" },
    isCheck ? [control, text] : [text, control],
    hint ? element("p", { class: "hint", id: `${id}-hint` }, hint) : null, fault);
  return {
    row, control,
    complain(message) {
      replace(fault, message);
      if (message) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    },
  };
}

export interface FormOptions {
  submit: string;
  /** The field for each pointer of the body, such as `/email`. */
  fields: Record<string, Field>;
  /** Further content below the fields. */
  after?: Child[];
  action: () => Promise<void>;
}

/** A form that sends once at a time, and says beside each field what the service finds wrong with it. */
export function form(label: string, options: FormOptions): HTMLFormElement {
  const fields = Object.values(options.fields);
  const alert = element("p", { class: "fault", role: "alert" });
  const button = element("button", { type: "submit", class: "main" }, options.submit);
  let isSending = false;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    button.setAttribute("aria-busy", "true");
    replace(alert);
    fields.forEach((each) => each.complain(null));
    try {
      await options.action();
    } catch (error) {
      if (!complain(error, options.fields)) replace(alert, messageOf(error));
    } finally {
      isSending = false;
      button.removeAttribute("aria-busy");
    }
  };
  return element("form", { "aria-label": label, onsubmit: submit, novalidate: true },
    fields.map((each) => each.row), alert, button, options.after ?? []);
}

/** What the person has to change before anything is sent. */
export class Mistake extends Error {
  constructor(readonly pointer: string, message: string) { super(message); }
}

function complain(error: unknown, fields: Record<string, Field>): boolean {
  const faults = error instanceof Mistake
    ? [{ pointer: error.pointer, detail: error.message }]
    : error instanceof Refusal ? error.faults : [];
  let first: Field | null = null;
  for (const fault of faults) {
    const place = fields[fault.pointer ?? ""];
    if (!place) continue;
    place.complain(sentence(fault.detail));
    // One out of sight is shown.
    const around = place.control.closest("details");
    if (around) around.open = true;
    first ??= place;
  }
  first?.control.focus();
  return first !== null;
}

/** The value of a field that must not be empty. */
export function needed(field: Field, pointer: string, message: string): string {
  const value = field.control.value.trim();
  if (value === "") throw new Mistake(pointer, message);
  return value;
}
