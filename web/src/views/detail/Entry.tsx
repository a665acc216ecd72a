import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { queryClient, refresh, useObjects } from "../../api/queries";
import type { Change, ObjectMeta, RecordData, Reference, TimelineEntry } from "../../api/types";
import { filesOf } from "../../api/upload";
import { fieldType } from "../../fields";
import { Files } from "../../fields/file/Files";
import { PersonFace } from "../../fields/picture/PersonFace";
import { PlaceLink } from "../../fields/place";
import { fullDateTime, listed, shortDateTime } from "../../lib/format";
import { isPlace } from "../../lib/place";
import { recordTitle } from "../../lib/records";
import { Icon } from "../../ui/Icon";
import { toast } from "../../ui/Toast";
import { Said } from "./MentionBox";

function Value({ object, name, value }: { object: ObjectMeta; name: string; value: unknown }) {
  const f = object.fields.find((x) => x.name === name);
  if (value === null || value === undefined || value === "")
    return <span className="muted">—</span>;
  if (!f) return <>{typeof value === "object" ? JSON.stringify(value) : String(value)}</>;
  const type = fieldType(f);
  return <type.Display field={f} value={value} short />;
}

/** Each field before and after. */
export function Changes({ object, changes }: { object: ObjectMeta; changes: Change[] }) {
  return (
    <>
      {changes.map((c) => (
        <div key={c.field} className="row change">
          <span className="muted">
            {object.fields.find((f) => f.name === c.field)?.label ?? c.field}
          </span>
          <span>
            <Value object={object} name={c.field} value={c.before} /> →{" "}
            <Value object={object} name={c.field} value={c.after} />
          </span>
        </div>
      ))}
    </>
  );
}

const ICONS: Record<string, string> = {
  call: "phone",
  visit: "building",
  meeting: "users",
  mail: "mail",
  line: "chat",
  wechat: "chat",
  note: "edit",
};

/** One thing that happened: a call, a task, a comment, a change. */
export function Entry({ entry, object }: { entry: TimelineEntry; object: ObjectMeta }) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const who = entry.actor?.name ?? entry.actor?.label ?? t("system");
  const about = objects.find((o) => o.name === entry.object);
  const r = entry.record;
  const kind = r?.kind as string | undefined;
  const label =
    entry.kind === "activity"
      ? (about?.fields.find((f) => f.name === "kind")?.options?.find((o) => o.value === kind)
          ?.label ?? about?.label)
      : entry.kind === "change" && entry.files?.length
        ? t("file.attachments")
        : t(`timeline.${entry.kind}`, { defaultValue: about?.label });
  return (
    <li className={`entry entry-${entry.kind}`}>
      {entry.kind === "activity" || entry.kind === "task" ? (
        <span className="entry-icon">
          <Icon name={entry.kind === "task" ? "check" : (ICONS[kind ?? ""] ?? "chat")} size={14} />
        </span>
      ) : (
        <PersonFace id={entry.actor?.id} name={who} />
      )}
      <div className="timeline-body">
        <div className="row">
          <strong>{who}</strong>
          <span className="muted">{label}</span>
          <time className="when" dateTime={entry.at} title={fullDateTime(entry.at)}>
            {shortDateTime(entry.at)}
          </time>
        </div>
        {entry.text && (
          <div className="entry-text">
            <Said text={entry.text} names={entry.mentions} />
          </div>
        )}
        {!!entry.files?.length &&
          (entry.action === "detached" ? (
            <div className="entry-text muted">
              {t("file.removed", { name: listed(entry.files.map((f) => f.name)) })}
            </div>
          ) : (
            <Files files={entry.files} />
          ))}
        {r && about && entry.kind === "activity" && (
          <Activity about={about} record={r} names={entry.mentions} />
        )}
        {r && about && entry.kind === "task" && <Task about={about} record={r} />}
        {entry.kind === "change" && (
          <Changes object={about ?? object} changes={entry.changes ?? []} />
        )}
      </div>
    </li>
  );
}

function Activity({
  about,
  record,
  names,
}: {
  about: ObjectMeta;
  record: RecordData;
  names: TimelineEntry["mentions"];
}) {
  const { t } = useTranslation();
  const next = record.next_step || record.next_at;
  const task = record.next_task as Reference | null | undefined;
  const status = about.fields
    .find((f) => f.name === "status")
    ?.options?.find((o) => o.value === record.status);
  const files = filesOf(record.files);
  return (
    <>
      {status && status.value !== "done" && <span className="chip">{status.label}</span>}
      {isPlace(record.place) && (
        <div className="entry-place">
          <Icon name="pin" size={14} /> <PlaceLink place={record.place} />
        </div>
      )}
      {!!record.result && (
        <Link
          className="entry-text plain-link"
          to="/o/$plural/$id"
          params={{ plural: about.plural, id: record.id }}
        >
          <Said text={String(record.result)} names={names} />
        </Link>
      )}
      {!record.result && status?.value === "planned" && (
        <Link
          className="entry-text plain-link"
          to="/o/$plural/$id"
          params={{ plural: about.plural, id: record.id }}
        >
          {t("log.planned_open")}
        </Link>
      )}
      {files.length > 0 && <Files files={files} />}
      {!!next && (
        <div className="entry-next">
          →{" "}
          {task?.id ? (
            <Link to="/o/$plural/$id" params={{ plural: "tasks", id: task.id }}>
              {String(record.next_step ?? task.label ?? "")}
            </Link>
          ) : (
            String(record.next_step ?? "")
          )}{" "}
          {!!record.next_at && <Value object={about} name="next_at" value={record.next_at} />}
        </div>
      )}
    </>
  );
}

function Task({ about, record }: { about: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation();
  const done = record.done === true;
  return (
    <label className="row nowrap entry-text">
      <input
        type="checkbox"
        checked={done}
        aria-label={t("tasks.finish", { what: recordTitle(about, record) })}
        disabled={!about.access.edit}
        onChange={async () => {
          try {
            await api.patch(about.plural, record.id, { done: !done });
          } catch {
            toast(t("error.failed"), { bad: true });
          }
          refresh(about.plural, record.id);
          refreshTimelines();
        }}
      />
      <Link
        to="/o/$plural/$id"
        params={{ plural: about.plural, id: record.id }}
        className={done ? "done" : ""}
      >
        {recordTitle(about, record)}
      </Link>
      {!!record.due_at && (
        <span className="muted">
          <Value object={about} name="due_at" value={record.due_at} />
        </span>
      )}
    </label>
  );
}

const refreshTimelines = () => queryClient.invalidateQueries({ queryKey: ["timeline"] });
