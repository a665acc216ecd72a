import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field, ObjectMeta, Reference } from "../../api/types";
import { fieldType } from "../../fields";
import { Picker } from "../../fields/Picker";
import type { Operator } from "../../fields/types";
import { isComposing, unlessComposing } from "../../hooks/useComposition";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { Popover } from "../../ui/Popover";
import type { Chip } from "./filter";

const REFERENCES = ["reference", "user", "department", "anyreference"];
const NUMBERS = ["integer", "decimal", "money", "percent"];

export function targetsOf(f: Field): string[] {
  if (f.type === "user") return ["user"];
  if (f.type === "department") return ["department"];
  return f.targets ?? [];
}

function ValueControl({
  field,
  op,
  value,
  onChange,
}: {
  field: Field;
  op: Operator;
  value: string | string[] | undefined;
  onChange: (v: string | string[] | undefined) => void;
}) {
  const { t } = useTranslation();
  const id = `filter-${field.name}`;
  const [ref, setRef] = useState<Reference | null>(null);
  if (op === "empty" || op === "notempty") return null;
  if (field.options?.length) {
    const chosen = Array.isArray(value) ? value : value ? [value] : [];
    if (op === "in") {
      return (
        <div role="group" aria-label={field.label} className="stack tight">
          {field.options.map((o) => (
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
              {o.label}
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
        {field.options.map((o) => (
          <option key={o.value} value={o.value}>
            {o.label}
          </option>
        ))}
      </Select>
    );
  }
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
  if (REFERENCES.includes(field.type)) {
    return (
      <div className="stack tight">
        {field.type === "user" && (
          <Button small onClick={() => onChange("me()")}>
            {t("filter.me")}
          </Button>
        )}
        <Picker
          id={id}
          field={field}
          targets={targetsOf(field)}
          value={ref ?? (one && one !== "me()" ? one : null)}
          onChange={(v) => {
            setRef(v as Reference | null);
            onChange((v as Reference | null)?.id);
          }}
        />
      </div>
    );
  }
  const dates = field.type === "date" || field.type === "datetime";
  return (
    <div className="stack tight">
      <Input
        aria-label={t("filter.value")}
        type={dates && !/\(/.test(one ?? "") ? "date" : "text"}
        inputMode={NUMBERS.includes(field.type) ? "decimal" : undefined}
        value={one ?? ""}
        onChange={(e) => onChange(e.target.value)}
      />
      {dates && (
        <div className="row">
          {[-30, -7, 0, 7].map((n) => (
            <Button key={n} small onClick={() => onChange(`today(${n === 0 ? "" : n})`)}>
              {n === 0
                ? t("date.today")
                : t(n < 0 ? "date.days_ago" : "date.days_ahead", { n: Math.abs(n) })}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

function ChipEditor({
  fields,
  chip,
  onDone,
  onRemove,
  fixed,
}: {
  fields: Field[];
  chip?: Chip;
  onDone: (c: Chip) => void;
  onRemove?: () => void;
  fixed?: boolean;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState(chip?.[0] ?? fields[0]?.name ?? "");
  const field = fields.find((f) => f.name === name);
  const ops = field ? fieldType(field).operators : [];
  const [op, setOp] = useState<Operator>(chip?.[1] ?? ops[0] ?? "eq");
  const [value, setValue] = useState<string | string[] | undefined>(chip?.[2]);
  if (!field) return null;
  return (
    <form
      className="popover-pad stack"
      onSubmit={(e) => {
        e.preventDefault();
        onDone([name, op, value]);
      }}
      onKeyDown={(e) => {
        // Enter that chooses a candidate must not submit.
        if (e.key === "Enter" && isComposing(e)) e.preventDefault();
      }}
    >
      {!fixed && (
        <Select
          aria-label={t("field")}
          autoFocus
          value={name}
          onChange={(e) => {
            setName(e.target.value);
            const f = fields.find((x) => x.name === e.target.value);
            if (f) setOp(fieldType(f).operators[0] ?? "eq");
            setValue(undefined);
          }}
        >
          {fields.map((f) => (
            <option key={f.name} value={f.name}>
              {f.label}
            </option>
          ))}
        </Select>
      )}
      <Select
        aria-label={t("filter.operator")}
        value={op}
        onChange={(e) => setOp(e.target.value as Operator)}
      >
        {ops.map((o) => (
          <option key={o} value={o}>
            {t(`op.${o}`)}
          </option>
        ))}
      </Select>
      <ValueControl key={name + op} field={field} op={op} value={value} onChange={setValue} />
      <div className="row">
        <Button kind="primary" small type="submit">
          {t("apply")}
        </Button>
        {onRemove && (
          <Button small kind="danger" onClick={onRemove}>
            {t("remove")}
          </Button>
        )}
      </div>
    </form>
  );
}

function chipLabel(chip: Chip, field: Field | undefined, t: (k: string) => string): string {
  const [name, op, value] = chip;
  const one = (v: string) =>
    v === "me()"
      ? t("filter.me")
      : v === "true" && field?.type === "boolean"
        ? t("yes")
        : v === "false" && field?.type === "boolean"
          ? t("no")
          : (field?.options?.find((o) => o.value === v)?.label ?? v);
  const shown = (Array.isArray(value) ? value : value ? [value] : []).map(one).join("、");
  const label = field?.label ?? name;
  if (op === "in" || op === "eq" || op === "has") return `${label}: ${shown}`;
  return `${label} ${t(`op.${op}`)} ${shown}`.trim();
}

function ChipButton({
  label,
  on,
  children,
}: {
  label: string;
  on?: boolean;
  children: (close: () => void) => React.ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={`chip-btn ${on ? "on" : ""}`}
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => setOpen(!open)}
      >
        <span>{label}</span>
        <Icon name="down" size={12} />
      </button>
      {open && (
        <Popover anchor={anchor} onClose={() => setOpen(false)}>
          {children(() => setOpen(false))}
        </Popover>
      )}
    </>
  );
}

export function Filters({
  object,
  chips,
  setChips,
  text,
  setText,
  error,
}: {
  object: ObjectMeta;
  chips: Chip[];
  setChips: (c: Chip[]) => void;
  text: string | undefined;
  setText: (s: string | undefined) => void;
  error?: string;
}) {
  const { t } = useTranslation();
  const [expert, setExpert] = useState(!!text);
  const [draft, setDraft] = useState(text ?? "");
  useEffect(() => setDraft(text ?? ""), [text]);
  const fields = object.fields.filter(
    (f) => f.filterable !== false && !["lines", "file", "picture"].includes(f.type),
  );
  const quick = (object.quick_filters ?? [])
    .map((n) => fields.find((f) => f.name === n))
    .filter((f): f is Field => !!f);
  const isQuick = (c: Chip) => quick.some((f) => f.name === c[0]);
  const put = (at: number, c: Chip) => {
    const next = chips.slice();
    if (at < 0) next.push(c);
    else next[at] = c;
    setChips(next.filter((x) => x[1] === "empty" || x[1] === "notempty" || x[2]?.length));
  };
  return (
    <>
      <div className="filters">
        {quick.map((f) => {
          const at = chips.findIndex((c) => c[0] === f.name);
          const chip = chips[at];
          return (
            <ChipButton key={f.name} label={chip ? chipLabel(chip, f, t) : f.label} on={!!chip}>
              {(close) => (
                <ChipEditor
                  fixed
                  fields={[f]}
                  chip={chip}
                  onDone={(c) => {
                    put(at, c);
                    close();
                  }}
                  onRemove={
                    chip
                      ? () => {
                          setChips(chips.filter((_, i) => i !== at));
                          close();
                        }
                      : undefined
                  }
                />
              )}
            </ChipButton>
          );
        })}
        {chips.map((chip, at) => {
          if (isQuick(chip)) return null;
          const f = fields.find((x) => x.name === chip[0]);
          return (
            <ChipButton key={at} label={chipLabel(chip, f, t)} on>
              {(close) => (
                <ChipEditor
                  fields={fields}
                  chip={chip}
                  onDone={(c) => {
                    put(at, c);
                    close();
                  }}
                  onRemove={() => {
                    setChips(chips.filter((_, i) => i !== at));
                    close();
                  }}
                />
              )}
            </ChipButton>
          );
        })}
        <ChipButton label={`+ ${t("filter")}`}>
          {(close) => (
            <ChipEditor
              fields={fields}
              onDone={(c) => {
                put(-1, c);
                close();
              }}
            />
          )}
        </ChipButton>
        <Button small kind="quiet" aria-expanded={expert} onClick={() => setExpert(!expert)}>
          {t("filter.text")}
        </Button>
        {(chips.length > 0 || text) && (
          <Button
            small
            kind="quiet"
            onClick={() => {
              setChips([]);
              setText(undefined);
            }}
          >
            {t("filter.clear")}
          </Button>
        )}
      </div>
      {expert && (
        <div className="expert">
          <div className="row nowrap">
            <Input
              aria-label={t("filter.text")}
              aria-invalid={!!error}
              aria-describedby={error ? "filter-error" : undefined}
              spellCheck={false}
              placeholder={t("filter.text_hint")}
              value={draft}
              onChange={(e) => setDraft(e.target.value)}
              onKeyDown={unlessComposing((e: React.KeyboardEvent) => {
                if (e.key === "Enter") setText(draft.trim() || undefined);
              })}
            />
            <Button onClick={() => setText(draft.trim() || undefined)}>{t("apply")}</Button>
            <IconButton
              label={t("close")}
              onClick={() => {
                setText(undefined);
                setExpert(false);
              }}
            >
              <Icon name="close" size={14} />
            </IconButton>
          </div>
        </div>
      )}
      {error && (
        <p id="filter-error" role="alert" className="error-text expert">
          {error}
        </p>
      )}
    </>
  );
}
