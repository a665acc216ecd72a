import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useObjects } from "../../api/queries";
import type { Field, ObjectMeta } from "../../api/types";
import { grouped as thousands } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { Icon } from "../../ui/Icon";
import { Skeleton } from "../../ui/State";
import type { Chip, Reach } from "./filter";
import { stageCalls } from "./stageCalls";
import { isDateField, nextDays } from "./ValueControl";

/** One answer to "which?": what is asked for when it is tapped. */
export interface Choice {
  op: Chip[1];
  value?: string;
  label: string;
  count?: number;
}

/** For so many days somebody was not contacted. */
const SILENT = [7, 14, 30, 60, 90];
const COMING = ["today()", "next_days(7)", "next_days(14)", "next_days(30)", "this_month()"];
const MOST = 60;

/** The instant somebody was contacted last: asked for as "not for 30 days". */
export const isLastContact = (f: Field | undefined) => f?.name === "last_contact_at";

/** The city of an address, as the filter asks for it. */
export const isCity = (path: string) => /(^|\.)\w*address\.city$/.test(path);

/** A fixed list of answers; undefined where a person has to say more. */
function useFixed({ path, field }: Reach): Choice[] | undefined {
  const { t } = useTranslation();
  if (isLastContact(field)) {
    return [
      ...SILENT.map((n) => ({
        op: "lt" as const,
        value: `today(-${n})`,
        label: t("filter.silent", { n }),
      })),
      { op: "empty", label: t("filter.never_contacted") },
    ];
  }
  if (field.options?.length) {
    return field.options
      .filter((o) => !o.inactive)
      .map((o) => ({
        op: "in",
        value: o.value,
        label: o.group ? `${o.group} · ${o.label}` : o.label,
      }));
  }
  if (field.type === "boolean") {
    return ["true", "false"].map((value) => ({
      op: "eq",
      value,
      label: t(value === "true" ? "yes" : "no"),
    }));
  }
  if (field.type === "birthday") {
    return COMING.map((value) => ({
      op: "eq",
      value,
      label: nextDays(value) ? t("date.next_days", { n: nextDays(value) }) : t(`date.fn.${value}`),
    }));
  }
  if (isDateField(field)) {
    return [
      { op: "lt", value: "today()", label: t("filter.before_today") },
      ...["today()", "this_week()", "this_month()", "this_month(1)", "this_month(-1)"].map(
        (value) => ({ op: "eq" as const, value, label: t(`date.fn.${value}`) }),
      ),
      { op: "empty", label: t("filter.no_date") },
    ];
  }
  if (field.type === "user" || field.type === "department" || isCity(path)) return [];
  return undefined;
}

/** The people or departments there are, oneself first. */
function usePeople({ field }: Reach): Choice[] {
  const { t } = useTranslation();
  const kind = field.type === "user" || field.type === "department" ? field.type : undefined;
  const target = useObjects().data?.objects.find((o) => o.name === kind);
  const list = useQuery({
    queryKey: ["list", target?.plural, "choices"],
    queryFn: ({ signal }) =>
      api.list(
        target?.plural ?? "",
        {
          filter: kind === "user" ? "active = TRUE" : undefined,
          sort: "name",
          fields: "name",
          limit: MOST,
          count: "none",
        },
        signal,
      ),
    enabled: !!target,
  });
  if (!target || !kind) return [];
  const own = kind === "user" ? "me" : "my_department";
  return [
    { op: "eq", value: `${own}()`, label: t(`filter.${own}`) },
    ...(list.data?.records ?? []).map((r) => ({
      op: "eq" as const,
      value: r.id,
      label: recordTitle(target, r),
    })),
  ];
}

/** The cities in which there is somebody, where most are first. */
function useCities(object: ObjectMeta, { path }: Reach): { cities: Choice[]; counting: boolean } {
  const own = isCity(path) && path.split(".").length === 2;
  const rows = useQuery({
    queryKey: ["aggregate", object.plural, "cities", path],
    queryFn: ({ signal }) =>
      api.aggregate(
        object.plural,
        { group: [{ field: path }], measures: [{ fn: "count" }] },
        signal,
      ),
    enabled: own,
    staleTime: 300_000,
  });
  const counts = new Map<string, number>();
  for (const r of rows.data?.rows ?? []) {
    // 臺 is 台 to the filter too.
    const name = String(r.group[0] ?? "").replaceAll("臺", "台");
    if (name) counts.set(name, (counts.get(name) ?? 0) + Number(r.measures[0]));
  }
  const cities = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST)
    .map(([value, count]) => ({ op: "eq" as const, value, label: value, count }));
  return { cities, counting: own && rows.isPending };
}

/** The answers to be tapped; undefined where the condition has to be written. */
export function useChoices(object: ObjectMeta, reach: Reach) {
  const fixed = useFixed(reach);
  const people = usePeople(reach);
  const { cities, counting } = useCities(object, reach);
  const own = fixed?.length ? fixed : fixed && [...people, ...cities];
  const { t } = useTranslation();
  const choices =
    own && reach.path === object.stage_field
      ? [
          ...own,
          ...stageCalls(reach.field).map((value) => ({
            op: "eq" as const,
            value,
            label: t(`filter.stage.${value}`),
          })),
        ]
      : own;
  return { choices, counting };
}

/** Which choices a chip holds; undefined when it says something else. */
export function chosenOf(chip: Chip | undefined, choices: Choice[]): Choice[] | undefined {
  if (!chip) return [];
  const [, op, value] = chip;
  const values = op === "empty" ? [undefined] : Array.isArray(value) ? value : [value];
  const found = values.map((v) => choices.find((c) => c.op === op && c.value === v));
  return found.every((c) => !!c) ? (found as Choice[]) : undefined;
}

/** One-tap answers of a quick filter: each acts at once, a second tap takes it back. */
export function QuickChoice({
  reach,
  choices,
  chosen,
  counting,
  onChange,
  onMore,
}: {
  reach: Reach;
  choices: Choice[];
  chosen: Choice[];
  /** The answers are still being found. */
  counting?: boolean;
  /** The new condition; undefined when there is none any more. */
  onChange: (c: Chip | undefined, done: boolean) => void;
  onMore: () => void;
}) {
  const { t } = useTranslation();
  const tap = (c: Choice) => {
    const on = chosen.includes(c);
    if (c.op === "in") {
      const next = on ? chosen.filter((x) => x !== c) : [...chosen, c];
      const values = next.map((x) => x.value ?? "");
      onChange(values.length ? [reach.path, "in", values] : undefined, false);
    } else onChange(on ? undefined : [reach.path, c.op, c.value], true);
  };
  return (
    <div className="quick-choice">
      <div role="group" aria-label={reach.label} className="field-choice">
        {counting && <Skeleton rows={4} />}
        {!counting && choices.length === 0 && (
          <p className="muted popover-pad">{t("filter.no_choice")}</p>
        )}
        {choices.map((c) => (
          <button
            key={`${c.op} ${c.value}`}
            type="button"
            className="menu-item"
            aria-pressed={chosen.includes(c)}
            onClick={() => tap(c)}
          >
            <span>{c.label}</span>
            {c.count !== undefined && (
              <span className="muted num">{thousands(String(c.count))}</span>
            )}
            {chosen.includes(c) && <Icon name="check" size={14} />}
          </button>
        ))}
      </div>
      <button type="button" className="menu-item separated" onClick={onMore}>
        <span>{t("filter.more")}</span>
      </button>
    </div>
  );
}
