import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { listsChanged, recordChanged, recordGone } from "../../api/cache";
import { favoriteChanged } from "../../api/favorites";
import { type Job, underWay } from "../../api/jobs";
import { markNotices, noticesChanged } from "../../api/notices";
import { queryClient, refresh } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { isFollowed } from "../../lib/followed";
import { listen } from "../../lib/live";
import { toast } from "../../ui/Toast";

/** Listens to the server's events: what changed is asked for again, a finished job is told. */
export function useLive(on: boolean, objects: ObjectMeta[] | undefined) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const now = useRef({ objects, t, navigate });
  now.current = { objects, t, navigate };
  useEffect(() => {
    if (!on) return;
    const waiting = new Map<string, number>();
    const later = (key: string, ms: number, act: () => void) => {
      if (waiting.has(key)) return;
      waiting.set(
        key,
        window.setTimeout(() => {
          waiting.delete(key);
          act();
        }, ms),
      );
    };
    const job = (j: Job) => {
      queryClient.setQueryData(["running"], (list: string[] = []) => {
        const others = list.filter((id) => id !== j.id);
        return underWay(j) ? [...others, j.id] : others;
      });
      queryClient.setQueryData(["jobs"], (list: Job[] | undefined) => {
        if (!list) return list;
        return list.some((x) => x.id === j.id)
          ? list.map((x) => (x.id === j.id ? { ...x, ...j } : x))
          : [j, ...list];
      });
      queryClient.setQueryData(["job", j.id], (x: Job | undefined) => (x ? { ...x, ...j } : x));
      if (underWay(j)) return;
      if (j.kind.startsWith("import")) queryClient.invalidateQueries({ queryKey: ["import"] });
      later("jobs", 300, () => queryClient.invalidateQueries({ queryKey: ["jobs"] }));
      const plural = now.current.objects?.find((o) => o.name === j.object)?.plural;
      if (plural) later(plural, 300, () => refresh(plural));
      if (document.visibilityState !== "visible") return;
      // What is said here need not wait among the notices.
      if (j.state !== "cancelled") void markNotices({ job: j.id }).catch(() => {});
      const at = window.location.pathname;
      if (isFollowed(j.id) || at === "/jobs" || at === "/import") return;
      const { t, navigate } = now.current;
      toast(t(`job.told.${j.state}`, { what: j.title || t(`job.kind.${j.kind}`) }), {
        bad: j.state === "failed",
        action: { label: t("jobs.open"), run: () => void navigate({ to: "/jobs", search: {} }) },
      });
    };
    const stop = listen(({ name, data }) => {
      if (name === "change") {
        const plural = now.current.objects?.find((o) => o.name === data.object)?.plural;
        const id = String(data.id ?? "");
        if (!plural) return;
        if (id)
          later(`${plural} ${id}`, 500, () => {
            void recordChanged(plural, id);
            favoriteChanged(id);
          });
        // However many records change, lists are asked for again at most every second and a half.
        later(plural, 1500, () => listsChanged(plural));
      } else if (name === "gone") {
        const all = now.current.objects ?? [];
        const object = all.find((o) => o.name === data.object);
        const id = String(data.id ?? "");
        if (!object || !id) return;
        recordGone(object.plural, id);
        favoriteChanged(id);
        // What hangs on it may have gone with it.
        for (const o of [object.name, ...(object.related ?? []).map((r) => r.object)]) {
          const plural = all.find((x) => x.name === o)?.plural;
          if (plural) later(plural, 1500, () => listsChanged(plural));
        }
      } else if (name === "job") job(data as unknown as Job);
      else if (name === "notices") noticesChanged(Number(data.unread));
      else if (name === "schema") queryClient.invalidateQueries({ queryKey: ["objects"] });
      else if (name === "signed_out") queryClient.invalidateQueries({ queryKey: ["me"] });
      else later("reload", 1000, () => queryClient.invalidateQueries());
    });
    return () => {
      stop();
      for (const timer of waiting.values()) clearTimeout(timer);
    };
  }, [on]);
}
