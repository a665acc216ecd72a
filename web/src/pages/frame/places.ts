/** The letters that, after g, lead to an object's list, and the words of the map of keys. */
export const PLACES: [key: string, object: string, words: string][] = [
  ["g c", "customer", "keys.customers"],
  ["g o", "opportunity", "keys.opportunities"],
  ["g t", "task", "keys.tasks"],
];
