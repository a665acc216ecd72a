import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { queryClient } from "../../api/queries";
import type { Field, Me } from "../../api/types";
import { fieldType } from "../../fields";
import { Button } from "../../ui/Button";
import { FieldBox } from "../../ui/Field";
import { useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

const PARTS = ["from", "until"] as const;

/** On which days I am not there: each takes effect at once. */
export function AwayDates({ user }: { user: Me["user"] }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [failure, setFailure] = useState<string>();
  const now = { from: user.away_from || null, until: user.away_until || null };
  async function change(next: typeof now) {
    const before = queryClient.getQueryData<Me>(["me"]);
    if (next.from && next.until && next.until < next.from) {
      return setFailure(t("away.order"));
    }
    setFailure(undefined);
    const shown = { away_from: next.from ?? "", away_until: next.until ?? "" };
    if (before) {
      queryClient.setQueryData(["me"], { ...before, user: { ...before.user, ...shown } });
    }
    try {
      await api.patchMe({ away_from: next.from, away_until: next.until });
      queryClient.invalidateQueries({ queryKey: ["me"] });
      toast(t("saved"));
    } catch (e) {
      queryClient.setQueryData(["me"], before);
      setFailure(errorText(e));
    }
  }
  const Editor = fieldType({ type: "date" } as Field).Editor;
  return (
    <fieldset className="stack plain-set">
      <legend>{t("away")}</legend>
      <div className="form-grid">
        {PARTS.map((part) => (
          <FieldBox
            key={part}
            id={`away-${part}`}
            label={t(`away.${part}`)}
            error={part === "until" ? failure : undefined}
          >
            <Editor
              id={`away-${part}`}
              field={{ name: `away_${part}`, type: "date", label: t(`away.${part}`) }}
              value={now[part]}
              invalid={part === "until" && !!failure}
              onChange={(v) => void change({ ...now, [part]: (v as string | null) || null })}
            />
          </FieldBox>
        ))}
      </div>
      <p className="help">{t("away.help")}</p>
      {(now.from || now.until) && (
        <div>
          <Button small onClick={() => void change({ from: null, until: null })}>
            {t("away.clear")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
