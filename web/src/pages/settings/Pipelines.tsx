import { useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { isProblem } from "../../api/problem";
import { queryClient, useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { EmptyState, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { reordered, useReorder } from "../../ui/useReorder";
import { MoveCards } from "./MoveCards";
import { ObjectSelect, useChosenObject } from "./ObjectSelect";
import {
  copyOf,
  draftOf,
  newStage,
  nextKey,
  type PipelineDraft,
  pipelineBody,
  withStage,
} from "./pipelineParts";
import { StageRow } from "./StageRow";
import { WordsLine } from "./Words";

/** The ways records go: pipelines, their stages in order, what each stage asks for. */
export default function Pipelines() {
  const { t } = useTranslation();
  const staged = (useObjects().data?.objects ?? []).filter((o) => o.stage_field);
  // Those that may have several ways first: it is for them that one comes here.
  const objects = [...staged].sort((a, b) => Number(!a.pipeline_field) - Number(!b.pipeline_field));
  const object = useChosenObject(objects);
  if (!object) return <EmptyState title={t("none")} />;
  return (
    <section className="panel stack">
      <div className="panel-head">
        <div className="row">
          <h2>{t("settings.pipelines")}</h2>
          {objects.length > 1 && <ObjectSelect objects={objects} object={object} />}
        </div>
      </div>
      <p className="muted">{t("pipelines.text")}</p>
      <Editor key={object.name} object={object} />
    </section>
  );
}

function Editor({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const here = document.documentElement.lang;
  const [draft, setDraft] = useState(() => draftOf(object, here));
  const [errors, setErrors] = useState<Record<string, string>>({});
  /** Stages that cannot go while there are records in them. */
  const [full, setFull] = useState<{ stage: string; message: string }[]>([]);
  const [busy, setBusy] = useState(false);
  const order = useReorder(draft.length, (from, to) => setDraft(reordered(draft, from, to)));
  const set = (i: number, p: Partial<PipelineDraft>) =>
    setDraft((b) => b.map((x, n) => (n === i ? { ...x, ...p } : x)));

  async function save() {
    setBusy(true);
    setErrors({});
    setFull([]);
    try {
      setDraft(draftOf(await admin.changePipelines(object.name, pipelineBody(draft)), here));
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
      toast(t("saved"));
    } catch (e) {
      if (isProblem(e)) {
        setErrors(Object.fromEntries(e.fields.map((f) => [f.field, f.message])));
        setFull(
          e.fields
            .filter((f) => f.field.startsWith("stage."))
            .map((f) => ({ stage: f.field.slice("stage.".length), message: f.message })),
        );
      }
      toast(errorText(e), { bad: true });
    } finally {
      setBusy(false);
    }
  }

  function add() {
    const first = draft[0];
    const labels = { [here]: t("pipelines.new") };
    setDraft([
      ...draft,
      first
        ? copyOf(first, labels)
        : { key: nextKey(), labels, stages: [newStage(), newStage("won"), newStage("lost")] },
    ]);
  }

  return (
    <div className="stack">
      {order.live}
      {draft.map((p, i) => {
        const name = p.labels[here] || t("pipelines.new");
        return (
          <section key={p.key} className="pipeline" aria-label={name || object.label}>
            {object.pipeline_field && (
              <div {...order.item(i)}>
                <WordsLine
                  label={t("pipelines.name")}
                  value={p.labels}
                  invalid={!!errors[`pipelines[${i}].label`]}
                  onChange={(labels) => set(i, { labels })}
                  className="pipeline-name"
                  before={order.grip(i, name)}
                >
                  {i === 0 && <span className="chip">{t("pipelines.default")}</span>}
                  {draft.length > 1 && (
                    <IconButton
                      label={t("remove.what", { what: name })}
                      onClick={() => setDraft(draft.filter((_, n) => n !== i))}
                    >
                      <Icon name="close" size={14} />
                    </IconButton>
                  )}
                </WordsLine>
              </div>
            )}
            <Stages
              object={object}
              value={p.stages}
              errors={errors}
              path={`pipelines[${i}].`}
              onChange={(stages) => set(i, { stages })}
            />
            {errors[`pipelines[${i}].stages`] && (
              <p className="error-text">{errors[`pipelines[${i}].stages`]}</p>
            )}
          </section>
        );
      })}
      {full.map((f) => (
        <MoveCards
          key={f.stage}
          object={object}
          stage={f.stage}
          message={f.message}
          onDone={() => setFull((b) => b.filter((x) => x !== f))}
        />
      ))}
      <div className="row">
        <Button kind="primary" disabled={busy} onClick={() => void save()}>
          {t("save")}
        </Button>
        {object.pipeline_field && (
          <Button icon={<Icon name="plus" size={16} />} onClick={add}>
            {t("pipelines.add")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Stages({
  object,
  value,
  errors,
  path,
  onChange,
}: {
  object: ObjectMeta;
  value: PipelineDraft["stages"];
  errors: Record<string, string>;
  path: string;
  onChange: (v: PipelineDraft["stages"]) => void;
}) {
  const { t } = useTranslation();
  const order = useReorder(value.length, (from, to) => onChange(reordered(value, from, to)));
  return (
    <>
      {order.live}
      <ol className="stage-rows">
        {value.map((s, n) => (
          <li key={s.key} {...order.item(n)}>
            <StageRow
              object={object}
              value={s}
              n={n}
              grip={(what) => order.grip(n, what)}
              errors={Object.entries(errors)
                .filter(([k]) => k.startsWith(`${path}stages[${n}].`))
                .map(([, message]) => message)}
              onChange={(next) => onChange(value.map((x, m) => (m === n ? next : x)))}
              onRemove={() => onChange(value.filter((_, m) => m !== n))}
            />
          </li>
        ))}
      </ol>
      <div>
        <Button
          small
          icon={<Icon name="plus" size={14} />}
          onClick={() => onChange(withStage(value))}
        >
          {t("pipelines.stage_add")}
        </Button>
      </div>
    </>
  );
}
