import { useTranslation } from "react-i18next";
import { BASE } from "../api/client";

/** The addresses of this server, each with a code for a phone's camera. */
export function Addresses({ list }: { list: string[] }) {
  const { t } = useTranslation();
  const others = list.filter((a) => !/\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(a));
  if (!others.length) return <p className="muted">{t("setup.alone")}</p>;
  return (
    <div className="stack">
      <p className="muted">{t("setup.reach_text")}</p>
      <ul className="addresses">
        {others.map((a) => (
          <li key={a}>
            <img
              src={`${BASE}/setup/qr.svg?address=${encodeURIComponent(a)}`}
              alt={t("setup.qr", { address: a })}
              width={148}
              height={148}
              onError={(e) => {
                e.currentTarget.hidden = true;
              }}
            />
            <a href={a}>{a}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
