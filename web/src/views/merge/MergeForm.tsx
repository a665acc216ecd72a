import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type MergePreview, merging } from "../../api/merge";
import { isProblem } from "../../api/problem";
import { useObjects } from "../../api/queries";
import type { Field, ObjectMeta, RecordData, Reference } from "../../api/types";
import { fieldType } from "../../fields";
import { grouped, listed, shortDateTime } from "../../lib/format";
import { isEmpty, recordTitle } from "../../lib/records";
import { Button } from "../../ui/Button";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { merged } from "./merged";

/** What one sees of a merge while choosing, and what is done with it. */
export interface MergeState {
  preview: MergePreview | undefined;
  error: unknown;
  retry: () => void;
  choose: (field: string, of: string) => void;
  setWinner: (id: string) => void;
  busy: boolean;
  /** Merges them; answers whether it did. */
  run: () => Promise<boolean>;
}

/** Which of some records stays and what of each: asked of the server with every choice. */
export function useMerging(object: ObjectMeta, ids: string[]): MergeState {
  const errorText = useErrorText();
  const [winner, setWinner] = useState<string>();
  const [choices, setChoices] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const asked = { ids, winner, choices };
  const found = useQuery({
    queryKey: ["merge", object.plural, asked],
    queryFn: ({ signal }) => merging.preview(object.plural, asked, signal),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  const preview = found.data;
  return {
    preview,
    error: found.error,
    retry: () => void found.refetch(),
    choose: (field, of) => setChoices((b) => ({ ...b, [field]: of })),
    setWinner: (id) => {
      setWinner(id);
      // What was chosen for another winner is no choice for this one.
      setChoices({});
    },
    busy,
    run: async () => {
      if (busy || !preview) return false;
      setBusy(true);
      try {
        const versions = Object.fromEntries(preview.records.map((r) => [r.id, Number(r.version)]));
        const body = { ids, winner: preview.winner, choices, versions };
        const done = await merging.merge(object.plural, body);
        merged(object, done.merge, preview);
        return true;
      } catch (e) {
        toast(errorText(e), { bad: true });
        if (isProblem(e) && e.status === 409) void found.refetch();
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

/** The records side by side, field by field: which of them stays, and what of each. */
export function MergeForm({ object, state }: { object: ObjectMeta; state: MergeState }) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const [all, setAll] = useState(false);
  const { preview } = state;
  if (!preview) {
    return state.error ? (
      <ErrorState error={state.error} retry={state.retry} />
    ) : (
      <Skeleton rows={8} />
    );
  }
  const told = preview.fields.filter((f) => all || f.differs);
  const rest = preview.fields.filter((f) => !f.differs).length;
  const follows = preview.follows.map((f) => {
    const o = objects.find((x) => x.name === f.object);
    return t("merge.follow", { n: grouped(String(f.count)), what: o?.label_plural ?? f.object });
  });
  return (
    <div className="merge" style={{ "--merge-of": preview.records.length } as never}>
      <fieldset className="merge-row merge-head">
        <legend>{t("merge.stays")}</legend>
        {preview.records.map((r) => (
          <label key={r.id} className={`merge-cell ${r.id === preview.winner ? "on" : ""}`}>
            <input
              type="radio"
              name="merge-winner"
              checked={r.id === preview.winner}
              onChange={() => state.setWinner(r.id)}
            />
            <span>
              <Link
                to="/o/$plural/$id"
                params={{ plural: object.plural, id: r.id }}
                target="_blank"
              >
                {recordTitle(object, r)}
              </Link>
              <span className="muted merge-about">{about(r, t("merge.updated"))}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {told.map((f) => {
        const field = object.fields.find((x) => x.name === f.name);
        return (
          field && <Choice key={f.name} field={field} told={f} state={state} preview={preview} />
        );
      })}
      {rest > 0 && (
        <button type="button" className="link-btn" onClick={() => setAll(!all)}>
          {t(all ? "merge.only_differing" : "merge.all_fields", { n: rest })}
        </button>
      )}
      <div className="merge-outcome" role="status">
        <strong>{t("merge.outcome", { what: recordTitle(object, preview.outcome) })}</strong>
        <p className="muted">
          {follows.length ? t("merge.follows", { what: listed(follows) }) : t("merge.follows_none")}
        </p>
        {!preview.may && <p className="error-text">{t("merge.may_not")}</p>}
      </div>
    </div>
  );
}

/** Its number, whose it is and when it was changed last. */
function about(r: RecordData, updated: string): string {
  const owner = (r.owner as Reference | null | undefined)?.label;
  const at = typeof r.updated_at === "string" ? `${updated} ${shortDateTime(r.updated_at)}` : "";
  return [r.number as string | undefined, owner, at].filter(Boolean).join(" · ");
}

/** What of a field stays: that of one of the records, or of all. */
function Choice({
  field,
  told,
  state,
  preview,
}: {
  field: Field;
  told: MergePreview["fields"][number];
  state: MergeState;
  preview: MergePreview;
}) {
  const { t } = useTranslation();
  const type = fieldType(field);
  const shown = (v: unknown): ReactNode =>
    isEmpty(v) ? (
      <span className="muted">{t("conflict.nothing")}</span>
    ) : (
      <type.Display field={field} value={v} />
    );
  const radio = (of: string, label: ReactNode) => (
    <label key={of} className={`merge-cell ${told.choice === of ? "on" : ""}`}>
      <input
        type="radio"
        name={`merge-${field.name}`}
        checked={told.choice === of}
        onChange={() => state.choose(field.name, of)}
      />
      <span>{label}</span>
    </label>
  );
  return (
    <fieldset className="merge-row">
      <legend>{field.label}</legend>
      {preview.records.map((r) => radio(r.id, shown(r[field.name])))}
      {told.united && radio("all", t("merge.unite"))}
    </fieldset>
  );
}

/** The button that merges, with why one may not. */
export function MergeButton({ state, onDone }: { state: MergeState; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      kind="primary"
      disabled={state.busy || !state.preview?.may}
      title={state.preview && !state.preview.may ? t("merge.may_not") : undefined}
      onClick={async () => {
        if (await state.run()) onDone();
      }}
    >
      {t("merge.do", { n: state.preview?.records.length ?? 2 })}
    </Button>
  );
}
