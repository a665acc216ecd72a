import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { BASE, queryString } from "../../api/client";
import type { ObjectMeta, RecordData } from "../../api/types";
import { usePhone } from "../../hooks/useMedia";
import { LANGUAGES } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Input";

/**
 * The record as it is printed: seen here, downloaded, printed. Where a browser shows no PDF within a
 * page, as those of phones and tablets and those that were told not to, it is opened by itself.
 */
export function PrintPart({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation();
  // Browsers that do not tell are of a time when those of desks all showed them.
  const within = !usePhone() && navigator.pdfViewerEnabled !== false;
  const [form, setForm] = useState("");
  const [language, setLanguage] = useState("");
  const frame = useRef<HTMLIFrameElement>(null);
  const forms = object.printed ?? [];
  const of = `${BASE}/${object.plural}/${record.id}/print`;
  const asked = { form, language };
  // Another version is another document.
  const shown = `${of}${queryString({ ...asked, v: record.version })}`;
  return (
    <section className="panel stack" id="part-print" aria-label={t("print.preview")}>
      <div className="row wrap">
        {forms.length > 1 && (
          <Select
            className="short"
            aria-label={t("print.form")}
            value={form}
            onChange={(e) => setForm(e.target.value)}
          >
            {forms.map((f) => (
              <option key={f.form} value={f.form}>
                {f.label}
              </option>
            ))}
          </Select>
        )}
        <Select
          className="short"
          aria-label={t("print.language")}
          value={language || String(record.language ?? "")}
          onChange={(e) => setLanguage(e.target.value)}
        >
          {LANGUAGES.map((l) => (
            <option key={l.code} value={l.code}>
              {l.name}
            </option>
          ))}
        </Select>
        <div className="grow" />
        {!within && (
          <a className="btn" href={shown} target="_blank" rel="noreferrer">
            <Icon name="file" size={16} />
            {t("print.open")}
          </a>
        )}
        <a className="btn" href={`${of}${queryString({ ...asked, download: "1" })}`} download>
          <Icon name="download" size={16} />
          {t("print.download")}
        </a>
        {within && (
          <Button onClick={() => frame.current?.contentWindow?.print()}>{t("print")}</Button>
        )}
      </div>
      {within && (
        <iframe
          ref={frame}
          key={shown}
          className="paper"
          src={`${shown}#toolbar=0&navpanes=0&view=FitH`}
          title={t("print.preview")}
          loading="lazy"
        />
      )}
    </section>
  );
}
