import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { refresh } from "../../api/queries";
import type { Action, Field, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { Face } from "../../fields/picture/Face";
import { useUrl } from "../../hooks/useUrl";
import { useWhyNot } from "../../hooks/useWhyNot";
import { lineLink, mailLink, reachOf, telLink } from "../../lib/reach";
import { addressLine, hasFace, isEmpty, recordTitle, writable } from "../../lib/records";
import { stagesOf } from "../../lib/stages";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import { refusal } from "../../ui/refusal";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { possible } from "../actions/actions";
import { Star } from "../favorites/Star";
import { useStageMove } from "../kanban/useStageMove";
import { StageTime } from "./StageTime";

const Shares = lazy(() => import("./Shares").then((m) => ({ default: m.Shares })));
const AccessDialog = lazy(() =>
  import("./AccessDialog").then((m) => ({ default: m.AccessDialog })),
);
const HistoryDrawer = lazy(() =>
  import("./HistoryDrawer").then((m) => ({ default: m.HistoryDrawer })),
);

const StagesDrawer = lazy(() =>
  import("./StagesDrawer").then((m) => ({ default: m.StagesDrawer })),
);

const ActionDialog = lazy(() =>
  import("../actions/ActionDialog").then((m) => ({ default: m.ActionDialog })),
);

type Dialog = "share" | "access" | "history" | "stages";

/** Who or what this is, where it stands, and what can be done with it. */
export function Head({
  object,
  record,
  save,
}: {
  object: ObjectMeta;
  record: RecordData;
  save: (values: Record<string, unknown>, version?: unknown) => Promise<RecordData>;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const [, setUrl] = useUrl();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [acting, setActing] = useState<Action | null>(null);
  const { plural } = object;
  const can = record._can ?? {};
  const canEdit = can.edit ?? !!object.access.edit;
  const canDelete = can.delete ?? !!object.access.delete;
  const canShare = can.share ?? !!object.access.share;
  const title = recordTitle(object, record);
  const field = (n: string) => object.fields.find((f) => f.name === n);
  const stage = object.stage_field ? field(object.stage_field) : undefined;
  const { phone, mail, line } = reachOf(object, record);
  const place = object.fields.find((f) => f.type === "address" && record[f.name]);
  const address = place && addressLine(record[place.name] as never);
  const tags = field("tags");
  const done = field("done");
  const whyNot = useWhyNot(object, record);
  const noEdit = whyNot("edit", canEdit);
  const doable = (object.actions ?? []).filter((a) => possible(a, record));
  const refused = (a: Action) => whyNot(a.verb, a.may && (can[a.verb as keyof typeof can] ?? true));

  async function finish(value: boolean) {
    try {
      await save({ done: value });
      refresh(plural);
      if (value) {
        toast(t("tasks.done", { what: title }), {
          action: { label: t("undo"), run: () => void finish(false) },
        });
      }
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }

  async function remove() {
    try {
      await api.remove(plural, record.id);
    } catch (e) {
      toast(errorText(e), { bad: true });
      return;
    }
    refresh(plural);
    navigate({ to: "/o/$plural", params: { plural } });
    toast(t("deleted", { what: title }), {
      action: {
        label: t("undo"),
        run: async () => {
          await api.restore(plural, record.id);
          refresh(plural, record.id);
        },
      },
    });
  }

  const moving = useStageMove(object, stage, (r, values) => save(values, r.version));
  return (
    <div className="detail-head">
      <nav className="muted" aria-label={t("breadcrumb")}>
        <Link to="/o/$plural" params={{ plural }}>
          {object.label_plural}
        </Link>
      </nav>
      <div className="detail-title">
        {hasFace(object) ? (
          <Face object={object} record={record} large />
        ) : (
          <span className="entry-icon">
            <Icon name={object.icon || object.name} size={14} />
          </span>
        )}
        <h1>{title}</h1>
        <Star object={object.name} id={record.id} label={title} />
        {tags && !isEmpty(record.tags) && <Shown field={tags} value={record.tags} />}
        <div className="grow" />
        {done?.type === "boolean" && writable(done) && (
          <Button
            kind={record.done ? "plain" : "primary"}
            icon={<Icon name={record.done ? "undo" : "check"} size={16} />}
            onClick={() => void finish(!record.done)}
            {...refusal(noEdit)}
          >
            {t(record.done ? "done.not" : "done.mark")}
          </Button>
        )}
        {doable
          .filter((a) => a.main)
          .map((a) => (
            <Button
              key={a.name}
              kind="primary"
              icon={<Icon name={a.icon} size={16} />}
              onClick={() => setActing(a)}
              {...refusal(refused(a))}
            >
              {a.label}
            </Button>
          ))}
        {phone && (
          <a className="btn" href={telLink(phone)} title={phone}>
            <Icon name="phone" size={16} />
            {t("act.call")}
          </a>
        )}
        {mail && (
          <a className="btn" href={mailLink(mail)} title={mail}>
            <Icon name="mail" size={16} />
            {t("act.mail")}
          </a>
        )}
        {line && (
          <a
            className="btn"
            href={lineLink(line)}
            target="_blank"
            rel="noreferrer noopener"
            title={line}
          >
            <Icon name="chat" size={16} />
            LINE
          </a>
        )}
        {address && (
          <a
            className="btn only-phone"
            href={`https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(address)}`}
            target="_blank"
            rel="noreferrer noopener"
          >
            <Icon name="globe" size={16} />
            {t("act.map")}
          </a>
        )}
        <Button
          icon={<Icon name="edit" size={16} />}
          onClick={() => setUrl({ edit: "1" }, { push: true })}
          {...refusal(noEdit)}
        >
          {t("edit")}
        </Button>
        <Menu
          label={t("more")}
          className="btn"
          trigger={<Icon name="more" size={16} />}
          items={[
            ...doable
              .filter((a) => !a.main)
              .map((a) => ({
                label: a.label,
                icon: <Icon name={a.icon} size={16} />,
                whyNot: refused(a),
                onSelect: () => setActing(a),
              })),
            {
              label: t("share"),
              icon: <Icon name="users" size={16} />,
              onSelect: () => setDialog("share"),
            },
            ...(object.access.create && !object.links
              ? [
                  {
                    label: t("copy"),
                    icon: <Icon name="file" size={16} />,
                    onSelect: () =>
                      setUrl({ create: object.name, copy: record.id }, { push: true }),
                  },
                ]
              : []),
            {
              label: t("history"),
              icon: <Icon name="clock" size={16} />,
              onSelect: () => setDialog("history"),
            },
            {
              label: t("access.why"),
              icon: <Icon name="shield" size={16} />,
              onSelect: () => setDialog("access"),
            },
            {
              label: t("delete"),
              icon: <Icon name="trash" size={16} />,
              danger: true,
              separated: true,
              whyNot: whyNot("delete", canDelete),
              onSelect: remove,
            },
          ]}
        />
      </div>
      {stage && (
        <div className="stages" role="group" aria-label={stage.label}>
          {stagesOf(object, record).map((o, i, all) => {
            const at = all.findIndex((x) => x.value === record[stage.name]);
            return (
              <button
                key={o.value}
                type="button"
                className={`stage ${i < at ? "past" : ""} ${i === at ? `on stage-${o.kind ?? "open"}` : ""}`}
                aria-pressed={i === at}
                disabled={!writable(stage)}
                onClick={() => moving.start(record, o)}
                {...refusal(noEdit)}
              >
                {o.label}
              </button>
            );
          })}
        </div>
      )}
      {stage && object.stage_since && (
        <StageTime object={object} record={record} onOpen={() => setDialog("stages")} />
      )}
      {!!object.highlights?.length && (
        <dl className="highlights">
          {object.highlights.map((n) => {
            const f = field(n);
            if (!f || (stage && n === stage.name)) return null;
            return (
              <div key={n}>
                <dt>{f.label}</dt>
                <dd>
                  <Shown field={f} value={record[n]} />
                </dd>
              </div>
            );
          })}
        </dl>
      )}
      <Suspense fallback={null}>
        {dialog === "share" && (
          <Shares object={object} id={record.id} may={canShare} onClose={() => setDialog(null)} />
        )}
        {dialog === "access" && (
          <AccessDialog object={object} id={record.id} onClose={() => setDialog(null)} />
        )}
        {dialog === "stages" && (
          <StagesDrawer object={object} record={record} onClose={() => setDialog(null)} />
        )}
        {acting && (
          <ActionDialog
            object={object}
            record={record}
            action={acting}
            onClose={() => setActing(null)}
          />
        )}
        {dialog === "history" && (
          <HistoryDrawer object={object} id={record.id} onClose={() => setDialog(null)} />
        )}
      </Suspense>
      {moving.sheet}
    </div>
  );
}

function Shown({ field, value }: { field: Field; value: unknown }) {
  const type = fieldType(field);
  if (isEmpty(value)) return <span className="muted">—</span>;
  return <type.Display field={field} value={value} short />;
}
