// What may stand in a name that comes from outside: not empty, not too long, no control characters.

import { nameLengthMax } from "../model/reading.ts";

/** Whether a device or metric may be called so. */
export function isName(text: string): boolean {
  return text.length > 0 && isText(text, nameLengthMax);
}

/** Not too long, in UTF-16 units, and without control characters. */
export function isText(text: string, lengthMax: number): boolean {
  if (text.length > lengthMax) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return true;
}
