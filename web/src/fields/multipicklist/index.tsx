import { OptionChip } from "../base";
import type { FieldType } from "../types";

export const multipicklist: FieldType = {
  Display: ({ field, value }) => (
    <span className="row">
      {(Array.isArray(value) ? value : []).map((v) => (
        <OptionChip key={String(v)} field={field} value={String(v)} />
      ))}
    </span>
  ),
  Editor: (p) => {
    const chosen = Array.isArray(p.value) ? (p.value as string[]) : [];
    return (
      <div className="row" role="group" id={p.id} aria-label={p.field.label}>
        {(p.field.options ?? [])
          .filter((o) => !o.inactive || chosen.includes(o.value))
          .map((o) => (
            <label key={o.value} className="chip-btn">
              <input
                type="checkbox"
                disabled={p.disabled}
                checked={chosen.includes(o.value)}
                onChange={(e) =>
                  p.onChange(
                    e.target.checked ? [...chosen, o.value] : chosen.filter((x) => x !== o.value),
                  )
                }
              />
              {o.label}
            </label>
          ))}
      </div>
    );
  },
  operators: ["has", "empty", "notempty"],
  width: 160,
};
