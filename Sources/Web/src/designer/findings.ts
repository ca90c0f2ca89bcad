import type { Finding } from "../api/design";
import { element, replace } from "../dom/element";
import { length } from "../units";
import { forPeople } from "../wording";
import { without, withRepairChanged } from "./draft";
import { editName, withTitle } from "./step-names";
import { panel, Part, Workbench } from "./workbench";

/** More are shown when they are asked for. */
const mostListed = 100;
const words = { error: "Error", warning: "Warning", info: "Note" };

/** What was found in the file, with the repairs that can be made. */
export class Findings implements Part {
  readonly root: HTMLDetailsElement;
  private readonly count = element("p", { class: "hint", role: "status" });
  private readonly list = element("ol", { class: "findings" });
  private readonly more = element("p");
  private isWhole = false;

  constructor(private readonly bench: Workbench) {
    this.root = panel("Findings", true, this.count, this.list, this.more);
  }

  draw(): void {
    const report = this.bench.view?.report;
    if (!report) return;
    const { errors, warnings, notes } = report;
    replace(this.count, errors + warnings + notes === 0 ? "Nothing was found."
      : `${errors} ${errors === 1 ? "error" : "errors"}, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, `
        + `${notes} ${notes === 1 ? "note" : "notes"}, along the route.`);
    const shown = this.isWhole ? report.findings : report.findings.slice(0, mostListed);
    replace(this.list, shown.map((finding, index) => this.entry(finding, index, report.findings)));
    const hidden = report.findings.length - shown.length;
    replace(this.more, hidden > 0 ? element("button", {
      onclick: () => { this.isWhole = true; this.draw(); },
    }, `Show ${hidden} more`) : null);
  }

  /** Leads the reader to a finding that was clicked on the map. */
  show(index: number): void {
    this.root.open = true;
    if (index >= mostListed && !this.isWhole) {
      this.isWhole = true;
      this.draw();
    }
    this.list.children[index]?.querySelector("button")?.focus();
  }

  private entry(finding: Finding, index: number, all: Finding[]): HTMLElement {
    const { fix } = finding;
    const mended = this.isMended(finding);
    const same = all.filter((each) => each.code === finding.code && each.fix)
      .reduce((sum, each) => sum + each.count, 0);
    const isFirst = all.findIndex((each) => each.code === finding.code && each.fix) === index;
    return element("li", { class: finding.severity, "data-code": finding.code },
      element("button", { class: "finding", onclick: () => this.go(finding) },
        element("strong", {}, words[finding.severity]), ` ${forPeople(finding.message)}`,
        element("span", { class: "hint" }, place(finding), mended ? " · settled by your edits" : "")),
      fix && this.lost(finding.code).length > 0 ? element("p", { class: "hint" },
        `The repair takes back what names places by their distance, or waypoints, parts or gaps by number: ${this.lost(finding.code).join(", ")}.`) : null,
      fix && isFirst ? element("button", { onclick: () => this.repair(finding, finding.code) },
        `Repair: ${fix.title}${same > 1 ? ` (all ${same})` : ""}${fix.safe ? "" : ", a guess"}`) : null,
      fix && same > 1 && finding.line !== null && finding.column !== null
        ? element("button", {
          class: "plain", "aria-label": `Repair ${this.these(finding)}: ${forPeople(finding.message)}`,
          onclick: () => this.repair(finding, `${finding.code}@${finding.line}:${finding.column}`),
        }, `Repair ${this.these(finding)}`) : null);
  }

  /** Whether the edited route has no such finding any more. */
  private isMended(finding: Finding): boolean {
    const { view, draft } = this.bench;
    return draft.present.edits.length > 0 && view?.made !== null
      && !view?.made?.findings.some((each) => each.code === finding.code);
  }

  private go(finding: Finding): void {
    if (finding.coordinate) this.bench.fly(finding.coordinate);
    if (finding.distanceMeters !== null) this.bench.choose(finding.distanceMeters);
  }

  /** What a line of the list stands for: one finding, or several that say the same. */
  private these(finding: Finding): string {
    return finding.count > 1 ? `these ${finding.count} alone` : "this one alone";
  }

  /** The edits that a repair takes back, since it may give their numbers to other things. */
  private lost(repair: string): string[] {
    const { edits } = this.bench.draft.present;
    return withRepairChanged(edits, repair).map((place) => editName(edits[place] ?? { edit: "" }));
  }

  private repair(finding: Finding, repair: string): void {
    void this.bench.attempt(async () => {
      await this.bench.changeShown((state) => ({
        ...state, what: finding.fix ? `Repair: ${finding.fix.title}` : `Repaired ${repair}`, titles: withTitle(state, finding),
        repairs: [...state.repairs, repair],
        edits: without(state.edits, withRepairChanged(state.edits, repair)),
      }));
      if (finding.coordinate) this.bench.fly(finding.coordinate);
    });
  }
}

/** Where a finding is, in the file and on the route. */
function place(finding: Finding): string {
  const parts = [
    typeof finding.byte === "number" ? `byte ${finding.byte}` : null,
    finding.line === null ? null
      : `line ${finding.line}${finding.column === null ? "" : `, column ${finding.column}`}`,
    finding.distanceMeters === null ? null : `at ${length(finding.distanceMeters)}`,
    finding.count > 1 ? `${finding.count} times` : null,
  ].filter((part) => part !== null);
  return parts.length > 0 ? ` ${parts.join(" · ")}` : "";
}
