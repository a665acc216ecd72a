import { useTranslation } from "react-i18next";
import type { Reference } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { Picker, ReferenceDisplay } from "../Picker";
import type { EditorProps, FieldType } from "../types";

/** Several records: each chosen one is a chip, and the picker takes the next. */
function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const all = (Array.isArray(p.value) ? p.value : []) as Reference[];
  return (
    <div className="stack tight">
      {all.length > 0 && (
        <div className="row">
          {all.map((r, i) => {
            const label = r.hidden ? t("hidden") : (r.label ?? r.id ?? "");
            return (
              <span key={r.id ?? i} className="chip">
                {label}
                <button
                  type="button"
                  className="chip-x"
                  aria-label={t("remove.what", { what: label })}
                  disabled={p.disabled}
                  onClick={() => p.onChange(all.filter((_, n) => n !== i))}
                >
                  <Icon name="close" size={12} />
                </button>
              </span>
            );
          })}
        </div>
      )}
      <Picker
        {...p}
        key={all.length}
        value={null}
        targets={p.field.targets ?? []}
        onChange={(v) => {
          const r = v as Reference | null;
          if (r?.id && !all.some((x) => x.id === r.id)) p.onChange([...all, r]);
        }}
      />
    </div>
  );
}

export const references: FieldType = {
  Display: ReferenceDisplay,
  Editor,
  operators: ["has", "empty", "notempty"],
  width: 160,
};
