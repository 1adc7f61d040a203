import type { SagaPage } from '@faultline/collector/contract';

/** Sagas of one page, and pages of one reading: 10,000 sagas are looked at. */
const PAGE = 500;
const MOST_PAGES = 20;

/** Reads the sagas that moved within `from` and `to`, page after page. */
export async function readSagas(
  { state, from, to }: { state?: string; from: number; to: number },
  ask: (search: URLSearchParams) => Promise<SagaPage>,
): Promise<SagaPage> {
  const search = new URLSearchParams({ limit: `${PAGE}`, from: `${from}`, to: `${to}` });
  if (state !== undefined) search.set('state', state);
  const first = await ask(search);
  const sagas = [...first.sagas];
  let { nextCursor } = first;
  for (let page = 1; nextCursor !== null && page < MOST_PAGES; page += 1) {
    search.set('cursor', nextCursor);
    const next = await ask(search);
    sagas.push(...next.sagas);
    nextCursor = next.nextCursor;
  }
  return { counts: first.counts, sagas, nextCursor };
}
