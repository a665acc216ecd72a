import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Input, Select } from "../../ui/Input";
import { ErrorState, Skeleton } from "../../ui/State";
import type { View } from "../../views/list/views";
import { GROUPED, SHOWS } from "./ViewWidget";

const MEASURED = ["money", "integer", "decimal", "percent"];
const FNS = ["sum", "avg", "min", "max"];

/** Which saved view a widget shows, and how. */
export function ViewOptions({
  options,
  objects,
  onDone,
  onClose,
}: {
  options: Record<string, string>;
  objects: ObjectMeta[];
  onDone: (options: Record<string, string>) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [o, setO] = useState<Record<string, string>>({ show: "list", ...options });
  const set = (change: Record<string, string>) => setO({ ...o, ...change });
  const views = useQuery({
    queryKey: ["views", ""],
    queryFn: () => call<{ views: View[] }>("/views"),
    select: (d) => d.views ?? [],
  });
  const object = objects.find((x) => x.name === o.object);
  const groups = (object?.fields ?? []).filter((f) => GROUPED.includes(f.type) && !f.multiple);
  const measures = (object?.fields ?? []).filter((f) => MEASURED.includes(f.type));
  const dated = ["date", "datetime"].includes(groups.find((f) => f.name === o.group)?.type ?? "");
  const picture = !o.analysis && o.show !== "list" && o.show !== "number";
  const ready = !!o.view && (!picture || !!o.group);
  const known = (views.data ?? []).filter((v) => objects.some((x) => x.name === v.object));
  const choice = (
    name: string,
    label: string,
    list: [string, string][],
    change = (v: string) => set({ [name]: v }),
  ) => (
    <FieldBox id={id + name} label={label}>
      <Select id={id + name} value={o[name] ?? ""} onChange={(e) => change(e.target.value)}>
        {list.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
    </FieldBox>
  );
  return (
    <Drawer
      title={t("widget.view")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            kind="primary"
            disabled={!ready}
            onClick={() =>
              onDone(Object.fromEntries(Object.entries(o).filter(([, value]) => value)))
            }
          >
            {t("workbench.put")}
          </Button>
        </>
      }
    >
      {views.isPending ? (
        <Skeleton rows={4} />
      ) : views.isError ? (
        <ErrorState error={views.error} retry={() => views.refetch()} />
      ) : !known.length ? (
        <p className="muted">{t("widget.no_views")}</p>
      ) : (
        <div className="stack">
          {choice(
            "view",
            t("widget.which_view"),
            [
              ["", t("widget.choose")],
              ...known.map((v): [string, string] => {
                const of = objects.find((x) => x.name === v.object);
                const what = v.analysis ? t("analyses") : (of?.label_plural ?? v.object);
                return [v.id, `${what} · ${v.name}`];
              }),
            ],
            (value) => {
              const v = known.find((x) => x.id === value);
              setO({
                show: o.show ?? "list",
                view: value,
                object: v?.object ?? "",
                analysis: v?.analysis ?? "",
                title: v?.name ?? "",
              });
            },
          )}
          <FieldBox id={`${id}title`} label={t("widget.title")}>
            <Input
              id={`${id}title`}
              maxLength={60}
              value={o.title ?? ""}
              onChange={(e) => set({ title: e.target.value })}
            />
          </FieldBox>
          {!o.analysis &&
            choice(
              "show",
              t("widget.show"),
              SHOWS.map((s): [string, string] => [s, t(`widget.show.${s}`)]),
            )}
          {picture &&
            choice("group", t("widget.group"), [
              ["", t("widget.choose")],
              ...groups.map((f): [string, string] => [f.name, f.label]),
            ])}
          {picture &&
            dated &&
            choice(
              "by",
              t("widget.by"),
              ["month", "day", "year"].map((b): [string, string] => [b, t(`widget.by.${b}`)]),
            )}
          {!o.analysis &&
            o.show !== "list" &&
            choice("field", t("widget.measure"), [
              ["", t("widget.count")],
              ...measures.map((f): [string, string] => [f.name, f.label]),
            ])}
          {!o.analysis &&
            o.show !== "list" &&
            !!o.field &&
            choice(
              "fn",
              t("widget.fn"),
              FNS.map((f): [string, string] => [f, t(`widget.fn.${f}`)]),
            )}
        </div>
      )}
    </Drawer>
  );
}
