import type { Birthday } from "../fields/birthday/words";
import type { Converted } from "../fields/money/SumMark";
import { heard } from "../lib/online";
import { Problem } from "./problem";
import type {
  Address,
  Field,
  FieldError,
  Import,
  Me,
  Metadata,
  RecordData,
  RecordPage,
  SearchResult,
  TimelineEntry,
} from "./types";
import type { FileRef } from "./upload";

export const BASE = "/api/v1";

let onSignedOut: () => void = () => {};
export function whenSignedOut(f: () => void) {
  onSignedOut = f;
}

interface Options {
  method?: string;
  body?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** One request to the server; a refusal is thrown as a Problem. */
export async function call<T>(path: string, o: Options = {}): Promise<T> {
  const headers: Record<string, string> = {
    Accept: "application/json",
    "Accept-Language": document.documentElement.lang,
    ...o.headers,
  };
  if (o.body !== undefined) headers["Content-Type"] = "application/json";
  let res: Response;
  try {
    res = await fetch(BASE + path, {
      method: o.method ?? "GET",
      headers,
      body: o.form ?? (o.body === undefined ? undefined : JSON.stringify(o.body)),
      signal: o.signal,
      credentials: "same-origin",
    });
  } catch (e) {
    if (e instanceof DOMException && e.name === "AbortError") throw e;
    heard(false);
    throw new Problem(0);
  }
  // What the service worker kept answers reading while the server cannot be reached.
  heard(!res.headers.has("X-Ecrm-Kept"));
  const text = await res.text();
  let data: unknown;
  try {
    data = text ? JSON.parse(text) : undefined;
  } catch {
    data = undefined;
  }
  if (!res.ok) {
    if (res.status === 401 && path !== "/session" && path !== "/me") onSignedOut();
    throw new Problem(res.status, data);
  }
  return data as T;
}

export interface ListQuery {
  filter?: string;
  q?: string;
  sort?: string;
  limit?: number;
  cursor?: string;
  fields?: string;
  count?: "none" | "capped" | "exact";
  deleted?: boolean;
}

export function queryString(o: object): string {
  const p = new URLSearchParams();
  for (const [k, v] of Object.entries(o)) {
    if (v !== undefined && v !== null && v !== "" && v !== false) p.set(k, String(v));
  }
  const s = p.toString();
  return s ? `?${s}` : "";
}

const quoted = (version: unknown): Record<string, string> =>
  version === undefined || version === null ? {} : { "If-Match": `"${version}"` };

export interface SetupInput {
  company: string;
  language: string;
  currency: string;
  administrator: { name: string; login: string; password: string };
  demo: { customers: number } | false;
}

/** How others come to this server. */
export interface Reach {
  addresses: string[];
  /** Nobody but this machine reaches it. */
  alone: boolean;
  secure: boolean;
  /** What devices must trust first: a certificate of the server's own making. */
  authority: { path: string; fingerprint: string } | null;
}

export interface AggregateRow extends Converted {
  group: unknown[];
  measures: unknown[];
}

export interface BirthdayReading {
  reading?: { value: Birthday; text: string };
  other?: { value: Birthday; text: string };
  next?: string;
  several?: { value: Birthday; text: string }[];
}

/** A county or city of Taiwan. */
export interface Region {
  name: string;
  districts: { name: string; zip: string }[];
}

/** Sums of amounts are in the company's currency. */
export interface Aggregate extends Converted {
  rows: AggregateRow[];
  currency?: string;
}

export const api = {
  setup: () => call<{ needed: boolean; mail?: boolean }>("/setup"),
  reach: () => call<Reach>("/reach"),
  doSetup: (body: SetupInput) => call("/setup", { method: "POST", body }),
  signIn: (login: string, password: string) =>
    call("/session", { method: "POST", body: { login, password } }),
  signOut: () => call("/session", { method: "DELETE" }),
  me: () => call<Me>("/me"),
  patchMe: (body: object) => call<Me | undefined>("/me", { method: "PATCH", body }),
  objects: () => call<Metadata>("/objects"),
  addField: (object: string, body: object) =>
    call<Field>(`/objects/${object}/fields`, { method: "POST", body }),

  list: (plural: string, q: ListQuery = {}, signal?: AbortSignal) =>
    call<RecordPage>(`/${plural}${queryString(q)}`, { signal }),
  get: (plural: string, id: string, signal?: AbortSignal) =>
    call<RecordData>(`/${plural}/${encodeURIComponent(id)}`, { signal }),
  doubts: (plural: string, body: object, signal?: AbortSignal) =>
    call<{ _warnings: FieldError[] }>(`/${plural}/warnings`, { method: "POST", body, signal }),
  readBirthday: (text: string, signal?: AbortSignal) =>
    call<BirthdayReading>(`/readings/birthday${queryString({ text })}`, { signal }),
  readAddress: (text: string, signal?: AbortSignal) =>
    call<{ value: Address }>(`/readings/address${queryString({ text })}`, { signal }),
  places: () => call<{ regions: Region[] }>("/places"),
  create: (plural: string, body: object) =>
    call<RecordData>(`/${plural}`, { method: "POST", body }),
  patch: (plural: string, id: string, body: object, version?: unknown) =>
    call<RecordData>(`/${plural}/${encodeURIComponent(id)}`, {
      method: "PATCH",
      body,
      headers: quoted(version),
    }),
  remove: (plural: string, id: string) =>
    call<void>(`/${plural}/${encodeURIComponent(id)}`, { method: "DELETE" }),
  restore: (plural: string, id: string) =>
    call<RecordData>(`/${plural}/${encodeURIComponent(id)}/actions/restore`, { method: "POST" }),
  aggregate: (plural: string, body: object, signal?: AbortSignal) =>
    call<Aggregate>(`/${plural}/aggregate`, { method: "POST", body, signal }),
  timeline: (plural: string, id: string, kind?: string, cursor?: string) =>
    call<{ entries: TimelineEntry[]; next?: string | null }>(
      `/${plural}/${encodeURIComponent(id)}/timeline${queryString({ kind, cursor, limit: 40 })}`,
    ),
  comment: (plural: string, id: string, text: string, files: string[] = []) =>
    call(`/${plural}/${encodeURIComponent(id)}/comments`, {
      method: "POST",
      body: { text, files },
    }),
  files: (plural: string, id: string) =>
    call<{ files: FileRef[] }>(`/${plural}/${encodeURIComponent(id)}/files`),
  attach: (plural: string, id: string, files: string[]) =>
    call(`/${plural}/${encodeURIComponent(id)}/files`, { method: "POST", body: { files } }),
  detach: (plural: string, id: string, file: string) =>
    call(`/${plural}/${encodeURIComponent(id)}/files/${encodeURIComponent(file)}`, {
      method: "DELETE",
    }),
  search: (q: string, signal?: AbortSignal) =>
    call<{ results: SearchResult[] }>(`/search${queryString({ q })}`, { signal }),

  importCreate: (file: File, object: string) => {
    const form = new FormData();
    form.set("object", object);
    form.set("file", file);
    return call<Import>("/imports", { method: "POST", form });
  },
  imports: () =>
    call<{
      imports: {
        id: string;
        object: string;
        file_name: string;
        state: Import["state"];
        rows: number;
        created_at: string;
      }[];
    }>("/imports"),
  importGet: (id: string) => call<Import>(`/imports/${id}`),
  importPatch: (id: string, body: object) =>
    call<Import>(`/imports/${id}`, { method: "PATCH", body }),
  importAction: (id: string, action: "check" | "run" | "cancel" | "undo") =>
    call<Import | undefined>(`/imports/${id}/actions/${action}`, { method: "POST" }),
  importProblemsUrl: (id: string) => `${BASE}/imports/${id}/problems.csv`,
};
