import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { refresh, useObject } from "../../api/queries";
import type { Field, RecordData, Reference } from "../../api/types";
import { fieldType } from "../../fields";
import { useSaving } from "../../hooks/useSaving";
import { listed } from "../../lib/format";
import { toWrite } from "../../lib/records";
import { Button, IconButton } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { Sheet } from "../../ui/Sheet";
import { EmptyState, ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { reordered, useReorder } from "../../ui/useReorder";
import { Condition } from "../../views/list/Condition";
import { useRemoval } from "./useRemoval";

const PLURAL = "assignment_rules";

/** Who takes what comes in without an owner: the first rule that fits decides. */
export default function Assignment() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const list = useQuery({
    queryKey: ["list", PLURAL, "settings"],
    queryFn: ({ signal }) =>
      api.list(PLURAL, { sort: "position,id", limit: 500, count: "none" }, signal),
  });
  const [editing, setEditing] = useState<RecordData | "new">();
  const rules = list.data?.records ?? [];
  const order = useReorder(rules.length, (from, to) => void put(reordered(rules, from, to)));

  async function put(next: RecordData[]) {
    try {
      for (const [i, r] of next.entries()) {
        if (r.position !== i + 1) await api.patch(PLURAL, r.id, { position: i + 1 });
      }
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
    refresh(PLURAL);
  }

  const remove = useRemoval(PLURAL);

  return (
    <section className="panel stack">
      <div className="panel-head">
        <h2>{t("settings.assignment")}</h2>
        <Button small kind="primary" onClick={() => setEditing("new")}>
          {t("assignment.new")}
        </Button>
      </div>
      <p className="muted">{t("assignment.text")}</p>
      {list.isPending ? (
        <Skeleton rows={3} />
      ) : list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} />
      ) : rules.length === 0 ? (
        <EmptyState title={t("assignment.none")} />
      ) : (
        <>
          {order.live}
          <ol className="rows">
            {rules.map((r, i) => (
              <li key={r.id} {...order.item(i)}>
                {order.grip(i, String(r.name))}
                <div className="grow">
                  <div>
                    {String(r.name)}{" "}
                    {!r.active && <span className="chip">{t("assignment.off")}</span>}
                  </div>
                  <div className="muted">
                    {String(r.condition || t("assignment.all"))} →{" "}
                    {listed(((r.people as Reference[] | null) ?? []).map((p) => p.label))}
                  </div>
                </div>
                <IconButton
                  label={t("edit.of", { what: String(r.name) })}
                  onClick={() => setEditing(r)}
                >
                  <Icon name="edit" />
                </IconButton>
                <IconButton
                  label={t("remove.what", { what: String(r.name) })}
                  onClick={() => remove(r)}
                >
                  <Icon name="trash" />
                </IconButton>
              </li>
            ))}
          </ol>
        </>
      )}
      {editing && (
        <Rule
          rule={editing === "new" ? undefined : editing}
          position={rules.length + 1}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

function Rule({
  rule,
  position,
  onClose,
}: {
  rule: RecordData | undefined;
  position: number;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { errors, failure, busy, run } = useSaving();
  const object = useObject("assignment_rule");
  const target = useObject(String(rule?.object ?? "lead"));
  const [values, setValues] = useState<Record<string, unknown>>(
    () => rule ?? { object: "lead", position, active: true },
  );
  const set = (name: string, v: unknown) => setValues((b) => ({ ...b, [name]: v }));
  const people = object?.fields.find((f) => f.name === "people");
  if (!object || !target || !people) return null;
  const People = fieldType(people).Editor;

  async function save() {
    const body: Record<string, unknown> = {};
    for (const name of ["name", "object", "position", "condition", "people", "active"]) {
      const f = object?.fields.find((x) => x.name === name) as Field;
      body[name] = toWrite(f, values[name]);
    }
    if (rule) await api.patch(PLURAL, rule.id, body);
    else await api.create(PLURAL, body);
    refresh(PLURAL);
    toast(t("saved"));
    onClose();
  }

  return (
    <Sheet
      title={rule ? t("edit.of", { what: String(rule.name) }) : t("assignment.new")}
      busy={busy}
      failure={failure}
      onSubmit={() => run(save)}
      onClose={onClose}
    >
      <FieldBox
        id="rule-name"
        label={object.fields.find((f) => f.name === "name")?.label ?? ""}
        required
        error={errors.name}
      >
        <Input
          id="rule-name"
          value={String(values.name ?? "")}
          maxLength={100}
          onChange={(e) => set("name", e.target.value)}
        />
      </FieldBox>
      <fieldset className={`plain stack tight ${errors.condition ? "field-bad" : ""}`}>
        <legend>{t("assignment.when")}</legend>
        <p className="help">{t("assignment.when_help")}</p>
        <Condition
          object={{ ...target, quick_filters: ["region", "industry", "source", "campaign"] }}
          value={String(values.condition ?? "")}
          error={errors.condition}
          onChange={(v) => set("condition", v)}
        />
      </fieldset>
      <FieldBox
        id="rule-people"
        label={people.label}
        required
        help={t("assignment.people_help")}
        error={errors.people}
      >
        <People
          id="rule-people"
          field={people}
          value={values.people}
          invalid={!!errors.people}
          onChange={(v) => set("people", v)}
        />
      </FieldBox>
      <label className="row check">
        <input
          type="checkbox"
          checked={!!values.active}
          onChange={(e) => set("active", e.target.checked)}
        />
        {t("assignment.on")}
      </label>
    </Sheet>
  );
}
