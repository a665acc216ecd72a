import { useTranslation } from "react-i18next";
import type { Field } from "../../api/types";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { fieldType } from "..";
import type { DisplayProps, EditorProps, FieldType } from "../types";

type Row = Record<string, unknown> & { id?: string };
const rowsOf = (v: unknown): Row[] => (Array.isArray(v) ? (v as Row[]) : []);
const shownOf = (f: Field): Field[] => (f.lines ?? []).filter((c) => !c.system);

function Display({ field, value, short }: DisplayProps) {
  const { t } = useTranslation();
  const rows = rowsOf(value);
  if (short) return <>{rows.length ? t("lines.count", { count: rows.length }) : null}</>;
  if (!rows.length) return null;
  const columns = shownOf(field);
  return (
    <div className="table-wrap lines">
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
                  <td key={c.name} className={type.right ? "num" : ""}>
                    <type.Display field={c} value={r[c.name]} short />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const rows = rowsOf(p.value);
  const columns = shownOf(p.field);
  return (
    <div className="stack tight" id={p.id} role="group" aria-label={p.field.label}>
      {rows.length > 0 && (
        <div className="table-wrap lines">
          <table className="table">
            <thead>
              <tr>
                {columns.map((c) => (
                  <th key={c.name}>{c.label}</th>
                ))}
                <th>
                  <span className="sr-only">{t("actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((r, i) => (
                <tr key={r.id ?? `new${i}`}>
                  {columns.map((c) => {
                    const type = fieldType(c);
                    const id = `${p.id}-${i}-${c.name}`;
                    return (
                      <td key={c.name}>
                        <label className="sr-only" htmlFor={id}>
                          {c.label} {i + 1}
                        </label>
                        <type.Editor
                          id={id}
                          field={c}
                          value={r[c.name]}
                          disabled={p.disabled || c.access === "read"}
                          onChange={(v) =>
                            p.onChange(rows.map((x, n) => (n === i ? { ...x, [c.name]: v } : x)))
                          }
                        />
                      </td>
                    );
                  })}
                  <td>
                    <IconButton
                      label={t("lines.remove", { n: i + 1 })}
                      onClick={() => p.onChange(rows.filter((_, n) => n !== i))}
                    >
                      <Icon name="trash" size={16} />
                    </IconButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!p.disabled && (
        <div>
          <Button small onClick={() => p.onChange([...rows, {}])}>
            + {t("lines.add")}
          </Button>
        </div>
      )}
    </div>
  );
}

export const lines: FieldType = {
  Display,
  Editor,
  operators: ["empty", "notempty"],
  width: 100,
  wide: true,
};
