// Drafts on this device: the file once, and what is made of it with each step.

import type { Draft } from "./draft";

/** What went wrong, for a person. */
export class NotKept extends Error {}

const name = "milequest.designer";
const patienceMilliseconds = 700;
let opening: Promise<IDBDatabase> | null = null;

/** Leave to write a draft: one tab has it at a time, until the signal ends. */
export async function ownDraft(id: string, signal: AbortSignal): Promise<boolean> {
  if (!navigator.locks) return true;
  const patience = new AbortController();
  // The page before may be about to give it back.
  const timer = setTimeout(() => patience.abort(), patienceMilliseconds);
  return new Promise((decide) => {
    navigator.locks.request(`milequest.draft.${id}`, { signal: patience.signal }, () => {
      clearTimeout(timer);
      decide(true);
      return new Promise<void>((release) => {
        if (signal.aborted) release();
        signal.addEventListener("abort", () => release(), { once: true });
      });
    }).catch(() => decide(false));
  });
}

function open(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((done, fail) => {
    // Some browsers have none in private windows, others throw where it is switched off.
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("drafts", { keyPath: "id" });
      request.result.createObjectStore("files");
    };
    request.onsuccess = () => {
      const database = request.result;
      const forget = () => { opening = null; };
      database.onclose = forget;
      database.onversionchange = () => { database.close(); forget(); };
      done(database);
    };
    request.onerror = () => fail(request.error);
    request.onblocked = () => fail(new NotKept("Close the other tabs with this page, then try again."));
  });
  opening.catch(() => { opening = null; });
  return opening;
}

/** Runs one transaction, and ends when it has completed; a connection that was lost is opened anew once. */
async function transact<Result>(
  mode: IDBTransactionMode, work: (transaction: IDBTransaction, give: (result: Result) => void) => void,
  isAgain = false,
): Promise<Result | undefined> {
  const database = await open();
  try {
    return await new Promise<Result | undefined>((done, fail) => {
      let result: Result | undefined;
      const transaction = database.transaction(["drafts", "files"], mode);
      transaction.oncomplete = () => done(result);
      transaction.onerror = () => fail(transaction.error);
      transaction.onabort = () => fail(transaction.error ?? new NotKept("Writing was broken off."));
      work(transaction, (given) => { result = given; });
    });
  } catch (error) {
    const isLost = error instanceof DOMException
      && (error.name === "InvalidStateError" || error.name === "UnknownError");
    if (!isLost || isAgain) throw error;
    opening = null;
    return transact(mode, work, true);
  }
}

/** What this tab holds itself, because the browser keeps nothing: until the tab is closed. */
const held = new Map<string, { draft: Draft; file: Blob }>();

export const drafts = {
  /** Holds a draft in this tab alone. */
  hold(draft: Draft, file: Blob): void { held.set(draft.id, { draft, file }); },

  /** Drafts of this device, the last one first. */
  async list(): Promise<Draft[]> {
    const all = await transact<Draft[]>("readonly", (transaction, give) => {
      const request = transaction.objectStore("drafts").getAll();
      request.onsuccess = () => give(request.result as Draft[]);
    });
    return (all ?? []).sort((a, b) => b.changedAt.localeCompare(a.changedAt));
  },

  /** A draft with its file, and whether this device keeps it. */
  async load(id: string): Promise<{ draft: Draft; file: Blob; isKept: boolean } | null> {
    let draft: Draft | undefined;
    let file: Blob | undefined;
    const own = held.get(id);
    if (own) return { ...own, isKept: false };
    await transact("readonly", (transaction) => {
      const first = transaction.objectStore("drafts").get(id);
      first.onsuccess = () => { draft = first.result as Draft | undefined; };
      const second = transaction.objectStore("files").get(id);
      second.onsuccess = () => { file = second.result as Blob | undefined; };
    });
    return draft && file ? { draft, file, isKept: true } : null;
  },

  /** Writes a draft, with its file the first time, and gives it as it is kept. */
  async keep(draft: Draft, file?: Blob): Promise<Draft> {
    const kept: Draft = {
      ...draft, revision: draft.revision + 1, changedAt: new Date().toISOString(),
    };
    let isOther = false;
    await transact("readwrite", (transaction) => {
      const store = transaction.objectStore("drafts");
      const known = store.get(draft.id);
      known.onsuccess = () => {
        const there = known.result as Draft | undefined;
        isOther = (there?.revision ?? 0) !== draft.revision;
        if (isOther) return;
        store.put(kept);
        if (file) transaction.objectStore("files").put(file, draft.id);
      };
    }).catch((error: unknown) => { throw notKept(error); });
    if (isOther) {
      throw new NotKept("Another tab has changed this draft. Load the page again to go on from there.");
    }
    return kept;
  },

  async forget(id: string): Promise<void> {
    await transact("readwrite", (transaction) => {
      transaction.objectStore("drafts").delete(id);
      transaction.objectStore("files").delete(id);
    });
    held.delete(id);
  },
};

function notKept(error: unknown): Error {
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return new NotKept("The storage of this device is full. Download or store the route before you close the page, or forget other drafts.");
  }
  return error instanceof NotKept ? error
    : new NotKept("This browser keeps nothing for this site, as in a private window. Download or store the route before "
      + "you close the page.");
}
