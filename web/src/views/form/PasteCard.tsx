import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useObject } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { writable } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { toast } from "../../ui/Toast";
import { readCard } from "./card";
import { duplicatesOf } from "./duplicates";

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
  const [busy, setBusy] = useState(false);
  const customers = useObject("customer");
  async function fill() {
    setBusy(true);
    const card = readCard(text, object);
    const values = { ...card.values };
    const said: string[] = [];
    if (card.address) {
      const { field, text } = card.address;
      // One reader of addresses: the server's, as for imports.
      values[field] = await api.readAddress(text).then(
        (read) => read.value,
        () => ({ street: text }),
      );
    }
    const link = object.fields.find(
      (f) => f.type === "reference" && f.targets?.[0] === "customer" && writable(f),
    );
    if (card.company && link && customers) {
      const found = await duplicatesOf(customers, { name: card.company }).catch(() => undefined);
      const [one, another] = found?.candidates ?? [];
      if (one && !another) values[link.name] = { id: one.id, object: "customer", label: one.label };
      else said.push(t(one ? "card.many" : "card.none", { what: card.company }));
    }
    onFill(values);
    setBusy(false);
    setOpen(false);
    setText("");
    toast([t("card.filled", { n: Object.keys(values).length }), ...said].join(t("list.stop")));
  }

  if (!open) {
    return (
      <Button
        small
        icon={<Icon name="user" size={14} />}
        className="paste-card"
        onClick={() => setOpen(true)}
      >
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
        <Button small kind="primary" disabled={busy || !text.trim()} onClick={() => void fill()}>
          {t("card.fill")}
        </Button>
        <Button small onClick={() => setOpen(false)}>
          {t("cancel")}
        </Button>
      </div>
    </div>
  );
}
