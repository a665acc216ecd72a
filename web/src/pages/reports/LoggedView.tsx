import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import type { Logged, LoggedItem, LoggedList } from "../../api/reports";
import type { ObjectMeta, Reference } from "../../api/types";
import { fieldType } from "../../fields";
import { grouped, money } from "../../lib/format";

/** So many of a list are named before one asks for the others. */
const FIRST = 5;

const labelOf = (v: unknown) => (v as Reference | null | undefined)?.label;

/** What a list counts by its choices: 電話 3 · 拜訪 2. */
function partsText(list: LoggedList, object: ObjectMeta | undefined): string {
  const options = object?.fields.find((f) => f.name === list.by)?.options;
  if (!options || !list.parts?.length) return "";
  const order = new Map(options.map((o, i) => [o.value, i]));
  return [...list.parts]
    .sort((a, b) => (order.get(a.value) ?? 99) - (order.get(b.value) ?? 99))
    .map((p) => `${options.find((o) => o.value === p.value)?.label ?? p.value} ${p.count}`)
    .join(" · ");
}

/** The lists of a report in a line each, for an overview. */
export function LoggedSummary({ logged }: { logged: Logged }) {
  const objects = useObjects().data?.objects ?? [];
  return (
    <ul className="logged-summary">
      {logged.lists
        .filter((l) => !l.ahead)
        .map((l) => {
          const parts = partsText(
            l,
            objects.find((o) => o.name === l.object),
          );
          return (
            <li key={l.key}>
              <span className="muted">{l.label}</span>{" "}
              <b className="num">{grouped(`${l.count}`)}</b>
              {parts && <span className="muted"> （{parts}）</span>}
              {l.sum !== undefined && l.sum !== null && (
                <span className="num"> {money({ amount: l.sum, currency: logged.currency })}</span>
              )}
            </li>
          );
        })}
    </ul>
  );
}

/** What was recorded in a period: each list with its records, as they were. */
export function LoggedView({ logged, ahead = true }: { logged: Logged; ahead?: boolean }) {
  const { t } = useTranslation();
  const lists = logged.lists.filter((l) => ahead || !l.ahead);
  if (!lists.length) return <p className="muted empty-line">{t("report.nothing_logged")}</p>;
  return (
    <>
      {lists.map((l) => (
        <OneList key={l.key} list={l} currency={logged.currency} />
      ))}
    </>
  );
}

function OneList({ list, currency }: { list: LoggedList; currency: string }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const object = useObjects().data?.objects.find((o) => o.name === list.object);
  const seen = list.items.filter((i) => !i.hidden);
  const hidden = list.count - seen.length;
  const shown = all ? seen : seen.slice(0, FIRST);
  const parts = partsText(list, object);
  return (
    <section className="logged-list" aria-label={list.label}>
      <h3 className="group-head">
        {list.label}
        <b className="num">{grouped(`${list.count}`)}</b>
        {parts && <span className="muted">{parts}</span>}
        {list.sum !== undefined && list.sum !== null && (
          <span className="num logged-sum">{money({ amount: list.sum, currency })}</span>
        )}
      </h3>
      <ul className="todo">
        {shown.map((i) => (
          <Line key={i.id} item={i} list={list} object={object} />
        ))}
      </ul>
      {(seen.length > shown.length || hidden > 0 || !!list.unconverted) && (
        <p className="muted logged-more">
          {seen.length > shown.length && (
            <button type="button" className="link-btn" onClick={() => setAll(true)}>
              {t("report.more", { n: seen.length - shown.length })}
            </button>
          )}
          {hidden > 0 && <span>{t("report.hidden", { n: hidden })}</span>}
          {!!list.unconverted && <span>{t("report.unconverted", { n: list.unconverted })}</span>}
        </p>
      )}
    </section>
  );
}

function Line({
  item,
  list,
  object,
}: {
  item: LoggedItem;
  list: LoggedList;
  object: ObjectMeta | undefined;
}) {
  const fields = item.fields ?? {};
  const by = object?.fields.find((f) => f.name === list.by);
  const kind = by?.options?.find((o) => o.value === fields[by.name])?.label;
  const about = labelOf(fields.customer) ?? labelOf(fields.lead);
  const title = item.title || kind || object?.label || "";
  const rest = (object?.fields ?? []).filter(
    (f) => f.name in fields && f.name !== list.by && f.name !== "customer" && f.name !== "lead",
  );
  return (
    <li>
      <div className="grow logged-line">
        {kind && kind !== title && <span className="chip">{kind}</span>}
        {object ? (
          <Link
            className="strong plain-link"
            to="/o/$plural/$id"
            params={{ plural: object.plural, id: item.id }}
          >
            {title}
          </Link>
        ) : (
          <strong>{title}</strong>
        )}
        {about && about !== title && <span className="muted line">{about}</span>}
        <span className="muted line logged-rest">
          {rest.map((f) => {
            const Display = fieldType(f).Display;
            return (
              <span key={f.name}>
                <Display field={f} value={fields[f.name]} short />
              </span>
            );
          })}
        </span>
      </div>
    </li>
  );
}
