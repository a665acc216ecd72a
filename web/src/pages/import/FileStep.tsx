import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Import, ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";

/** A file is dropped or chosen; what it becomes is guessed from it and can be changed later. */
export function FileStep({
  objects,
  chosen,
  done,
}: {
  objects: ObjectMeta[];
  chosen?: string;
  done: (i: Import) => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [object, setObject] = useState(objects.find((o) => o.name === chosen)?.name ?? "auto");
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState("");
  const [error, setError] = useState("");
  const input = useRef<HTMLInputElement>(null);
  async function send(file: File | undefined) {
    if (!file || busy) return;
    setBusy(file.name);
    setError("");
    try {
      done(await api.importCreate(file, object));
    } catch (e) {
      setError(errorText(e));
    } finally {
      setBusy("");
      if (input.current) input.current.value = "";
    }
  }
  return (
    <>
      {error && (
        <p className="summary" role="alert">
          {error}
        </p>
      )}
      <div
        className={`dropzone ${over ? "over" : ""}`}
        aria-busy={!!busy}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          e.preventDefault();
          setOver(false);
          send(e.dataTransfer.files[0]);
        }}
      >
        <Icon name="import" size={32} />
        <p className="drop-title">
          {busy ? (
            t("import.uploading", { what: busy })
          ) : (
            <>
              <span className="only-desktop">{t("import.drop")}</span>
              <span className="only-phone">{t("import.pick")}</span>
            </>
          )}
        </p>
        <Button kind="primary" disabled={!!busy} onClick={() => input.current?.click()}>
          {t("import.choose")}
        </Button>
        <input
          ref={input}
          type="file"
          className="sr-only"
          tabIndex={-1}
          aria-label={t("import.choose")}
          accept=".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.et,.ods,.htm,.html,.xml,.json,.jsonl,.vcf,.gz,.zip"
          onChange={(e) => send(e.target.files?.[0])}
        />
        <p className="muted">{t("import.formats")}</p>
      </div>
      <label className="row">
        <span>{t("import.object")}</span>
        <Select className="fit" value={object} onChange={(e) => setObject(e.target.value)}>
          <option value="auto">{t("import.auto")}</option>
          {objects.map((o) => (
            <option key={o.name} value={o.name}>
              {o.label}
            </option>
          ))}
        </Select>
      </label>
    </>
  );
}
