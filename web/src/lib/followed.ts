/** Jobs shown where they were started; the frame need not tell their end again. */
const followed = new Set<string>();
export const follow = (id: string) => void followed.add(String(id));
export const isFollowed = (id: string) => followed.has(String(id));
