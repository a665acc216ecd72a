import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { refresh, useObject } from "../../api/queries";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { useSaving } from "../../hooks/useSaving";
import { toWrite } from "../../lib/records";
import { FieldBox } from "../../ui/Field";
import { Input } from "../../ui/Input";
import { Sheet } from "../../ui/Sheet";
import { toast } from "../../ui/Toast";
import { reordered, useReorder } from "../../ui/useReorder";
import { AddField, FieldRow } from "./FieldOrder";

const PLURAL = "web_forms";

interface Asked {
  name: string;
  label?: string;
  help?: string;
  required?: boolean;
}

/** The types of fields that strangers may fill; the server says the same. */
const KINDS = new Set(
  "text longtext phones mails url picklist multipicklist boolean integer decimal date address".split(
    " ",
  ),
);
const FIRST: Asked[] = [
  { name: "name", required: true },
  { name: "company" },
  { name: "phones" },
  { name: "mails", required: true },
  { name: "interest" },
];

/** Puts a public form together: its words, its fields, what is set besides. */
export default function WebFormDrawer({
  form,
  onSaved,
  onClose,
}: {
  form: RecordData | undefined;
  onSaved: (id: string) => void;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { errors, failure, busy, run } = useSaving();
  const object = useObject("web_form");
  const target = useObject(String(form?.object ?? "lead"));
  const [values, setValues] = useState<Record<string, unknown>>(
    () => form ?? { object: "lead", active: true, language: i18n.language },
  );
  const [asked, setAsked] = useState<Asked[]>(
    () => (form?.fields as { list?: Asked[] } | null)?.list ?? FIRST,
  );
  const [preset, setPreset] = useState<Record<string, unknown>>(
    () => (form?.preset as Record<string, unknown> | null) ?? { source: "web" },
  );
  if (!object || !target) return null;
  const fieldOf = (name: string) => object.fields.find((f) => f.name === name) as Field;
  const set = (name: string, v: unknown) => setValues((b) => ({ ...b, [name]: v }));

  async function save() {
    const body: Record<string, unknown> = {
      object: values.object,
      active: !!values.active,
      fields: { list: asked },
      preset: Object.fromEntries(Object.entries(preset).filter(([, v]) => v !== null && v !== "")),
    };
    for (const name of WORDS) body[name] = toWrite(fieldOf(name), values[name]);
    const r = form ? await api.patch(PLURAL, form.id, body) : await api.create(PLURAL, body);
    refresh(PLURAL);
    toast(t("saved"));
    onSaved(r.id);
    onClose();
  }
  const box = (name: string) => {
    const f = fieldOf(name);
    const type = fieldType(f);
    return (
      <FieldBox
        key={name}
        id={`wf-${name}`}
        label={f.label}
        required={f.required}
        help={f.help}
        error={errors[name]}
        wide={type.wide}
      >
        <type.Editor
          id={`wf-${name}`}
          field={f}
          value={values[name]}
          invalid={!!errors[name]}
          onChange={(v) => set(name, v)}
        />
      </FieldBox>
    );
  };
  const preset_ = (name: string) => {
    const f = target.fields.find((x) => x.name === name);
    if (!f) return null;
    const type = fieldType(f);
    return (
      <FieldBox key={name} id={`wf-set-${name}`} label={f.label}>
        <type.Editor
          id={`wf-set-${name}`}
          field={f}
          value={preset[name]}
          onChange={(v) => setPreset((p) => ({ ...p, [name]: v }))}
        />
      </FieldBox>
    );
  };
  return (
    <Sheet
      title={form ? t("edit.of", { what: String(form.name) }) : t("forms.new")}
      busy={busy}
      failure={failure}
      onSubmit={() => run(save)}
      onClose={onClose}
    >
      <div className="form-grid">{["name", "language", "title"].map(box)}</div>
      {box("intro")}
      <AskedFields object={target} value={asked} error={errors.fields} onChange={setAsked} />
      {["consent_text", "thanks"].map(box)}
      <fieldset className={`plain stack tight ${errors.preset ? "field-bad" : ""}`}>
        <legend>{t("forms.preset")}</legend>
        <p className="help">{t("forms.preset_help")}</p>
        <div className="form-grid">{["source", "campaign"].map(preset_)}</div>
        {errors.preset && <p className="error-text">{errors.preset}</p>}
      </fieldset>
      {box("sites")}
      <label className="row check">
        <input
          type="checkbox"
          checked={!!values.active}
          onChange={(e) => set("active", e.target.checked)}
        />
        {t("forms.active")}
      </label>
    </Sheet>
  );
}

const WORDS = ["name", "language", "title", "intro", "consent_text", "thanks", "sites"];

/** The fields of the form in their order, each with its own words. */
function AskedFields({
  object,
  value,
  error,
  onChange,
}: {
  object: ObjectMeta;
  value: Asked[];
  error?: string;
  onChange: (v: Asked[]) => void;
}) {
  const { t } = useTranslation();
  const order = useReorder(value.length, (from, to) => onChange(reordered(value, from, to)));
  const labelOf = (name: string) => object.fields.find((f) => f.name === name)?.label ?? name;
  const left = object.fields.filter(
    (f) =>
      KINDS.has(f.type) &&
      f.access !== "read" &&
      !f.system &&
      !f.unique &&
      f.name !== object.stage_field &&
      !value.some((v) => v.name === f.name),
  );
  const change = (i: number, c: Partial<Asked>) =>
    onChange(value.map((v, n) => (n === i ? { ...v, ...c } : v)));
  return (
    <fieldset className={`plain stack tight layout-part ${error ? "field-bad" : ""}`}>
      <legend>{t("forms.fields")}</legend>
      {order.live}
      <ul className="layout-fields">
        {value.map((v, i) => (
          <li key={v.name} className="asked" {...order.item(i)}>
            <div className="row nowrap">
              <FieldRow
                label={labelOf(v.name)}
                grip={order.grip(i, labelOf(v.name))}
                onRemove={() => onChange(value.filter((x) => x !== v))}
              />
            </div>
            <div className="row">
              <Input
                className="grow"
                aria-label={t("forms.label_of", { what: labelOf(v.name) })}
                placeholder={t("forms.label")}
                maxLength={100}
                value={v.label ?? ""}
                onChange={(e) => change(i, { label: e.target.value || undefined })}
              />
              <Input
                className="grow"
                aria-label={t("forms.help_of", { what: labelOf(v.name) })}
                placeholder={t("forms.help")}
                maxLength={200}
                value={v.help ?? ""}
                onChange={(e) => change(i, { help: e.target.value || undefined })}
              />
              <label className="check row">
                <input
                  type="checkbox"
                  checked={!!v.required}
                  onChange={(e) => change(i, { required: e.target.checked || undefined })}
                />
                {t("field.required")}
              </label>
            </div>
          </li>
        ))}
      </ul>
      <AddField
        fields={left}
        to={t("forms.fields")}
        onAdd={(name) => onChange([...value, { name }])}
      />
      {error && <p className="error-text">{error}</p>}
    </fieldset>
  );
}
