import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { writable } from "../../lib/records";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { reordered, useReorder } from "../../ui/useReorder";
import { COLORS } from "./Choices";
import { AddField, FieldRow } from "./FieldOrder";
import { type CheckDraft, nextKey, type StageDraft } from "./pipelineParts";
import { WordsLine } from "./Words";

const KINDS = ["open", "won", "lost"];
const digits = (s: string, most: number) => Math.min(most, Number(s.replace(/\D/g, "")) || 0);

/** One stage as a line; what moving there asks for opens below it. */
export function StageRow({
  object,
  value,
  n,
  grip,
  errors,
  onChange,
  onRemove,
}: {
  object: ObjectMeta;
  value: StageDraft;
  n: number;
  grip: (what: string) => ReactNode;
  errors: string[];
  onChange: (v: StageDraft) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const here = document.documentElement.lang;
  const [open, setOpen] = useState(false);
  const name = value.labels[here] || t("pipelines.stage_n", { n: n + 1 });
  const set = (s: Partial<StageDraft>) => onChange({ ...value, ...s });
  const asked = value.needs.length + value.asks.length + value.checklist.length;
  return (
    <>
      <WordsLine
        label={t("pipelines.stage_n", { n: n + 1 })}
        value={value.labels}
        invalid={errors.length > 0}
        onChange={(labels) => set({ labels })}
        before={grip(name)}
      >
        <select
          className="input fit"
          aria-label={t("pipelines.kind_of", { what: name })}
          value={value.kind}
          onChange={(e) => set({ kind: e.target.value })}
        >
          {KINDS.map((k) => (
            <option key={k} value={k}>
              {t(`stage.kind.${k}`)}
            </option>
          ))}
        </select>
        {object.likely_field && (
          <>
            <Input
              className="fit probability"
              inputMode="numeric"
              aria-label={t("field.probability", { what: name })}
              title={t("field.probability", { what: name })}
              disabled={value.kind !== "open"}
              value={value.kind === "won" ? 100 : value.kind === "lost" ? 0 : value.probability}
              onChange={(e) => set({ probability: digits(e.target.value, 100) })}
            />
            <span aria-hidden="true">%</span>
          </>
        )}
        <Input
          className="fit probability"
          inputMode="numeric"
          aria-label={t("pipelines.rotten_of", { what: name })}
          title={t("pipelines.rotten_of", { what: name })}
          placeholder="—"
          disabled={value.kind !== "open"}
          value={value.kind === "open" && value.rotten ? value.rotten : ""}
          onChange={(e) => set({ rotten: digits(e.target.value, 3650) })}
        />
        <span aria-hidden="true">{t("pipelines.days")}</span>
        <select
          className="input fit"
          aria-label={t("field.option_color", { what: name })}
          value={value.color ?? ""}
          onChange={(e) => set({ color: e.target.value || undefined })}
        >
          {COLORS.map((x) => (
            <option key={x} value={x}>
              {t(`color.${x || "none"}`)}
            </option>
          ))}
        </select>
        <Button
          small
          kind="quiet"
          className="stage-more"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {asked ? t("pipelines.asks_n", { n: asked }) : t("pipelines.asks")}
          <span className="sr-only">{name}</span>
        </Button>
        <IconButton label={t("remove.what", { what: name })} onClick={onRemove}>
          <Icon name="close" size={14} />
        </IconButton>
      </WordsLine>
      {errors.map((e) => (
        <p key={e} className="error-text">
          {e}
        </p>
      ))}
      {open && <StageAsks object={object} value={value} onChange={onChange} />}
    </>
  );
}

/** Fields a stage cannot do without, fields it asks for, and its checklist. */
function StageAsks({
  object,
  value,
  onChange,
}: {
  object: ObjectMeta;
  value: StageDraft;
  onChange: (v: StageDraft) => void;
}) {
  const { t } = useTranslation();
  const kept = [object.stage_field, object.pipeline_field, object.checks_field];
  const fields = object.fields.filter((f) => writable(f) && !kept.includes(f.name));
  const labelOf = (name: string) => fields.find((f) => f.name === name)?.label ?? name;
  const names = (part: "needs" | "asks", title: string) => (
    <fieldset className="plain stack tight layout-part">
      <legend>{title}</legend>
      <ul className="layout-fields">
        {value[part].map((name) => (
          <li key={name}>
            <FieldRow
              label={labelOf(name)}
              grip={null}
              onRemove={() => onChange({ ...value, [part]: value[part].filter((x) => x !== name) })}
            />
          </li>
        ))}
      </ul>
      <AddField
        fields={fields.filter((f) => !value.needs.includes(f.name) && !value.asks.includes(f.name))}
        to={title}
        onAdd={(name) => onChange({ ...value, [part]: [...value[part], name] })}
      />
    </fieldset>
  );
  return (
    <div className="stage-asks">
      {names("needs", t("pipelines.needs"))}
      {names("asks", t("pipelines.offers"))}
      {object.checks_field && (
        <Checks
          value={value.checklist}
          onChange={(checklist) => onChange({ ...value, checklist })}
        />
      )}
    </div>
  );
}

function Checks({ value, onChange }: { value: CheckDraft[]; onChange: (v: CheckDraft[]) => void }) {
  const { t } = useTranslation();
  const here = document.documentElement.lang;
  const order = useReorder(value.length, (from, to) => onChange(reordered(value, from, to)));
  const set = (i: number, c: Partial<CheckDraft>) =>
    onChange(value.map((x, n) => (n === i ? { ...x, ...c } : x)));
  return (
    <fieldset className="plain stack tight layout-part stage-checks">
      <legend>{t("pipelines.checklist")}</legend>
      {order.live}
      {value.map((c, i) => {
        const name = c.labels[here] || t("pipelines.check_n", { n: i + 1 });
        return (
          <div key={c.key} {...order.item(i)}>
            <WordsLine
              label={t("pipelines.check_n", { n: i + 1 })}
              value={c.labels}
              onChange={(labels) => set(i, { labels })}
              before={order.grip(i, name)}
            >
              <label className="check">
                <input
                  type="checkbox"
                  checked={c.required}
                  onChange={(e) => set(i, { required: e.target.checked })}
                />
                <span>{t("stage.check_required")}</span>
              </label>
              <IconButton
                label={t("remove.what", { what: name })}
                onClick={() => onChange(value.filter((_, n) => n !== i))}
              >
                <Icon name="close" size={14} />
              </IconButton>
            </WordsLine>
          </div>
        );
      })}
      <div>
        <Button
          small
          onClick={() => onChange([...value, { key: nextKey(), labels: {}, required: false }])}
        >
          {t("pipelines.check_add")}
        </Button>
      </div>
    </fieldset>
  );
}
