import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "../../api/queries";
import type { Field, Reference } from "../../api/types";
import { Picker } from "../../fields/Picker";
import { useUrl } from "../../hooks/useUrl";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Composer } from "../detail/Composer";
import { linkField } from "../detail/composing";

/** What a preset may name that the composer belongs to, the closest first. */
const SUBJECTS = ["task", "opportunity", "contact", "lead", "customer"];
/** Whom one looks for where nothing is given. */
const SOUGHT = ["customer", "lead", "contact", "opportunity"];

type Preset = Record<string, unknown>;

function presetOf(text: string | undefined): Preset {
  try {
    const v = JSON.parse(text ?? "{}");
    return v && typeof v === "object" ? v : {};
  } catch {
    return {};
  }
}

const subjectOf = (p: Preset): Reference | null =>
  SUBJECTS.map((name) => p[name] as Reference | undefined).find((r) => r?.id) ?? null;

/** A call, a visit, a message written down from anywhere: of whom, what came of it, what comes next. */
export default function LogDrawer({ preset, onClose }: { preset?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  const objects = useObjects().data?.objects ?? [];
  const [given] = useState(() => presetOf(preset));
  const [subject, setSubject] = useState<Reference | null>(() => subjectOf(given));
  const activity = objects.find((o) => o.name === "activity");
  const targets = SOUGHT.filter((name) => {
    const o = objects.find((x) => x.name === name);
    return !!o && !!activity && o.access.view !== false && !!linkField(activity, o);
  });
  const object = objects.find((o) => o.name === subject?.object);
  const field: Field = { name: "who", type: "reference", label: t("log.who"), targets };
  return (
    <Drawer title={t("log.title")} onClose={onClose}>
      <div className="stack log">
        {!subjectOf(given) && (
          <FieldBox id="log-who" label={t("log.who")}>
            <Picker
              id="log-who"
              field={field}
              targets={targets}
              value={subject}
              autoFocus
              onChange={(v) => setSubject(v as Reference | null)}
            />
          </FieldBox>
        )}
        {subjectOf(given) && subject?.label && (
          <p className="log-subject">
            <span className="muted">{object?.label}</span> <strong>{subject.label}</strong>
          </p>
        )}
        {object && subject?.id && (
          <Composer
            key={subject.id}
            object={object}
            id={subject.id}
            start={{
              kind: typeof given.kind === "string" ? given.kind : undefined,
              at: typeof given.at === "string" ? given.at : undefined,
            }}
            alone
            onDone={onClose}
          />
        )}
        {activity && (
          <button
            type="button"
            className="link-btn log-full"
            onClick={() =>
              setUrl({
                create: "activity",
                full: "1",
                preset: JSON.stringify(subject ? { ...given, [subject.object]: subject } : given),
              })
            }
          >
            {t("log.full")}
          </button>
        )}
      </div>
    </Drawer>
  );
}
