import type { FileRef } from "./upload";

// The shapes of docs/api.md.
export type FieldTypeName =
  | "text"
  | "longtext"
  | "integer"
  | "decimal"
  | "money"
  | "percent"
  | "boolean"
  | "birthday"
  | "date"
  | "datetime"
  | "picklist"
  | "multipicklist"
  | "tags"
  | "reference"
  | "references"
  | "anyreference"
  | "lines"
  | "user"
  | "department"
  | "phones"
  | "mails"
  | "url"
  | "address"
  | "file"
  | "picture"
  | "place"
  | "recurrence"
  | "autonumber";

/** Words in all languages, told to administrators. */
export type Labels = Record<string, string>;

export interface Option {
  value: string;
  label: string;
  labels?: Labels;
  color?: string;
  inactive?: boolean;
  /** Of a stage: is the deal open, won or lost there? */
  kind?: string;
  probability?: number;
  /** Of a tax class: the tax in hundredths of a percent. */
  rate?: number;
  /** Whose stage it is, and what that is called where there are several. */
  pipeline?: string;
  group?: string;
  /** After how many days in it a record has waited too long. */
  rotten_days?: number;
  /** Fields that moving there asks for: those it cannot do without, and those it can. */
  needs?: string[];
  asks?: string[];
  checklist?: Check[];
}

/** What is to be done while a record is in a stage; required items before it goes on. */
export interface Check {
  value: string;
  label: string;
  labels?: Labels;
  required?: boolean;
}

export interface Field {
  name: string;
  type: FieldTypeName;
  label: string;
  labels?: Labels;
  help?: string;
  required?: boolean;
  unique?: boolean;
  system?: boolean;
  custom?: boolean;
  /** A copy of the record begins without it. */
  own?: boolean;
  access?: "read" | "write";
  sortable?: boolean;
  /** Why this user may not sort by it, though others may. */
  unsorted?: string;
  filterable?: boolean;
  multiple?: boolean;
  options?: Option[];
  targets?: string[];
  scale?: number;
  /** What an integer counts where it is a span of time; what a date stands for beyond its day. */
  unit?: "minutes" | "month";
  max_length?: number;
  lines?: Field[];
  default?: unknown;
  /** With which choices of another field this one is shown. */
  only?: { field: string; values: string[] };
  /** The rows it is the sum of, while there are any: then its number is not typed. */
  sum_of?: string;
  /** Other names it goes by in files; told to administrators. */
  aliases?: string[];
}

export type Right =
  | "view"
  | "create"
  | "edit"
  | "delete"
  | "assign"
  | "share"
  | "export"
  | "import";

/** What can be done to a record beyond changing it. */
export interface Action {
  name: string;
  label: string;
  help?: string;
  icon?: string;
  verb: Right;
  may: boolean;
  /** With which choices of a field it can be done. */
  when?: { field: string; values: string[] };
  /** The stage to which it alone leads. */
  leads?: string;
  main?: boolean;
  many?: boolean;
  /** Done to many, it can be taken back. */
  reversible?: boolean;
  fields: Field[];
}

export interface ObjectMeta {
  name: string;
  plural: string;
  label: string;
  label_plural: string;
  labels?: Labels;
  labels_plural?: Labels;
  icon?: string;
  group?: string;
  title_field: string;
  stage_field?: string;
  /** Which pipeline a record is in, which checklist items are done, how likely it succeeds. */
  pipeline_field?: string;
  checks_field?: string;
  likely_field?: string;
  /** Since when it is in its stage. */
  stage_since?: string;
  /** The two references of an object that links records many to many. */
  links?: string[];
  /** It was made at run time. */
  custom?: boolean;
  fields: Field[];
  list?: string[] | null;
  quick_filters?: string[] | null;
  sections?: { label: string; labels?: Labels; fields: string[] }[] | null;
  highlights?: string[] | null;
  related?: { object: string; field: string; label: string }[] | null;
  /** What a record can be printed as. */
  printed?: { form: string; label: string }[];
  /** The picture with which a record may begin. */
  capture?: { picture: string; waits: string };
  actions?: Action[];
  /** Rights beyond the usual ones that roles grant; access tells of each whether one has it. */
  powers?: { name: string; label: string; help?: string }[];
  access: Partial<Record<Right, boolean>> & { rank?: boolean };
  /** Its records can become one. */
  mergeable?: boolean;
  /** The fields by which they are compared. */
  compares?: string[];
}

