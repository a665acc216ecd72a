import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isComposing } from "../../hooks/useComposition";
import { Input } from "../../ui/Input";
import { editorProps } from "../base";
import type { DisplayProps, EditorProps, FieldType } from "../types";

function Display({ value }: DisplayProps) {
  return (
    <span className="row">
      {(Array.isArray(value) ? value : []).map((v) => (
        <span key={String(v)} className="chip">
          {String(v)}
        </span>
      ))}
    </span>
  );
}

function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const tags = Array.isArray(p.value) ? (p.value as string[]) : [];
  const add = (s: string) => {
    const more = s
      .split(/[,，、;；]/)
      .map((x) => x.trim())
      .filter(Boolean);
    if (more.length) p.onChange([...new Set([...tags, ...more])]);
    setText("");
  };
  return (
    <div className="row">
      {tags.map((tag) => (
        <span key={tag} className="chip">
          {tag}
          <button
            type="button"
            className="chip-x"
            aria-label={t("remove.what", { what: tag })}
            onClick={() => p.onChange(tags.filter((x) => x !== tag))}
          >
            ×
          </button>
        </span>
      ))}
      <Input
        {...editorProps(p)}
        className="grow"
        placeholder={t("tags.hint")}
        value={text}
        onChange={(e) => setText(e.target.value)}
        onBlur={() => add(text)}
        onKeyDown={(e) => {
          if (isComposing(e)) return;
          if (e.key === "Enter" && !e.ctrlKey && !e.metaKey && text.trim()) {
            e.preventDefault();
            add(text);
          } else if (e.key === "Backspace" && text === "" && tags.length) {
            p.onChange(tags.slice(0, -1));
          }
        }}
      />
    </div>
  );
}

export const tags: FieldType = {
  Display,
  Editor,
  operators: ["has", "empty", "notempty"],
  width: 110,
  wide: true,
};
