// The calls of the designer: files that are looked at, repaired, edited and stored.

import { parsed } from "./large";
import { ask, askJSON } from "./request";
import type { Page, Place, Profile } from "./types";
import { upload, Upload } from "./upload";

export type Severity = "error" | "warning" | "info";
export type Policy = "walk" | "ferry" | "counted" | "unresolved";

export interface Finding {
  code: string;
  severity: Severity;
  message: string;
  line: number | null;
  column: number | null;
  /** In a file without lines (FIT). */
  byte: number | null;
  pointer: string | null;
  distanceMeters: number | null;
  coordinate: Place | null;
  fix: { title: string; safe: boolean } | null;
  count: number;
}

/** A line of a file that has several. */
export interface FileTrack {
  number: number;
  name: string | null;
  lengthMeters: number;
}

export interface Report {
  format: string | null;
  ok: boolean;
  errors: number;
  warnings: number;
  notes: number;
  findings: Finding[];
  /** Those that one can choose from; none where the file has one line. */
  tracks: FileTrack[];
}

/** One edit as `:edit` takes it: its name, and the fields of the edit of that name. */
export interface Edit { edit: string; [field: string]: unknown }

export interface EditReport {
  edit: string;
  did: string[];
}

export interface Stroke {
  kind: "route" | "crossing";
  coordinates: Place[];
  /** Official, of each of the coordinates. */
  distancesMeters: number[];
}

export interface Gap {
  number: number;
  policy: Policy;
  gapMeters: number;
  from: Place;
  to: Place;
}

export interface Waypoint {
  name: string | null;
  story: string | null;
  type: string | null;
  distanceMeters: number;
  officialMeters: number | null;
  offsetMeters: number;
  coordinate: Place;
}

export interface Preview {
  name: string | null;
  startMeters: number;
  lengthMeters: number;
  measuredMeters: number;
  parts: number;
  vertices: number;
  laps: number;
  thereAndBack: boolean;
  /** West, south, east, north; west is greater than east over 180 degrees. */
  bounds: [number, number, number, number];
  line: Stroke[];
  joins: Gap[];
  waypoints: Waypoint[];
  profile: Profile;
}

export interface RouteInfo {
  id: string;
  version: number;
  name: string | null;
  mine: boolean;
  createdAt: string;
  lengthMeters: number;
  vertices: number;
  waypoints: number;
}

export interface Edited {
  format: string;
  file?: string;
  edits: EditReport[];
  preview?: Preview;
  report?: Report;
  stored: { route: RouteInfo; report: Report } | null;
}

export interface FoundPlace { name: string; area: string | null }

export interface Plan {
  route: object;
  report: {
    lengthMeters: number;
    stops: { name: string | null; query: string | null; place: FoundPlace | null; others: FoundPlace[] }[];
    gaps: { afterStop: number; meters: number }[];
    attributions: string[];
  };
}

export interface PlanStop { place?: string; coordinate?: Place; name?: string }

export interface OwnTeam { id: string; name: string; role: "admin" | "member" | null }

type Sent = Omit<Upload, "type" | "query">;
type Read = { track?: string | undefined; format?: string | undefined };

const anyFile = "application/octet-stream";

export const design = {
  validate: async (file: Blob, read: Read, sent: Sent) =>
    parsed<Report>(
      await upload("/v1/routes:validate", file, { ...sent, type: anyFile, query: { ...read } }), sent.signal),
  /** The file with repairs made: of all findings of a code, or of one, such as `spike@12:5`. */
  repair: async (file: Blob, repairs: string[], read: Read, sent: Sent) =>
    (await upload("/v1/routes:repair", file, {
      ...sent, type: anyFile, query: { ...read, fix: "unsafe", only: repairs.join(",") },
    })).blob(),
  edit: async (body: Blob, sent: Omit<Upload, "type">) =>
    parsed<Edited>(await upload("/v1/routes:edit", body, { ...sent, type: "application/json" }), sent.signal),
  plan: (stops: PlanStop[], mode: string, name: string | null, signal: AbortSignal) =>
    askJSON<Plan>("/v1/routes:plan", {
      method: "POST", body: { stops, mode, ...(name ? { name } : {}) }, signal,
    }),
  modes: async (signal: AbortSignal) =>
    (await askJSON<{ modes: string[] }>("/v1/maps", { signal })).modes,
  route: (id: string, signal: AbortSignal) =>
    askJSON<RouteInfo>(`/v1/routes/${id}`, { signal }),
  /** Routes of the reader, among the first that can be seen. */
  own: async (signal: AbortSignal) =>
    (await askJSON<Page<RouteInfo>>("/v1/routes", { query: { limit: 500 }, signal })).items
      .filter((route) => route.mine),
  versions: (id: string, signal: AbortSignal) =>
    askJSON<Page<RouteInfo>>(`/v1/routes/${id}/versions`, { signal }),
  file: async (id: string, version: number, signal: AbortSignal) =>
    (await ask(`/v1/routes/${id}/file`, { query: { format: "geojson", version }, signal })).blob(),
  teams: (signal: AbortSignal) =>
    askJSON<Page<OwnTeam>>("/v1/teams", { query: { limit: 100 }, signal }),
  startQuest: (team: string, body: {
    name: string; routeId: string; version: number; start: string; end: string; zone: string; [more: string]: unknown;
  }, key: string) =>
    askJSON<{ id: string }>(`/v1/teams/${team}/quests`, {
      method: "POST", body, headers: { "Idempotency-Key": key },
    }),
};
