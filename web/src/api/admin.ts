import { call, queryString } from "./client";
import type { Field, ObjectMeta, RecordData } from "./types";

/** A field that was taken out of use; its values wait. */
export interface RetiredField {
  name: string;
  type: string;
  label: string;
  at: string;
  by?: string;
}

/** What an administrator does, and everybody with his own sessions and tokens. */
export interface SessionInfo {
  id: string;
  device?: string;
  address?: string;
  since?: string;
  last_seen?: string;
  until?: string;
  current?: boolean;
}

export interface Token {
  id: string;
  name: string;
  scopes?: string[];
  created_at?: string;
  expires_at?: string | null;
  last_used?: string | null;
  secret?: string;
}

export interface Invited {
  id: string;
  name: string;
  login: string;
  temporary_password: string;
}

export interface CompanyInput {
  name?: string;
  language?: string;
  time_zone?: string;
  follow_up_days?: Record<string, number>;
}

const rows = <T>(answer: unknown, ...keys: string[]): T[] => {
  if (Array.isArray(answer)) return answer;
  const o = (answer ?? {}) as Record<string, T[] | undefined>;
  for (const k of [...keys, "records", "entries"]) if (o[k]) return o[k];
  return [];
};

export const admin = {
  /** Mine, or those of another for administrators. */
  sessions: async (user?: string) =>
    rows<SessionInfo>(await call(`/sessions${queryString({ user })}`), "sessions"),
  endSession: (id: string) => call(`/sessions/${id}`, { method: "DELETE" }),
  tokens: async () => rows<Token>(await call("/tokens"), "tokens"),
  makeToken: (body: { name: string; scopes: string[]; expires_at: string | null }) =>
    call<Token>("/tokens", { method: "POST", body }),
  endToken: (id: string) => call(`/tokens/${id}`, { method: "DELETE" }),
  roles: async () => {
    const fields = "name,key,description,administrator,rights,field_access,departments";
    return rows<RecordData>(await call(`/roles?limit=100&count=none&fields=${fields}`));
  },
  resetPassword: (user: string) =>
    call<{ temporary_password: string }>(`/users/${user}/actions/reset-password`, {
      method: "POST",
    }),
  /** First passwords for all who have none; answered this once. */
  invite: () =>
    call<{ users?: Invited[] | null }>("/users/actions/invite", { method: "POST", body: {} }),
  /** Mails with a link to a first password, to those named or to all who have none. */
  inviteByMail: (ids?: string[]) =>
    call<{ mailed: number; without_address: string[] }>("/users/actions/invite", {
      method: "POST",
      body: { by: "mail", ids },
    }),
  addUser: (body: object) => call<RecordData>("/users", { method: "POST", body }),
  company: (body: CompanyInput) => call("/company", { method: "PATCH", body }),
  addObject: (body: object) => call<ObjectMeta>("/objects", { method: "POST", body }),
  changeObject: (object: string, body: object) =>
    call<ObjectMeta>(`/objects/${object}`, { method: "PATCH", body }),
  changePipelines: (object: string, pipelines: object[]) =>
    call<ObjectMeta>(`/objects/${object}/pipelines`, { method: "PUT", body: { pipelines } }),
  addField: (object: string, body: object) =>
    call<Field>(`/objects/${object}/fields`, { method: "POST", body }),
  changeField: (object: string, field: string, body: object) =>
    call<Field>(`/objects/${object}/fields/${field}`, { method: "PATCH", body }),
  retireField: (object: string, field: string) =>
    call(`/objects/${object}/fields/${field}`, { method: "DELETE" }),
  restoreField: (object: string, field: string) =>
    call<Field>(`/objects/${object}/fields/${field}/actions/restore`, { method: "POST", body: {} }),
  dropField: (object: string, field: string) =>
    call(`/objects/${object}/fields/${field}?drop=true`, { method: "DELETE" }),
  retiredFields: (object: string) =>
    call<{ fields: RetiredField[] }>(`/objects/${object}/retired-fields`),
};
