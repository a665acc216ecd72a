import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { isComposing } from "../../hooks/useComposition";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Input } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { DepartmentChoice } from "./DepartmentChoice";
import { type View, viewsApi, viewsChanged } from "./views";

export type Asking = { kind: "save" } | { kind: "rename" | "share"; view: View };

/** Asks under which name a view is kept, and who may use it. */
export function ViewDialog({
  asking,
  object,
  body,
  onClose,
  onSaved,
}: {
  asking: Asking;
  object: ObjectMeta;
  /** What a new one keeps. */
  body: () => Partial<View>;
  onClose: () => void;
  onSaved: (v: View) => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const view = "view" in asking ? asking.view : undefined;
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState<View["shared_with"]>(view?.shared_with ?? "none");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  async function save() {
    if (busy) return;
    if (!name.trim()) return setError(t("form.required", { what: t("view.name") }));
    setBusy(true);
    try {
      const said = { name: name.trim(), shared_with: shared };
      const v = view
        ? await viewsApi.change(view.id, said)
        : await viewsApi.create({ object: object.name, ...body(), ...said });
      await viewsChanged(object.name);
      onClose();
      if (!view) onSaved(v);
    } catch (e) {
      setError(errorText(e));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Drawer
      shape="middle"
      title={t(asking.kind === "save" ? "view.save" : `view.${asking.kind}`)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" disabled={busy} onClick={save}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          save();
        }}
        onKeyDown={(e) => {
          if (e.key === "Enter" && isComposing(e)) e.preventDefault();
        }}
      >
        {asking.kind !== "share" && (
          <FieldBox id="view-name" label={t("view.name")} required error={error}>
            <Input
              id="view-name"
              maxLength={100}
              value={name}
              aria-invalid={!!error}
              onChange={(e) => setName(e.target.value)}
            />
          </FieldBox>
        )}
        {asking.kind !== "rename" && (
          <fieldset className="section stack tight">
            <legend>{t("view.shared")}</legend>
            {(["none", "all", "departments"] as const).map((k) => (
              <label key={k} className="row">
                <input
                  type="radio"
                  name="shared"
                  checked={(Array.isArray(shared) ? "departments" : shared) === k}
                  onChange={() => setShared(k === "departments" ? [] : k)}
                />
                {t(`view.shared.${k}`)}
              </label>
            ))}
            {Array.isArray(shared) && <DepartmentChoice value={shared} onChange={setShared} />}
          </fieldset>
        )}
        {asking.kind === "share" && error && <p className="error-text">{error}</p>}
      </form>
    </Drawer>
  );
}
