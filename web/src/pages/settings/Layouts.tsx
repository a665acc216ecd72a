import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { admin } from "../../api/admin";
import { queryClient, useObjects } from "../../api/queries";
import type { ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { EmptyState, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { FieldOrder } from "./FieldOrder";
import { FormLayout } from "./FormLayout";
import { type Layout, layoutBody, layoutOf, quick, short } from "./layoutParts";
import { ObjectSelect, useChosenObject } from "./ObjectSelect";

/** What lists and forms show, and in which order, for everybody. */
export default function Layouts() {
  const { t } = useTranslation();
  const objects = (useObjects().data?.objects ?? []).filter((o) => !o.links);
  const object = useChosenObject(objects);
  if (!object) return <EmptyState title={t("none")} />;
  return (
    <section className="panel stack">
      <div className="panel-head">
        <div className="row">
          <h2>{t("settings.layouts")}</h2>
          <ObjectSelect objects={objects} object={object} />
        </div>
      </div>
      <p className="muted">{t("layout.text")}</p>
      <LayoutForm key={object.name} object={object} />
    </section>
  );
}

function LayoutForm({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const here = document.documentElement.lang;
  const [draft, setDraft] = useState(() => layoutOf(object, here));
  const [wrong, setWrong] = useState<number[]>([]);
  const [busy, setBusy] = useState(false);
  const set = (l: Partial<Layout>) => setDraft((b) => ({ ...b, ...l }));
  const others = object.fields.filter((f) => f.name !== object.title_field);

  async function send(body: object) {
    setBusy(true);
    try {
      setDraft(layoutOf(await admin.changeObject(object.name, body), here));
      await queryClient.invalidateQueries({ queryKey: ["objects"] });
      toast(t("saved"));
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setBusy(false);
    }
  }
  function submit(e: FormEvent) {
    e.preventDefault();
    const nameless = draft.sections.filter((s) => s.fields.length && !s.labels[here]?.trim());
    setWrong(nameless.map((s) => s.key));
    if (!nameless.length) void send(layoutBody(object, draft));
  }
  return (
    <form className="stack" noValidate onSubmit={submit}>
      <div className="layout-parts">
        <FieldOrder
          title={t("layout.list")}
          help={t("layout.list_help")}
          fields={others.filter(short)}
          value={draft.list}
          onChange={(list) => set({ list })}
        />
        <FieldOrder
          title={t("layout.highlights")}
          help={t("layout.highlights_help")}
          fields={others.filter(short)}
          value={draft.highlights}
          onChange={(highlights) => set({ highlights })}
        />
        <FieldOrder
          title={t("layout.quick")}
          help={t("layout.quick_help")}
          fields={others.filter((f) => quick(f) || draft.quick.includes(f.name))}
          value={draft.quick}
          onChange={(next) => set({ quick: next })}
        />
      </div>
      <FormLayout
        fields={object.fields}
        value={draft.sections}
        onChange={(sections) => set({ sections })}
        wrong={wrong}
      />
      <div className="row">
        <Button kind="primary" type="submit" disabled={busy}>
          {t("save")}
        </Button>
        <Button
          disabled={busy}
          onClick={() => {
            if (!window.confirm(t("layout.reset_sure", { what: object.label }))) return;
            void send({ list: [], quick_filters: [], highlights: [], sections: [] });
          }}
        >
          {t("layout.reset")}
        </Button>
      </div>
    </form>
  );
}
