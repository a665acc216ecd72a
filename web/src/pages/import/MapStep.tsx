import { useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { queryClient, useMe, useObject, useObjects } from "../../api/queries";
import type { Field, Import, ImportColumn, ObjectMeta } from "../../api/types";
import { grouped, listed } from "../../lib/format";
import { sectionsOf, writable } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { fieldName } from "../settings/fieldParts";
import { guessType } from "./guess";
import type { Hand } from "./ImportPage";
import { ReadingPanel } from "./Reading";

const KEYS = [
  "external_ids",
  "name",
  "tax_number",
  "number",
  "login",
  "phones",
  "mails",
  "english_name",
  "website",
];

const fillable = (f: Field) =>
  (writable(f) || ["autonumber", "user", "datetime"].includes(f.type)) &&
  f.access !== "read" &&
  !["file", "lines"].includes(f.type);

const PARTS = ["country", "zip", "region", "city", "district", "street"];

/** Which column fills which field, and what is done with rows that are here already. */
export function MapStep({ job, object, hand }: { job: Import; object: ObjectMeta; hand: Hand }) {
  const { t } = useTranslation();
  // A picture can only come from a file that holds pictures themselves, as cards do.
  const pictured = job.columns?.some((c) => c.samples?.some((s) => s.startsWith("data:image/")));
  const fields = object.fields.filter((f) => fillable(f) && (f.type !== "picture" || pictured));
  const mapped = new Set((job.columns ?? []).map((c) => c.field).filter(Boolean));
  const mappedTo = (name: string) =>
    mapped.has(name) || [...mapped].some((m) => m?.startsWith(`${name}.`));
  // A person's name is put together from its parts.
  const named = mappedTo("family_name") || mappedTo("given_name");
  const missing = object.fields.filter(
    (f) =>
      f.required &&
      f.default == null &&
      f.access !== "read" &&
      !f.system &&
      !mappedTo(f.name) &&
      !(named && f.name === object.title_field),
  );
  return (
    <>
      <ReadingPanel job={job} hand={hand} />
      <section className="panel stack" aria-labelledby="mapping-title">
        <div className="panel-head">
          <h2 id="mapping-title">{t("import.mapping")}</h2>
          <span className="muted">
            {t("import.mapped", { n: mapped.size, all: job.columns?.length ?? 0 })}
          </span>
        </div>
        <ul className="mapping">
          {job.columns?.map((c) => (
            <Row key={c.index} column={c} job={job} object={object} fields={fields} hand={hand} />
          ))}
        </ul>
      </section>
      <Duplicates job={job} fields={fields} hand={hand} />
      <div className="import-foot">
        <Button
          kind="primary"
          disabled={hand.busy || mapped.size === 0}
          onClick={() => hand.act("check")}
        >
          {t("import.check", { n: grouped(String(job.rows)) })}
        </Button>
        {mapped.size === 0 ? (
          <span className="muted">{t("import.map_one")}</span>
        ) : (
          missing.length > 0 && (
            <span className="warn-text">
              <Icon name="warn" size={16} />
              {t("import.missing", { what: listed(missing.map((f) => f.label)) })}
            </span>
          )
        )}
      </div>
    </>
  );
}

function Row({
  column: c,
  job,
  object,
  fields,
  hand,
}: {
  column: ImportColumn;
  job: Import;
  object: ObjectMeta;
  fields: Field[];
  hand: Hand;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const me = useMe().data;
  const contact = useObject("contact");
  const objects = useObjects().data;
  const [making, setMaking] = useState(false);
  const header = c.header || `#${c.index + 1}`;
  const lines = object.fields.filter((f) => f.type === "lines" && writable(f));
  const field =
    object.fields.find((f) => f.name === c.field) ??
    lines.flatMap((l) => l.lines ?? []).find((f) => c.field?.endsWith(`.${f.name}`));
  const title = `import-field-${c.index}`;
  const set = (name: string) =>
    hand.change({
      columns: [{ index: c.index, field: name || null }],
      mapping: { [String(c.index)]: name },
    });
  async function makeField() {
    setMaking(true);
    try {
      const made = await admin.addField(object.name, {
        name: fieldName(
          header,
          object.fields.map((f) => f.name),
        ),
        type: guessType(c.samples ?? []),
        labels: { "zh-TW": header, "zh-CN": header, en: header },
      });
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
      await set(made.name);
      toast(t("field.added", { what: header }));
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setMaking(false);
    }
  }
  const groups = sectionsOf(object)
    .map((s) => ({ label: s.label, fields: s.fields.filter((f) => fields.includes(f)) }))
    .filter((s) => s.fields.length);
  const shown = new Set(groups.flatMap((g) => g.fields.map((f) => f.name)));
  const others = fields.filter((f) => !shown.has(f.name));
  const beside = besideFields(job, object, contact, objects?.objects ?? []);
  const named = namedFields(job, object, objects?.objects ?? []);
  // What another program's number can name has such numbers itself.
  const numbered = fields.filter(
    (f) =>
      f.type === "reference" &&
      f.targets?.some((name) =>
        objects?.objects
          .find((o) => o.name === name)
          ?.fields.some((x) => x.name === "external_ids"),
      ),
  );
  const choice = (f: Field, prefix = "", needed = !prefix) => (
    <option key={prefix + f.name} value={prefix + f.name}>
      {f.label}
      {f.required && needed ? " *" : ""}
    </option>
  );
  const sure = c.confidence ?? 0;
  const readings = (c.readings ?? []).map((r) => (typeof r === "string" ? { reading: r } : r));
  return (
    <li className={c.field ? "" : "unused"}>
      <div className="map-from">
        <strong id={title}>{header}</strong>
        <span className="muted samples">
          {(c.samples ?? []).filter(Boolean).slice(0, 3).join(t("list.comma")) ||
            t("import.no_values")}
        </span>
      </div>
      <span className="map-arrow" aria-hidden="true">
        →
      </span>
      <div className="map-to">
        <div className="row nowrap">
          <Select
            aria-label={t("import.field_of", { what: header })}
            value={c.field ?? ""}
            disabled={hand.busy || making}
            onChange={(e) => set(e.target.value)}
          >
            <option value="">{t("import.ignore")}</option>
            {groups.map((g) => (
              <optgroup key={g.label} label={g.label || object.label}>
                {g.fields.map((f) => choice(f))}
              </optgroup>
            ))}
            {others.length > 0 && (
              <optgroup label={t("import.other_fields")}>{others.map((f) => choice(f))}</optgroup>
            )}
            {fields
              .filter((f) => f.type === "birthday")
              .map((f) => (
                <optgroup key={f.name} label={f.label}>
                  {["year", "month", "day"].map((part) => (
                    <option key={part} value={`${f.name}.${part}`}>
                      {`${f.label} · ${t(`import.part.${part}`)}`}
                    </option>
                  ))}
                </optgroup>
              ))}
            {fields
              .filter((f) => f.type === "address")
              .map((f) => (
                <optgroup key={f.name} label={f.label}>
                  {PARTS.map((part) => (
                    <option key={part} value={`${f.name}.${part}`}>
                      {`${f.label} · ${t(`address.${part}`)}`}
                    </option>
                  ))}
                </optgroup>
              ))}
            {numbered.length > 0 && (
              <optgroup label={t("import.by_number")}>
                {numbered.map((f) => (
                  <option key={f.name} value={`${f.name}.external_ids`}>
                    {`${f.label} · ${t("import.number_there")}`}
                  </option>
                ))}
              </optgroup>
            )}
            {beside.length > 0 && (
              <optgroup label={contact?.label}>{beside.map((f) => choice(f, "contact."))}</optgroup>
            )}
            {named.map((n) => (
              <optgroup key={n.ref.name} label={n.ref.label}>
                {n.fields.flatMap((f) => [
                  choice(f, `${n.ref.name}.`, false),
                  ...(f.type === "address"
                    ? PARTS.map((part) => (
                        <option key={part} value={`${n.ref.name}.${f.name}.${part}`}>
                          {`${f.label} · ${t(`address.${part}`)}`}
                        </option>
                      ))
                    : []),
                ])}
              </optgroup>
            ))}
            {lines.map((l) => (
              <optgroup key={l.name} label={l.label}>
                {l.lines?.map((f) => choice(f, `${l.name}.`, true))}
              </optgroup>
            ))}
            {c.field && !fields.some((f) => f.name === c.field) && !c.field.includes(".") && (
              <option value={c.field}>{field?.label ?? c.field}</option>
            )}
          </Select>
          {c.field ? (
            <span
              className={`sure ${sure >= 0.9 ? "sure-high" : sure >= 0.6 ? "" : "sure-low"}`}
              title={`${t("import.confidence")} ${Math.round(sure * 100)}%`}
            >
              {t(sure >= 0.9 ? "import.sure" : sure >= 0.6 ? "import.likely" : "import.unsure")}
            </span>
          ) : (
            me?.admin && (
              <Button
                small
                disabled={hand.busy || making}
                icon={<Icon name="plus" size={14} />}
                onClick={makeField}
              >
                {t("import.make_field")}
              </Button>
            )
          )}
        </div>
        {c.field?.endsWith("external_ids") && c.source !== undefined && (
          <label className="row">
            <span className="muted">{t("import.source")}</span>
            <Input
              className="fit small"
              key={c.source}
              defaultValue={c.source}
              maxLength={30}
              disabled={hand.busy}
              onBlur={(e) => {
                const source = e.target.value.trim();
                if (source && source !== c.source)
                  hand.change({ columns: [{ index: c.index, source }] });
              }}
            />
          </label>
        )}
        {readings.length > 1 && (
          <label className="row">
            <span className="muted">{t("import.date_reading")}</span>
            <Select
              className="fit small"
              value={c.date_reading ?? readings[0]?.reading}
              disabled={hand.busy}
              onChange={(e) =>
                hand.change({ columns: [{ index: c.index, date_reading: e.target.value }] })
              }
            >
              {readings.map((r) => (
                <option key={r.reading} value={r.reading}>
                  {[
                    r.label ?? t(`reading.${r.reading}`, { defaultValue: r.reading }),
                    r.example && `→ ${r.example}`,
                  ]
                    .filter(Boolean)
                    .join(" ")}
                </option>
              ))}
            </Select>
          </label>
        )}
        {field && <UnknownValues column={c} field={field} job={job} hand={hand} />}
      </div>
    </li>
  );
}

/** Fields of the contact that one file fills beside the customer or the deal. */
function besideFields(
  job: Import,
  object: ObjectMeta,
  contact: ObjectMeta | undefined,
  all: ObjectMeta[],
): Field[] {
  // An import that tells its problems in groups also fills several objects from one row.
  if (!job.groups || !contact?.access.create || object === contact) return [];
  if (object.fields.some((f) => f.name === contact.name)) return [];
  const hangs = contact.fields.some(
    (f) => f.name === object.name && f.targets?.includes(object.name),
  );
  const linked = all.some(
    (o) => o.access.create && o.links?.includes(object.name) && o.links.includes(contact.name),
  );
  if (!hangs && !linked) return [];
  return contact.fields.filter(
    (f) => fillable(f) && f.name !== object.name && f.type !== "reference",
  );
}

/** What a file may say of whom its rows name: the industry of a contact's company. */
function namedFields(
  job: Import,
  object: ObjectMeta,
  all: ObjectMeta[],
): { ref: Field; fields: Field[] }[] {
  if (!job.groups || !(job.columns ?? []).some((c) => c.field === "customer")) return [];
  return object.fields
    .filter((f) => f.type === "reference" && f.name === "customer" && f.access !== "read")
    .map((ref) => {
      const to = all.find((o) => o.name === ref.targets?.[0]);
      const fields = (to?.access.create || to?.access.edit ? to.fields : []).filter(
        (f) =>
          fillable(f) &&
          f.name !== to?.title_field &&
          !f.system &&
          !["reference", "user", "department", "picture", "autonumber"].includes(f.type),
      );
      return { ref, fields };
    })
    .filter((n) => n.fields.length > 0);
}

/** Texts the pick-list does not know: each becomes one of its options, or stays empty. */
export function UnknownValues({
  column: c,
  field,
  job,
  hand,
}: {
  column: ImportColumn;
  field: Field;
  job: Import;
  hand: Hand;
}) {
  const { t } = useTranslation();
  const unknown = c.unknown_values ?? [];
  if (!unknown.length || !field.options) return null;
  return (
    <details className="unknown" open={unknown.length <= 5}>
      <summary>{t("import.unknown_values", { n: unknown.length })}</summary>
      <ul>
        {unknown.map((u) => {
          const now = c.values && u.value in c.values ? (c.values[u.value] ?? "\u0000") : "";
          return (
            <li key={u.value}>
              <span className="line" title={u.value}>
                {u.value}
              </span>
              {u.count !== undefined && <span className="muted">{grouped(String(u.count))}</span>}
              <Select
                className="small"
                aria-label={t("import.means", { what: u.value })}
                value={now}
                disabled={hand.busy}
                onChange={(e) => {
                  const values = { ...(c.values ?? {}) };
                  if (e.target.value === "") delete values[u.value];
                  else values[u.value] = e.target.value === "\u0000" ? null : e.target.value;
                  hand.change({ columns: [{ index: c.index, values }] });
                }}
              >
                <option value="">{t(`import.unknown_${job.unknown_options ?? "map"}`)}</option>
                <option value={"\u0000"}>{t("import.unknown_empty")}</option>
                {field.options?.map((o) => (
                  <option key={o.value} value={o.value}>
                    {o.label}
                  </option>
                ))}
              </Select>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function Duplicates({ job, fields, hand }: { job: Import; fields: Field[]; hand: Hand }) {
  const { t } = useTranslation();
  const me = useMe().data;
  const rule = job.duplicates?.rule ?? "skip";
  const keys = job.duplicates?.keys ?? [];
  const mapped = new Set((job.columns ?? []).map((c) => c.field));
  const choices = fields.filter(
    (f) =>
      keys.includes(f.name) ||
      f.unique ||
      ((KEYS.includes(f.name) || f.custom) && mapped.has(f.name)),
  );
  const anyUnknown = (job.columns ?? []).some((c) => c.unknown_values?.length);
  return (
    <section className="panel stack" aria-labelledby="duplicates-title">
      <h2 id="duplicates-title">{t("import.duplicates")}</h2>
      <div className="row">
        {(["skip", "update", "update_only", "create"] as const).map((r) => (
          <label key={r} className="row check">
            <input
              type="radio"
              name="rule"
              checked={rule === r}
              disabled={hand.busy}
              onChange={() => hand.change({ duplicates: { keys, rule: r } })}
            />
            {t(`import.rule.${r}`)}
          </label>
        ))}
      </div>
      {rule !== "create" && (
        <div className="row">
          <span className="muted">{t("import.key")}</span>
          {choices.map((f) => (
            <label key={f.name} className="row check">
              <input
                type="checkbox"
                checked={keys.includes(f.name)}
                disabled={hand.busy}
                onChange={(e) =>
                  hand.change({
                    duplicates: {
                      rule,
                      keys: e.target.checked ? [...keys, f.name] : keys.filter((k) => k !== f.name),
                    },
                  })
                }
              />
              {f.label}
            </label>
          ))}
        </div>
      )}
      {anyUnknown && (
        <label className="row">
          {t("import.unknown_options")}
          <Select
            className="small"
            value={job.unknown_options ?? "map"}
            disabled={hand.busy}
            onChange={(e) =>
              hand.change({ unknown_options: e.target.value as Import["unknown_options"] })
            }
          >
            <option value="map">{t("import.unknown_empty")}</option>
            {me?.admin && <option value="create">{t("import.unknown_create")}</option>}
            <option value="refuse">{t("import.unknown_refused")}</option>
          </Select>
        </label>
      )}
    </section>
  );
}
