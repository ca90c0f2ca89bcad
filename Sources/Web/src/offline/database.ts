// The walks that wait on this device, in a database of the browser. Browsers on phones close databases
// of tabs that sleep, and may delete them; what this tab knows is then written again.

import type { WalkDraft } from "../api/api";
import type { Fault } from "../api/problem";
import { expectedWalks, expectWalks } from "./mark";

/** A walk that the service has not taken yet. */
export interface WaitingWalk {
  /** Made when the walk was entered, so that sending it again never counts it twice. */
  id: string;
  /** Whose it is: it is never sent as somebody else's. */
  personId: string;
  draft: WalkDraft;
  /** Its place among those that wait. */
  order: number;
  /** Why the service does not take it; it waits for the person then. */
  rejection: { code: string; detail: string; faults: Fault[] } | null;
}

/** The browser refuses to keep anything, or has no room. */
export class StorageRefused extends Error {
  constructor(readonly isFull: boolean) { super(isFull ? "no room" : "no storage"); }
}

/** What the browser has done to the database: the page says so. */
export type Accident =
  /** It was closed, and is open again with all that was in it. */
  | { what: "changed" }
  /** It was deleted, and this tab has written again what it knew. */
  | { what: "rewritten"; count: number }
  /** It was deleted while no tab knew what was in it. */
  | { what: "lost"; count: number };

const name = "milequest.walks";
const store = "walks";
/** Losing the connection is an accident; losing it again and again is a refusal. */
const mostTries = 4;
/** Other tabs may know what a deleted database had held, and write it again. */
const othersMilliseconds = 1500;

type Mode = "readonly" | "readwrite";

export class WalkDatabase {
  private connection: Promise<IDBDatabase> | null = null;
  /** What this tab knows to wait, to be written again into a database that was deleted. */
  private known: WaitingWalk[] = [];
  private isDeleted = false;

  constructor(private readonly happened: (accident: Accident) => void) {}

  /** Everything that waits, in order. */
  async all(): Promise<WaitingWalk[]> {
    const found = await this.run("readonly", (walks) => walks.getAll() as IDBRequest<WaitingWalk[]>);
    this.know(found.sort((a, b) => a.order - b.order));
    return this.known;
  }

  /** Writes and deletes in one transaction; what is written is safe when this comes back. */
  async change(written: WaitingWalk[], deleted: string[] = []): Promise<void> {
    await this.run("readwrite", (walks) => {
      for (const walk of written) walks.put(walk);
      for (const id of deleted) walks.delete(id);
      return null;
    });
    const gone = new Set([...deleted, ...written.map((walk) => walk.id)]);
    this.know([...this.known.filter((walk) => !gone.has(walk.id)), ...written]);
  }

  private know(walks: WaitingWalk[]): void {
    this.known = walks;
    expectWalks(walks.length);
  }

  private async run<Found>(
    mode: Mode, work: (walks: IDBObjectStore) => IDBRequest<Found> | null,
  ): Promise<Found> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.transact(await this.open(), mode, work);
      } catch (error) {
        const name = (error as DOMException | null)?.name;
        if (name === "QuotaExceededError") throw new StorageRefused(true);
        if (attempt >= mostTries) throw new StorageRefused(false);
        this.drop();
        await new Promise((resume) => setTimeout(resume, 50 * attempt));
      }
    }
  }

  private transact<Found>(
    database: IDBDatabase, mode: Mode, work: (walks: IDBObjectStore) => IDBRequest<Found> | null,
  ): Promise<Found> {
    return new Promise((done, fail) => {
      // On disk before it is called saved, where the browser knows the difference.
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => done(request?.result as Found);
      transaction.onabort = () => fail(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
  }

  private drop(): void {
    void this.connection?.then((database) => database.close(), () => undefined);
    this.connection = null;
  }

  private open(): Promise<IDBDatabase> {
    this.connection ??= this.connect();
    return this.connection;
  }

  /** Nobody gets a database that was lost before what this tab knows is in it again. */
  private async connect(): Promise<IDBDatabase> {
    const expected = expectedWalks();
    const { database, isNew } = await openDatabase();
    const lost = (isDeleted: boolean) => {
      database.close();
      this.connection = null;
      this.isDeleted = isDeleted;
      void this.all().then(() => this.happened({ what: "changed" }), () => undefined);
    };
    // The browser closes it, or somebody deletes it: both are no reason to lose a walk.
    database.onclose = () => lost(false);
    database.onversionchange = () => lost(true);
    const { known } = this;
    if (known.length > 0) {
      // One that another tab has sent meanwhile is sent again, and counts once.
      const there = await this.transact(database, "readwrite", (walks) => {
        const keys = walks.getAllKeys();
        keys.onsuccess = () => {
          for (const walk of known) if (!keys.result.includes(walk.id)) walks.put(walk);
        };
        return keys;
      });
      const count = known.filter((walk) => !there.includes(walk.id)).length;
      if (count > 0 && (isNew || this.isDeleted)) this.happened({ what: "rewritten", count });
    }
    this.isDeleted = false;
    if (isNew && expected > known.length) setTimeout(() => void this.count(expected), othersMilliseconds);
    return database;
  }

  private async count(expected: number): Promise<void> {
    const missing = expected - (await this.all().catch(() => [])).length;
    if (missing > 0) this.happened({ what: "lost", count: missing });
  }
}

function openDatabase(): Promise<{ database: IDBDatabase; isNew: boolean }> {
  return new Promise((done, fail) => {
    let isNew = false;
    // Throws by itself where a browser keeps nothing.
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      isNew = true;
      request.result.createObjectStore(store, { keyPath: "id" });
    };
    request.onsuccess = () => done({ database: request.result, isNew });
    request.onerror = () => fail(request.error);
  });
}
