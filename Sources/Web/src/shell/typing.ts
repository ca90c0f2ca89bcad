// What is typed in forms, for a page that is drawn anew.

const touched = new WeakSet<EventTarget>();

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface TypedForm {
  label: string | null;
  /** What opened it, where a button did. */
  opener: string | undefined;
  controls: { name: string; control: Control }[];
}

export function watchTyping(): void {
  const note = (event: Event) => { if (event.target) touched.add(event.target); };
  document.addEventListener("input", note);
  document.addEventListener("change", note);
}

/** Takes what was typed in the forms of a page; what comes back puts it into the same forms again. */
export function takeTyped(page: HTMLElement): () => void {
  const forms: TypedForm[] = [...page.querySelectorAll("form")].map((form) => ({
    label: form.getAttribute("aria-label"), opener: form.dataset["openedBy"],
    controls: controlsOf(form).filter((control) => touched.has(control))
      .map((control) => ({ name: control.name, control })),
  }));
  return () => {
    for (const before of forms) {
      if (before.opener) page.querySelector<HTMLElement>(`[data-opens="${before.opener}"]`)?.click();
      const form = [...page.querySelectorAll("form")].find((each) =>
        each.getAttribute("aria-label") === before.label && each.dataset["openedBy"] === before.opener);
      if (form) before.controls.forEach(({ name, control }) => put(control, controlsOf(form).find((each) => each.name === name)));
    }
  };
}

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.querySelectorAll<Control>("input, textarea, select")];
}

function put(from: Control, to: Control | undefined): void {
  if (!to) return;
  if (from instanceof HTMLInputElement && to instanceof HTMLInputElement) {
    if (from.type === "file") to.files = from.files;
    else if (from.type === "checkbox" || from.type === "radio") to.checked = from.checked;
    else to.value = from.value;
  } else {
    to.value = from.value;
  }
  touched.add(to);
  // A form that is out of sight keeps nobody from losing it again.
  const around = to.closest("details");
  if (around) around.open = true;
}
