import type { Edit } from "../api/design";
import { choice } from "../dom/choice";
import { element, replace } from "../dom/element";
import { Field, field, form } from "../dom/form";
import { isSingle, withEdit, withEditGone, without, withRepairChanged } from "./draft";
import { policies } from "../quest/joins";
import { EditForm, editForms, editOf } from "./edit-forms";
import { forPeople } from "../wording";
import { editName, repairName } from "./step-names";
import { panel, Part, Workbench } from "./workbench";

/** What can be made of the course and the line: one form for each edit. */
export class EditForms implements Part {
  readonly root: HTMLDetailsElement;
  private readonly which = choice("What to do", "edit", editForms.map((each, index) =>
    [String(index), `${each.group}: ${each.title}`]));
  private readonly box = element("div");

  constructor(private readonly bench: Workbench) {
    this.which.control.addEventListener("change", () => this.show());
    this.root = panel("Course and line", false, this.which.row, this.box);
    this.show();
  }

  draw(): void {}

  private show(): void {
    const chosen = editForms[Number(this.which.control.value)];
    if (chosen) replace(this.box, this.formOf(chosen));
  }

  private formOf(chosen: EditForm): HTMLElement {
    const fields: Record<string, Field> = {};
    const values: Record<string, () => string> = {};
    const choices: Node[] = [];
    for (const each of chosen.fields) {
      if (each.kind === "policy" || each.kind === "side") {
        const options: [string, string][] = each.kind === "side"
          ? [["below", "shorter than"], ["above", "of at least"]] : policies;
        const made = choice(each.label, each.name,
          each.isOptional ? [["", "by their length"], ...options] : options);
        choices.push(made.row);
        values[each.name] = () => made.control.value;
      } else {
        const made = field(each.label, each.name, {
          autocomplete: "off", inputmode: each.kind === "text" ? undefined : "text",
        }, each.hint);
        fields[each.name] = made;
        values[each.name] = () => made.control.value;
      }
    }
    const made = form(chosen.title, {
      submit: chosen.title, fields,
      action: async () => {
        const edit = editOf(chosen, (name) => values[name]?.() ?? "");
        await this.bench.change((state) => withEdit(state, chosen.title, edit));
        for (const each of Object.values(fields)) each.control.value = "";
      },
    });
    made.prepend(...choices);
    return made;
  }
}

/** All that was decided so far, in its order, each with what it did; any of it can be taken back. */
export class Steps implements Part {
  readonly root: HTMLDetailsElement;
  private readonly list = element("ol", { class: "steps" });
  private readonly text = element("p", { class: "hint" });

  constructor(private readonly bench: Workbench) {
    this.root = panel("What was decided", false, this.text, this.list,
      element("button", { class: "plain", onclick: () => this.download() }, "Download the list of edits"));
  }

  draw(): void {
    const { draft, view } = this.bench;
    const { repairs, edits } = draft.present;
    replace(this.text, repairs.length + edits.length === 0 ? "Nothing yet." : "Repairs come first, then the edits.");
    const entry = (title: string, did: string, also: string[], take: () => void) => {
      const text = also.length === 0 ? "Take back"
        : `Take back with ${also.length} later ${also.length === 1 ? "step" : "steps"}`;
      return element("li", {},
        element("strong", {}, title), did ? element("span", { class: "hint" }, ` ${did}`) : null,
        element("button", { class: "plain", "aria-label": `${text}: ${title}`, onclick: take }, text),
        also.length > 0 ? element("span", { class: "hint" },
          ` Also goes, since it builds on this step: ${also.join(", ")}.`) : null);
    };
    const name = (edit: Edit | undefined) => (edit ? editName(edit) : "");
    const names = (places: number[]) => places.map((place) => name(edits[place]));
    const repairOf = (repair: string | undefined) => repairName(repair ?? "", draft.present);
    replace(this.list,
      repairs.map((repair, index) => entry(repairOf(repair), "",
        [...singlesAfter(repairs, index).map((place) => repairOf(repairs[place])),
          ...names(withRepairChanged(edits, repair))],
        () => this.takeRepair(index))),
      edits.map((edit, index) => entry(
        editName(edit), forPeople(view?.edits[index]?.did.join("; ") ?? ""), names(withEditGone(edits, index)),
        () => this.takeEdit(index))));
  }

  private takeRepair(index: number): void {
    void this.bench.attempt(() => this.bench.changeShown((state) => ({
      ...state, what: `Took back: ${repairName(state.repairs[index] ?? "", state)}`,
      repairs: without(state.repairs, [index, ...singlesAfter(state.repairs, index)]),
      edits: without(state.edits, withRepairChanged(state.edits, state.repairs[index] ?? "")),
    })));
  }

  private takeEdit(index: number): void {
    void this.bench.attempt(() => this.bench.changeShown((state) => ({
      ...state, what: `Took back: ${state.edits[index] ? editName(state.edits[index] as Edit) : "an edit"}`,
      edits: without(state.edits, [index, ...withEditGone(state.edits, index)]),
    })));
  }

  private download(): void {
    const list = JSON.stringify(this.bench.draft.present.edits, null, 2);
    offer(new Blob([list], { type: "application/json" }), "edits.json");
  }
}

/** The repairs of single findings after one: their places are those of the file that it left. */
function singlesAfter(repairs: string[], index: number): number[] {
  return repairs.flatMap((repair, place) => (place > index && isSingle(repair) ? [place] : []));
}

/** Gives a file to the reader. */
export function offer(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
