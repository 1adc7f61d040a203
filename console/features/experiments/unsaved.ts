/** Where a text that was not saved waits: the storage of the tab. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const PREFIX = 'faultline.experiment:';

/** The text left in the editor of this source; null: none, or storage is not to be had. */
export function readUnsaved(source: string, shelf: Shelf | undefined): string | null {
  try {
    return shelf?.getItem(PREFIX + source) ?? null;
  } catch {
    return null;
  }
}

/** Keeps a text until it is saved; null lets go of it. */
export function keepUnsaved(source: string, text: string | null, shelf: Shelf | undefined): void {
  try {
    if (text === null) shelf?.removeItem(PREFIX + source);
    else shelf?.setItem(PREFIX + source, text);
  } catch {
    // A full or forbidden storage costs the draft of a reloaded tab, nothing else.
  }
}
