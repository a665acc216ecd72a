import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useObjects } from "../../api/queries";
import type { Field, Reference } from "../../api/types";
import { Picker } from "../../fields/Picker";
import { Choices } from "../../fields/picklist";
import type { Operator } from "../../fields/types";
import { recordTitle } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Input, Select } from "../../ui/Input";
import { stageCalls } from "./stageCalls";

const REFERENCES = ["reference", "user", "department", "anyreference", "references"];
const NUMBERS = ["integer", "decimal", "money", "percent"];

export function targetsOf(f: Field): string[] {
  if (f.type === "user") return ["user"];
  if (f.type === "department") return ["department"];
  return f.targets ?? [];
}

export const isReferenceField = (f: Field) => REFERENCES.includes(f.type);
export const isDateField = (f: Field) => f.type === "date" || f.type === "datetime";

/** The record an id of a filter means, to show its name. */
export function useLabel(field: Field | undefined, id: string | undefined): string | undefined {
  const objects = useObjects().data?.objects;
  const wanted = !!field && isReferenceField(field) && !!id && /^\d+$/.test(id);
  const target = wanted ? objects?.find((o) => o.name === targetsOf(field)[0]) : undefined;
  const record = useQuery({
    queryKey: ["record", target?.plural, id],
    queryFn: ({ signal }) => api.get(target?.plural ?? "", id ?? "", signal),
    enabled: !!target,
    retry: false,
  });
  return target && record.data ? recordTitle(target, record.data) : undefined;
}

type Props = {
  field: Field;
  op: Operator;
  value: string | string[] | undefined;
  onChange: (v: string | string[] | undefined) => void;
};

/** What a condition of the filter is compared with, as the field's type wants it. */
export function ValueControl(p: Props) {
  const { t } = useTranslation();
  const { field, op, value, onChange } = p;
  if (op === "empty" || op === "notempty") return null;
  if (field.options?.length) return <OptionValue {...p} />;
  const one = Array.isArray(value) ? value[0] : value;
  if (field.type === "boolean") {
    return (
      <Select
        aria-label={t("filter.value")}
        value={one ?? ""}
        onChange={(e) => onChange(e.target.value)}
      >
        <option value="" />
        <option value="true">{t("yes")}</option>
        <option value="false">{t("no")}</option>
      </Select>
    );
  }
  if (isReferenceField(field)) return <ReferenceValue {...p} />;
  if (field.type === "birthday") return <BirthdayValue value={one} onChange={onChange} />;
  if (isDateField(field)) return <DateValue value={one} onChange={onChange} />;
  return (
    <Input
      aria-label={t("filter.value")}
      inputMode={NUMBERS.includes(field.type) ? "decimal" : undefined}
      value={one ?? ""}
      onChange={(e) => onChange(e.target.value)}
    />
  );
}

function OptionValue({ field, op, value, onChange }: Props) {
  const { t } = useTranslation();
  const chosen = Array.isArray(value) ? value : value ? [value] : [];
  if (op === "in") {
    return (
      <div role="group" aria-label={field.label} className="stack tight choice-list">
        {field.options?.map((o) => (
          <label key={o.value} className="row">
            <input
              type="checkbox"
              checked={chosen.includes(o.value)}
              onChange={(e) =>
                onChange(
                  e.target.checked ? [...chosen, o.value] : chosen.filter((x) => x !== o.value),
                )
              }
            />
            {o.group ? `${o.group} · ${o.label}` : o.label}
          </label>
        ))}
      </div>
    );
  }
  return (
    <Select
      aria-label={t("filter.value")}
      value={chosen[0] ?? ""}
      onChange={(e) => onChange(e.target.value)}
    >
      <option value="" />
      <Choices of={field.options ?? []} />
      {stageCalls(field).map((v) => (
        <option key={v} value={v}>
          {t(`filter.stage.${v}`)}
        </option>
      ))}
    </Select>
  );
}

function ReferenceValue({ field, value, onChange }: Props) {
  const { t } = useTranslation();
  const one = Array.isArray(value) ? value[0] : value;
  const [ref, setRef] = useState<Reference | null>(null);
  const label = useLabel(field, one);
  const special =
    field.type === "user" ? "me()" : field.type === "department" ? "my_department()" : undefined;
  return (
    <div className="stack tight">
      {special && (
        <Button small aria-pressed={one === special} onClick={() => onChange(special)}>
          {t(field.type === "user" ? "filter.me" : "filter.my_department")}
        </Button>
      )}
      <Picker
        id={`filter-${field.name}`}
        field={field}
        targets={targetsOf(field)}
        value={
          ref ??
          (one && one !== special
            ? { id: one, object: targetsOf(field)[0] ?? "", label: label ?? one }
            : null)
        }
        onChange={(v) => {
          setRef(v as Reference | null);
          onChange((v as Reference | null)?.id);
        }}
      />
    </div>
  );
}

const SPANS = ["today()", "this_week()", "this_month()", "this_month(-1)", "this_year()"];

function DateValue({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (v: string) => void;
}) {
  const { t } = useTranslation();
  const relative = /^today\((-?\d+)\)$/.exec(value ?? "");
  const days = relative ? Number(relative[1]) : 0;
  const kind = !value
    ? ""
    : SPANS.includes(value)
      ? value
      : relative
        ? days < 0
          ? "ago"
          : "ahead"
        : "day";
  const [asked, setAsked] = useState(kind);
  return (
    <div className="stack tight">
      <Select
        aria-label={t("filter.when")}
        value={asked}
        onChange={(e) => {
          const k = e.target.value;
          setAsked(k);
          onChange(k === "ago" ? "today(-30)" : k === "ahead" ? "today(7)" : k === "day" ? "" : k);
        }}
      >
        <option value="" />
        {SPANS.map((s) => (
          <option key={s} value={s}>
            {t(`date.fn.${s}`)}
          </option>
        ))}
        <option value="ago">{t("date.fn.ago")}</option>
        <option value="ahead">{t("date.fn.ahead")}</option>
        <option value="day">{t("date.fn.day")}</option>
      </Select>
      {(asked === "ago" || asked === "ahead") && (
        <Input
          type="number"
          min={1}
          aria-label={t(`date.fn.${asked}`)}
          value={Math.abs(days) || ""}
          onChange={(e) =>
            onChange(`today(${(asked === "ago" ? -1 : 1) * Math.max(1, Number(e.target.value))})`)
          }
        />
      )}
      {asked === "day" && (
        <Input
          type="date"
          aria-label={t("filter.value")}
          value={kind === "day" ? (value ?? "") : ""}
          onChange={(e) => onChange(e.target.value)}
        />
      )}
    </div>
  );
}

const COMING = ["today()", "next_days(7)", "next_days(14)", "next_days(30)"];
const MONTHS = ["this_month()", "this_month(1)"];

/** Within how many days somebody has a birthday. */
function BirthdayValue({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (v: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <Select
      aria-label={t("filter.when")}
      value={value ?? ""}
      onChange={(e) => onChange(e.target.value)}
    >
      <option value="" />
      {[...COMING, ...MONTHS].map((s) => (
        <option key={s} value={s}>
          {nextDays(s) ? t("date.next_days", { n: nextDays(s) }) : t(`date.fn.${s}`)}
        </option>
      ))}
    </Select>
  );
}

/** The days of next_days(14), 0 where a value is something else. */
export const nextDays = (value: string): number =>
  Number(/^next_days\((\d+)\)$/.exec(value)?.[1] ?? 0);
