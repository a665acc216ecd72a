import { useTranslation } from "react-i18next";
import type { Invited } from "../../api/admin";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { Icon } from "../../ui/Icon";

/** The first passwords of those who had none, shown once and to be handed out. */
export function InvitedList({ users, onClose }: { users: Invited[]; onClose: () => void }) {
  const { t } = useTranslation();
  const cell = (s: string) => `"${s.replace(/"/g, '""')}"`;
  function download() {
    const head = [t("setup.name"), t("login"), t("password.temporary")];
    const rows = users.map((u) => [u.name, u.login, u.temporary_password]);
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
