import { useTranslation } from "react-i18next";
import { PasswordForm } from "./PasswordForm";

export default function Password() {
  const { t } = useTranslation();
  return (
    <section className="panel stack narrow-panel">
      <h2>{t("settings.password")}</h2>
      <p className="muted">{t("password.others")}</p>
      <PasswordForm />
    </section>
  );
}
