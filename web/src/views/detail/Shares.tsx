import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queryClient } from "../../api/queries";
import type { Field, ObjectMeta, Reference } from "../../api/types";
import { Picker } from "../../fields/Picker";
import { fullDateTime } from "../../lib/format";
import { Button, IconButton } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Input } from "../../ui/Input";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { detail } from "./api";

const WITH: Field = {
  name: "with",
  type: "anyreference",
  label: "",
  targets: ["user", "department"],
};

/** What people usually do in a team; any other words do as well. */
const ROLES = ["lead", "presales", "engineer", "assistant", "delivery", "sponsor"];

/** With whom the record is shared, for reading or writing, until when. */
export function Shares({
  object,
  id,
  may,
  onClose,
}: {
  object: ObjectMeta;
  id: string;
  may: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const key = ["shares", object.plural, id];
  const shares = useQuery({ queryKey: key, queryFn: () => detail.shares(object.plural, id) });
  const [who, setWho] = useState<Reference | null>(null);
  const [write, setWrite] = useState(false);
  const [role, setRole] = useState("");
  const [until, setUntil] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  async function act(run: () => Promise<unknown>) {
    setBusy(true);
    setError("");
    try {
      await run();
      await queryClient.invalidateQueries({ queryKey: key });
      queryClient.invalidateQueries({ queryKey: ["access", object.plural, id] });
      return true;
    } catch (e) {
      setError(errorText(e));
      return false;
    } finally {
      setBusy(false);
    }
  }
  async function add() {
    if (!who?.id) return setError(t("form.required", { what: t("share.with") }));
    const body = {
      [who.object]: who.id,
      write,
      role: role.trim() || undefined,
      until: until || undefined,
    };
    if (await act(() => detail.share(object.plural, id, body))) {
      setWho(null);
      setRole("");
    }
  }

  const list = shares.data?.shares ?? [];
  return (
    <Drawer shape="middle" title={t("share")} onClose={onClose}>
      <div className="stack">
        {shares.isPending ? (
          <Skeleton rows={2} />
        ) : shares.isError ? (
          <ErrorState error={shares.error} retry={() => shares.refetch()} />
        ) : list.length === 0 ? (
          <p className="muted">{t("share.none")}</p>
        ) : (
          <ul className="mini">
            {list.map((s) => (
              <li key={s.id} className="row nowrap">
                <Icon name={s.department ? "tree" : "user"} size={16} />
                <span className="grow">
                  {s.user?.name ?? s.department?.name}
                  <span className="muted">
                    {s.role && ` · ${s.role}`}
                    {" · "}
                    {t(s.write ? "share.write" : "share.read")}
                    {s.until && ` · ${t("share.until_at", { at: fullDateTime(s.until) })}`}
                  </span>
                </span>
                {may && (
                  <IconButton
                    label={t("remove.what", { what: s.user?.name ?? s.department?.name ?? "" })}
                    disabled={busy}
                    onClick={() => act(() => detail.unshare(object.plural, id, s.id))}
                  >
                    <Icon name="close" size={14} />
                  </IconButton>
                )}
              </li>
            ))}
          </ul>
        )}
        {may ? (
          <>
            <FieldBox id="share-with" label={t("share.with")} error={error}>
              <Picker
                id="share-with"
                field={{ ...WITH, label: t("share.with") }}
                targets={["user", "department"]}
                value={who}
                onChange={(v) => setWho(v as Reference | null)}
              />
            </FieldBox>
            <FieldBox id="share-role" label={t("share.role")} help={t("share.role_help")}>
              <Input
                id="share-role"
                list="share-roles"
                maxLength={40}
                value={role}
                onChange={(e) => setRole(e.target.value)}
              />
              <datalist id="share-roles">
                {ROLES.map((r) => (
                  <option key={r} value={t(`share.role.${r}`)} />
                ))}
              </datalist>
            </FieldBox>
            <FieldBox id="share-until" label={t("share.until")}>
              <Input
                id="share-until"
                type="date"
                value={until}
                onChange={(e) => setUntil(e.target.value)}
              />
            </FieldBox>
            <label className="row">
              <input type="checkbox" checked={write} onChange={(e) => setWrite(e.target.checked)} />
              {t("share.may_write")}
            </label>
            <Button kind="primary" className="self-start" disabled={busy} onClick={add}>
              {t("share")}
            </Button>
          </>
        ) : (
          <p className="muted">{t("share.may_not")}</p>
        )}
      </div>
    </Drawer>
  );
}
