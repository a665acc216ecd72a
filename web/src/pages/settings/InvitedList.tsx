import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Invited } from "../../api/admin";
import { api } from "../../api/client";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { Icon } from "../../ui/Icon";

/** The first passwords of those who had none, shown once and to be handed out. */
export function InvitedList({ users, onClose }: { users: Invited[]; onClose: () => void }) {
  const { t } = useTranslation();
  // The address is part of what a new colleague must be told.
  const reach = useQuery({ queryKey: ["reach"], queryFn: api.reach, staleTime: 0 });
  const address = reach.data?.addresses[0];
  const cell = (s: string) => `"${s.replace(/"/g, '""')}"`;
  function download() {
    const head = [t("setup.name"), t("login"), t("password.temporary"), t("users.address")];
    const rows = users.map((u) => [u.name, u.login, u.temporary_password, address ?? ""]);
    // With a byte order mark, or Excel reads Chinese wrongly.
    const text = `\ufeff${[head, ...rows].map((r) => r.map(cell).join(",")).join("\r\n")}\r\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = "passwords.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }
  return (
    <Drawer
      title={t("users.invited", { n: users.length })}
      onClose={onClose}
      footer={
        <>
          <Button icon={<Icon name="download" size={16} />} onClick={download}>
            {t("users.invited_download")}
          </Button>
          <Button kind="primary" onClick={onClose}>
            {t("done")}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{t("users.invited_text")}</p>
        <p>
          {t("users.address")}{" "}
          {address ? (
            <code>{address}</code>
          ) : (
            <Link to="/settings/$section" params={{ section: "reach" }} search={{}}>
              {t("settings.reach")}
            </Link>
          )}
        </p>
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>{t("setup.name")}</th>
                <th>{t("login")}</th>
                <th>{t("password.temporary")}</th>
              </tr>
            </thead>
            <tbody>
              {users.map((u) => (
                <tr key={u.id}>
                  <td>{u.name}</td>
                  <td>{u.login}</td>
                  <td>
                    <code>{u.temporary_password}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Drawer>
  );
}
