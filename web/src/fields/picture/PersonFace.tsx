import { useFace } from "../../api/faces";
import { Avatar } from "../../ui/State";

/** Somebody who works here: the photo, the first letter of the name where there is none. */
export function PersonFace({ id, name, large }: { id?: string; name: string; large?: boolean }) {
  return <Avatar name={name} picture={useFace(id)} large={large} />;
}
