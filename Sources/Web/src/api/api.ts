// The calls of the service that the pages make, each once.

import { ask, askJSON, Asked } from "./request";
import type {
  BatchResult, DashboardTeam, FeedWalk, FoundPlaces, History, LinkedQuest, LiveEventsPage, Me, Milestone, Page, Place, Position, Progress,
  Quest, QuestMap, QuestMarker, QuestProfile, Rank, Realtime, Tokens, Walk, WalkResult,
} from "./types";

type Signal = AbortSignal | undefined;

/** Pages of a list that are read for a search. */
const mostPages = 10;

/** What is asked of one quest, by whoever is signed in, or by the secret of a private link. */
function questCalls(by: Asked = {}) {
  const json = <Answer>(path: string, asked: Asked) => askJSON<Answer>(`/v1/quests/${path}`, { ...by, ...asked });
  const raw = (path: string, asked: Asked) =>
    ask(`/v1/quests/${path}`, { ...by, ...asked, headers: { ...by.headers, ...asked.headers } });
  return {
    progress: (id: string, signal?: Signal) => json<Progress>(`${id}/progress`, { signal }),
    /** How it stood at a moment. */
    progressAt: (id: string, at: Date, signal?: Signal) =>
      json<Progress>(`${id}/progress`, { query: { at: at.toISOString() }, signal }),
    history: (id: string, signal?: Signal) => json<History>(`${id}/history`, { signal }),
    map: (id: string, toleranceMeters: number, signal?: Signal) =>
      json<QuestMap>(`${id}/map`, { query: { tolerance: toleranceMeters }, signal }),
    /** The picture to share: a blob, because an image's address carries no token. */
    picture: async (id: string, units: string, signal?: Signal) =>
      (await raw(`${id}/card.png`, { query: { units }, signal })).blob(),
    /** The heights along one pass of its route. */
    profile: (id: string, signal?: Signal) =>
      json<QuestProfile>(`${id}/profile`, { query: { samples: 400 }, signal }),
    milestones: (id: string, signal?: Signal) =>
      json<Page<Milestone>>(`${id}/milestones`, { query: { limit: 500 }, signal }),
    leaderboard: (id: string, signal?: Signal) =>
      json<Page<Rank>>(`${id}/leaderboard`, { query: { limit: 10 }, signal }),
    feed: (id: string, signal?: Signal) => json<Page<FeedWalk>>(`${id}/feed`, { query: { limit: 10 }, signal }),
    /** - Parameter after: nothing to learn the present version alone. */
    events: (id: string, after: number | undefined, signal?: Signal) =>
      json<LiveEventsPage>(`${id}/events/page`, { query: { after, limit: 500 }, signal }),
    /** A stream of events after a version; its body goes on until it is ended. */
    stream: (id: string, after: number, signal: AbortSignal) =>
      raw(`${id}/events`, { headers: { "Last-Event-ID": String(after) }, signal }),
  };
}

export type QuestCalls = ReturnType<typeof questCalls>;
/** How events are asked for: those of a quest, or of a team. */
export type EventCalls = Pick<QuestCalls, "events" | "stream"> & {
  /** Whose events they are; missing where a service outside does not carry them. */
  kind?: "quest" | "team";
};

/** What a quest can be given, at its start and later. */
export interface QuestChange {
  name?: string;
  start?: string;
  end?: string;
  zone?: string;
  routeId?: string;
  laps?: number;
  thereAndBack?: boolean;
  lapJoin?: string;
  /** How far the team walks for all of it, such as `500 mi`; null for the length of its course. */
  length?: string | null;
  percentages?: number[];
  /** Whether nobody is shown a waypoint before the team reaches it. */
  hidesAhead?: boolean;
}

export const quests = {
  ...questCalls(),
  kind: "quest" as const,
  /** Public quests with their markers: all of them, or those in a box. */
  async markers(signal?: Signal, box: number[] = [-180, -90, 180, 90]): Promise<QuestMarker[]> {
    const found: QuestMarker[] = [];
    let next: string | null = `/v1/quests?bbox=${box.map((each) => each.toFixed(5)).join(",")}&limit=500`;
    for (let page = 0; next !== null && page < mostPages; page += 1) {
      const answer: Page<QuestMarker> = await askJSON(next, { signal });
      found.push(...answer.items);
      next = answer.next;
    }
    return found;
  },
  show: (id: string, signal?: Signal) => askJSON<Quest>(`/v1/quests/${id}`, { signal }),
  /** Changes what is named; the rest stays. */
  change: (quest: Quest, body: QuestChange) => askJSON<Quest>(`/v1/quests/${quest.id}`, {
    method: "PATCH", body, headers: { "If-Match": `"${quest.revision}"` },
  }),
  cancel: (id: string) => askJSON<Quest>(`/v1/quests/${id}/cancel`, { method: "POST" }),
};

