import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useObjects } from "../api/queries";
import type { ObjectMeta, RecordData, Reference } from "../api/types";
import { isComposing, useComposition } from "../hooks/useComposition";
import { comma } from "../lib/format";
import { recordTitle } from "../lib/records";
import { Input, Select } from "../ui/Input";
import { Popover } from "../ui/Popover";
import { editorProps } from "./base";
import type { DisplayProps, EditorProps } from "./types";

export function ReferenceDisplay({ value }: DisplayProps) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects;
  const all = (Array.isArray(value) ? value : value ? [value] : []) as Reference[];
  return (
    <>
      {all.map((r, i) => {
        const o = objects?.find((x) => x.name === r.object);
        const label = r.hidden ? t("hidden") : r.label || r.id;
        return (
          <span key={r.id ?? i}>
            {i > 0 && comma()}
            {o && r.id && !r.hidden && r.object !== "user" && r.object !== "department" ? (
              <Link to="/o/$plural/$id" params={{ plural: o.plural, id: r.id }}>
                {label}
              </Link>
            ) : (
              label
            )}
          </span>
        );
      })}
    </>
  );
}

/** Finds a record by typing; the value is a reference with its label, sent as its id. */
export function Picker(
  p: EditorProps & {
    targets: string[];
    /** A filter for those offered before anything is typed; where it finds none all are. */
    near?: string;
    /** Ids that are not offered. */
    except?: string[];
    /** Makes one of what was typed. */
    onMake?: (text: string) => void;
  },
) {
  const { t } = useTranslation();
  const objects = useObjects().data?.objects ?? [];
  const targets = p.targets
    .map((n) => objects.find((o) => o.name === n || o.plural === n))
    .filter((o): o is ObjectMeta => !!o);
  const value = (p.value ?? null) as Reference | string | null;
  const ref: Reference | null =
    typeof value === "string" ? { id: value, object: targets[0]?.name ?? "" } : value;
  const [chosen, setChosen] = useState(ref?.object || targets[0]?.name);
  const target = targets.find((o) => o.name === chosen) ?? targets[0];
  const [text, setText] = useState<string | null>(null);
  const [q, setQ] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const anchor = useRef<HTMLInputElement>(null);
  const composition = useComposition((s) => {
    setQ(s.trim());
    setAt(0);
  });
  const found = useQuery({
    queryKey: ["pick", target?.plural, q, q ? "" : p.near],
    queryFn: async ({ signal }) => {
      const ask = { q, limit: 20, count: "none" } as const;
      if (!q && p.near) {
        const near = await api.list(target!.plural, { ...ask, filter: p.near }, signal);
        if (near.records.some((r) => !p.except?.includes(r.id))) return near;
      }
      return api.list(target!.plural, ask, signal);
    },
    enabled: open && !!target,
    placeholderData: (b) => b,
  });
  const rows = (found.data?.records ?? []).filter((r) => !p.except?.includes(r.id));
  const typed = (text ?? "").trim();
  const makes = !!p.onMake && typed !== "";
  // Is what is offered the answer to what is typed? Enter waits for it: else it would take whoever
  // stood there before.
  const [wanted, setWanted] = useState(false);
  const answered = typed === q && found.isSuccess && !found.isPlaceholderData;
  const shown = text ?? (ref ? ref.label || (ref.hidden ? t("hidden") : ref.id) || "" : "");

  const close = () => {
    setOpen(false);
    setText(null);
    setQ("");
    setWanted(false);
  };
  const choose = (r: RecordData | undefined) => {
    if (!r || !target) return;
    p.onChange({ id: r.id, object: target.name, label: recordTitle(target, r) });
    close();
  };
  useEffect(() => {
    if (!wanted || !answered) return;
    setWanted(false);
    choose(rows[at]);
  });
  const make = () => {
    close();
    p.onMake?.(typed);
  };
  return (
    <div className="row nowrap">
      {targets.length > 1 && (
        <Select
          aria-label={t("kind")}
          className="short"
          value={target?.name}
          disabled={p.disabled}
          onChange={(e) => {
            setChosen(e.target.value);
            p.onChange(null);
          }}
        >
          {targets.map((o) => (
            <option key={o.name} value={o.name}>
              {o.label}
            </option>
          ))}
        </Select>
      )}
      <PickerInput
        {...p}
        anchor={anchor}
        open={open}
        at={at < rows.length + (makes ? 1 : 0) ? at : -1}
        shown={shown}
        placeholder={target ? t("pick", { what: target.label }) : ""}
        composition={composition.props}
        onFocus={() => {}}
        onText={(s) => {
          setText(s);
          setOpen(true);
          setWanted(false);
          composition.changed(s);
          if (s === "") p.onChange(null);
        }}
        onOpen={() => setOpen(true)}
        onKey={(e) => {
          if (isComposing(e)) return;
          if (e.key === "ArrowDown") {
            if (!open) setOpen(true);
            else setAt(Math.min(at + 1, rows.length - (makes ? 0 : 1)));
          } else if (e.key === "ArrowUp") setAt(Math.max(at - 1, 0));
          else if (e.key === "Enter" && open && !e.ctrlKey && !e.metaKey) {
            if (makes && answered && at === rows.length) make();
            else if (answered) choose(rows[at]);
            else setWanted(true);
          } else if (e.key === "Tab") {
            close();
            return;
          } else return;
          e.preventDefault();
        }}
      />
      {open && (
        <Popover anchor={anchor} onClose={close} match>
          {/* The words stay the place of the keys, whoever chooses by mouse. */}
          <div
            role="listbox"
            tabIndex={-1}
            id={`${p.id}-list`}
            aria-label={p.field.label}
            onMouseDown={(e) => e.preventDefault()}
          >
            {rows.map((r, n) => (
              <div
                key={r.id}
                id={`${p.id}-${n}`}
                role="option"
                tabIndex={-1}
                aria-selected={n === at}
                className="option"
                onPointerMove={() => setAt(n)}
                onClick={() => choose(r)}
                onKeyDown={() => {}}
              >
                {recordTitle(target!, r)}
              </div>
            ))}
            {makes && (
              <div
                id={`${p.id}-${rows.length}`}
                role="option"
                tabIndex={-1}
                aria-selected={at === rows.length}
                className="option"
                onPointerMove={() => setAt(rows.length)}
                onClick={make}
                onKeyDown={() => {}}
              >
                + {t("pick.make", { what: typed })}
              </div>
            )}
            {found.isSuccess && rows.length === 0 && !makes && (
              <p className="option muted">{t("search.none", { q })}</p>
            )}
            {found.isError && <p className="option error-text">{t("error.failed")}</p>}
          </div>
        </Popover>
      )}
    </div>
  );
}

function PickerInput(
  p: EditorProps & {
    anchor: React.RefObject<HTMLInputElement | null>;
    open: boolean;
    at: number;
    shown: string;
    placeholder: string;
    composition: object;
    onFocus: () => void;
    onText: (s: string) => void;
    onOpen: () => void;
    onKey: (e: React.KeyboardEvent) => void;
  },
) {
  return (
    <div className="grow" ref={p.anchor as never}>
      <Input
        {...editorProps(p)}
        role="combobox"
        aria-expanded={p.open}
        aria-controls={`${p.id}-list`}
        aria-activedescendant={p.open && p.at >= 0 ? `${p.id}-${p.at}` : undefined}
        aria-autocomplete="list"
        placeholder={p.placeholder}
        value={p.shown}
        {...p.composition}
        onClick={p.onOpen}
        onChange={(e) => p.onText(e.target.value)}
        onKeyDown={p.onKey}
      />
    </div>
  );
}
