/** What a stage may hold even when the process-wide budget is spent. */
const ALWAYS_ALLOWED_BYTES = 64 * 1024;

/** Bytes that all stages of a process may hold together, so that many slow links stay bounded. */
export interface BufferBudget {
  /** Bytes held now. */
  readonly heldBytes: number;
  /** Whether a stage that holds `ownBytes`, of at most `capBytes`, may take one more chunk. */
  hasRoom(ownBytes: number, capBytes: number): boolean;
  /** Books a change of what a stage holds. */
  add(deltaBytes: number): void;
}

/**
 * @param totalBytes limit over all links; a link holds at least one read (64 KiB) beyond it
 */
export function createBufferBudget(totalBytes: number): BufferBudget {
  let heldBytes = 0;

  return {
    get heldBytes() {
      return heldBytes;
    },
    hasRoom: (ownBytes, capBytes) =>
      ownBytes === 0 ||
      (ownBytes < capBytes && (heldBytes < totalBytes || ownBytes < ALWAYS_ALLOWED_BYTES)),
    add(deltaBytes) {
      heldBytes += deltaBytes;
    },
  };
}