export interface Metadata {
  version: number;
  objects: ObjectMeta[];
}

export interface RecordData {
  id: string;
  version?: number | string;
  _can?: { edit?: boolean; delete?: boolean; assign?: boolean; share?: boolean };
  /** In the answer to a write: what was kept though it is doubtful. */
  _warnings?: FieldError[];
  [field: string]: unknown;
}

export interface Reference {
  id?: string;
  object: string;
  label?: string;
  hidden?: boolean;
}

export interface Money {
  amount: string;
  currency: string;
}

export interface Labelled {
  label?: string;
  value: string;
  primary?: boolean;
}

export interface Address {
  country?: string;
  zip?: string;
  region?: string;
  city?: string;
  district?: string;
  street?: string;
}

export interface Count {
  value: number;
  relation: "eq" | "gte" | "unknown";
}

export interface RecordPage {
  records: RecordData[];
  next: string | null;
  count?: Count;
}

export interface Me {
  user: {
    id: string;
    name: string;
    login: string;
    language?: string;
    time_zone?: string;
    theme?: string;
    density?: string;
    away_from?: string;
    away_until?: string;
    must_change_password?: boolean;
    photo?: FileRef | null;
  };
  company: {
    name: string;
    currency: string;
    language?: string;
    time_zone?: string;
    /** After how many days without contact a customer of a level is to be spoken to. */
    follow_up_days?: Record<string, number>;
  };
  admin: boolean;
  version?: string | number;
}

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

export interface TimelineEntry {
  kind: "activity" | "task" | "comment" | "change";
  at: string;
  actor?: { id: string; name?: string; label?: string } | null;
  object?: string;
  id?: string;
  record?: RecordData;
  changes?: Change[];
  text?: string;
  action?: string;
  /** Those of a comment, or those attached or taken away. */
  files?: FileRef[];
  /** Those whom a comment names. */
  mentions?: { id: string; as: string }[];
  /** Why it was saved though a rule took it for a duplicate. */
  reason?: string;
  /** What became part of this record, and which of that it was that changed. */
  merged?: { merge: string; records: { id: string; label: string }[] };
  of?: string;
}

export interface ImportProblem {
  row: number;
  column?: string | number | null;
  code: string;
  message: string;
}

/** One way to read the dates of a column: 民國 or western, day or month first. */
export interface Reading {
  reading: string;
  label?: string;
  example?: string;
  count?: number;
}

export interface ImportColumn {
  /** The program whose numbers the column holds. */
  source?: string;
  index: number;
  header: string;
  samples?: string[] | null;
  field?: string | null;
  confidence?: number;
  readings?: (Reading | string)[] | null;
  date_reading?: string | null;
  /** Texts that are no option of the pick-list the column goes to. */
  unknown_values?: { value: string; count?: number }[] | null;
  /** What a person said such texts mean; null leaves the field empty. */
  values?: Record<string, string | null> | null;
}

/** Problems of one kind in one column. */
export interface ProblemGroup {
  column?: string | null;
  code: string;
  message: string;
  count: number;
  rows?: (number | { row: number; value?: string })[] | null;
}

export interface Import {
  id: string;
  object: string;
  file_name: string;
  state:
    | "ready"
    | "checking"
    | "checked"
    | "running"
    | "done"
    | "cancelled"
    | "undoing"
    | "undone"
    | "failed";
  format?: string;
  encoding: string;
  encodings?: string[] | null;
  delimiter: string;
  sheet?: string;
  sheets?: ({ name: string; rows?: number } | string)[] | null;
  header_row: number;
  rows: number;
  columns: ImportColumn[];
  preview?: string[][] | null;
  duplicates?: {
    keys?: string[] | null;
    rule?: "skip" | "update" | "update_only" | "create";
  } | null;
  unknown_options?: "map" | "create" | "refuse";
  warnings?: { code: string; message?: string }[] | null;
  done?: number;
  created?: number;
  updated?: number;
  skipped?: number;
  failed?: number;
  /** Rows that say more of a record a row before them made or changed. */
  continued?: number;
  warned?: number;
  problems?: ImportProblem[] | null;
  groups?: ProblemGroup[] | null;
  changed_since?: { row?: number; id: string; label?: string; fields?: string[] | null }[] | null;
  rate?: number;
  seconds_left?: number;
  job?: string | null;
}

export interface SearchResult {
  object: string;
  id: string;
  label: string;
  detail?: string;
}

export interface FieldError {
  field: string;
  code: string;
  message: string;
}
