import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { fromLocalInput, toLocalInput } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Input, Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { kindsOf, linkField, morning } from "../detail/composing";

const TASK = "task";
const DAYS = [1, 3, 7, 14];

/** What can be made of each of many records: tasks, activities, both or neither. */
export function useFollows(object: ObjectMeta): { task?: ObjectMeta; activity?: ObjectMeta } {
  const objects = useObjects().data?.objects ?? [];
  const of = (name: string) =>
    objects.find(
      (o) => o.name === name && o.name !== object.name && o.access.create && !!linkField(o, object),
    );
  return { task: of(TASK), activity: object.name === TASK ? undefined : of("activity") };
}

/** The same follow-up for many: a task for each, or what was done with each and comes next. */
export function FollowMany({
  object,
  said,
  ready,
  run,
  onClose,
}: {
  object: ObjectMeta;
  /** How many there are, as it is told. */
  said: string;
  ready: boolean;
  run: (input: object) => Promise<void>;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const { task, activity } = useFollows(object);
  const kinds = kindsOf(activity, i18n.language);
  const [kind, setKind] = useState(task ? TASK : (kinds[0]?.value ?? ""));
  const [text, setText] = useState("");
  const [next, setNext] = useState("");
  const [at, setAt] = useState<string | null>(task ? morning(1) : null);
  const [theirs, setTheirs] = useState(true);
  const [error, setError] = useState("");
  const what = { n: said, what: object.label };

  async function go() {
    const words = text.trim();
    if (!words && (kind === TASK || !next.trim())) return setError(t("composer.empty"));
    setError("");
    const input =
      kind === TASK
        ? { object: TASK, values: { subject: words, due_at: at }, to_owner: theirs }
        : {
            object: "activity",
            values: {
              kind,
              result: words || null,
              next_step: next.trim() || null,
              next_at: at,
            },
            to_owner: false,
          };
    try {
      await run(input);
    } catch (e) {
      setError(errorText(e));
    }
  }
  return (
    <Drawer
      shape="middle"
      title={t("bulk.follow_n", what)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" disabled={!ready} onClick={go}>
            {t("bulk.follow_n", what)}
          </Button>
        </>
      }
    >
      <div className="stack">
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        <FieldBox id="follow-kind" label={t("bulk.follow_kind")}>
          <Select id="follow-kind" value={kind} onChange={(e) => setKind(e.target.value)}>
            {task && <option value={TASK}>{task.label}</option>}
            {kinds.map((k) => (
              <option key={k.value} value={k.value}>
                {t("bulk.follow_done", { what: k.label })}
              </option>
            ))}
          </Select>
        </FieldBox>
        <FieldBox id="follow-text" label={t(kind === TASK ? "composer.task" : "composer.result")}>
          <textarea
            id="follow-text"
            className="input"
            rows={3}
            value={text}
            onChange={(e) => setText(e.target.value)}
          />
        </FieldBox>
        {kind !== TASK && (
          <FieldBox id="follow-next" label={t("composer.next")}>
            <Input id="follow-next" value={next} onChange={(e) => setNext(e.target.value)} />
          </FieldBox>
        )}
        <div className="row" role="group" aria-label={t("composer.when")}>
          {DAYS.map((n) => (
            <button
              key={n}
              type="button"
              className={`chip-btn ${at === morning(n) ? "on" : ""}`}
              aria-pressed={at === morning(n)}
              onClick={() => setAt(at === morning(n) ? null : morning(n))}
            >
              {n === 1 ? t("date.tomorrow") : t("date.days_ahead", { n })}
            </button>
          ))}
          <Input
            type="datetime-local"
            className="composer-at"
            aria-label={t("composer.when")}
            value={at ? toLocalInput(at) : ""}
            onChange={(e) => setAt(e.target.value ? fromLocalInput(e.target.value) : null)}
          />
        </div>
        {kind === TASK && object.fields.some((f) => f.name === "owner") && (
          <label className="row check">
            <input type="checkbox" checked={theirs} onChange={(e) => setTheirs(e.target.checked)} />
            {t("bulk.follow_owner")}
          </label>
        )}
      </div>
    </Drawer>
  );
}
