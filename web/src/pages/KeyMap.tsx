import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keysOn, setKeys } from "../hooks/useKeys";
import { Drawer } from "../ui/Drawer";
import { PLACES } from "./frame/places";

const GROUPS: [string, [string, string][]][] = [
  [
    "keys.everywhere",
    [
      ["Ctrl K", "keys.palette"],
      ["c", "keys.create"],
      ["f", "keys.follow"],
      ["n", "keys.notices"],
      ["g h", "keys.home"],
      ["g k", "keys.calendar"],
      ...PLACES.map(([key, , words]): [string, string] => [key, words]),
      ["?", "keys.map"],
    ],
  ],
  [
    "keys.list",
    [
      ["/", "keys.search"],
      ["j k ↓ ↑", "keys.move"],
      ["← →", "keys.cells"],
      ["x", "keys.select"],
      ["Enter", "keys.open"],
      ["Space", "keys.preview"],
      ["e F2", "keys.edit_cell"],
      ["f", "keys.follow"],
      ["t", "keys.task"],
    ],
  ],
  [
    "keys.record",
    [
      ["e", "keys.edit"],
      ["f", "keys.follow"],
      ["t", "keys.task"],
      ["Ctrl Enter", "keys.save"],
    ],
  ],
];

/** All keys, and the switch that turns the single ones off. */
export default function KeyMap({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [on, setOn] = useState(keysOn());
  return (
    <Drawer shape="middle" title={t("keys")} onClose={onClose}>
      <div className="stack">
        {GROUPS.map(([title, keys]) => (
          <section key={title}>
            <h3>{t(title)}</h3>
            <dl className="key-map">
              {keys.map(([key, what]) => (
                <div key={key + what}>
                  <dt>
                    {key.split(" ").map((k) => (
                      <kbd key={k}>{k}</kbd>
                    ))}
                  </dt>
                  <dd>{t(what)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <label className="row">
          <input
            type="checkbox"
            checked={on}
            onChange={(e) => {
              setKeys(e.target.checked);
              setOn(e.target.checked);
            }}
          />
          {t("keys.on")}
        </label>
        <p className="help">{t("keys.help")}</p>
      </div>
    </Drawer>
  );
}
