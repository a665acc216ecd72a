import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Action, Count, Field, ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";
import { useWhyNot } from "../../hooks/useWhyNot";
import { grouped } from "../../lib/format";
import { toWrite } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";
import { Menu } from "../../ui/Menu";
import { refusal } from "../../ui/refusal";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { BulkAction } from "./BulkAction";
import { meant, startBulk } from "./bulk";
import { cellEditable } from "./CellEditor";
import { FollowMany, useFollows } from "./FollowMany";
import { followJob } from "./JobToast";
import { NONE, type Selection } from "./selection";
import type { ListState } from "./useListState";

const MergeDialog = lazy(() =>
  import("../merge/MergeDialog").then((m) => ({ default: m.MergeDialog })),
);

/** What can be done with what is selected; says exactly how many that is. */
export function BulkBar({
  object,
  state,
  selection,
  setSelection,
  onTickAll,
  loaded,
  count,
  exact,
  onExport,
}: {
  object: ObjectMeta;
  state: ListState;
  selection: Selection;
  setSelection: (s: Selection) => void;
  /** On a phone, where no header holds the box that ticks all. */
  onTickAll?: () => void;
  loaded: number;
  count?: Count;
  /** Asks for the exact count, which selecting everything needs. */
  exact: () => void;
  onExport: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [asking, setAsking] = useState<"assign" | "edit" | "tag" | "delete" | "follow" | null>(
    null,
  );
  const [doing, setDoing] = useState<Action | null>(null);
  const many = (object.actions ?? []).filter((a) => a.many && a.may);
  const [busy, setBusy] = useState(false);
  const [merging, setMerging] = useState(false);
  const total = count?.relation === "eq" ? count.value : undefined;
  const n = selection.all ? total : selection.ids.size;
  const said = n === undefined ? "…" : grouped(String(n));
  const { access } = object;
  const none = n === 0;
  const whyNot = useWhyNot(object);
  const follows = useFollows(object);
  const tags = object.fields.find(
    (f) => f.type === "tags" && f.name === "tags" && f.access !== "read",
  );
  const owner = object.fields.find((f) => f.name === "owner");

  async function run(action: string, input: object) {
    if (busy) return;
    setBusy(true);
    try {
      const job = await startBulk(object.plural, action, { ...meant(selection, state), input });
      setAsking(null);
      setSelection(NONE);
      followJob(job, object.plural);
    } catch (e) {
      toast(errorText(e), { bad: true });
      throw e;
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="bulk" aria-label={t("bulk")}>
      <strong role="status">
        {t(selection.all ? "bulk.all" : "bulk.selected", { n: said, what: object.label })}
      </strong>
      {onTickAll && !selection.all && selection.ids.size < loaded && (
        <button type="button" className="link-btn" onClick={onTickAll}>
          {t("select.loaded_n", { n: grouped(String(loaded)) })}
        </button>
      )}
      {!selection.all &&
        loaded > 0 &&
        selection.ids.size >= loaded &&
        (total ?? loaded + 1) > loaded && (
          <button
            type="button"
            className="link-btn"
            onClick={() => {
              exact();
              setSelection({ all: true, ids: new Set() });
            }}
          >
            {total === undefined
              ? t("bulk.select_all")
              : t("bulk.select_n", { n: grouped(String(total)) })}
          </button>
        )}
      {state.deleted ? (
        <Button
          small
          kind="primary"
          disabled={n === undefined}
          onClick={() => run("restore", {}).catch(() => {})}
        >
          {t("restore")}
        </Button>
      ) : (
        <>
          {many.length === 1 && many[0] && (
            <Button small disabled={none} onClick={() => setDoing(many[0] ?? null)}>
              {many[0].label}
            </Button>
          )}
          {many.length > 1 && (
            <Menu
              label={t("bulk.actions")}
              className="btn btn-small"
              align="start"
              trigger={<>{t("bulk.actions")} ▾</>}
              items={many.map((a) => ({
                label: a.label,
                icon: a.icon && <Icon name={a.icon} size={15} />,
                disabled: none,
                onSelect: () => setDoing(a),
              }))}
            />
          )}
          {owner && (
            <Button
              small
              disabled={none}
              onClick={() => setAsking("assign")}
              {...refusal(whyNot("assign", access.assign))}
            >
              {t("bulk.assign")}
            </Button>
          )}
          <Button
            small
            disabled={none}
            onClick={() => setAsking("edit")}
            {...refusal(whyNot("edit", access.edit))}
          >
            {t("edit")}
          </Button>
          {tags && (
            <Button
              small
              disabled={none}
              onClick={() => setAsking("tag")}
              {...refusal(whyNot("edit", access.edit))}
            >
              {t("bulk.tag")}
            </Button>
          )}
          {(follows.task || follows.activity) && (
            <Button small disabled={none} onClick={() => setAsking("follow")}>
              {t("bulk.follow")}
            </Button>
          )}
          {object.mergeable && !selection.all && (n ?? 0) >= 2 && (n ?? 0) <= 10 && (
            <Button
              small
              onClick={() => setMerging(true)}
              {...refusal(whyNot("delete", access.edit && access.delete))}
            >
              {t("merge")}
            </Button>
          )}
          <Button
            small
            disabled={none}
            onClick={onExport}
            {...refusal(whyNot("export", access.export))}
          >
            {t("export")}
          </Button>
          <Button
            small
            kind="danger"
            disabled={none}
            onClick={() => setAsking("delete")}
            {...refusal(whyNot("delete", access.delete))}
          >
            {t("delete")}
          </Button>
        </>
      )}
      <Button small kind="quiet" onClick={() => setSelection(NONE)}>
        {t("bulk.clear")}
      </Button>
      {merging && (
        <Suspense fallback={null}>
          <MergeDialog
            object={object}
            ids={[...selection.ids]}
            onDone={() => setSelection(NONE)}
            onClose={() => setMerging(false)}
          />
        </Suspense>
      )}
      {asking === "follow" && (
        <FollowMany
          object={object}
          said={said}
          ready={!busy && n !== undefined}
          run={(input) => run("follow", input)}
          onClose={() => setAsking(null)}
        />
      )}
      {doing && (
        <BulkAction
          action={doing}
          what={{ n: said, what: object.label }}
          ready={n !== undefined}
          begin={async (input) => {
            const job = await startBulk(object.plural, doing.name, {
              ...meant(selection, state),
              input,
            });
            setDoing(null);
            setSelection(NONE);
            followJob(job, object.plural);
          }}
          onClose={() => setDoing(null)}
        />
      )}
      {asking && asking !== "follow" && (
        <BulkDialog
          key={asking}
          asking={asking}
          object={object}
          said={said}
          ready={!busy && n !== undefined}
          owner={owner}
          tags={tags}
          run={run}
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  );
}

function BulkDialog({
  asking,
  object,
  said,
  ready,
  owner,
  tags,
  run,
  onClose,
}: {
  asking: "assign" | "edit" | "tag" | "delete";
  object: ObjectMeta;
  said: string;
  ready: boolean;
  owner: Field | undefined;
  tags: Field | undefined;
  run: (action: string, input: object) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [value, setValue] = useState<unknown>(null);
  const [removed, setRemoved] = useState<unknown>(null);
  const editable = object.fields.filter((f) => cellEditable(f) && f.name !== "owner");
  const [name, setName] = useState(editable[0]?.name ?? "");
  const [error, setError] = useState("");
  const what = { n: said, what: object.label };
  const field =
    asking === "assign" ? owner : asking === "tag" ? tags : editable.find((f) => f.name === name);
  const type = field && fieldType(field);

  async function go() {
    if (!field && asking !== "delete") return;
    let input: object = {};
    if (asking === "assign") {
      if (!value) return setError(t("form.required", { what: owner?.label ?? "" }));
      input = { owner: toWrite(owner as Field, value) };
    } else if (asking === "edit") input = { fields: { [name]: toWrite(field as Field, value) } };
    else if (asking === "tag") input = { add: value ?? [], remove: removed ?? [] };
    try {
      await run(asking, input);
    } catch (e) {
      setError(errorText(e));
    }
  }

  return (
    <Drawer
      shape="middle"
      title={t(`bulk.${asking}_n`, what)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind={asking === "delete" ? "danger" : "primary"} disabled={!ready} onClick={go}>
            {t(`bulk.${asking}_n`, what)}
          </Button>
        </>
      }
    >
      <div className="stack">
        {asking === "delete" && <p>{t("bulk.delete_text")}</p>}
        {asking === "edit" && (
          <FieldBox id="bulk-field" label={t("field")}>
            <Select
              id="bulk-field"
              value={name}
              onChange={(e) => {
                setName(e.target.value);
                setValue(null);
              }}
            >
              {editable.map((f) => (
                <option key={f.name} value={f.name}>
                  {f.label}
                </option>
              ))}
            </Select>
          </FieldBox>
        )}
        {field && type && asking !== "delete" && (
          <FieldBox
            id="bulk-value"
            label={asking === "tag" ? t("bulk.tags_add") : field.label}
            error={error}
            help={asking === "edit" ? t("bulk.empty_clears") : undefined}
          >
            <type.Editor
              id="bulk-value"
              field={field}
              key={field.name}
              value={value}
              onChange={setValue}
            />
          </FieldBox>
        )}
        {asking === "tag" && tags && type && (
          <FieldBox id="bulk-removed" label={t("bulk.tags_remove")}>
            <type.Editor id="bulk-removed" field={tags} value={removed} onChange={setRemoved} />
          </FieldBox>
        )}
      </div>
    </Drawer>
  );
}
