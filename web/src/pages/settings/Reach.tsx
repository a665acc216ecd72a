import { useTranslation } from "react-i18next";
import { Addresses } from "../Addresses";

/** How colleagues, and one's own phone, come here. */
export default function Reach() {
  const { t } = useTranslation();
  return (
    <section className="panel stack narrow-panel">
      <h2>{t("settings.reach")}</h2>
      <Addresses />
    </section>
  );
}
