import type { Duplicates } from "./merge";
import type { FieldError } from "./types";

/** Records that a write would repeat, and whether one may save nevertheless. */
export interface Twins extends Duplicates {
  object: string;
  override: boolean;
}

/** What the server answers when it refuses (application/problem+json). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fields: FieldError[];
  readonly duplicates?: Twins;

  constructor(status: number, body: unknown = {}) {
    const b = (body && typeof body === "object" ? body : {}) as Record<string, unknown>;
    const detail = String(b.detail || b.title || "");
    super(detail || `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = String(b.code || (status === 0 ? "offline" : "failed"));
    this.detail = detail;
    this.duplicates = b.duplicates as Twins | undefined;
    this.fields = Array.isArray(b.fields) ? (b.fields as FieldError[]) : [];
  }

  /** The first message of each field. */
  byField(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const e of this.fields) {
      // A row of a table answers as "items.0.price" or "items[0].price": show it at the table.
      const root = e.field.split(/[.[]/)[0] ?? e.field;
      out[root] ??= e.message;
    }
    return out;
  }

  /** Those within the value of a field, as in a row of it. */
  within(field: string): FieldError[] {
    return this.fields.filter(
      (e) => /^[.[]/.test(e.field.slice(field.length)) && e.field.startsWith(field),
    );
  }
}

export function isProblem(e: unknown): e is Problem {
  return e instanceof Problem;
}
