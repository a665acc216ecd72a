import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { isProblem } from "../../api/problem";
import { queryClient } from "../../api/queries";
import type { Field, ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Input, Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { Columns } from "./Columns";
import {
  columnsBody,
  columnsOf,
  fieldName,
  hasChoices,
  missingPart,
  partsBody,
  partsOf,
  TYPES,
  UNIQUE,
} from "./fieldParts";
import { allLabels, labelsOf, said } from "./labels";
import { TypeParts } from "./TypeParts";
import { OtherWords, Words } from "./Words";

/** Adds a field to an object, or changes the words and the choices of one that was added. */
export function FieldDrawer({
  object,
  field,
  onClose,
}: {
  object: ObjectMeta;
  field?: Field;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const here = document.documentElement.lang;
  const [labels, setLabels] = useState(() => labelsOf(field, here));
  const [more, setMore] = useState(false);
  const [type, setType] = useState<string>(field?.type ?? "text");
  const [name, setName] = useState("");
  const [required, setRequired] = useState(!!field?.required);
  const [unique, setUnique] = useState(!!field?.unique);
  const [longest, setLongest] = useState(String(field?.max_length || ""));
  const [aliases, setAliases] = useState((field?.aliases ?? []).join("、"));
  const [parts, setParts] = useState(() => partsOf(field));
  const [columns, setColumns] = useState(() => columnsOf(field));
  const [columnErrors, setColumnErrors] = useState<Record<number, Record<string, string>>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const label = labels[here]?.trim() ?? "";

  async function submit(e: FormEvent) {
    e.preventDefault();
    setError("");
    const wrong: Record<string, string> = {};
    if (!label) wrong.labels = t("form.required", { what: t("field.label") });
    const missing = missingPart(type, parts);
    if (missing) wrong[missing] = t(`field.${missing}_need`);
    const within: typeof columnErrors = {};
    if (type === "lines") {
      if (!columns.length) wrong.rows = t("field.columns_need");
      for (const c of columns) {
        const lacks = missingPart(c.type, c.parts);
        const told = {
          ...(c.label.trim() ? {} : { labels: t("form.required", { what: t("field.label") }) }),
          ...(lacks ? { [lacks]: t(`field.${lacks}_need`) } : {}),
        };
        if (Object.keys(told).length) within[c.key] = told;
      }
    }
    setErrors(wrong);
    setColumnErrors(within);
    if (Object.keys(wrong).length || Object.keys(within).length) return;
    const rows = type === "lines" ? { rows: columnsBody(columns, here) } : {};
    const known = aliases
      .split(/[,，、;；\n]/)
      .map((name) => name.trim())
      .filter(Boolean);
    setBusy(true);
    try {
      const words = field ? said(labels) : allLabels(labels, here);
      if (field) {
        await admin.changeField(object.name, field.name, {
          labels: words,
          ...(aliases !== (field.aliases ?? []).join("、") ? { aliases: known } : {}),
          ...(field.custom ? { required } : {}),
          ...(field.custom && unique !== !!field.unique ? { unique } : {}),
          ...(field.custom && longest && Number(longest) !== field.max_length
            ? { max_length: Number(longest) }
            : {}),
          ...(hasChoices(type) ? partsBody(type, parts, here) : {}),
          ...(field.custom ? rows : {}),
        });
      } else {
        const taken = object.fields.map((f) => f.name);
        await admin.addField(object.name, {
          name: name.trim()
            ? `x_${name.trim().replace(/^x_/, "")}`
            : fieldName(labels.en || label, taken),
          type,
          labels: words,
          aliases: known,
          required,
          ...(UNIQUE.includes(type) && unique ? { unique } : {}),
          ...(type === "text" && longest ? { max_length: Number(longest) } : {}),
          ...partsBody(type, parts, here),
          ...rows,
        });
      }
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
      toast(field ? t("saved") : t("field.added", { what: label }));
      onClose();
    } catch (err) {
      if (isProblem(err)) {
        const clashes = err.fields.filter((f) => f.field === "unique").map((f) => f.message);
        setErrors({ ...err.byField(), ...(clashes.length ? { unique: clashes.join("；") } : {}) });
      }
      setError(errorText(err));
    } finally {
      setBusy(false);
    }
  }

  async function retire(f: Field) {
    if (!window.confirm(t("field.retire_sure", { what: f.label }))) return;
    setBusy(true);
    try {
      await admin.retireField(object.name, f.name);
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
      toast(t("field.retired", { what: f.label }));
      onClose();
    } catch (err) {
      setError(
        isProblem(err) ? Object.values(err.byField()).join(" ") || errorText(err) : errorText(err),
      );
    } finally {
      setBusy(false);
    }
  }

  return (
    <Drawer
      title={field ? t("edit.of", { what: field.label }) : t("field.new", { what: object.label })}
      shape="middle"
      onClose={onClose}
    >
      <form className="stack" noValidate onSubmit={submit}>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        <Words
          id="field-label"
          label={t("field.label")}
          value={labels}
          onChange={setLabels}
          error={errors.labels}
        />
        <FieldBox id="field-type" label={t("field.type")} error={errors.type}>
          <Select
            id="field-type"
            value={type}
            disabled={!!field}
            onChange={(e) => setType(e.target.value)}
          >
            {[...new Set([type, ...TYPES])].map((x) => (
              <option key={x} value={x}>
                {t(`type.${x}`, { defaultValue: x })}
              </option>
            ))}
          </Select>
        </FieldBox>
        <TypeParts
          id="field"
          type={type}
          value={parts}
          onChange={setParts}
          errors={errors}
          fixed={!!field}
        />
        {type === "lines" && (!field || field.custom) && (
          <Columns
            value={columns}
            onChange={setColumns}
            error={errors.rows}
            errors={columnErrors}
            existing={!!field}
          />
        )}
        {(!field || field.custom) && (
          <label className="row check">
            <input
              type="checkbox"
              checked={required}
              onChange={(e) => setRequired(e.target.checked)}
            />
            {t("field.required")}
          </label>
        )}
        {(!field || field.custom) && UNIQUE.includes(type) && (
          <div className={errors.unique ? "field field-bad" : "field"}>
            <label className="row check">
              <input
                type="checkbox"
                checked={unique}
                aria-describedby="field-unique-help"
                onChange={(e) => setUnique(e.target.checked)}
              />
              {t("field.unique")}
            </label>
            <p id="field-unique-help" className={errors.unique ? "error-text" : "help"}>
              {errors.unique ?? t("field.unique_help")}
            </p>
          </div>
        )}
        {(!field || field.custom) && type === "text" && (
          <FieldBox
            id="field-longest"
            label={t("field.max_length")}
            help={t("field.max_length_help")}
            error={errors.max_length}
          >
            <Input
              id="field-longest"
              inputMode="numeric"
              pattern="[0-9]*"
              maxLength={3}
              placeholder="255"
              value={longest}
              onChange={(e) => setLongest(e.target.value.replace(/\D/g, ""))}
            />
          </FieldBox>
        )}
        {more ? (
          <>
            <FieldBox
              id="field-aliases"
              label={t("field.aliases")}
              help={t("field.aliases_help")}
              error={errors.aliases}
            >
              <Input
                id="field-aliases"
                value={aliases}
                onChange={(e) => setAliases(e.target.value)}
              />
            </FieldBox>
            <OtherWords
              id="field-label"
              label={t("field.label")}
              value={labels}
              onChange={setLabels}
            />
            {!field && (
              <FieldBox
                id="field-name"
                label={t("field.name")}
                help={t("field.name_help")}
                error={errors.name}
              >
                <Input
                  id="field-name"
                  pattern="[a-z][a-z0-9_]*"
                  autoCapitalize="none"
                  value={name}
                  onChange={(e) => setName(e.target.value)}
                />
              </FieldBox>
            )}
          </>
        ) : (
          <div>
            <button type="button" className="link-btn strong" onClick={() => setMore(true)}>
              {t("field.more")}
            </button>
          </div>
        )}
        <div className="row">
          <Button kind="primary" type="submit" disabled={busy}>
            {t(field ? "save" : "field.add")}
          </Button>
          <Button onClick={onClose}>{t("cancel")}</Button>
          {field?.custom && (
            <Button
              kind="danger"
              style={{ marginLeft: "auto" }}
              disabled={busy}
              onClick={() => void retire(field)}
            >
              {t("field.retire")}
            </Button>
          )}
        </div>
      </form>
    </Drawer>
  );
}
