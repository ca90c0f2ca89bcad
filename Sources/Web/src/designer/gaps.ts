import type { Gap } from "../api/design";
import { element, replace } from "../dom/element";
import { length } from "../units";
import { withJoin } from "./draft";
import { policies } from "../quest/joins";
import { panel, Part, Workbench } from "./workbench";

const mostListed = 200;

/** The gaps between parts, and what they mean. */
export class Gaps implements Part {
  readonly root: HTMLDetailsElement;
  private readonly count = element("p", { class: "hint" });
  private readonly list = element("ol", { class: "gaps" });

  constructor(private readonly bench: Workbench) {
    this.root = panel("Gaps", false, this.count, this.list);
  }

  draw(): void {
    const gaps = this.bench.view?.preview?.joins ?? [];
    const open = gaps.filter((gap) => gap.policy === "unresolved").length;
    this.root.hidden = gaps.length === 0;
    if (open > 0) this.root.open = true;
    replace(this.count, open === 0 ? "Every gap is decided."
      : `${open} of ${gaps.length} ${gaps.length === 1 ? "gap is" : "gaps are"} to be decided.`);
    // Those that nobody has decided on come first.
    const sorted = [...gaps].sort((a, b) =>
      Number(b.policy === "unresolved") - Number(a.policy === "unresolved") || a.number - b.number);
    replace(this.list, sorted.slice(0, mostListed).map((gap) => this.entry(gap)));
  }

  /** Leads the reader to a gap that was clicked on the map. */
  show(number: number): void {
    this.root.open = true;
    this.list.querySelector<HTMLElement>(`[data-gap="${number}"] select`)?.focus();
  }

  private entry(gap: Gap): HTMLElement {
    const id = `gap-${gap.number}`;
    const before = gap.policy === "unresolved" ? "" : gap.policy;
    // Arrow keys change a list that is closed: only the button decides (WCAG 3.2.2).
    const button = element("button", {
      type: "button", disabled: true, onclick: () => this.decide(gap, control),
    }, `Decide gap ${gap.number}`);
    const control: HTMLSelectElement = element("select", {
      id, onchange: () => { button.disabled = control.value === before; },
    },
      gap.policy === "unresolved" ? element("option", { value: "" }, "Choose …") : null,
      policies.map(([value, text]) =>
        element("option", { value, selected: value === gap.policy }, text)));
    return element("li", { "data-gap": gap.number },
      element("label", { for: id }, `Gap ${gap.number}, ${length(gap.gapMeters)}`), control, button,
      element("button", { class: "plain", onclick: () => this.bench.fly(gap.from) },
        `Show gap ${gap.number}`));
  }

  private decide(gap: Gap, control: HTMLSelectElement): void {
    const policy = control.value;
    if (policy === "") return;
    void this.bench.attempt(async () => {
      try {
        await this.bench.change((state) => withJoin(state, gap.number, policy));
      } catch (error) {
        control.value = gap.policy === "unresolved" ? "" : gap.policy;
        throw error;
      }
    });
  }
}
