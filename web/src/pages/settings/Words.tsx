import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Labels } from "../../api/types";
import { LANGUAGES } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";

interface WordsProps {
  id: string;
  /** What the words are for. */
  label: string;
  value: Labels;
  onChange: (v: Labels) => void;
}

const here = () => document.documentElement.lang;

/** Those of the other languages, each in a field of its own. */
export function OtherWords({ id, label, value, onChange }: WordsProps) {
  return LANGUAGES.filter((l) => l.code !== here()).map((l) => (
    <FieldBox key={l.code} id={`${id}-${l.code}`} label={`${label}（${l.name}）`}>
      <Input
        id={`${id}-${l.code}`}
        lang={l.code}
        maxLength={100}
        placeholder={value[here()]}
        value={value[l.code] ?? ""}
        onChange={(e) => onChange({ ...value, [l.code]: e.target.value })}
      />
    </FieldBox>
  ));
}

/** What something is called: in the asker's language, and with `whole` in the others below. */
export function Words({ error, whole, ...p }: WordsProps & { error?: string; whole?: boolean }) {
  return (
    <>
      <FieldBox id={p.id} label={p.label} required error={error}>
        <Input
          id={p.id}
          autoFocus
          maxLength={100}
          value={p.value[here()] ?? ""}
          onChange={(e) => p.onChange({ ...p.value, [here()]: e.target.value })}
        />
      </FieldBox>
      {whole && <OtherWords {...p} />}
    </>
  );
}

/** The same as one line of many, with what else stands in it; a button opens the other languages. */
export function WordsLine({
  label,
  value,
  onChange,
  invalid,
  className,
  onKeyDown,
  before,
  children,
}: Omit<WordsProps, "id"> & {
  invalid?: boolean;
  className?: string;
  onKeyDown?: (e: React.KeyboardEvent) => void;
  before?: ReactNode;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <>
      <div className={`choice ${invalid ? "field-bad" : ""}`}>
        {before}
        <Input
          className={className}
          aria-label={label}
          placeholder={label}
          aria-invalid={invalid || undefined}
          maxLength={100}
          value={value[here()] ?? ""}
          onChange={(e) => onChange({ ...value, [here()]: e.target.value })}
          onKeyDown={onKeyDown}
        />
        <IconButton
          label={t("words.others", { what: value[here()] || label })}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name="globe" size={14} />
        </IconButton>
        {children}
      </div>
      {open && (
        <div className="words-others">
          <OtherWords id={id} label={label} value={value} onChange={onChange} />
        </div>
      )}
    </>
  );
}
