import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { fieldType } from "../../fields";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { Popover } from "../../ui/Popover";
import { type Column, moved } from "./columns";

/** Which columns are shown, in which order and how wide. */
export function ColumnChoice({
  object,
  columns,
  onChange,
}: {
  object: ObjectMeta;
  columns: Column[];
  onChange: (c: Column[] | undefined) => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const shown = new Set(columns.map((c) => c.field.name));
  const rest = object.fields.filter((f) => !shown.has(f.name));
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className="btn"
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => setOpen(!open)}
      >
        <Icon name="columns" size={16} />
        {t("columns")}
      </button>
      {open && (
        <Popover anchor={anchor} onClose={() => setOpen(false)} align="end">
          <div
            className="popover-pad stack tight columns-choice"
            role="dialog"
            aria-label={t("columns")}
          >
            {columns.map((c, i) => (
              <div key={c.field.name} className="row nowrap">
                <label className="row nowrap grow">
                  <input
                    type="checkbox"
                    checked
                    disabled={i === 0}
                    onChange={() => onChange(columns.filter((x) => x !== c))}
                  />
                  <span className="ellipsis">{c.field.label}</span>
                </label>
                <Input
                  className="width-input"
                  inputMode="numeric"
                  aria-label={t("columns.width", { what: c.field.label })}
                  defaultValue={c.width}
                  key={c.width}
                  onBlur={(e) => {
                    const width = Number(e.target.value);
                    if (width > 0 && width !== c.width) {
                      onChange(columns.map((x) => (x === c ? { ...c, width, set: true } : x)));
                    }
                  }}
                />
                <IconButton
                  label={t("move.up", { what: c.field.label })}
                  disabled={i < 2}
                  onClick={() => onChange(moved(columns, i, i - 1))}
                >
                  <Icon name="up" size={14} />
                </IconButton>
              </div>
            ))}
            <hr />
            {rest.map((field) => (
              <label key={field.name} className="row nowrap">
                <input
                  type="checkbox"
                  checked={false}
                  onChange={() =>
                    onChange([...columns, { field, width: fieldType(field).width, set: false }])
                  }
                />
                <span className="ellipsis">{field.label}</span>
              </label>
            ))}
            <Button small onClick={() => onChange(undefined)}>
              {t("columns.default")}
            </Button>
          </div>
        </Popover>
      )}
    </>
  );
}
