// What the service answers, as far as the pages use it: written by hand from /openapi.json.

import type { Fault } from "./problem";

export type Units = "mi" | "km";
/** Longitude and latitude. */
export type Place = [number, number];

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Tokens {
  personId: string;
  sessionId: string;
  accessToken: string;
  accessTokenExpiresAt: string;
}

export interface Me {
  id: string;
  email: string | null;
  name: string;
  zone: string;
  units: Units;
  mail: MailChoices;
  revision: number;
}

export interface QuestMarker {
  questId: string;
  questName: string;
  teamName: string;
  coordinate: Place;
}

export interface Quest {
  id: string;
  teamId: string;
  name: string;
  state: "scheduled" | "active" | "completed" | "expired" | "cancelled";
  routeId: string;
  version: number;
  zone: string;
  start: string;
  /** The first moment after it. */
  end: string;
  laps: number;
  thereAndBack: boolean;
  lapJoin: string | null;
  lengthMeters: number;
  officialLengthMeters: number;
  /** Whether nobody is shown a waypoint before the team reaches it. */
  hidesAhead: boolean;
  percentages: number[];
  revision: number;
}

export interface Position {
  coordinate: Place;
  bearing: number;
  lap: number;
  lastWaypoint: { name: string | null; distanceMeters: number } | null;
}

export interface Milestone {
  key: string;
  /** Null also where it is hidden. */
  name: string | null;
  /** Whether the quest hides it until the team reaches it. */
  hidden: boolean;
  placeMeters: number;
  thresholdMeters: number;
  reached: boolean;
  reachedAt: string | null;
  personName: string | null;
}

export interface Progress {
  questId: string;
  teamId: string;
  questName: string;
  teamName: string;
  teamVersion: number;
  state: Quest["state"];
  finished: boolean;
  walks: number;
  totalMeters: number;
  remainingMeters: number;
  lengthMeters: number;
  percent: number;
  placeMeters: number;
  officialLengthMeters: number;
  position: Position;
  nextWaypoint: { name: string | null; distanceMeters: number; remainingMeters: number } | null;
  pace: {
    days: number; perDayMeters: number; arrival: string | null; deadline: string;
    onTrack: boolean | null;
  };
  milestones: Milestone[];
}

/** What was walked, day by day. */
export interface History {
  items: { from: string; until: string; distanceMeters: number; walks: number; totalMeters: number }[];
  zone: string;
}

export interface Rank {
  rank: number;
  personName: string | null;
  distanceMeters: number;
  walks: number;
}

export interface FeedWalk {
  personName: string | null;
  startedAt: string;
  distanceMeters: number;
}

export interface Profile {
  ascentMeters: number | null;
  descentMeters: number | null;
  points: { distanceMeters: number; elevationMeters: number }[];
}

/** The heights along one pass of a quest's route, and how its course runs over it. */
export interface QuestProfile extends Profile {
  startMeters: number;
  passMeters: number;
  lapMeters: number;
  laps: number;
  thereAndBack: boolean;
}

/** A city that is found by its name. */
export interface FoundPlace {
  name: string;
  area: string | null;
  coordinate: Place;
}

export interface FoundPlaces {
  places: FoundPlace[];
  /** Other names, where no place has this one. */
  suggestions: string[];
  attribution: string | null;
}

export interface MapProperties {
  kind: "travelled" | "remaining" | "crossing" | "marker" | "waypoint" | "route";
  state?: "travelled" | "remaining";
  name?: string | null;
  type?: string | null;
  distanceMeters?: number;
  reached?: boolean;
  story?: string;
}

export type Geometry =
  | { type: "Point"; coordinates: Place }
  | { type: "LineString"; coordinates: Place[] }
  | { type: "MultiLineString"; coordinates: Place[][] }
  | { type: "Polygon"; coordinates: Place[][] };

export interface Feature<Properties = unknown> {
  type: "Feature";
  properties: Properties;
  geometry: Geometry | null;
}

export interface FeatureCollection<Properties = unknown> {
  type: "FeatureCollection";
  features: Feature<Properties>[];
}

export interface QuestMap extends FeatureCollection<MapProperties> {
  /** West, south, east, north; west is greater than east over 180 degrees. */
  bbox: [number, number, number, number];
}

export interface Walk {
  id: string;
  startedAt: string;
  distanceMeters: number;
  durationSeconds: number | null;
  note: string | null;
  private: boolean;
  zone: string;
  day: string;
  revision: number;
}

export interface WalkResult {
  id: string;
  teams: {
    teamId: string; gone: boolean; questId?: string; totalMeters?: number;
    reached?: { key: string; name: string | null }[];
  }[];
  uncounted: { code: string; text: string }[];
}

export interface BatchResult {
  id: string | null;
  status: "created" | "repeated" | "rejected" | "failed";
  result?: WalkResult;
  problem?: { code: string; detail: string; errors?: Fault[] };
}

export interface DashboardTeam {
  team: { id: string; name: string };
  quest: Progress | null;
}

export interface LiveEvent {
  kind: string;
  version: number;
  at: string;
  teamId: string;
  questId?: string;
  personName?: string | null;
  milestone?: { key: string; name: string | null } | null;
  progress?: {
    totalMeters: number; remainingMeters: number; percent: number; finished: boolean;
    placeMeters: number; position: Position;
  } | null;
}

export interface LiveEventsPage {
  items: LiveEvent[];
  version: number;
  reset: boolean;
}

/** How live events reach browsers. */
export interface Realtime {
  /** `builtin`, or the name of an adapter. */
  adapter: string;
  connection: RealtimeConnection | null;
}

/** Where a WebSocket is opened for live events. */
export interface RealtimeConnection {
  key: string;
  host: string;
  port: number;
  tls: boolean;
  cluster: string | null;
}

export interface Team {
  id: string;
  name: string;
  public: boolean;
  revision: number;
  role: "admin" | "member" | null;
}

export interface Member {
  personId: string;
  personName: string | null;
  role: "admin" | "member";
  joinedAt: string;
}

export interface Invite {
  id: string;
  role: Member["role"];
  status: "open" | "used" | "revoked" | "expired";
  expiresAt: string;
}

export interface InviteOffer {
  teamId: string;
  teamName: string;
  role: Member["role"];
  expiresAt: string;
}

/** A route that quests can be started on. */
export interface StoredRoute {
  id: string;
  name: string | null;
  lengthMeters: number;
}

export interface MailChoices {
  invitation: boolean;
  milestone: boolean;
  completed: boolean;
  weekly: boolean;
}

export interface Session {
  id: string;
  current: boolean;
  createdAt: string;
  refreshedAt: string;
}

export interface APIKey {
  id: string;
  name: string;
  scopes: string[];
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** What one is to somebody who vouches for people. */
export interface Identity {
  id: string;
  issuerName: string | null;
  issuer: string;
  subject: string;
}

export interface QuestLink {
  id: string;
  name: string;
  showsNames: boolean;
  createdAt: string;
  revokedAt: string | null;
}

export interface LinkedQuest {
  questId: string;
  showsNames: boolean;
}

export interface WaysIn {
  passwords: boolean;
  issuers: { name: string; title: string; browser: boolean }[];
}

export interface UsageFigures {
  registered: number | null;
  onboarded: number | null;
  onboardSeconds: number | null;
  activePeople: number | null;
  walks: number | null;
  logSeconds: number | null;
  retention: number | null;
  requests: number;
  errors: number;
  p95Milliseconds: number | null;
}

export interface Usage {
  total: UsageFigures;
  days: (UsageFigures & { day: string })[];
}
