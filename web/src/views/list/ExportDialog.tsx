import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "../../api/types";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Select } from "../../ui/Input";
import { useErrorText } from "../../ui/State";
import { meant, startExport } from "./bulk";
import { followJob } from "./JobToast";
import { NONE, type Selection } from "./selection";
import type { ListState } from "./useListState";

/** The list as a file: its filter, order and columns, or everything one may read. */
export function ExportDialog({
  object,
  state,
  selection,
  onClose,
}: {
  object: ObjectMeta;
  state: ListState;
  selection: Selection;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [format, setFormat] = useState("xlsx");
  const [encoding, setEncoding] = useState("utf-8");
  const [every, setEvery] = useState(false);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const some = !selection.all && selection.ids.size > 0;

  async function run() {
    setBusy(true);
    try {
      const job = await startExport(object.plural, {
        ...meant(some ? selection : { ...NONE, all: true }, state),
        sort: state.url.sort,
        fields: every ? undefined : state.columns.map((c) => c.field.name),
        format,
        encoding: format === "csv" ? encoding : undefined,
      });
      onClose();
      followJob(job, object.plural);
    } catch (e) {
      setError(errorText(e));
      setBusy(false);
    }
  }

  return (
    <Drawer
      shape="middle"
      title={
        some
          ? t("export.n", { n: selection.ids.size })
          : t("export.of", { what: object.label_plural })
      }
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" disabled={busy} onClick={run}>
            {t("export")}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="muted">{t("export.text")}</p>
        <FieldBox id="export-format" label={t("export.format")}>
          <Select id="export-format" value={format} onChange={(e) => setFormat(e.target.value)}>
            <option value="xlsx">Excel (XLSX)</option>
            <option value="csv">CSV</option>
          </Select>
        </FieldBox>
        {format === "csv" && (
          <FieldBox id="export-encoding" label={t("import.encoding")}>
            <Select
              id="export-encoding"
              value={encoding}
              onChange={(e) => setEncoding(e.target.value)}
            >
              <option value="utf-8">UTF-8</option>
              <option value="big5">Big5</option>
              <option value="gb18030">GB18030</option>
            </Select>
          </FieldBox>
        )}
        <label className="row">
          <input type="checkbox" checked={every} onChange={(e) => setEvery(e.target.checked)} />
          {t("export.every")}
        </label>
        {error && (
          <p className="error-text" role="alert">
            {error}
          </p>
        )}
      </div>
    </Drawer>
  );
}
