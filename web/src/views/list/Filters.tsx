import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field, ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";
import type { Operator } from "../../fields/types";
import { isComposing } from "../../hooks/useComposition";
import { usePhone } from "../../hooks/useMedia";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { Popover } from "../../ui/Popover";
import type { Chip, Reach } from "./filter";
import { chosenOf, isLastContact, QuickChoice, useChoices } from "./QuickChoice";
import { TextFilter } from "./TextFilter";
import type { ListState } from "./useListState";
import { isDateField, nextDays, useLabel, ValueControl } from "./ValueControl";

/** Operators of a field; of a yes or no there is only "is". */
export const operatorsOf = (f: Field): Operator[] => fieldType(f).operators;

/** In the words of the field: an instant is "before", a number "less than". */
const opKey = (op: Operator, f: Field | undefined) =>
  f && isDateField(f) && ["lt", "gt", "lte", "gte", "eq"].includes(op)
    ? `op.date.${op}`
    : `op.${op}`;

const full = (c: Chip) => c[1] === "empty" || c[1] === "notempty" || !!c[2]?.length;

function ChipEditor({
  reach,
  chip,
  onDone,
  onRemove,
  fixed,
}: {
  reach: Reach[];
  chip?: Chip;
  onDone: (c: Chip) => void;
  onRemove?: () => void;
  fixed?: boolean;
}) {
  const { t } = useTranslation();
  const [path, setPath] = useState(chip?.[0] ?? (fixed ? reach[0]?.path : undefined));
  const field = reach.find((r) => r.path === path)?.field;
  const ops = field ? operatorsOf(field) : [];
  const [op, setOp] = useState<Operator>(chip?.[1] ?? ops[0] ?? "eq");
  const [value, setValue] = useState<string | string[] | undefined>(chip?.[2]);
  const phone = usePhone();
  const answer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a phone the keys would cover what there is to choose from.
    if (path && !phone)
      answer.current?.querySelector<HTMLElement>("input, select, button")?.focus();
  }, [path, phone]);
  if (!path || !field) {
    return (
      <FieldChoice
        reach={reach}
        onChoose={(r) => {
          setPath(r.path);
          setOp(operatorsOf(r.field)[0] ?? "eq");
          setValue(undefined);
        }}
      />
    );
  }
  return (
    <form
      className="popover-pad stack"
      onSubmit={(e) => {
        e.preventDefault();
        onDone([path, op, value]);
      }}
      onKeyDown={(e) => {
        // Enter that chooses a candidate must not submit.
        if (e.key === "Enter" && isComposing(e)) e.preventDefault();
      }}
    >
      {!fixed && (
        <button type="button" className="link-btn self-start" onClick={() => setPath(undefined)}>
          {reach.find((r) => r.path === path)?.label} ▾
        </button>
      )}
      <Select
        aria-label={t("filter.operator")}
        value={op}
        onChange={(e) => {
          const next = e.target.value as Operator;
          setOp(next);
          setValue((v) => (next === "in" ? v : Array.isArray(v) ? v[0] : v));
        }}
      >
        {ops.map((o) => (
          <option key={o} value={o}>
            {t(opKey(o, field))}
          </option>
        ))}
      </Select>
      <div ref={answer}>
        <ValueControl key={path + op} field={field} op={op} value={value} onChange={setValue} />
      </div>
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

/** Which field the condition is about: own ones first, then those of related records. */
function FieldChoice({ reach, onChoose }: { reach: Reach[]; onChoose: (r: Reach) => void }) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const low = q.trim().toLowerCase();
  const found = reach.filter((r) => `${r.label} ${r.path}`.toLowerCase().includes(low));
  return (
    <div className="popover-pad stack tight">
      <Input
        autoFocus
        aria-label={t("filter.field")}
        placeholder={t("filter.field")}
        value={q}
        onChange={(e) => setQ(e.target.value)}
        onKeyDown={(e) => {
          if (isComposing(e)) return;
          if (e.key === "Enter") {
            e.preventDefault();
            if (found[0]) onChoose(found[0]);
          }
        }}
      />
      <div className="field-choice">
        {found.slice(0, 80).map((r) => (
          <button key={r.path} type="button" className="menu-item" onClick={() => onChoose(r)}>
            <span>{r.label}</span>
          </button>
        ))}
        {found.length === 0 && <p className="muted">{t("search.none", { q })}</p>}
      </div>
    </div>
  );
}

function ChipLabel({ chip, reach }: { chip: Chip; reach: Reach | undefined }) {
  const { t } = useTranslation();
  const [path, op, value] = chip;
  const field = reach?.field;
  const first = Array.isArray(value) ? value[0] : value;
  const name = useLabel(field, first);
  const silent = /^today\(-(\d+)\)$/.exec(op === "lt" && isLastContact(field) ? (first ?? "") : "");
  const one = (v: string) => {
    if (v === "me()") return t("filter.me");
    if (v === "my_department()") return t("filter.my_department");
    if (field?.type === "boolean") return v === "true" ? t("yes") : t("no");
    const days = /^today\((-?\d+)\)$/.exec(v);
    if (days) {
      const n = Number(days[1]);
      return t(n < 0 ? "date.days_ago" : "date.days_ahead", { n: Math.abs(n) });
    }
    if (nextDays(v)) return t("date.next_days", { n: nextDays(v) });
    if (field?.options && /^(open|won|lost|rotten)\(\)$/.test(v)) return t(`filter.stage.${v}`);
    if (/^\w+\(-?\d*\)$/.test(v)) return t(`date.fn.${v}`, { defaultValue: v });
    return (
      field?.options?.find((o) => o.value === v)?.label ?? (v === first ? name : undefined) ?? v
    );
  };
  const shown = (Array.isArray(value) ? value : value ? [value] : [])
    .map(one)
    .join(t("list.comma"));
  const label = reach?.label ?? path;
  if (silent) return <span className="ellipsis">{t("filter.silent", { n: silent[1] })}</span>;
  if (op === "empty" && isLastContact(field)) {
    return <span className="ellipsis">{t("filter.never_contacted")}</span>;
  }
  const plain =
    (op === "in" || op === "eq" || op === "has") && !(field && isDateField(field) && op !== "eq");
  return (
    <span className="ellipsis">
      {plain ? `${label}：${shown}` : `${label} ${t(opKey(op, field))} ${shown}`.trim()}
    </span>
  );
}

