import { useTranslation } from "react-i18next";
import type { Labelled } from "../api/types";
import { extensionOf, mailLink, telLink } from "../lib/reach";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Input } from "../ui/Input";
import { editorProps } from "./base";
import type { DisplayProps, EditorProps } from "./types";

const list = (v: unknown): Labelled[] => (Array.isArray(v) ? (v as Labelled[]) : []);

export function LabelledDisplay({
  value,
  short,
  scheme,
}: DisplayProps & { scheme: "tel" | "mailto" }) {
  const { t } = useTranslation();
  const all = list(value);
  const text = (v: string) => {
    const phone = extensionOf(v);
    return scheme === "tel" && phone.ext ? t("phone.extension", phone) : v;
  };
  const shown = short ? all.filter((x, i) => x.primary || i === 0).slice(0, 1) : all;
  return (
    <span className={short ? "" : "stack tight"}>
      {shown.map((x, i) => (
        <span key={`${x.value}${i}`}>
          <a href={(scheme === "tel" ? telLink : mailLink)(x.value)}>{text(x.value)}</a>
          {!short && x.label && <span className="muted"> {x.label}</span>}
        </span>
      ))}
    </span>
  );
}

export function LabelledEditor(p: EditorProps & { type: "tel" | "email" }) {
  const { t } = useTranslation();
  const rows = list(p.value).length ? list(p.value) : [{ label: "", value: "", primary: true }];
  const set = (next: Labelled[]) => {
    const kept = next.filter((r, i) => r.value !== "" || i < next.length);
    p.onChange(kept.every((r) => r.value === "" && !r.label) && kept.length <= 1 ? null : kept);
  };
  return (
    <div className="stack tight">
      {rows.map((r, i) => (
        <div key={i} className="row nowrap">
          <Input
            {...editorProps(p)}
            id={i === 0 ? p.id : `${p.id}-${i}`}
            aria-label={i === 0 ? undefined : `${p.field.label} ${i + 1}`}
            autoFocus={i === 0 && p.autoFocus}
            type={p.type === "email" ? "text" : "tel"}
            inputMode={p.type}
            value={r.value}
            onChange={(e) =>
              set(rows.map((x, n) => (n === i ? { ...x, value: e.target.value } : x)))
            }
          />
          <Input
            className="short"
            aria-label={t("label.of", { what: p.field.label })}
            placeholder={t("label")}
            value={r.label ?? ""}
            disabled={p.disabled}
            onChange={(e) =>
              set(rows.map((x, n) => (n === i ? { ...x, label: e.target.value } : x)))
            }
          />
          {rows.length > 1 && (
            <IconButton
              label={t("remove.what", { what: r.value || p.field.label })}
              onClick={() => set(rows.filter((_, n) => n !== i))}
            >
              <Icon name="close" size={14} />
            </IconButton>
          )}
        </div>
      ))}
      {!p.disabled && rows[rows.length - 1]?.value !== "" && (
        <div>
          <Button
            small
            kind="quiet"
            onClick={() => set([...rows, { label: "", value: "", primary: false }])}
          >
            + {p.field.label}
          </Button>
        </div>
      )}
    </div>
  );
}
