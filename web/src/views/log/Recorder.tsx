import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../ui/Icon";
import { toast } from "../../ui/Toast";

/** A voice note no longer than this, in seconds. */
const LONGEST = 600;

const TYPES = [
  ["audio/webm;codecs=opus", "weba"],
  ["audio/mp4", "m4a"],
  ["audio/ogg;codecs=opus", "ogg"],
] as const;

const stamp = () => {
  const two = (n: number) => String(n).padStart(2, "0");
  const d = new Date();
  return `${d.getFullYear()}${two(d.getMonth() + 1)}${two(d.getDate())}-${two(d.getHours())}${two(d.getMinutes())}`;
};

/** Records a voice note; a device that cannot has its own recorder offered, or none. */
export function Recorder({ onFile }: { onFile: (f: File) => void }) {
  const { t } = useTranslation();
  const [since, setSince] = useState(0);
  const [seconds, setSeconds] = useState(0);
  const running = useRef<{ recorder: MediaRecorder; stream: MediaStream }>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const end = () =>
    running.current?.recorder.state === "recording" && running.current.recorder.stop();
  useEffect(() => {
    if (!since) return;
    const tick = setInterval(() => {
      const n = Math.floor((Date.now() - since) / 1000);
      setSeconds(n);
      if (n >= LONGEST) end();
    }, 500);
    return () => clearInterval(tick);
  }, [since]);
  useEffect(
    () => () => {
      // What is not ended by its button is thrown away.
      const r = running.current;
      if (!r) return;
      r.recorder.onstop = null;
      for (const track of r.stream.getTracks()) track.stop();
    },
    [],
  );

  async function begin() {
    const kind =
      typeof MediaRecorder === "undefined"
        ? undefined
        : TYPES.find(([type]) => MediaRecorder.isTypeSupported(type));
    if (!kind || !navigator.mediaDevices?.getUserMedia) return input.current?.click();
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      toast(t("log.voice_no"), { bad: true });
      return;
    }
    const recorder = new MediaRecorder(stream, { mimeType: kind[0], audioBitsPerSecond: 32_000 });
    const parts: Blob[] = [];
    recorder.ondataavailable = (e) => e.data.size && parts.push(e.data);
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      running.current = undefined;
      setSince(0);
      if (parts.length) {
        const name = `${t("log.voice")}-${stamp()}.${kind[1]}`;
        onFile(new File(parts, name, { type: kind[0].split(";")[0] }));
      }
    };
    running.current = { recorder, stream };
    recorder.start();
    setSeconds(0);
    setSince(Date.now());
  }
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <>
      <button
        type="button"
        className={`chip-btn ${since ? "on recording" : ""}`}
        aria-pressed={!!since}
        onClick={() => (since ? end() : void begin())}
      >
        <Icon name="mic" size={14} /> {since ? t("log.voice_stop", { at: clock }) : t("log.voice")}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept="audio/*"
        capture
        onChange={(e) => {
          const f = e.target.files?.[0];
          if (f) onFile(f);
          e.target.value = "";
        }}
      />
    </>
  );
}
