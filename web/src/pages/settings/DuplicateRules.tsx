import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { isProblem } from "../../api/problem";
import { queryClient, refresh, useObject, useObjects } from "../../api/queries";
import type { Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { listed } from "../../lib/format";
import { toWrite } from "../../lib/records";
import { Button, IconButton } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { useRemoval } from "./useRemoval";

const PLURAL = "duplicate_rules";

interface Condition {
  id?: string;
  field: string;
  how: string;
  points?: number | null;
}

const conditionsOf = (r: RecordData | undefined): Condition[] =>
  (r?.conditions as Condition[] | null | undefined) ?? [];

/** What makes two records look like one, and whether that is warned of or refused. */
export default function DuplicateRules() {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const list = useQuery({
    queryKey: ["list", PLURAL, "settings"],
    queryFn: ({ signal }) =>
      api.list(PLURAL, { sort: "object,id", limit: 500, count: "none" }, signal),
  });
  const [editing, setEditing] = useState<RecordData | "new">();
  const remove = useRemoval(PLURAL);
  const rules = list.data?.records ?? [];
  const of = objects.filter((o) => rules.some((r) => r.object === o.name));
  return (
    <section className="panel stack">
      <div className="panel-head">
        <h2>{t("settings.duplicates")}</h2>
        <Button small kind="primary" onClick={() => setEditing("new")}>
          {t("rule.new")}
        </Button>
      </div>
      <p className="muted">{t("rule.text")}</p>
      {list.isPending ? (
        <Skeleton rows={5} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : rules.length === 0 ? (
        <EmptyState title={t("rule.none")} />
      ) : (
        of.map((o) => (
          <div key={o.name}>
            <h3>{o.label_plural}</h3>
            <ul className="rows">
              {rules
                .filter((r) => r.object === o.name)
                .map((r) => (
                  <RuleRow
                    key={r.id}
                    object={o}
                    rule={r}
                    onEdit={() => setEditing(r)}
                    onRemove={() => remove(r)}
                  />
                ))}
            </ul>
          </div>
        ))
      )}
      {editing && (
        <Rule
          rule={editing === "new" ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

/** The rule's name in one's own language. */
function nameOf(r: RecordData, language: string): string {
  const own = language === "zh-CN" ? r.name_cn : language === "en" ? r.name_en : r.name;
  return String(own || r.name);
}

function RuleRow({
  object,
  rule,
  onEdit,
  onRemove,
}: {
  object: ObjectMeta;
  rule: RecordData;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const { t, i18n } = useTranslation();
  const rules = useObject("duplicate_rule");
  const how = rules?.fields
    .find((f) => f.name === "conditions")
    ?.lines?.find((f) => f.name === "how");
  const name = nameOf(rule, i18n.language);
  const said = conditionsOf(rule).map((c) =>
    [
      object.fields.find((f) => f.name === c.field)?.label ?? c.field,
      how?.options?.find((o) => o.value === c.how)?.label,
      rule.combine === "points" && t("rule.points_n", { n: c.points ?? 0 }),
    ]
      .filter(Boolean)
      .join(" "),
  );
  return (
    <li>
      <div className="grow">
        <div>
          {name}{" "}
          <span className={`chip ${rule.act === "block" ? "chip-bad" : ""}`}>
            {t(rule.act === "block" ? "rule.block" : "rule.warn")}
          </span>{" "}
          {!rule.active && <span className="chip">{t("assignment.off")}</span>}
        </div>
        <div className="muted">{listed(said)}</div>
      </div>
      <IconButton label={t("edit.of", { what: name })} onClick={onEdit}>
        <Icon name="edit" />
      </IconButton>
      <IconButton label={t("remove.what", { what: name })} onClick={onRemove}>
        <Icon name="trash" />
      </IconButton>
    </li>
  );
}

const PLAIN = ["combine", "act", "override"];

function Rule({ rule, onClose }: { rule: RecordData | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const rules = useObject("duplicate_rule");
  const objects = (useObjects().data?.objects ?? []).filter((o) => o.mergeable);
  const [values, setValues] = useState<Record<string, unknown>>(
    () =>
      rule ?? {
        object: "customer",
        conditions: [{ field: "name", how: "same", points: 0 }],
        combine: "all",
        threshold: 100,
        act: "warn",
        override: "everybody",
        searched: true,
        active: true,
      },
  );
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const set = (name: string, v: unknown) => setValues((b) => ({ ...b, [name]: v }));
  const target = objects.find((o) => o.name === values.object);
  if (!rules || !target) return null;
  const field = (n: string) => rules.fields.find((f) => f.name === n) as Field;
  const conditions = (values.conditions as Condition[]) ?? [];
  const points = values.combine === "points";
  const put = (i: number, change: Partial<Condition>) =>
    set(
      "conditions",
      conditions.map((c, at) => (at === i ? { ...c, ...change } : c)),
    );

  async function save(e: FormEvent) {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setErrors({});
    setFailure("");
    const body: Record<string, unknown> = {};
    for (const f of rules?.fields ?? []) {
      if (f.system || f.access === "read" || !(f.name in values)) continue;
      body[f.name] = f.name === "conditions" ? conditions : toWrite(f, values[f.name]);
    }
    try {
      if (rule) await api.patch(PLURAL, rule.id, body);
      else await api.create(PLURAL, body);
      refresh(PLURAL);
      queryClient.invalidateQueries({ queryKey: ["objects"] });
      toast(t("saved"));
      onClose();
    } catch (e) {
      if (isProblem(e)) setErrors(e.byField());
      setFailure(errorText(e));
    } finally {
      setBusy(false);
    }
  }

  const text = (name: string, required?: boolean) => (
    <FieldBox
      key={name}
      id={`rule-${name}`}
      label={field(name).label}
      required={required}
      error={errors[name]}
    >
      <Input
        id={`rule-${name}`}
        value={String(values[name] ?? "")}
        maxLength={60}
        onChange={(e) => set(name, e.target.value)}
      />
    </FieldBox>
  );
  const how = field("conditions").lines?.find((f) => f.name === "how")?.options ?? [];
  const Roles = fieldType(field("roles")).Editor;
  return (
    <Drawer
      title={rule ? t("edit.of", { what: String(rule.name) }) : t("rule.new")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" disabled={busy} onClick={(e) => save(e as never)}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form className="stack" noValidate onSubmit={save}>
        {failure && (
          <p className="summary" role="alert">
            {[failure, errors.conditions, errors.threshold].filter(Boolean).join(" ")}
          </p>
        )}
        {text("name", true)}
        <div className="form-grid">
          {text("name_cn")}
          {text("name_en")}
        </div>
        <FieldBox id="rule-object" label={field("object").label} error={errors.object}>
          <Select
            id="rule-object"
            value={String(values.object)}
            disabled={!!rule}
            onChange={(e) => {
              const o = objects.find((x) => x.name === e.target.value);
              setValues((b) => ({
                ...b,
                object: e.target.value,
                conditions: [{ field: o?.title_field ?? "", how: "same", points: 0 }],
              }));
            }}
          >
            {objects.map((o) => (
              <option key={o.name} value={o.name}>
                {o.label}
              </option>
            ))}
          </Select>
        </FieldBox>
        <fieldset className={`plain stack tight ${errors.conditions ? "field-bad" : ""}`}>
          <legend>{field("conditions").label}</legend>
          <p className="help">{t("rule.conditions_help")}</p>
          {conditions.map((c, i) => (
            <div key={i} className="row nowrap rule-condition">
              <Select
                aria-label={t("field")}
                value={c.field}
                onChange={(e) => put(i, { field: e.target.value, how: "same" })}
              >
                {target.fields
                  .filter((f) => comparableField(f))
                  .map((f) => (
                    <option key={f.name} value={f.name}>
                      {f.label}
                    </option>
                  ))}
              </Select>
              <Select
                aria-label={t("rule.how")}
                value={c.how}
                onChange={(e) => put(i, { how: e.target.value })}
              >
                {how
                  .filter((o) => fits(target, c.field, o.value))
                  .map((o) => (
                    <option key={o.value} value={o.value}>
                      {o.label}
                    </option>
                  ))}
              </Select>
              {points && (
                <Input
                  aria-label={t("rule.points")}
                  className="rule-points"
                  inputMode="numeric"
                  value={String(c.points ?? 0)}
                  onChange={(e) => put(i, { points: Number(e.target.value.replace(/\D/g, "")) })}
                />
              )}
              <IconButton
                label={t("rule.drop")}
                disabled={conditions.length === 1}
                onClick={() =>
                  set(
                    "conditions",
                    conditions.filter((_, at) => at !== i),
                  )
                }
              >
                <Icon name="close" />
              </IconButton>
            </div>
          ))}
          <div>
            <Button
              small
              icon={<Icon name="plus" size={14} />}
              onClick={() =>
                set("conditions", [
                  ...conditions,
                  { field: target.title_field, how: "same", points: 0 },
                ])
              }
            >
              {t("rule.add")}
            </Button>
          </div>
        </fieldset>
        {PLAIN.map((name) => {
          if (name === "override" && values.act !== "block") return null;
          return (
            <FieldBox key={name} id={`rule-${name}`} label={field(name).label} error={errors[name]}>
              <Select
                id={`rule-${name}`}
                value={String(values[name])}
                onChange={(e) => set(name, e.target.value)}
              >
                {field(name).options?.map((o) => (
                  <option key={o.value} value={o.value}>
                    {o.label}
                  </option>
                ))}
              </Select>
              {name === "combine" && points && (
                <Input
                  aria-label={field("threshold").label}
                  className="rule-points"
                  inputMode="numeric"
                  value={String(values.threshold ?? "")}
                  onChange={(e) => set("threshold", Number(e.target.value.replace(/\D/g, "")))}
                />
              )}
            </FieldBox>
          );
        })}
        {values.act === "block" && values.override === "roles" && (
          <FieldBox id="rule-roles" label={field("roles").label} error={errors.roles}>
            <Roles
              id="rule-roles"
              field={field("roles")}
              value={values.roles}
              invalid={!!errors.roles}
              onChange={(v) => set("roles", v)}
            />
          </FieldBox>
        )}
        {["searched", "active"].map((name) => (
          <label key={name} className="row check">
            <input
              type="checkbox"
              checked={!!values[name]}
              onChange={(e) => set(name, e.target.checked)}
            />
            {field(name).label}
          </label>
        ))}
      </form>
    </Drawer>
  );
}

/** May a rule compare it? */
const comparableField = (f: Field): boolean =>
  !f.system && !["lines", "file", "picture", "autonumber", "json"].includes(f.type as string);

/** Can a field be compared so? */
function fits(o: ObjectMeta, name: string, how: string): boolean {
  const f = o.fields.find((x) => x.name === name);
  if (how === "domain") return f?.type === "mails";
  if (how === "similar") return !!f && ["text", "tags"].includes(f.type);
  return true;
}
