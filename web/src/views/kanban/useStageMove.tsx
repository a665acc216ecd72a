import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../../api/problem";
import type { Action, Field, ObjectMeta, Option, RecordData } from "../../api/types";
import { useWhyNot } from "../../hooks/useWhyNot";
import { isEmpty, recordTitle, writable } from "../../lib/records";
import { openChecks } from "../../lib/stages";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { leadingTo } from "../actions/actions";
import { celebrate } from "./celebrate";
import { MoveSheet } from "./MoveSheet";

const ActionDialog = lazy(() =>
  import("../actions/ActionDialog").then((m) => ({ default: m.ActionDialog })),
);

interface Move {
  record: RecordData;
  to: Option;
  /** What has to be said for this stage, and what may be. */
  fields: string[];
  offered: string[];
  error?: string;
}

/**
 * Moves a record to another stage, on the board and on its page alike: what the stage asks for is
 * asked where one is, what the server misses besides too, won is celebrated, and a toast takes the move back.
 * `write` saves at once what it is given and shows what was before when the server refuses.
 */
export function useStageMove(
  object: ObjectMeta,
  stage: Field | undefined,
  write: (record: RecordData, values: Record<string, unknown>) => Promise<RecordData>,
) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const whyNot = useWhyNot(object);
  const [asking, setAsking] = useState<Move | null>(null);
  const [acting, setActing] = useState<{ record: RecordData; action: Action } | null>(null);

  async function move(
    record: RecordData,
    to: Option,
    more: Record<string, unknown> = {},
    offered: string[] = [],
  ) {
    if (!stage) return;
    const values = { [stage.name]: to.value, ...more };
    const before = Object.fromEntries(Object.keys(values).map((n) => [n, record[n] ?? null]));
    try {
      const saved = await write(record, values);
      setAsking(null);
      if (to.kind === "won") celebrate();
      const what = recordTitle(object, record);
      toast(t(to.kind === "won" ? "board.won" : "board.moved", { what, to: to.label }), {
        action: {
          label: t("undo"),
          run: () => void write(saved, before).catch((e) => toast(errorText(e), { bad: true })),
        },
      });
    } catch (e) {
      const faults = isProblem(e) ? e.fields : [];
      const missing = faults
        .map((f) => f.field)
        .filter((n) => n !== stage.name && object.fields.some((f) => f.name === n && writable(f)));
      if (!missing.length) {
        const denied = isProblem(e) && e.status === 403;
        toast((denied && whyNot("edit", false, record)) || errorText(e), { bad: true });
        return;
      }
      const said = faults.map((f) => f.message).join(" ");
      // What was asked before stays in the sheet, with what was typed there.
      const asked = Object.keys(more).filter((n) => !offered.includes(n));
      const fields = [...new Set([...asked, ...missing])];
      const rest = offered.filter((n) => !fields.includes(n));
      setAsking({
        record,
        to,
        fields,
        offered: rest,
        error: Object.keys(more).length ? said : undefined,
      });
    }
  }

  function start(record: RecordData, to: Option) {
    if (!stage || record[stage.name] === to.value) return;
    const action = leadingTo(object, to.value, record);
    if (action) return setActing({ record, action });
    // What the stage asks for is asked before anything is written.
    const empty = (names: string[] = []) =>
      names.filter((n) => {
        const f = object.fields.find((x) => x.name === n);
        return f && writable(f) && isEmpty(record[n]);
      });
    const fields = empty(to.needs);
    if (openChecks(object, record, to).length && object.checks_field) {
      fields.push(object.checks_field);
    }
    const offered = empty(to.asks);
    if (fields.length || offered.length) setAsking({ record, to, fields, offered });
    else void move(record, to);
  }

  const sheet = acting ? (
    <Suspense fallback={null}>
      <ActionDialog object={object} {...acting} onClose={() => setActing(null)} />
    </Suspense>
  ) : asking ? (
    <MoveSheet
      key={asking.to.value}
      object={object}
      to={asking.to}
      record={asking.record}
      fields={asking.fields}
      offered={asking.offered}
      error={asking.error}
      onSave={(values) => move(asking.record, asking.to, values, asking.offered)}
      onClose={() => setAsking(null)}
    />
  ) : null;
  return { start, sheet };
}
