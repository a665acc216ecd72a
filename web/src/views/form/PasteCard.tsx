import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { toast } from "../../ui/Toast";
import { readCard } from "./card";

/** Takes the text of a business card or an address block and fills the fields it names. */
export function PasteCard({
  object,
  onFill,
}: {
  object: ObjectMeta;
  onFill: (values: Record<string, unknown>) => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  if (!open) {
    return (
      <Button small kind="quiet" className="paste-card" onClick={() => setOpen(true)}>
        {t("card.paste")}
      </Button>
    );
  }
  return (
    <div className="notice stack tight">
      <textarea
        className="input"
        rows={5}
        autoFocus
        aria-label={t("card.paste")}
        placeholder={t("card.hint")}
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      <div className="row">
        <Button
          small
          kind="primary"
          disabled={!text.trim()}
          onClick={() => {
            const values = readCard(text, object);
            onFill(values);
            setOpen(false);
            setText("");
            toast(t("card.filled", { n: Object.keys(values).length }));
          }}
        >
          {t("card.fill")}
        </Button>
        <Button small onClick={() => setOpen(false)}>
          {t("cancel")}
        </Button>
      </div>
    </div>
  );
}
