import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { isProblem } from "../../api/problem";
import { queryClient, useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Input, Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { labelsOf, said } from "./labels";
import { groupsOf, ICONS, type ObjectDraft, objectBody } from "./objectParts";
import { Words } from "./Words";

/** Makes an object, or changes the words, the picture and the place of one that was made. */
export function ObjectDrawer({ object, onClose }: { object?: ObjectMeta; onClose: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const here = document.documentElement.lang;
  const objects = useObjects().data?.objects ?? [];
  const ends = objects.filter((o) => !o.links && o.group !== "settings");
  const [draft, setDraft] = useState<ObjectDraft>(() => ({
    labels: labelsOf(object, here),
    plural: object?.labels_plural?.en ?? "",
    icon: object?.icon ?? "box",
    group: object?.group ?? "custom",
    kind: object?.links ? "link" : "plain",
    title: "name",
    titleLabel: "",
    prefix: "",
    owned: true,
    ends: ["", ""],
  }));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const set = (d: Partial<ObjectDraft>) => {
    setDraft((b) => ({ ...b, ...d }));
    setErrors({}); // what was wrong is being mended
  };
  const label = draft.labels[here]?.trim() ?? "";
  const link = draft.kind === "link";

  async function submit(e: FormEvent) {
    e.preventDefault();
    setError("");
    const wrong: Record<string, string> = {};
    if (!label) wrong.labels = t("form.required", { what: t("field.label") });
    if (!object && link && draft.ends.some((x) => !x)) wrong.links = t("objects.ends_need");
    if (!object && link && draft.ends[0] && draft.ends[0] === draft.ends[1]) {
      wrong.links = t("objects.ends_differ");
    }
    setErrors(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      if (object) {
        const words = said(draft.labels);
        const many = { ...words, ...(draft.plural.trim() ? { en: draft.plural.trim() } : {}) };
        await admin.changeObject(object.name, {
          labels: words,
          labels_plural: many,
          icon: draft.icon,
          ...(link ? {} : { group: draft.group }),
        });
      } else {
        const made = await admin.addObject(objectBody(draft, objects, here));
        await queryClient.invalidateQueries({ queryKey: ["objects"] });
        toast(t("objects.added", { what: label }));
        onClose();
        // What comes next: its fields.
        navigate({
          to: "/settings/$section",
          params: { section: "fields" },
          search: { object: made.name } as never,
        });
        return;
      }
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
      toast(t("saved"));
      onClose();
    } catch (err) {
      if (isProblem(err)) setErrors(err.byField());
      setError(errorText(err));
    } finally {
      setBusy(false);
    }
  }

  const end = (i: 0 | 1) => (
    <Select
      id={`object-end-${i}`}
      aria-label={t("objects.end_n", { n: i + 1 })}
      value={draft.ends[i]}
      onChange={(e) =>
        set({ ends: i ? [draft.ends[0], e.target.value] : [e.target.value, draft.ends[1]] })
      }
    >
      <option value="">{t("objects.end_n", { n: i + 1 })}</option>
      {ends.map((o) => (
        <option key={o.name} value={o.name}>
          {o.label}
        </option>
      ))}
    </Select>
  );

  return (
    <Drawer
      title={object ? t("edit.of", { what: object.label }) : t("objects.new")}
      shape="middle"
      onClose={onClose}
    >
      <form className="stack" noValidate onSubmit={submit}>
        {error && (
          <p className="summary" role="alert">
            {error}
          </p>
        )}
        {!object && (
          <fieldset className="plain stack tight">
            <legend>{t("objects.kind")}</legend>
            {(["plain", "link"] as const).map((kind) => (
              <label key={kind} className="row check">
                <input
                  type="radio"
                  name="object-kind"
                  checked={draft.kind === kind}
                  onChange={() => set({ kind })}
                />
                {t(`objects.kind_${kind}`)}
              </label>
            ))}
          </fieldset>
        )}
        <Words
          id="object-label"
          label={t("field.label")}
          value={draft.labels}
          onChange={(labels) => set({ labels })}
          error={errors.labels}
          whole
        />
        <FieldBox id="object-plural" label={t("objects.plural")} error={errors.labels_plural}>
          <Input
            id="object-plural"
            lang="en"
            maxLength={100}
            value={draft.plural}
            onChange={(e) => set({ plural: e.target.value })}
          />
        </FieldBox>
        {!object && link && (
          <fieldset className={`plain stack tight ${errors.links ? "field-bad" : ""}`}>
            <legend>{t("objects.ends")}</legend>
            {end(0)}
            {end(1)}
            {errors.links ? (
              <p className="error-text">{errors.links}</p>
            ) : (
              <p className="help">{t("objects.ends_help")}</p>
            )}
          </fieldset>
        )}
        {!link && (
          <FieldBox id="object-group" label={t("objects.group")} error={errors.group}>
            <Select
              id="object-group"
              value={draft.group}
              onChange={(e) => set({ group: e.target.value })}
            >
              {groupsOf(objects).map((g) => (
                <option key={g} value={g}>
                  {t(`group.${g}`, { defaultValue: g })}
                </option>
              ))}
            </Select>
          </FieldBox>
        )}
        <fieldset className="plain stack tight">
          <legend>{t("objects.icon")}</legend>
          <div className="icon-choice">
            {ICONS.map((icon, n) => (
              <label key={icon}>
                <input
                  type="radio"
                  name="object-icon"
                  className="sr-only"
                  value={icon}
                  aria-label={t("objects.icon_n", { n: n + 1 })}
                  checked={draft.icon === icon}
                  onChange={() => set({ icon })}
                />
                <Icon name={icon} />
              </label>
            ))}
          </div>
        </fieldset>
        {!object && !link && (
          <>
            <fieldset className="plain stack tight">
              <legend>{t("objects.title")}</legend>
              {(["name", "number"] as const).map((title) => (
                <label key={title} className="row check">
                  <input
                    type="radio"
                    name="object-title"
                    checked={draft.title === title}
                    onChange={() => set({ title })}
                  />
                  {t(`objects.title_${title}`)}
                </label>
              ))}
            </fieldset>
            <FieldBox
              id="object-title-label"
              label={t("objects.title_label")}
              error={errors.title_field}
            >
              <Input
                id="object-title-label"
                maxLength={100}
                placeholder={t(draft.title === "name" ? "field.label" : "objects.number")}
                value={draft.titleLabel}
                onChange={(e) => set({ titleLabel: e.target.value })}
              />
            </FieldBox>
            {draft.title === "number" && (
              <FieldBox id="object-prefix" label={t("field.prefix")} help={t("field.prefix_help")}>
                <Input
                  id="object-prefix"
                  maxLength={10}
                  value={draft.prefix}
                  onChange={(e) => set({ prefix: e.target.value })}
                />
              </FieldBox>
            )}
            <div className="field">
              <label className="row check">
                <input
                  type="checkbox"
                  checked={draft.owned}
                  aria-describedby="object-owned-help"
                  onChange={(e) => set({ owned: e.target.checked })}
                />
                {t("objects.owned")}
              </label>
              <p id="object-owned-help" className="help">
                {t("objects.owned_help")}
              </p>
            </div>
          </>
        )}
        <div className="row">
          <Button kind="primary" type="submit" disabled={busy}>
            {t(object ? "save" : "objects.add")}
          </Button>
          <Button onClick={onClose}>{t("cancel")}</Button>
        </div>
      </form>
    </Drawer>
  );
}
