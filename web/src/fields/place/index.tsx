import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isPlace, locate, mapLink, type Place, pointText } from "../../lib/place";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { toast } from "../../ui/Toast";
import { editorProps } from "../base";
import type { DisplayProps, EditorProps, FieldType } from "../types";

/** A place as a link to the map. */
export function PlaceLink({ place }: { place: Place }) {
  const { i18n } = useTranslation();
  return (
    <a href={mapLink(place, i18n.language)} target="_blank" rel="noreferrer noopener">
      {place.text || pointText(place)}
    </a>
  );
}

function Display({ value }: DisplayProps) {
  return isPlace(value) ? <PlaceLink place={value} /> : null;
}

function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const v: Place = isPlace(p.value) ? p.value : {};
  // A point that nobody named is kept under its own figures: they are no name.
  const text = v.text === pointText(v) ? "" : (v.text ?? "");
  const put = (next: Place) =>
    p.onChange(
      next.text || next.latitude !== undefined ? { ...next, text: next.text || null } : null,
    );
  async function here() {
    setBusy(true);
    const found = await locate();
    setBusy(false);
    if (found) put({ ...found, text });
    else toast(t("place.unknown"));
  }
  return (
    <div className="row nowrap">
      <Input
        {...editorProps(p)}
        className="grow"
        maxLength={300}
        placeholder={t("place.hint")}
        value={text}
        onChange={(e) => put({ ...v, text: e.target.value })}
      />
      {v.latitude === undefined ? (
        <Button
          small
          disabled={p.disabled || busy}
          icon={<Icon name="pin" size={16} />}
          onClick={here}
        >
          {t(busy ? "place.finding" : "place.here")}
        </Button>
      ) : (
        <Button
          small
          kind="quiet"
          title={pointText(v)}
          icon={<Icon name="pin" size={16} />}
          onClick={() => put({ text })}
        >
          {t("place.drop")}
        </Button>
      )}
    </div>
  );
}

export const place: FieldType = {
  Display,
  Editor,
  operators: ["contains", "empty", "notempty"],
  width: 180,
  wide: true,
};
