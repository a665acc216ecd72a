import { useState } from "react";
import { useTranslation } from "react-i18next";
import { filesOf, fileUrl } from "../../api/upload";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

/** The picture one types from: turned and enlarged as it takes. */
export function Beside({ value }: { value: unknown }) {
  const { t } = useTranslation();
  const [turn, setTurn] = useState(0);
  const [large, setLarge] = useState(false);
  const picture = filesOf(value)[0];
  if (!picture) return null;
  return (
    <div className={`beside ${large ? "beside-large" : ""}`}>
      <div className="beside-tools">
        <IconButton label={t("capture.turn")} onClick={() => setTurn((n) => (n + 90) % 360)}>
          <Icon name="undo" />
        </IconButton>
        <IconButton
          label={t(large ? "capture.smaller" : "capture.larger")}
          onClick={() => setLarge(!large)}
        >
          <Icon name="search" />
        </IconButton>
      </div>
      <div className="beside-frame">
        <img src={fileUrl(picture, 1600)} alt={picture.name} style={{ rotate: `${turn}deg` }} />
      </div>
    </div>
  );
}
