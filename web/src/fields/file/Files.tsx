import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { type FileRef, fileSize, fileUrl, isPicture, isSound } from "../../api/upload";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import "./file.css";

/** A picture over the whole screen; Esc, a click beside it, or the back of a gesture closes it. */
function Lightbox({ files, at, close }: { files: FileRef[]; at: number; close: () => void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDialogElement>(null);
  const [n, setN] = useState(at);
  const f = files[n];
  useEffect(() => box.current?.showModal(), []);
  const step = (by: number) => setN((x) => (x + by + files.length) % files.length);
  if (!f) return null;
  return createPortal(
    <dialog
      ref={box}
      className="lightbox"
      aria-label={f.name}
      onClose={close}
      onClick={(e) => e.target === e.currentTarget && box.current?.close()}
      onKeyDown={(e) => {
        e.stopPropagation();
        if (e.key === "ArrowRight") step(1);
        if (e.key === "ArrowLeft") step(-1);
      }}
    >
      <img src={fileUrl(f, 1600)} alt={f.name} />
      <footer>
        {files.length > 1 && (
          <>
            <IconButton label={t("file.previous")} onClick={() => step(-1)}>
              <Icon name="left" />
            </IconButton>
            <IconButton label={t("file.next")} onClick={() => step(1)}>
              <Icon name="right" />
            </IconButton>
          </>
        )}
        <span className="file-name">{f.name}</span>
        <a href={`${fileUrl(f)}?download=1`} download={f.name}>
          {t("file.download")}
        </a>
        <IconButton label={t("close")} onClick={() => box.current?.close()}>
          <Icon name="close" />
        </IconButton>
      </footer>
    </dialog>,
    document.body,
  );
}

/** Files with small pictures, size and a way to take each away. */
export function Files({ files, remove }: { files: FileRef[]; remove?: (f: FileRef) => void }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(-1);
  const pictures = files.filter(isPicture);
  return (
    <>
      <ul className="files">
        {files.map((f) => (
          <li key={f.id}>
            {isPicture(f) ? (
              <button
                type="button"
                className="file-thumb"
                aria-label={t("file.show", { name: f.name })}
                onClick={() => setShown(pictures.indexOf(f))}
              >
                <img src={fileUrl(f, 320)} alt="" loading="lazy" />
              </button>
            ) : (
              <span className="file-thumb">
                <Icon name={isSound(f) ? "mic" : "file"} />
              </span>
            )}
            <span className="file-about">
              <a className="file-name" href={`${fileUrl(f)}?download=1`} download={f.name}>
                {f.name}
              </a>
              {isSound(f) ? (
                // biome-ignore lint/a11y/useMediaCaption: nobody wrote down what a voice note says
                <audio controls preload="none" src={fileUrl(f)} aria-label={f.name} />
              ) : (
                <span className="muted">{fileSize(f.size)}</span>
              )}
            </span>
            {remove && (
              <IconButton label={t("file.remove", { name: f.name })} onClick={() => remove(f)}>
                <Icon name="close" size={14} />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {shown >= 0 && <Lightbox files={pictures} at={shown} close={() => setShown(-1)} />}
    </>
  );
}
