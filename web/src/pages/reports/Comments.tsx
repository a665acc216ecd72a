import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { type ReportComment, reportsChanged } from "../../api/reports";
import { PersonFace } from "../../fields/picture/PersonFace";
import { isComposing } from "../../hooks/useComposition";
import { fullDateTime, shortDateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { MentionBox } from "../../views/detail/MentionBox";

export const PLURAL = "work-reports";

/** What was said of a report, and a box to say more, in place. */
export function Comments({ id, list, of }: { id: string; list: ReportComment[]; of: string }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  async function send() {
    const said = text.trim();
    if (!said || busy) return;
    setBusy(true);
    try {
      await api.comment(PLURAL, id, said);
      setText("");
      await reportsChanged();
    } catch (e) {
      toast(errorText(e), { bad: true });
    } finally {
      setBusy(false);
    }
  }
  return (
    <div className="report-comments">
      {list.map((c) => (
        <div key={c.id} className="report-comment">
          <PersonFace id={c.by.id} name={c.by.name} />
          <p>
            <strong>{c.by.name}</strong>{" "}
            <time className="muted" dateTime={c.at} title={fullDateTime(c.at)}>
              {shortDateTime(c.at)}
            </time>
            <span className="report-said">{c.text}</span>
          </p>
        </div>
      ))}
      <div className="report-say">
        <MentionBox
          box={box}
          plural={PLURAL}
          id={id}
          value={text}
          onText={setText}
          offers
          rows={1}
          className="input"
          placeholder={t("report.comment_placeholder")}
          aria-label={t("report.comment_of", { who: of })}
          onKeyDownCapture={(e) => {
            if (isComposing(e) || e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
            e.preventDefault();
            void send();
          }}
        />
        {text.trim() && (
          <Button small kind="primary" disabled={busy} onClick={() => void send()}>
            {t("report.comment")}
          </Button>
        )}
      </div>
    </div>
  );
}
