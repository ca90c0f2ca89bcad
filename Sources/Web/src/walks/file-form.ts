import { walks } from "../api/api";
import type { BatchResult } from "../api/types";
import { sentence } from "../api/problem";
import { element, replace } from "../dom/element";
import { field, form, Mistake } from "../dom/form";
import { told } from "./log-form";

/** The largest file that the service takes. */
const mostBytes = 64 << 20;

/** Logs the walks of a watch's file. */
export function fileForm(onLogged: () => void, signal: AbortSignal): Node {
  // Without a filter of endings: phones grey GPX files out by it.
  const file = field("File of a watch or an app", "file", { type: "file" },
    "GPX, TCX or FIT. The same file again counts nothing twice.");
  const isPrivate = field("Private", "filePrivate", { type: "checkbox" });
  const answer = element("div", { role: "status", class: "answer" });
  const made = form("Log a file", {
    submit: "Log the file", fields: { "/file": file, "/private": isPrivate },
    async action() {
      const chosen = (file.control as HTMLInputElement).files?.[0];
      if (!chosen) throw new Mistake("/file", "Choose a file.");
      if (chosen.size > mostBytes) throw new Mistake("/file", "The file is larger than 64 MB.");
      const results = await walks.importFile(
        chosen, (isPrivate.control as HTMLInputElement).checked, signal);
      const faults = results.filter((result) => !isTaken(result));
      replace(answer, results.filter(isTaken).map(outcome), faults.length === 0 ? null
        : faults.length === 1 ? faults.map(outcome) : [
          element("p", {}, `${faults.length} walks of the file could not be logged:`),
          element("ul", {}, faults.map((fault) => element("li", { class: "fault" }, faultText(fault)))),
        ]);
      file.control.value = "";
      onLogged();
    },
  });
  return element("details", {}, element("summary", {}, "From a watch's file"), made, answer);
}

function outcome(result: BatchResult): Node {
  if (result.status === "repeated") {
    return element("p", { class: "notice" }, "This walk was logged before; it counts once.");
  }
  if (result.status === "created" && result.result) return told(result.result);
  return element("p", { class: "fault" }, faultText(result));
}

function isTaken(result: BatchResult): boolean {
  return result.status === "repeated" || result.status === "created" && result.result !== undefined;
}

function faultText({ problem }: BatchResult): string {
  return sentence(problem?.errors?.map((fault) => fault.detail).join("; ") ?? problem?.detail
    ?? "The walk could not be logged");
}
