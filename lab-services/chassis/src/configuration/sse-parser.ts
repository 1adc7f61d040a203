/** One server-sent event (HTML standard, section 9.2.6). */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/** Feeds on chunks, yields the events that became complete. Throws on an event that is too large. */
export type SseParser = (chunk: string) => ServerSentEvent[];

/**
 *     event: snapshot          field lines; comment lines begin with a colon
 *     data: {"version":1}
 *                              an empty line ends the event
 *
 * @param largestEvent characters kept of an unfinished event before the parser gives up
 */
export function createSseParser(largestEvent: number): SseParser {
  let rest = '';
  return (chunk) => {
    rest = (rest + chunk).replaceAll('\r\n', '\n');
    const blocks = rest.split('\n\n');
    rest = blocks.pop()!;
    if (rest.length > largestEvent) throw new Error(`event larger than ${largestEvent} characters`);
    return blocks.map(parseBlock).filter((event) => event.data !== '');
  };
}

function parseBlock(block: string): ServerSentEvent {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return { event, data: data.join('\n') };
}
