// The calls about teams, invites and one's own account.

import { newId } from "../walks/ids";
import { ask, askJSON } from "./request";
import type {
  APIKey, Identity, Invite, InviteOffer, Me, MailChoices, Member, Page, Quest, QuestLink, Session, StoredRoute, Team, Tokens,
  Units, Usage, WaysIn,
} from "./types";

type Signal = AbortSignal | undefined;

/** Made once for a form: sent again, the same request makes nothing twice. */
export function repeatable(): Record<string, string> { return { "Idempotency-Key": newId() }; }

type Once = Record<string, string>;

export const teams = {
  list: (signal?: Signal) => askJSON<Page<Team>>("/v1/teams", { query: { limit: 500 }, signal }),
  show: (id: string, signal?: Signal) => askJSON<Team>(`/v1/teams/${id}`, { signal }),
  make: (body: { name: string; public: boolean }, once: Once) =>
    askJSON<Team>("/v1/teams", { method: "POST", body, headers: once }),
  change: (team: Team, body: { name?: string; public?: boolean }) =>
    askJSON<Team>(`/v1/teams/${team.id}`, {
      method: "PATCH", body, headers: { "If-Match": `"${team.revision}"` },
    }),
  dissolve: (id: string) => askJSON<void>(`/v1/teams/${id}`, { method: "DELETE" }),
  members: (path: string, signal?: Signal) => askJSON<Page<Member>>(path, { signal }),
  setRole: (id: string, person: string, role: Member["role"]) =>
    askJSON<Member>(`/v1/teams/${id}/members/${person}`, { method: "PATCH", body: { role } }),
  remove: (id: string, person: string) =>
    askJSON<void>(`/v1/teams/${id}/members/${person}`, { method: "DELETE" }),
  quests: (id: string, signal?: Signal) =>
    askJSON<Page<Quest>>(`/v1/teams/${id}/quests`, { query: { limit: 100 }, signal }),
  startQuest: (id: string, body: unknown, once: Once) =>
    askJSON<Quest>(`/v1/teams/${id}/quests`, { method: "POST", body, headers: once }),
  routes: (signal?: Signal) =>
    askJSON<Page<StoredRoute>>("/v1/routes", { query: { limit: 500 }, signal }),
};

export const invites = {
  list: (team: string, signal?: Signal) =>
    askJSON<Page<Invite>>(`/v1/teams/${team}/invites`, { query: { limit: 100 }, signal }),
  make: (team: string, body: { role: string; email?: string }, once: Once) =>
    askJSON<Invite & { code: string }>(`/v1/teams/${team}/invites`, {
      method: "POST", body, headers: once,
    }),
  revoke: (team: string, id: string) =>
    askJSON<void>(`/v1/teams/${team}/invites/${id}`, { method: "DELETE" }),
  /** What it offers; asking does not spend it. */
  show: (code: string, signal?: Signal) => askJSON<InviteOffer>(`/v1/invites/${code}`, { signal }),
  redeem: (code: string) => askJSON<Team>(`/v1/invites/${code}:redeem`, { method: "POST" }),
};

export const links = {
  list: (quest: string, signal?: Signal) =>
    askJSON<{ items: QuestLink[] }>(`/v1/quests/${quest}/links`, { signal }),
  make: (quest: string, body: { name: string; showsNames: boolean }, once: Once) =>
    askJSON<QuestLink & { secret: string }>(`/v1/quests/${quest}/links`, {
      method: "POST", body, headers: once,
    }),
  revoke: (quest: string, id: string) =>
    askJSON<void>(`/v1/quests/${quest}/links/${id}`, { method: "DELETE" }),
};

export const account = {
  change: (
    revision: number,
    body: { name?: string; zone?: string; units?: Units; mail?: Partial<MailChoices> },
  ) => askJSON<Me>("/v1/me", { method: "PATCH", body, headers: { "If-Match": `"${revision}"` } }),
  sessions: (signal?: Signal) => askJSON<{ items: Session[] }>("/v1/auth/sessions", { signal }),
  endSession: (id: string) => askJSON<void>(`/v1/auth/sessions/${id}`, { method: "DELETE" }),
  keys: (signal?: Signal) => askJSON<{ items: APIKey[] }>("/v1/keys", { signal }),
  makeKey: (body: { name: string; scopes: string[] }, once: Once) =>
    askJSON<APIKey & { key: string }>("/v1/keys", { method: "POST", body, headers: once }),
  endKey: (id: string) => askJSON<void>(`/v1/keys/${id}`, { method: "DELETE" }),
  password: (currentPassword: string, newPassword: string) =>
    askJSON<unknown>("/v1/auth/password", { method: "POST", body: { currentPassword, newPassword } }),
  identities: (signal?: Signal) => askJSON<{ items: Identity[] }>("/v1/me/identities", { signal }),
  addIdentity: (body: { code: string; password?: string; mailedCode?: string }) =>
    askJSON<Identity>("/v1/me/identities", { method: "POST", body }),
  removeIdentity: (id: string) => askJSON<void>(`/v1/me/identities/${id}`, { method: "DELETE" }),
  /** Mails a code that proves whose the account is. */
  requestProof: () => askJSON<unknown>("/v1/auth/proof", { method: "POST" }),
  exported: async () => (await ask("/v1/me/export")).blob(),
  erase: (password: string) => askJSON<void>("/v1/me/erase", { method: "POST", body: { password } }),
};

export const waysIn = {
  list: () => askJSON<WaysIn>("/v1/auth/oidc", { asStranger: true }),
  redeem: (code: string) => askJSON<Tokens>("/v1/auth/browser/redeem", {
    method: "POST", body: { code }, asStranger: true,
  }),
};

export const operator = {
  /** With a key that the operator has made; it is not kept. */
  usage: (key: string, from: string, until: string) => askJSON<Usage>("/v1/stats", {
    query: { from, until }, asStranger: true, headers: { Authorization: `Bearer ${key}` },
  }),
};
