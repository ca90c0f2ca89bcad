// What the service says about a file and its edits.

import { design, EditReport, Edited, Preview, Report } from "../api/design";
import { bodyOf } from "../api/large";
import { Refusal } from "../api/problem";
import { groups, State } from "./draft";

/** What is shown of a state. */
export interface View {
  /** What was found in the file, after its repairs and before the edits. */
  report: Report;
  /** What is found in the route as it is edited; null where the file is no route. */
  made: Report | null;
  preview: Preview | null;
  edits: EditReport[];
}

/** What is going on, and the share of it that is done; null where nobody knows. */
export type OnStep = (what: string, share: number | null) => void;

/** So many views are kept for undoing and redoing. */
const mostKept = 8;

/** Looks at states of one file. Files that were repaired, and what was seen, are kept for a while. */
export class Looking {
  private readonly views = new Map<string, View>();
  private repaired: { key: string; file: Blob } | null = null;

  constructor(private readonly file: Blob) {}

  async look(state: State, signal: AbortSignal, onStep: OnStep): Promise<View> {
    const key = JSON.stringify([state.track, state.format, state.repairs, state.edits]);
    const known = this.views.get(key);
    if (known) return known;
    const file = await this.repairedFile(state, signal, onStep);
    const report = await design.validate(file, read(state), {
      signal, onProgress: steps(onStep, "Sending the file", "The service looks at the file"),
    });
    const view = await this.edited(state, report, signal, onStep);
    this.views.set(key, view);
    const oldest = this.views.keys().next();
    if (this.views.size > mostKept && !oldest.done) this.views.delete(oldest.value);
    return view;
  }

  private async edited(
    state: State, report: Report, signal: AbortSignal, onStep: OnStep,
  ): Promise<View> {
    try {
      const made = await this.make(state, { preview: true }, {}, signal, onStep);
      return {
        report, made: made.report ?? null, preview: made.preview ?? null, edits: made.edits,
      };
    } catch (error) {
      // A file that is no route yet has findings all the same.
      if (!(error instanceof Refusal) || error.code !== "bad-route") throw error;
      return { report, made: null, preview: null, edits: [] };
    }
  }

  /** Makes the edits, and what else is asked for of the edited route. */
  async make(
    state: State, members: Record<string, unknown>,
    options: { headers?: Record<string, string>; isPublic?: boolean }, signal: AbortSignal, onStep: OnStep,
  ): Promise<Edited> {
    const file = await this.repairedFile(state, signal, onStep);
    const body = await bodyOf(file, {
      ...members, edits: state.edits, ...(state.track ? { track: state.track } : {}),
      ...(state.format ? { format: state.format } : {}),
    }, signal);
    return design.edit(body, {
      signal, headers: options.headers ?? {}, query: { public: options.isPublic ? "true" : undefined },
      onProgress: steps(onStep, "Sending the file", "The service makes the edits"),
    });
  }

  private async repairedFile(state: State, signal: AbortSignal, onStep: OnStep): Promise<Blob> {
    const all = groups(state.repairs);
    const keyOf = (count: number) => JSON.stringify([state.track, state.format, all.slice(0, count)]);
    // One repair more is made of the file that the ones before have left.
    let made = all.length;
    while (made > 0 && this.repaired?.key !== keyOf(made)) made -= 1;
    let file = made > 0 && this.repaired ? this.repaired.file : this.file;
    for (const group of all.slice(made)) {
      file = await design.repair(file, group, read(state), {
        signal, onProgress: steps(onStep, "Sending the file", "The service repairs the file"),
      });
    }
    if (all.length > 0) this.repaired = { key: keyOf(all.length), file };
    return file;
  }
}

function read(state: State): { track?: string | undefined; format?: string | undefined } {
  return { track: state.track ?? undefined, format: state.format ?? undefined };
}

function steps(onStep: OnStep, sending: string, working: string): (share: number) => void {
  return (share) => (share < 1 ? onStep(sending, share) : onStep(working, null));
}
