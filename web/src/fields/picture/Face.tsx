import type { ObjectMeta, RecordData } from "../../api/types";
import { filesOf, fileUrl, isPicture } from "../../api/upload";
import { faceField, recordTitle } from "../../lib/records";
import { Avatar } from "../../ui/State";

/** A record's logo or photo, its initial where there is none. */
export function Face({
  object,
  record,
  large,
}: {
  object: ObjectMeta;
  record: RecordData;
  large?: boolean;
}) {
  const field = faceField(object);
  const [picture] = filesOf(field && record[field.name]);
  return (
    <Avatar
      name={recordTitle(object, record)}
      picture={picture && isPicture(picture) ? fileUrl(picture, 96) : undefined}
      large={large}
      // A logo keeps its shape, a person's photo is round.
      square={object.name !== "contact" && object.name !== "user"}
    />
  );
}
