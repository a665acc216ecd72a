import { useTranslation } from "react-i18next";
import { useMe } from "../../api/queries";
import { PasswordForm } from "./PasswordForm";

/** Whoever signed in with a temporary password chooses his own before anything else. */
export default function FirstPassword() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <div className="entrance">
      <section className="card stack">
        <h1>{t("password.first", { name: me.data?.user.name })}</h1>
        <p className="muted">{t("password.first_text")}</p>
        <PasswordForm first />
      </section>
    </div>
  );
}
