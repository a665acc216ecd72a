import { useTranslation } from "react-i18next";
import type { Address } from "../../api/types";
import { addressLine } from "../../lib/records";
import { Input } from "../../ui/Input";
import { editorProps } from "../base";
import type { DisplayProps, EditorProps, FieldType } from "../types";

function Display({ value }: DisplayProps) {
  return <>{addressLine(value as Address | null)}</>;
}

const PARTS = ["country", "zip", "region", "city", "district", "street"] as const;

function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const v = (p.value ?? {}) as Address;
  return (
    <div className="address">
      {PARTS.map((part, i) => (
        <Input
          key={part}
          {...editorProps(p)}
          autoFocus={i === 0 && p.autoFocus}
          id={i === 0 ? p.id : `${p.id}-${part}`}
          className={`address-${part}`}
          aria-label={`${p.field.label} ${t(`address.${part}`)}`}
          placeholder={t(`address.${part}`)}
          value={v[part] ?? ""}
          onChange={(e) => {
            const next = { ...v, [part]: e.target.value };
            p.onChange(PARTS.every((x) => !next[x]) ? null : next);
          }}
        />
      ))}
    </div>
  );
}

export const address: FieldType = {
  Display,
  Editor,
  operators: ["contains", "empty", "notempty"],
  width: 240,
  wide: true,
};
