import { notify } from "./notices";

/** What cannot be undone waits so long for second thoughts. */
const undoSeconds = 10;

interface Later {
  /** Does it. */
  act: () => unknown;
  /** Shows again what the page has hidden already. */
  undo: () => void;
  /** Whoever leaves the page has decided. */
  signal: AbortSignal;
}

/** Does something after ten seconds, or when the reader leaves the page, unless "Undo" comes first. */
export function later(text: string, { act, undo, signal }: Later): void {
  const decided = new AbortController();
  const finish = () => {
    if (decided.signal.aborted) return;
    end();
    void act();
  };
  const timer = setTimeout(finish, undoSeconds * 1000);
  const close = notify(text, {
    action: "Undo", seconds: undoSeconds,
    onAction: () => {
      if (decided.signal.aborted) return;
      end();
      undo();
    },
  });
  const end = () => {
    decided.abort();
    clearTimeout(timer);
    close();
  };
  signal.addEventListener("abort", finish, { signal: decided.signal });
  window.addEventListener("pagehide", finish, { signal: decided.signal });
}
