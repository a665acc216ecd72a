import { useTranslation } from "react-i18next";
import type { Field } from "../../api/types";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { reordered, useReorder } from "../../ui/useReorder";

/** One field of a layout: where it stands, what it is called, away with it. */
export function FieldRow({
  label,
  grip,
  onRemove,
}: {
  label: string;
  grip: React.ReactNode;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      {grip}
      <span className="grow ellipsis">{label}</span>
      <IconButton label={t("remove.what", { what: label })} onClick={onRemove}>
        <Icon name="close" size={14} />
      </IconButton>
    </>
  );
}

/** Puts one more field into a layout. */
export function AddField({
  fields,
  to,
  onAdd,
}: {
  fields: Field[];
  to: string;
  onAdd: (name: string) => void;
}) {
  const { t } = useTranslation();
  if (!fields.length) return null;
  return (
    <select
      className="input"
      aria-label={t("layout.add_to", { what: to })}
      value=""
      onChange={(e) => onAdd(e.target.value)}
    >
      <option value="">{t("layout.add")}</option>
      {fields.map((f) => (
        <option key={f.name} value={f.name}>
          {f.label}
        </option>
      ))}
    </select>
  );
}

/** Fields chosen, in an order. */
export function FieldOrder({
  title,
  help,
  fields,
  value,
  onChange,
}: {
  title: string;
  help: string;
  /** Those there are to choose from. */
  fields: Field[];
  value: string[];
  onChange: (names: string[]) => void;
}) {
  const order = useReorder(value.length, (from, to) => onChange(reordered(value, from, to)));
  const labelOf = (name: string) => fields.find((f) => f.name === name)?.label ?? name;
  return (
    <fieldset className="plain stack tight layout-part">
      <legend>{title}</legend>
      <p className="help">{help}</p>
      {order.live}
      <ul className="layout-fields">
        {value.map((name, i) => (
          <li key={name} {...order.item(i)}>
            <FieldRow
              label={labelOf(name)}
              grip={order.grip(i, labelOf(name))}
              onRemove={() => onChange(value.filter((x) => x !== name))}
            />
          </li>
        ))}
      </ul>
      <AddField
        fields={fields.filter((f) => !value.includes(f.name))}
        to={title}
        onAdd={(name) => onChange([...value, name])}
      />
    </fieldset>
  );
}
