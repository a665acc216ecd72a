import { useTranslation } from "react-i18next";
import { fieldType } from "..";
import type { DisplayProps, EditorProps, FieldType } from "../types";
import { Checks, ChecksEditor, checksText, isChecklist } from "./Checks";
import { Editor } from "./Editor";
import { isPartial, rowsOf, shownOf } from "./rows";

/** How many rows, and columns, are few. */
const FEW = 2;

/** What one side of a change tells of the rows: their values, one row after another. */
function Told({ field, value, bare }: DisplayProps & { bare?: boolean }) {
  const { t } = useTranslation();
  const rows = rowsOf(value);
  if (!rows.length) {
    const order = (value as { order?: string[] }).order;
    return <span className="muted">{order ? t("lines.order") : "—"}</span>;
  }
  return rows.map((r, i) => (
    <span key={r.id ?? i}>
      {i > 0 && "; "}
      {shownOf(field)
        .filter((c) => c.name in r)
        .map((c, n) => {
          const type = fieldType(c);
          return (
            <span key={c.name}>
              {n > 0 && (bare ? " " : ", ")}
              {!bare && `${c.label} `}
              <type.Display field={c} value={r[c.name]} short />
            </span>
          );
        })}
    </span>
  ));
}

function Display(p: DisplayProps) {
  const { t } = useTranslation();
  const { field, value, short } = p;
  const rows = rowsOf(value);
  if (isPartial(value)) return <Told {...p} />;
  if (isChecklist(field)) {
    return short ? <>{checksText(field, value)}</> : <Checks field={field} value={value} />;
  }
  const columns = shownOf(field);
  // A few short rows say more than how many they are.
  if (short && rows.length && rows.length <= FEW && columns.length <= FEW) {
    return <Told field={field} value={rows} bare />;
  }
  if (short) return <>{rows.length ? t("lines.count", { count: rows.length }) : null}</>;
  if (!rows.length) return null;
  return (
    <section className="table-wrap lines" tabIndex={0} aria-label={field.label}>
      <table className="table">
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.name} className={fieldType(c).right ? "num" : ""}>
                {c.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={r.id ?? i}>
              {columns.map((c) => {
                const type = fieldType(c);
                return (
                  <td key={c.name} className={type.right ? "num" : ""} data-label={c.label}>
                    <type.Display field={c} value={r[c.name]} short />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function AnyEditor(p: EditorProps) {
  return isChecklist(p.field) ? <ChecksEditor {...p} /> : <Editor {...p} />;
}

export const lines: FieldType = {
  Display,
  Editor: AnyEditor,
  operators: ["empty", "notempty"],
  width: 160,
  wide: true,
};
