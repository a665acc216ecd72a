import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import type { ObjectMeta, RecordData } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { mailLink, reachOf, telLink } from "../../lib/reach";
import { recordTitle } from "../../lib/records";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

/** Opens the form of a call or a task with the record filled in. */
export function useFollowUp(object: ObjectMeta) {
  const objects = useObjects().data?.objects;
  const [, setUrl] = useUrl();
  return (kind: "activity" | "task", r: RecordData): (() => void) | undefined => {
    const target = objects?.find((o) => o.name === kind);
    if (!target?.access.create || object.name === kind) return undefined;
    const preset: Record<string, unknown> = {};
    const link = target.fields.find(
      (f) => f.type === "reference" && f.targets?.[0] === object.name,
    );
    if (link) preset[link.name] = { id: r.id, object: object.name, label: recordTitle(object, r) };
    if (object.name !== "customer" && r.customer) preset.customer = r.customer;
    if (Object.keys(preset).length === 0) return undefined;
    return () => setUrl({ create: kind, preset: JSON.stringify(preset) }, { push: true });
  };
}

/** On a row under the pointer: call, write, follow up, task. */
export function RowActions({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation();
  const follow = useFollowUp(object);
  const { phone, mail } = reachOf(object, record);
  const log = follow("activity", record);
  const task = follow("task", record);
  return (
    <span className="row-actions">
      {phone && (
        <a
          className="icon-btn"
          tabIndex={-1}
          href={telLink(phone)}
          aria-label={t("act.call")}
          title={`${t("act.call")} ${phone}`}
        >
          <Icon name="phone" size={15} />
        </a>
      )}
      {mail && (
        <a
          className="icon-btn"
          tabIndex={-1}
          href={mailLink(mail)}
          aria-label={t("act.mail")}
          title={`${t("act.mail")} ${mail}`}
        >
          <Icon name="mail" size={15} />
        </a>
      )}
      {log && (
        <IconButton tabIndex={-1} label={t("act.follow")} onClick={log}>
          <Icon name="chat" size={15} />
        </IconButton>
      )}
      {task && (
        <IconButton tabIndex={-1} label={t("act.task")} onClick={task}>
          <Icon name="task" size={15} />
        </IconButton>
      )}
    </span>
  );
}