function ChipButton({
  label,
  on,
  children,
}: {
  label: React.ReactNode;
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
        {label}
        <Icon name="down" size={12} />
      </button>
      {open && (
        <Popover anchor={anchor} onClose={() => setOpen(false)}>
          {children(() => {
            setOpen(false);
            anchor.current?.focus();
          })}
        </Popover>
      )}
    </>
  );
}

/** A quick filter: its answers to be tapped, the whole condition behind them. */
function QuickFilter({
  object,
  reach,
  chip,
  onChange,
  onClose,
  editor,
}: {
  object: ObjectMeta;
  reach: Reach;
  chip: Chip | undefined;
  onChange: (c: Chip | undefined) => void;
  onClose: () => void;
  editor: React.ReactNode;
}) {
  const { choices, counting } = useChoices(object, reach);
  // A city asked for in a link is known once they are counted.
  const chosen = counting ? [] : choices && chosenOf(chip, choices);
  const [whole, setWhole] = useState(false);
  if (!choices || !chosen || whole) return editor;
  return (
    <QuickChoice
      reach={reach}
      choices={choices}
      chosen={chosen}
      counting={counting}
      onChange={(c, done) => {
        onChange(c);
        if (done) onClose();
      }}
      onMore={() => setWhole(true)}
    />
  );
}

/** One-tap filters, the other conditions as chips, and the text of the experts. */
export function Filters({
  object,
  state,
  error,
  children,
}: {
  object: ObjectMeta;
  state: ListState;
  error?: { text: string; position?: number };
  children?: React.ReactNode;
}) {
  const { t } = useTranslation();
  const { chips, setChips, reach, text } = state;
  const [expert, setExpert] = useState(!!text);
  const find = (path: string) => reach.find((r) => r.path === path);
  const quick = (object.quick_filters ?? [])
    .map((name) => {
      // Of an address people ask for the city.
      const city = find(`${name}.city`);
      return city ? { ...city, label: t("filter.city") } : find(name);
    })
    .filter((r): r is Reach => !!r);
  const isQuick = (c: Chip) =>
    quick.some((r) => r.path === c[0]) && chips.find((x) => x[0] === c[0]) === c;
  const put = (at: number, c: Chip) => {
    const next = chips.slice();
    if (at < 0) next.push(c);
    else next[at] = c;
    setChips(next.filter(full));
  };
  const editor = (at: number, close: () => void, only?: Reach) => (
    <ChipEditor
      fixed={!!only}
      reach={only ? [only] : reach}
      chip={chips[at]}
      onDone={(c) => {
        put(at, c);
        close();
      }}
      onRemove={
        chips[at] &&
        (() => {
          setChips(chips.filter((_, i) => i !== at));
          close();
        })
      }
    />
  );
  return (
    <>
      <div className="filters">
        {quick.map((r) => {
          const at = chips.findIndex((c) => c[0] === r.path);
          const chip = chips[at];
          return (
            <ChipButton
              key={r.path}
              label={chip ? <ChipLabel chip={chip} reach={r} /> : r.label}
              on={!!chip}
            >
              {(close) => (
                <QuickFilter
                  object={object}
                  reach={r}
                  chip={chip}
                  onChange={(c) =>
                    c ? put(at, c) : at >= 0 && setChips(chips.filter((_, i) => i !== at))
                  }
                  onClose={close}
                  editor={editor(at, close, r)}
                />
              )}
            </ChipButton>
          );
        })}
        {chips.map((chip, at) =>
          isQuick(chip) ? null : (
            <ChipButton
              key={`${chip[0]}${at}`}
              label={<ChipLabel chip={chip} reach={find(chip[0])} />}
              on
            >
              {(close) => editor(at, close)}
            </ChipButton>
          ),
        )}
        <ChipButton label={`+ ${t("filter")}`}>{(close) => editor(-1, close)}</ChipButton>
        <Button
          small
          kind="quiet"
          className="only-desktop"
          aria-expanded={expert}
          onClick={() => setExpert(!expert)}
        >
          {t("filter.text")}
        </Button>
        {(chips.length > 0 || text || state.url.q) && (
          <Button small kind="quiet" onClick={state.clear}>
            {t("filter.clear")}
          </Button>
        )}
        {children}
      </div>
      {(expert || error) && (
        <TextFilter
          state={state}
          error={error}
          onClose={() => {
            state.setText(undefined);
            setExpert(false);
          }}
        />
      )}
    </>
  );
}
