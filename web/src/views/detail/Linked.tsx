import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { patchCached } from "../../api/cache";
import { api } from "../../api/client";
import { refresh, useObjects } from "../../api/queries";
import type { Field, ObjectMeta, RecordData, Reference } from "../../api/types";
import { fieldType } from "../../fields";
import { Picker } from "../../fields/Picker";
import { Face } from "../../fields/picture/Face";
import { hasFace, isEmpty, recordTitle, writable } from "../../lib/records";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { saveRecord } from "../conflict/conflict";
import { CellEditor, cellEditable } from "../list/CellEditor";
import { presetFor } from "./presets";
import { useRelated } from "./Related";
import { RelatedPart, SHOWN } from "./RelatedPart";

const FormDrawer = lazy(() => import("../form/FormDrawer"));

/**
 * The records that a link leads to from one of its ends: each under its own title, with what the
 * link says of it to be changed in place. Another is picked, or made and linked at once.
 */
export function Linked({
  object,
  link,
  label,
  parent,
  record,
}: {
  object: ObjectMeta;
  link: string;
  label: string;
  parent: ObjectMeta;
  record: RecordData;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const objects = useObjects().data?.objects ?? [];
  const end = object.links?.find((x) => x !== link) ?? "";
  const other = objects.find(
    (o) => o.name === object.fields.find((f) => f.name === end)?.targets?.[0],
  );
  const own = object.fields.filter((f) => !f.system && !object.links?.includes(f.name));
  const list = useRelated(object, link, record.id);
  const links = list.data?.records ?? [];
  const ends = useEnds(other, links, end);
  const [adding, setAdding] = useState(false);
  const [making, setMaking] = useState<string>();
  const [editing, setEditing] = useState<{ id: string; field: string }>();
  const [error, setError] = useState("");
  // A link hangs on its first end: whoever may edit that may link. From the other end one tries.
  const first = object.links?.[0] === link;
  const may = (right: "create" | "edit" | "delete") =>
    !!object.access[right] && (!first || (record._can?.edit ?? true));
  const preset = other ? presetFor(other, parent, record) : {};
  if (!other) return null;

  async function add(id: string) {
    setAdding(false);
    try {
      const made = await api.create(object.plural, { [link]: record.id, [end]: id });
      refresh(object.plural);
      const [field] = own.filter(cellEditable);
      // What one says next of a person who decides: as what.
      if (field) setEditing({ id: made.id, field: field.name });
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }

  async function remove(r: RecordData) {
    try {
      await api.remove(object.plural, r.id);
    } catch (e) {
      toast(errorText(e), { bad: true });
      return;
    }
    refresh(object.plural);
    toast(t("linked.removed", { what: (r[end] as Reference | null)?.label ?? "" }), {
      action: {
        label: t("undo"),
        run: async () => {
          try {
            await api.restore(object.plural, r.id);
          } catch (e) {
            toast(errorText(e), { bad: true });
          }
          refresh(object.plural);
        },
      },
    });
  }

  async function save(r: RecordData, field: Field, value: unknown) {
    if (JSON.stringify(value ?? null) === JSON.stringify(r[field.name] ?? null)) {
      setEditing(undefined);
      return;
    }
    patchCached(object.plural, r.id, { [field.name]: value });
    try {
      await saveRecord(object, r.id, { [field.name]: value }, r.version);
      setEditing(undefined);
      setError("");
    } catch (e) {
      patchCached(object.plural, r.id, { [field.name]: r[field.name] });
      setError(errorText(e));
    }
    refresh(object.plural);
  }

  const near = Object.entries(preset).find(([name]) =>
    other.fields.some((f) => f.name === name && f.type === "reference"),
  );
  return (
    <RelatedPart
      object={object}
      link={link}
      label={label}
      record={record}
      list={list}
      beside={object.label !== label && <span className="muted link-name">{object.label}</span>}
      add={
        may("create")
          ? {
              label: t("linked.add", { what: other.label }),
              open: adding,
              run: () => setAdding(!adding),
            }
          : undefined
      }
      above={
        adding && (
          <div
            className="linked-add"
            onKeyDown={(e) => {
              if (e.key !== "Escape" || e.defaultPrevented || e.nativeEvent.isComposing) return;
              e.stopPropagation();
              setAdding(false);
            }}
          >
            <Picker
              id={`link-${object.name}-${link}`}
              field={{
                name: end,
                type: "reference",
                label: t("linked.add", { what: other.label }),
              }}
              value={null}
              targets={[other.name]}
              autoFocus
              near={near && `${near[0]} = "${(near[1] as Reference).id}"`}
              except={links.flatMap((r) => (r[end] as Reference | null)?.id ?? [])}
              onChange={(v) => v && add((v as Reference).id ?? "")}
              onMake={other.access.create ? (text) => setMaking(text) : undefined}
            />
            <Button small kind="quiet" onClick={() => setAdding(false)}>
              {t("cancel")}
            </Button>
          </div>
        )
      }
      below={
        making !== undefined && (
          <Suspense>
            <FormDrawer
              object={other.name}
              preset={JSON.stringify({ ...preset, [other.title_field]: making })}
              onMade={(made) => add(made.id)}
              onClose={() => setMaking(undefined)}
            />
          </Suspense>
        )
      }
      row={(r) => {
        const to = r[end] as Reference | null;
        const whole = ends.find((x) => x.id === to?.id);
        const title = whole ? recordTitle(other, whole) : (to?.label ?? t("hidden"));
        return (
          <li key={r.id} className="linked">
            {hasFace(other) && whole ? (
              <Face object={other} record={whole} />
            ) : (
              <span className="entry-icon">
                <Icon name={other.icon || other.name} size={14} />
              </span>
            )}
            <div className="linked-body">
              {to?.id ? (
                <Link to="/o/$plural/$id" params={{ plural: other.plural, id: to.id }}>
                  {title}
                </Link>
              ) : (
                title
              )}
              {whole && <MainFields object={other} record={whole} parent={parent} />}
              <div className="linked-own">
                {own.map((f) => {
                  const type = fieldType(f);
                  const editable = may("edit") && writable(f) && cellEditable(f);
                  if (editing?.id === r.id && editing.field === f.name) {
                    return (
                      <CellEditor
                        key={f.name}
                        id={`link-${r.id}-${f.name}`}
                        field={f}
                        value={r[f.name]}
                        error={error}
                        onSave={(v) => save(r, f, v)}
                        onCancel={() => {
                          setEditing(undefined);
                          setError("");
                        }}
                      />
                    );
                  }
                  const shown = isEmpty(r[f.name]) ? (
                    <span className="muted">+ {f.label}</span>
                  ) : (
                    <type.Display field={f} value={r[f.name]} short />
                  );
                  if (!editable) {
                    return isEmpty(r[f.name]) ? null : <span key={f.name}>{shown}</span>;
                  }
                  return (
                    <button
                      key={f.name}
                      type="button"
                      className="linked-value"
                      title={t("edit.of", { what: f.label })}
                      onClick={() => setEditing({ id: r.id, field: f.name })}
                    >
                      <span className="sr-only">{f.label} </span>
                      {shown}
                    </button>
                  );
                })}
              </div>
            </div>
            {may("delete") && (
              <IconButton
                className="linked-remove"
                label={t("remove.what", { what: title })}
                onClick={() => remove(r)}
              >
                <Icon name="close" size={14} />
              </IconButton>
            )}
          </li>
        );
      }}
    />
  );
}

/** The records at the other ends, for what they show beside their titles. */
function useEnds(other: ObjectMeta | undefined, links: RecordData[], end: string): RecordData[] {
  const ids = links.flatMap((r) => (r[end] as Reference | null)?.id ?? []);
  const filter = `id IN (${ids.map((id) => `"${id}"`).join(", ")})`;
  const found = useQuery({
    queryKey: ["list", other?.plural, { filter, limit: SHOWN }],
    queryFn: ({ signal }) =>
      api.list(other?.plural ?? "", { filter, limit: SHOWN, count: "none" }, signal),
    enabled: !!other && ids.length > 0,
    placeholderData: (before) => before,
    retry: false,
  });
  return found.data?.records ?? [];
}

/** What is looked at first of a record, but for the one whose page this is. */
function MainFields({
  object,
  record,
  parent,
}: {
  object: ObjectMeta;
  record: RecordData;
  parent: ObjectMeta;
}) {
  const fields = (object.highlights ?? [])
    .map((x) => object.fields.find((f) => f.name === x))
    .filter((f): f is Field => !!f && f.type !== "user" && !f.targets?.includes(parent.name))
    .filter((f) => !isEmpty(record[f.name]))
    .slice(0, 3);
  return (
    <div className="card-line">
      {fields.map((f) => {
        const type = fieldType(f);
        return (
          <span key={f.name}>
            <type.Display field={f} value={record[f.name]} short />
          </span>
        );
      })}
    </div>
  );
}
