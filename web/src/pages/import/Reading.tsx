import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Import } from "../../api/types";
import { Input, Select } from "../../ui/Input";
import type { Hand } from "./ImportPage";

const ENCODINGS = ["utf-8", "big5", "gb18030", "utf-16le", "utf-16be", "windows-1252", "shift_jis"];
const DELIMITERS: [string, string][] = [
  [",", "comma"],
  ["\t", "tab"],
  [";", "semicolon"],
  ["|", "pipe"],
];

/** How we read the file, with its first rows: what was detected can be corrected at sight. */
export function ReadingPanel({ job, hand }: { job: Import; hand: Hand }) {
  const { t } = useTranslation();
  const encoding = (job.encoding ?? "").toLowerCase();
  const text = job.format
    ? job.format === "csv"
    : /\.(csv|tsv|txt)(\.gz)?$/i.test(job.file_name) || !!job.delimiter;
  const page = job.format === "html" || job.format === "xml";
  const table = !!job.format && job.format !== "json" && job.format !== "vcf";
  const sheets = (job.sheets ?? []).map((s) => (typeof s === "string" ? { name: s } : s));
  const [header, setHeader] = useState(String(job.header_row ?? 1));
  useEffect(() => setHeader(String(job.header_row ?? 1)), [job.header_row]);
  const sendHeader = () => {
    const n = Number(header);
    if (Number.isInteger(n) && n >= 0 && n !== job.header_row) hand.change({ header_row: n });
  };
  const known = job.encodings?.length ? job.encodings.map((e) => e.toLowerCase()) : ENCODINGS;
  return (
    <section className="panel stack" aria-labelledby="reading-title">
      <div className="panel-head">
        <h2 id="reading-title">{t("import.reading")}</h2>
        <div className="row reading-options">
          {(text || page) && (
            <label className="row">
              <span className="muted">{t("import.encoding")}</span>
              <Select
                className="fit small"
                value={encoding}
                disabled={hand.busy}
                onChange={(e) => hand.change({ encoding: e.target.value })}
              >
                {[...new Set([encoding, ...known])].filter(Boolean).map((x) => (
                  <option key={x} value={x}>
                    {t(`encoding.${x}`, { defaultValue: x.toUpperCase() })}
                  </option>
                ))}
              </Select>
            </label>
          )}
          {text && (
            <label className="row">
              <span className="muted">{t("import.delimiter")}</span>
              <Select
                className="fit small"
                value={job.delimiter}
                disabled={hand.busy}
                onChange={(e) => hand.change({ delimiter: e.target.value })}
              >
                {!DELIMITERS.some(([d]) => d === job.delimiter) && (
                  <option value={job.delimiter}>
                    {job.delimiter || t("import.delimiter.none")}
                  </option>
                )}
                {DELIMITERS.map(([d, name]) => (
                  <option key={name} value={d}>
                    {t(`import.delimiter.${name}`)}
                  </option>
                ))}
              </Select>
            </label>
          )}
          {sheets.length > 1 && (
            <label className="row">
              <span className="muted">{t("import.sheet")}</span>
              <Select
                className="fit small"
                value={job.sheet ?? sheets[0]?.name}
                disabled={hand.busy}
                onChange={(e) => hand.change({ sheet: e.target.value })}
              >
                {sheets.map((s) => (
                  <option key={s.name} value={s.name}>
                    {s.name}
                  </option>
                ))}
              </Select>
            </label>
          )}
          {table && (
            <label className="row">
              <span className="muted">{t("import.header")}</span>
              <Input
                className="short small"
                type="number"
                min={0}
                title={t("import.header_help")}
                value={header}
                disabled={hand.busy}
                onChange={(e) => setHeader(e.target.value)}
                onBlur={sendHeader}
                onKeyDown={(e) => e.key === "Enter" && sendHeader()}
              />
            </label>
          )}
        </div>
      </div>
      {(job.warnings ?? []).map(
        (w) =>
          w.message && (
            <p key={w.code} className="muted">
              {w.message}
            </p>
          ),
      )}
      <div
        className="table-wrap preview"
        tabIndex={0}
        role="region"
        aria-label={t("import.preview")}
      >
        <table className="table">
          <thead>
            <tr>
              {job.columns?.map((c) => (
                <th key={c.index}>{c.header || `#${c.index + 1}`}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(job.preview ?? []).slice(0, 20).map((r, i) => (
              <tr key={i}>
                {r.map((v, n) => (
                  <td key={n} className="clip" title={v.length > 20 ? v : undefined}>
                    {v}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
