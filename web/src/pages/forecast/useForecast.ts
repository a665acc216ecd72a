import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { useObjects } from "../../api/queries";
import type { ObjectMeta, RecordData } from "../../api/types";
import { quoteText } from "../../lib/quote";
import { add, cell, lastDay, plusMonths, rolledUp, type Table, treeOf, type Who } from "./figures";

const within = (field: string, first: string, last: string) =>
  `${field} >= "${first}-01" AND ${field} <= "${lastDay(last)}"`;

/** The people or departments there are, as far as one sees them. */
export function usePeople(enabled = true) {
  const objects = useObjects().data?.objects ?? [];
  const plural = (name: string) => objects.find((o) => o.name === name)?.plural;
  const users = plural("user");
  const departments = plural("department");
  return useQuery({
    queryKey: ["forecast", "who", users, departments],
    enabled,
    staleTime: 300_000,
    queryFn: async ({ signal }) => {
      const all = async (of: string | undefined, fields: string) => {
        const out: RecordData[] = [];
        let cursor: string | undefined;
        while (of && out.length < 2000) {
          const page = await api.list(
            of,
            { limit: 500, sort: "name", fields, count: "none", cursor },
            signal,
          );
          out.push(...page.records);
          if (!page.next) break;
          cursor = page.next;
        }
        return out;
      };
      const [people, tree] = await Promise.all([
        all(users, "name,department,active"),
        all(departments, "name,parent"),
      ]);
      return { people, departments: tree };
    },
  });
}

/** The figures of some months by person or department, under the asker's rights. */
export function useForecast(
  object: ObjectMeta,
  months: string[],
  by: "person" | "department",
  pipeline: string | undefined,
) {
  const objects = useObjects().data?.objects ?? [];
  const targets = objects.find((o) => o.name === "target");
  const who = usePeople();
  const first = months[0] ?? "";
  const last = months[months.length - 1] ?? "";
  const field = by === "person" ? "owner" : "department";
  const stage = object.stage_field ?? "stage";
  const answers = useQuery({
    queryKey: ["aggregate", object.plural, "forecast", first, last, by, pipeline],
    queryFn: async ({ signal }) => {
      const line = pipeline ? ` AND ${object.pipeline_field} = ${quoteText(pipeline)}` : "";
      const ask = (filter: string, on: string, measures: object[]) =>
        api.aggregate(
          object.plural,
          { filter: filter + line, group: [{ field: on, by: "month" }, { field }], measures },
          signal,
        );
      const sum = { fn: "sum", field: "amount" };
      const won = (from: string, to: string) =>
        ask(`${stage} = won() AND ${within("closed_on", from, to)}`, "closed_on", [sum]);
      const [open, now, before, undated, persons, wholes] = await Promise.all([
        ask(`${stage} = open() AND ${within("expected_close", first, last)}`, "expected_close", [
          sum,
          { fn: "weighted", field: "amount" },
        ]),
        won(first, last),
        won(plusMonths(first, -12), plusMonths(last, -12)),
        api.aggregate(
          object.plural,
          {
            filter: `${stage} = open() AND expected_close IS EMPTY${line}`,
            measures: [{ fn: "count" }],
          },
          signal,
        ),
        targets
          ? api.aggregate(
              targets.plural,
              {
                filter: `${within("month", first, last)} AND owner IS NOT EMPTY`,
                group: [{ field: "month", by: "month" }, { field }],
                measures: [sum],
              },
              signal,
            )
          : undefined,
        targets
          ? api.aggregate(
              targets.plural,
              {
                filter: `${within("month", first, last)} AND owner IS EMPTY`,
                group: [{ field: "month", by: "month" }, { field: "department" }],
                measures: [sum],
              },
              signal,
            )
          : undefined,
      ]);
      return { open, now, before, undated, persons, wholes };
    },
    placeholderData: (before) => before,
    retry: false,
  });
  const a = answers.data;
  let table: Table = new Map();
  add(table, a?.open, ["pipeline", "weighted"]);
  add(table, a?.now, ["won"]);
  add(table, a?.before, ["last"], 12);
  add(table, a?.persons, ["target"]);
  const wholes: Table = new Map();
  add(wholes, a?.wholes, ["target"]);

  let rows: Who[] = [];
  if (by === "department") {
    const tree = treeOf(who.data?.departments ?? []);
    table = rolledUp(table, tree, wholes, months);
    rows = tree.filter((w) => months.some((m) => anything(table, w.id, m)));
  } else {
    const people = new Map((who.data?.people ?? []).map((p) => [p.id, String(p.name ?? "")]));
    rows = [...table.keys()]
      .map((id) => ({ id, name: people.get(id) ?? "", depth: 0, ids: id ? [id] : [] }))
      .sort((x, y) => x.name.localeCompare(y.name));
  }
  // What is to be reached as a whole: of departments that stand alone, else of the people.
  const tops = by === "department" ? rows.filter((w) => w.depth === (rows[0]?.depth ?? 0)) : rows;
  const sums: Table = new Map();
  for (const m of months) {
    const f = cell(sums, "", m);
    for (const w of tops) {
      const one = cell(table, w.id, m);
      f.target += one.target;
      f.won += one.won;
      f.weighted += one.weighted;
      f.pipeline += one.pipeline;
      f.last += one.last;
    }
  }
  const undated = Number(a?.undated?.rows?.[0]?.measures[0] ?? 0);
  const unconverted =
    (a?.open.unconverted ?? 0) + (a?.now.unconverted ?? 0) + (a?.before.unconverted ?? 0);
  return { answers, who, table, rows, sums, undated, unconverted, targets };
}

function anything(table: Table, id: string, month: string): boolean {
  const f = table.get(id)?.get(month);
  return !!f && (f.target > 0n || f.won > 0n || f.pipeline > 0n || f.last > 0n);
}
