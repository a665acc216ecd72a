import { useTranslation } from "react-i18next";
import { useMe, useObject } from "../../api/queries";
import type { Money } from "../../api/types";
import { money as shown } from "../../lib/format";
import { Select } from "../../ui/Input";
import { NumberEditor } from "../number";
import type { DisplayProps, EditorProps, FieldType } from "../types";

function Display({ value }: DisplayProps) {
  const v = value as Money | null | undefined;
  return v?.amount === undefined ? null : <>{shown(v)}</>;
}

function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const me = useMe();
  const v = p.value as Money | null | undefined;
  const currency = v?.currency ?? me.data?.company.currency ?? "TWD";
  const rates = useObject("exchange_rate")?.fields.find((f) => f.name === "currency");
  const offered = (rates?.options ?? []).filter((o) => !o.inactive).map((o) => o.value);
  const all = [...new Set([currency, me.data?.company.currency ?? currency, ...offered])];
  return (
    <div className="row nowrap">
      <NumberEditor
        {...p}
        disabled={p.disabled || p.sum}
        value={v?.amount}
        onChange={(amount) =>
          p.onChange(amount === null ? null : { amount: String(amount), currency })
        }
      />
      {/* Of what is only shown, the number says enough. */}
      {!(p.disabled && p.field.access === "read") && (
        <Select
          aria-label={t("setup.currency")}
          className="short"
          disabled={p.disabled}
          value={currency}
          onChange={(e) => p.onChange({ amount: v?.amount ?? "0", currency: e.target.value })}
        >
          {all.map((c) => (
            <option key={c}>{c}</option>
          ))}
        </Select>
      )}
    </div>
  );
}

export const money: FieldType = {
  Display,
  Editor,
  operators: ["eq", "gte", "lte", "gt", "lt", "empty", "notempty"],
  width: 130,
  right: true,
};
