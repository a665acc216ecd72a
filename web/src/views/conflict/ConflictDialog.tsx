import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldType } from "../../fields";
import { fullDateTime } from "../../lib/format";
import { recordTitle } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { type Conflict, useConflict } from "./conflict";

/** Both values of each field two people changed at once; one of them is chosen. */
export function ConflictDialog() {
  const conflict = useConflict();
  return conflict ? <Asked key={conflict.theirs.id} conflict={conflict} /> : null;
}

function Asked({ conflict }: { conflict: Conflict }) {
  const { t } = useTranslation();
  const { object, fields, mine, theirs, answer } = conflict;
  const [kept, setKept] = useState<string[]>(fields.map((f) => f.name));
  const who = (theirs.updated_by as { label?: string } | undefined)?.label ?? t("conflict.someone");
  const at = typeof theirs.updated_at === "string" ? fullDateTime(theirs.updated_at) : "";
  return (
    <Drawer
      shape="middle"
      title={t("conflict.title", { what: recordTitle(object, theirs) })}
      onClose={() => answer(undefined)}
      footer={
        <>
          <Button onClick={() => answer(undefined)}>{t("conflict.back")}</Button>
          <Button kind="primary" onClick={() => answer(kept)}>
            {t("conflict.save")}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{t("conflict.text", { who, at })}</p>
        {fields.map((f) => {
          const type = fieldType(f);
          const choose = (own: boolean) =>
            setKept((b) => (own ? [...new Set([...b, f.name])] : b.filter((n) => n !== f.name)));
          return (
            <fieldset key={f.name} className="conflict-field">
              <legend>{f.label}</legend>
              {[true, false].map((own) => {
                const value = own ? mine[f.name] : theirs[f.name];
                return (
                  <label key={String(own)} className="conflict-choice">
                    <input
                      type="radio"
                      name={`conflict-${f.name}`}
                      checked={kept.includes(f.name) === own}
                      onChange={() => choose(own)}
                    />
                    <span className="muted">{t(own ? "conflict.mine" : "conflict.theirs")}</span>
                    <span className="grow">
                      {value === null || value === undefined || value === "" ? (
                        <span className="muted">{t("conflict.nothing")}</span>
                      ) : (
                        <type.Display field={f} value={value} />
                      )}
                    </span>
                  </label>
                );
              })}
            </fieldset>
          );
        })}
      </div>
    </Drawer>
  );
}
