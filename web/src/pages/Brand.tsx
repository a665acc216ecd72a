export function Brand({ name }: { name?: string }) {
  return (
    <div className="brand">
      <img src="/icon.svg" alt="" />
      <span>{name || "ECRM"}</span>
    </div>
  );
}
