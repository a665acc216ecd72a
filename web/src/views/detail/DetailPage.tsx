import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { patchCached, useGone } from "../../api/cache";
import { isProblem } from "../../api/problem";
import { queryClient, useObject, useObjects, useRecord } from "../../api/queries";
import type { ObjectMeta, RecordData } from "../../api/types";
import { useKeys } from "../../hooks/useKeys";
import { usePhone } from "../../hooks/useMedia";
import { useUrl } from "../../hooks/useUrl";
import { visited } from "../../lib/recent";
import { recordTitle } from "../../lib/records";
import { DETAILS } from "../../modules";
import { NotFound } from "../../pages/NotFound";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { saveRecord } from "../conflict/conflict";
import { About } from "./About";
import { Attachments } from "./Attachments";
import { Checklist } from "./Checklist";
import { Head } from "./Head";
import { Linked } from "./Linked";
import { Outcomes } from "./Outcomes";
import { Parts } from "./Parts";
import { PrintPart } from "./PrintPart";
import { Related } from "./Related";
import { Team } from "./Team";
import { Timeline } from "./Timeline";
import { Warnings } from "./Warnings";

const FormDrawer = lazy(() => import("../form/FormDrawer"));

export function DetailPage() {
  const { plural, id } = useParams({ strict: false }) as { plural: string; id: string };
  const { t } = useTranslation();
  const object = useObject(plural);
  const record = useRecord(plural, id);
  useEffect(() => {
    if (!object || !record.data) return;
    const { name } = object;
    visited({ object: name, plural, id, label: recordTitle(object, record.data) });
  }, [object, record.data, plural, id]);
  // What became part of another record is found there.
  const navigate = useNavigate();
  const into = record.data && record.data.id !== id ? record.data.id : undefined;
  useEffect(() => {
    if (!into) return;
    toast(t("merge.led_here"));
    navigate({ to: "/o/$plural/$id", params: { plural, id: into }, replace: true });
  }, [into, plural, navigate, t]);
  const gone = useGone(plural, id);
  if (!object) return <NotFound />;
  if (gone) {
    return (
      <EmptyState title={t("gone.title")}>
        <p>{t("gone.text")}</p>
        <Link to="/o/$plural" params={{ plural }} search={{}} className="btn">
          {object.label_plural}
        </Link>
      </EmptyState>
    );
  }
  if (record.isPending) return <Skeleton rows={10} />;
  if (record.isError && !record.data) {
    return isProblem(record.error) && record.error.status === 404 ? (
      <NotFound />
    ) : (
      <ErrorState error={record.error} retry={() => record.refetch()} />
    );
  }
  return <Detail key={id} object={object} record={record.data as RecordData} />;
}

function Detail({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const [url, setUrl] = useUrl();
  const { plural } = object;
  const objects = useObjects().data?.objects ?? [];
  const phone = usePhone();
  const Own = DETAILS[object.name];
  const canEdit = record._can?.edit ?? !!object.access.edit;
  useKeys({
    e: (e) => {
      e.preventDefault();
      if (canEdit) setUrl({ edit: "1" }, { push: true });
    },
  });

  // What was done stands in the timeline already.
  const related = (object.related ?? []).flatMap((r) => {
    const o = r.object === "activity" ? undefined : objects.find((x) => x.name === r.object);
    return o ? [{ object: o, link: r.field, label: r.label || o.label_plural }] : [];
  });

  /** Shown at once; taken back when the server refuses. */
  async function save(values: Record<string, unknown>, version: unknown = record.version) {
    const before = Object.fromEntries(Object.keys(values).map((n) => [n, record[n]]));
    patchCached(plural, record.id, values);
    try {
      return await saveRecord(object, record.id, values, version);
    } catch (e) {
      patchCached(plural, record.id, before);
      throw e;
    } finally {
      queryClient.invalidateQueries({ queryKey: ["timeline", plural, record.id] });
      queryClient.invalidateQueries({ queryKey: ["aggregate", plural] });
    }
  }

  return (
    <>
      <Head object={object} record={record} save={save} />
      <Warnings object={object} record={record} />
      {phone && <Parts id={record.id} related={related} />}
      <div className="zones">
        <div className="zone" id="part-about">
          <Checklist object={object} record={record} canEdit={canEdit} save={save} />
          <About object={object} record={record} canEdit={canEdit} save={save} />
        </div>
        <div className="zone" id="part-timeline">
          {!!object.printed?.length && <PrintPart object={object} record={record} />}
          {Own && (
            <Suspense fallback={<Skeleton rows={4} />}>
              <Own id={record.id} />
            </Suspense>
          )}
          <Timeline object={object} id={record.id} />
        </div>
        <div className="zone zone-related">
          <Outcomes parent={object} record={record} />
          {object.stage_field && "owner" in record && <Team object={object} record={record} />}
          <div id="part-files">
            <Attachments key={record.id} object={object} id={record.id} editable={canEdit} />
          </div>
          {related.map((r) => {
            const List = r.object.links ? Linked : Related;
            return <List key={r.object.name + r.link} {...r} parent={object} record={record} />;
          })}
        </div>
      </div>
      {url.edit && canEdit && (
        <Suspense fallback={null}>
          <FormDrawer
            object={object.name}
            record={record}
            focus={url.edit}
            onClose={() => setUrl({ edit: undefined })}
          />
        </Suspense>
      )}
    </>
  );
}
