import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { merging as mergingApi } from "../../api/merge";
import type { ObjectMeta, RecordData } from "../../api/types";
import { useWhyNot } from "../../hooks/useWhyNot";
import { lateBy } from "../../lib/late";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { refusal } from "../../ui/refusal";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { comparable, duplicatesOf } from "../form/duplicates";

const MergeDialog = lazy(() =>
  import("../merge/MergeDialog").then((m) => ({ default: m.MergeDialog })),
);

/** What one has to know before anything else: something is late, or exists twice. */
export function Warnings({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation();
  const late = lateBy(object, record);
  const label = late && object.fields.find((f) => f.name === late.field)?.label;
  const twins = useQuery({
    queryKey: ["duplicates", object.plural, record.id, record.version],
    queryFn: ({ signal }) => duplicatesOf(object, comparable(object, record), record.id, signal),
    staleTime: 300_000,
    retry: false,
  });
  const found = twins.data?.candidates ?? [];
  const [merging, setMerging] = useState(false);
  const errorText = useErrorText();
  const whyNot = useWhyNot(object, record);
  const canEdit = record._can?.edit ?? !!object.access.edit;
  async function apart() {
    try {
      for (const c of found) await mergingApi.apart(object.plural, [record.id, c.id]);
      await twins.refetch();
      toast(t("duplicates.apart_done"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    }
  }
  if (!late && !found.length && !twins.data?.hidden) return null;
  return (
    <ul className="warnings">
      {late && (
        <li>
          <Icon name="warn" size={16} />
          {t("warn.late", { what: label ?? "", n: late.days })}
        </li>
      )}
      {(found.length > 0 || !!twins.data?.hidden) && (
        <li>
          <Icon name="warn" size={16} />
          <span>
            {t("warn.duplicate")}{" "}
            {found.slice(0, 4).map((c, i) => (
              <span key={c.id}>
                {i > 0 && t("list.comma")}
                <Link to="/o/$plural/$id" params={{ plural: object.plural, id: c.id }}>
                  {c.label}
                </Link>
              </span>
            ))}
            {!!twins.data?.hidden && ` ${t("duplicate.hidden", { n: twins.data.hidden })}`}
          </span>
          {found.length > 0 && object.mergeable && (
            <>
              <Button small onClick={() => setMerging(true)}>
                {t("merge.compare")}
              </Button>
              <Button small kind="quiet" onClick={apart} {...refusal(whyNot("edit", canEdit))}>
                {t("duplicates.apart")}
              </Button>
            </>
          )}
        </li>
      )}
      {merging && (
        <Suspense fallback={null}>
          <MergeDialog
            object={object}
            ids={[record.id, ...found.slice(0, 4).map((c) => c.id)]}
            onClose={() => setMerging(false)}
          />
        </Suspense>
      )}
    </ul>
  );
}
