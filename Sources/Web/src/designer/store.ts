// Drafts on this device: the file once, and what is made of it with each step.

import type { Draft } from "./draft";

/** What went wrong, for a person. */
export class NotKept extends Error {}

const name = "milequest.designer";
let opening: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((done, fail) => {
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

export const drafts = {
  /** Drafts of this device, the last one first. */
  async list(): Promise<Draft[]> {
    const all = await transact<Draft[]>("readonly", (transaction, give) => {
      const request = transaction.objectStore("drafts").getAll();
      request.onsuccess = () => give(request.result as Draft[]);
    });
    return (all ?? []).sort((a, b) => b.changedAt.localeCompare(a.changedAt));
  },

  async load(id: string): Promise<{ draft: Draft; file: Blob } | null> {
    let draft: Draft | undefined;
    let file: Blob | undefined;
    await transact("readonly", (transaction) => {
      const first = transaction.objectStore("drafts").get(id);
      first.onsuccess = () => { draft = first.result as Draft | undefined; };
      const second = transaction.objectStore("files").get(id);
      second.onsuccess = () => { file = second.result as Blob | undefined; };
    });
    return draft && file ? { draft, file } : null;
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
  },
};

function notKept(error: unknown): Error {
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return new NotKept("There is no room left on this device. Download the route, or forget other drafts.");
  }
  return error instanceof NotKept ? error : new NotKept("This browser does not keep drafts.");
}
