import type { Database, Transaction } from '@faultline/chassis';
import {
  refusalOf,
  toUnits,
  toValue,
  type Authorisation,
  type AuthorisationRequest,
} from './authorisation.ts';

/** How a request to authorise ended. */
export type Authorised =
  | { kind: 'told'; authorisation: Authorisation; repeated: boolean }
  /** The reference belongs to a request with another content. */
  | { kind: 'reference-reused' };

/** What decides a request beside its content. */
export interface Conduct {
  pspReference: string;
  /** Whether a repeated reference gets the first answer. */
  findRepetitions: boolean;
  /** Minor units that are captured less than asked; 0 as a rule. */
  shortBy: number;
}

/** Where authorisations are kept. Each method is one transaction. */
export interface AuthorisationRepository {
  authorise(request: AuthorisationRequest, conduct: Conduct): Promise<Authorised>;
  /** All that was done under a reference, in sum; undefined if it was never heard of. */
  find(requestReference: string): Promise<Authorisation | undefined>;
  /** Gives back all that was captured; a reference never heard of is barred from then on. */
  reverse(requestReference: string, pspReference: string): Promise<Authorisation>;
}

interface Row {
  pspReference: string;
  requestReference: string;
  merchantOrder: string;
  units: number;
  currency: string;
  status: Authorisation['status'];
  refusal: string | null;
  captured: number;
  reversed: number;
}

const COLUMNS = `psp_reference AS "pspReference", request_reference AS "requestReference",
  merchant_order AS "merchantOrder", minor_units AS units, currency, status, refusal,
  captured_units AS captured, reversed_units AS reversed`;

/** Creates the repository over PostgreSQL. */
export function createAuthorisationRepository(database: Database): AuthorisationRepository {
  return {
    authorise: (request, conduct) =>
      database.transaction((transaction) => authorise(transaction, request, conduct)),
    find: async (reference) => summarise(await rowsOf(database, reference)),
    reverse: (reference, pspReference) =>
      database.transaction((transaction) => reverse(transaction, reference, pspReference)),
  };
}

async function authorise(
  transaction: Transaction,
  request: AuthorisationRequest,
  { pspReference, findRepetitions, shortBy }: Conduct,
): Promise<Authorised> {
  const [, found] = await Promise.all([
    lock(transaction, request.request_reference),
    rowsOf(transaction, request.request_reference),
  ]);
  const earlier = summarise(found);
  if (earlier && (findRepetitions || earlier.status === 'CANCELLED')) {
    return earlier.status === 'CANCELLED' || isSame(earlier, request)
      ? { kind: 'told', authorisation: earlier, repeated: true }
      : { kind: 'reference-reused' };
  }
  const units = toUnits(request.value);
  const refusal = refusalOf(units);
  const rows = await transaction.query<Row>(
    'insert authorisation',
    `INSERT INTO authorisations (psp_reference, request_reference, merchant_order, minor_units,
       currency, status, refusal, captured_units)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`,
    [
      pspReference,
      request.request_reference,
      request.merchant_order,
      units,
      request.currency,
      refusal === null ? 'CAPTURED' : 'SOFT_DECLINE',
      refusal,
      refusal === null ? Math.max(0, units - shortBy) : 0,
    ],
  );
  return { kind: 'told', authorisation: summarise(rows)!, repeated: false };
}

async function reverse(
  transaction: Transaction,
  reference: string,
  pspReference: string,
): Promise<Authorisation> {
  const [, reversed] = await Promise.all([
    lock(transaction, reference),
    transaction.query<Row>(
      'reverse authorisations',
      `UPDATE authorisations SET reversed_units = captured_units,
         status = CASE WHEN status = 'CAPTURED' THEN 'REVERSED' ELSE status END
       WHERE request_reference = $1 RETURNING ${COLUMNS}`,
      [reference],
    ),
  ]);
  if (reversed.length > 0) return summarise(reversed)!;
  const barred = await transaction.query<Row>(
    'bar authorisation',
    `INSERT INTO authorisations (psp_reference, request_reference, merchant_order, minor_units,
       currency, status)
     VALUES ($1, $2, '', 0, '', 'CANCELLED') RETURNING ${COLUMNS}`,
    [pspReference, reference],
  );
  return summarise(barred)!;
}

function rowsOf(database: Pick<Transaction, 'query'>, reference: string): Promise<readonly Row[]> {
  return database.query<Row>(
    'select authorisations',
    `SELECT ${COLUMNS} FROM authorisations WHERE request_reference = $1 ORDER BY created_at`,
    [reference],
  );
}

/** Several rows are one authorisation that was carried out several times. */
function summarise(rows: readonly Row[]): Authorisation | undefined {
  const [first] = rows;
  if (!first) return undefined;
  return {
    psp_reference: first.pspReference,
    request_reference: first.requestReference,
    merchant_order: first.merchantOrder,
    status: first.status,
    refusal: first.refusal,
    value: toValue(first.units),
    captured_value: toValue(rows.reduce((sum, { captured }) => sum + captured, 0)),
    reversed_value: toValue(rows.reduce((sum, { reversed }) => sum + reversed, 0)),
    currency: first.currency,
  };
}

function isSame(earlier: Authorisation, request: AuthorisationRequest): boolean {
  return (
    earlier.value === request.value &&
    earlier.currency === request.currency &&
    earlier.merchant_order === request.merchant_order
  );
}

/** Requests with one reference wait for each other until the transaction ends. */
async function lock(transaction: Transaction, reference: string): Promise<void> {
  await transaction.query(
    'lock reference',
    'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
    [reference],
  );
}