/** The events of a team as a whole. */
export const teamEvents: EventCalls = {
  kind: "team",
  events: (id, after, signal) =>
    askJSON<LiveEventsPage>(`/v1/teams/${id}/events/page`, { query: { after, limit: 500 }, signal }),
  stream: (id, after, signal) =>
    ask(`/v1/teams/${id}/events`, { headers: { "Last-Event-ID": String(after) }, signal }),
};

/** The service outside that carries live events, where one is configured. */
export const realtime = () => askJSON<Realtime>("/v1/realtime");

/** The quest of a private link, by its secret. */
export function linked(secret: string) {
  const by: Asked = { asStranger: true, headers: { Authorization: `Bearer ${secret}` } };
  return {
    quests: questCalls(by),
    show: (signal?: Signal) => askJSON<LinkedQuest>("/v1/link", { ...by, signal }),
  };
}

export const routes = {
  /** The place at a distance along a route. */
  position: async (id: string, version: number, meters: number, signal?: Signal) =>
    (await askJSON<{ positions: Position[] }>(`/v1/routes/${id}/positions`, {
      query: { version, at: `${meters.toFixed(3)}m` }, signal,
    })).positions[0],
  /** The place of a route that is nearest to another. */
  nearest: async (id: string, version: number, place: Place, signal?: Signal) =>
    (await askJSON<{ matches: { distanceMeters: number; offsetMeters: number }[] }>(`/v1/routes/${id}/nearest`, {
      query: { version, to: `${place[1].toFixed(6)},${place[0].toFixed(6)}` }, signal,
    })).matches[0],
};

export const places = {
  /** Cities by their name, the likeliest first. */
  find: (name: string, signal?: Signal) => askJSON<FoundPlaces>("/v1/places", { query: { name }, signal }),
};

export interface WalkDraft {
  id: string;
  startedAt: string;
  distance: string;
  /** Nothing in walks that an earlier version of the client has kept. */
  durationSeconds?: number | null;
  zone: string;
  note: string | null;
  private: boolean;
}

export const walks = {
  log: (draft: WalkDraft) =>
    askJSON<WalkResult>("/v1/activities", { method: "POST", body: draft }),
  /** Up to 1,000 in any order, as this person only; one result each. */
  batch: async (drafts: WalkDraft[], personId: string) =>
    (await askJSON<{ results: BatchResult[] }>("/v1/activities/batch", {
      method: "POST", body: { activities: drafts }, onlyAs: personId, withinSeconds: 60,
    })).results,
  /** The walks that a watch's file holds. */
  importFile: async (file: Blob, isPrivate: boolean, signal?: Signal) =>
    (await askJSON<{ results: BatchResult[] }>("/v1/activities/import", {
      method: "POST", body: file, query: { private: String(isPrivate) }, signal,
      headers: { "Content-Type": "application/octet-stream" },
    })).results,
  list: (cursorPath: string | null, signal?: Signal) =>
    askJSON<Page<Walk>>(cursorPath ?? "/v1/activities?limit=30", { signal }),
  edit: (id: string, revision: number, change: Partial<Omit<WalkDraft, "id">>) =>
    askJSON<WalkResult>(`/v1/activities/${id}`, {
      method: "PATCH", body: change, headers: { "If-Match": `"${revision}"` },
    }),
  remove: (id: string) => askJSON<WalkResult>(`/v1/activities/${id}`, { method: "DELETE", isLast: true }),
};

export const me = {
  show: (signal?: Signal) => askJSON<Me>("/v1/me", { signal }),
  teams: (signal?: Signal) =>
    askJSON<{ teams: DashboardTeam[] }>("/v1/dashboard", { query: { fields: "teams" }, signal }),
};

const open = { method: "POST", asStranger: true } as const;

export const accounts = {
  register: (body: { email: string; password: string; name: string; zone: string; units: string }) =>
    askJSON<unknown>("/v1/auth/register", { ...open, body }),
  resend: (email: string) =>
    askJSON<unknown>("/v1/auth/verify/resend", { ...open, body: { email } }),
  verify: (body: { email: string; code: string; password: string }) =>
    askJSON<Tokens>("/v1/auth/browser/verify", { ...open, body }),
  login: (body: { email: string; password: string }) =>
    askJSON<Tokens>("/v1/auth/browser/login", { ...open, body }),
  refresh: () => askJSON<Tokens>("/v1/auth/browser/refresh", open),
  logout: () => askJSON<void>("/v1/auth/browser/logout", open),
  requestReset: (email: string) =>
    askJSON<unknown>("/v1/auth/reset-request", { ...open, body: { email } }),
  reset: (body: { email: string; code: string; newPassword: string }) =>
    askJSON<unknown>("/v1/auth/reset", { ...open, body }),
};
