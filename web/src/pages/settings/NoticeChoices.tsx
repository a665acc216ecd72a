import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import {
  type NoticeChoices as Choices,
  choices,
  type NoticeKind,
  type Way,
} from "../../api/notices";
import { queryClient } from "../../api/queries";
import { FieldBox } from "../../ui/Field";
import { Select } from "../../ui/Input";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";

const KINDS: NoticeKind[] = [
  "mentioned",
  "assigned",
  "reminder",
  "finished",
  "commented",
  "lapsed",
  "job",
  "wanted",
];
const KEY = ["notice-choices"];

/** Which notices I want and how they come; each choice takes effect at once. */
export default function NoticeChoices() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const now = useQuery({ queryKey: KEY, queryFn: choices.get });
  if (now.isPending) return <Skeleton rows={6} />;
  if (now.isError) return <ErrorState error={now.error} retry={() => now.refetch()} />;
  const c = now.data;
  async function change(part: Partial<Choices>) {
    queryClient.setQueryData(KEY, { ...c, ...part });
    try {
      queryClient.setQueryData(KEY, await choices.change(part));
      toast(t("saved"));
    } catch (e) {
      queryClient.setQueryData(KEY, c);
      toast(errorText(e), { bad: true });
    }
  }
  const set = (kind: NoticeKind, way: Partial<Way>) =>
    change({ kinds: { ...c.kinds, [kind]: { ...c.kinds[kind], ...way } } });
  return (
    <section className="panel stack narrow-panel">
      <h2>{t("settings.notices")}</h2>
      <p className="muted">{t("notices.choices_text")}</p>
      <div className="table-wrap">
        <table className="table choices-table">
          <thead>
            <tr>
              <th>{t("notices.kind")}</th>
              <th>{t("notices.in_app")}</th>
              <th>{t("notices.by_mail")}</th>
            </tr>
          </thead>
          <tbody>
            {KINDS.map((k) => (
              <tr key={k}>
                <td>{t(`notices.kind.${k}`)}</td>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`${t(`notices.kind.${k}`)} ${t("notices.in_app")}`}
                    checked={c.kinds[k].app}
                    onChange={(e) => set(k, { app: e.target.checked })}
                  />
                </td>
                <td>
                  <Select
                    aria-label={`${t(`notices.kind.${k}`)} ${t("notices.by_mail")}`}
                    value={c.kinds[k].mail}
                    onChange={(e) => set(k, { mail: e.target.value as Way["mail"] })}
                  >
                    {(["no", "now", "digest"] as const).map((m) => (
                      <option key={m} value={m}>
                        {t(`notices.mail.${m}`)}
                      </option>
                    ))}
                  </Select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <FieldBox id="digest-hour" label={t("notices.digest")} help={t("notices.digest_help")}>
        <Select
          id="digest-hour"
          value={c.digest_hour ?? ""}
          onChange={(e) =>
            change({ digest_hour: e.target.value === "" ? null : Number(e.target.value) })
          }
        >
          <option value="">{t("notices.digest_off")}</option>
          {Array.from({ length: 24 }, (_, h) => (
            <option key={h} value={h}>
              {`${String(h).padStart(2, "0")}:00`}
            </option>
          ))}
        </Select>
      </FieldBox>
      <label className="row check">
        <input
          type="checkbox"
          checked={c.digest_weekends}
          disabled={c.digest_hour === null}
          onChange={(e) => change({ digest_weekends: e.target.checked })}
        />
        {t("notices.weekends")}
      </label>
    </section>
  );
}
