export default function FormDrawer(_: { object: string; preset?: string; onClose: () => void }) {
  return null;
}
