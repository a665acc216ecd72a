import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { quoteText } from "../../lib/quote";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { Icon } from "../../ui/Icon";
import { EmptyState, ErrorState, Skeleton } from "../../ui/State";
import { Beside } from "./Beside";

const FormDrawer = lazy(() => import("../form/FormDrawer"));

const waiting = (o: ObjectMeta) => `${o.stage_field} = ${quoteText(o.capture?.waits ?? "")}`;

/** Leads to what waits to be typed, where something does. */
export function TypingButton({ object, onOpen }: { object: ObjectMeta; onOpen: () => void }) {
  const { t } = useTranslation();
  const count = useQuery({
    queryKey: ["aggregate", object.plural, "waiting"],
    queryFn: ({ signal }) =>
      api.aggregate(
        object.plural,
        { filter: waiting(object), measures: [{ fn: "count" }] },
        signal,
      ),
  });
  const n = Number(count.data?.rows[0]?.measures[0] ?? 0);
  if (!n || !object.access.edit) return null;
  return (
    <Button icon={<Icon name="camera" size={16} />} onClick={onOpen}>
      {t("capture.type", { n })}
    </Button>
  );
}

/** One after the other, the oldest first: the picture on one side, the form on the other. */
export function Typing({ object, onClose }: { object: ObjectMeta; onClose: () => void }) {
  const { t } = useTranslation();
  const [passed, setPassed] = useState<string[]>([]);
  const list = useQuery({
    queryKey: ["list", object.plural, "typing"],
    queryFn: ({ signal }) =>
      api.list(
        object.plural,
        { filter: waiting(object), sort: "created_at", limit: 100, count: "none" },
        signal,
      ),
    staleTime: 0,
  });
  const left = (list.data?.records ?? []).filter((r) => !passed.includes(r.id));
  const [now] = left;
  if (!now || !object.capture) {
    return (
      <Drawer title={t("capture.typing")} onClose={onClose}>
        {list.isPending ? (
          <Skeleton rows={6} />
        ) : list.isError ? (
          <ErrorState error={list.error} retry={() => list.refetch()} />
        ) : (
          <EmptyState title={t("capture.none")}>
            <Button kind="primary" onClick={onClose}>
              {t("done")}
            </Button>
          </EmptyState>
        )}
      </Drawer>
    );
  }
  const next = () => setPassed((p) => [...p, now.id]);
  return (
    <Suspense fallback={null}>
      <FormDrawer
        key={now.id}
        object={object.name}
        record={now}
        blank={object.title_field}
        without={[object.capture.picture, object.stage_field ?? ""]}
        title={t("capture.typing_n", { n: left.length })}
        beside={<Beside value={now[object.capture.picture]} />}
        onSkip={left.length > 1 ? next : undefined}
        onSaved={next}
        onClose={onClose}
      />
    </Suspense>
  );
}
