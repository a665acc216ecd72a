import { call, queryString } from "./client";
import type { Job } from "./jobs";
import type { FieldError, RecordData } from "./types";

/** A record that may be the same as another. */
export interface Duplicate {
  id: string;
  label: string;
  owner?: string;
  /** In what they meet. */
  matched?: string[];
  /** A rule refuses another such record. */
  blocks?: boolean;
}

export interface Duplicates {
  candidates: Duplicate[];
  hidden: number;
}

export interface Member {
  id: string;
  label: string;
}

/** Records that look like one. */
export interface Group {
  id: string;
  score: number;
  why: string[];
  records: Member[];
}

export interface Queue {
  groups: Group[];
  next: string | null;
  searched_at: string | null;
  count: { value: number; relation: "eq" | "gte" };
}

export interface Merging {
  ids: string[];
  winner?: string;
  versions?: Record<string, number>;
  /** By field the record whose value stays, or "all". */
  choices?: Record<string, string>;
}

export interface MergePreview {
  winner: string;
  records: RecordData[];
  fields: { name: string; choice: string; united: boolean; differs: boolean }[];
  outcome: RecordData;
  follows: { object: string; count: number }[];
  may: boolean;
}

export interface Merge {
  id: string;
  object: string;
  winner: Member;
  merged: Member[];
  at: string;
  by: { id: string; name: string };
  undone_at: string | null;
}

export interface Unmerged {
  merge: Merge;
  may_undo: boolean;
  back: number;
  stays: FieldError[];
}

export const merging = {
  like: (plural: string, body: { id?: string; values: object }, signal?: AbortSignal) =>
    call<Duplicates>(`/${plural}/duplicates`, { method: "POST", body, signal }),
  apart: (plural: string, ids: string[]) =>
    call<void>(`/${plural}/actions/apart`, { method: "POST", body: { ids } }),
  preview: (plural: string, body: Merging, signal?: AbortSignal) =>
    call<MergePreview>(`/${plural}/actions/preview-merge`, { method: "POST", body, signal }),
  merge: (plural: string, body: Merging) =>
    call<{ merge: string; id: string }>(`/${plural}/actions/merge`, { method: "POST", body }),
  find: (plural: string) => call<Job>(`/${plural}/actions/find-duplicates`, { method: "POST" }),
  queue: (object: string, cursor?: string) =>
    call<Queue>(`/duplicates${queryString({ object, cursor, limit: 30 })}`),
  merges: (object: string, record?: string) =>
    call<{ merges: Merge[] }>(`/merges${queryString({ object, record })}`),
  of: (id: string) => call<Unmerged>(`/merges/${id}`),
  undo: (id: string) => call<Unmerged>(`/merges/${id}/actions/undo`, { method: "POST" }),
};
