import { createRandom, type Random } from '@faultline/chassis/core';
import { drawFront, ordersOf, placing, productPath, productsPath, type Front } from './front.ts';
import { JOURNEYS, type Journey, type Load } from './load.ts';

/** One HTTP request of a journey. */
export interface PlannedRequest {
  /** Low-cardinality name for metrics and spans. */
  operation: string;
  method: 'GET' | 'POST';
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Who has to be logged in for it; absent: nobody. */
  customer?: string;
  /** After the beginning of the journey, milliseconds. */
  offsetMs: number;
}

/** One customer's visit. */
export interface PlannedJourney {
  journey: Journey;
  /** After the beginning of the load, milliseconds. */
  atMs: number;
  requests: readonly PlannedRequest[];
}

/** Few enough that logging in is a small part of the load. */
const CUSTOMERS = 40;
/** Ordinary products of the catalog; limited editions come after them and are not touched. */
const PRODUCTS = 38;
const MOST_LINES = 3;
const MOST_UNITS = 2;
/** With this many units, one line of the cheapest product exceeds any card's limit. */
const UNITS_OVER_LIMIT = 600;
/** Time between looking at a product and ordering it, milliseconds. */
const THINK_MS = 150;
/** Share of browsing that begins at the list of products. */
const LISTS_FIRST = 0.25;
const MS_PER_S = 1_000;

/** Requests of a journey on average: what turns requests per second into journeys per second. */
const MEAN_REQUESTS: Readonly<Record<Journey, number>> = {
  browse: 1 + LISTS_FIRST,
  checkout: 2,
  history: 1,
};

/**
 * Plans an endless load. Journeys arrive by chance (a Poisson process), as customers who know
 * nothing of each other do. What they do is drawn from a source of its own, so the sequence
 * depends on seed and mix alone: another rate plays the same requests faster.
 */
export function* planJourneys(load: Load): Generator<PlannedJourney, never> {
  const arrivals = createRandom(load.seed);
  const choices = createRandom(load.seed ^ 0x9e3779b9);
  const meanGapMs = (MS_PER_S * meanRequests(load)) / load.rps;
  let atMs = 0;
  for (;;) {
    atMs += -Math.log(1 - arrivals.next()) * meanGapMs;
    const journey = chooseJourney(load, choices);
    yield { journey, atMs, requests: planRequests(journey, load, choices) };
  }
}

function meanRequests({ mix }: Load): number {
  const weights = JOURNEYS.reduce((sum, journey) => sum + mix[journey], 0);
  const requests = JOURNEYS.reduce(
    (sum, journey) => sum + mix[journey] * MEAN_REQUESTS[journey],
    0,
  );
  return requests / weights;
}

function chooseJourney({ mix }: Load, random: Random): Journey {
  const weights = JOURNEYS.reduce((sum, journey) => sum + mix[journey], 0);
  let left = random.next() * weights;
  for (const journey of JOURNEYS) {
    left -= mix[journey];
    if (left < 0) return journey;
  }
  // Only rounding can lead here; then the last journey with a weight it is.
  return JOURNEYS.findLast((journey) => mix[journey] > 0) ?? 'browse';
}

function planRequests(journey: Journey, load: Load, random: Random): PlannedRequest[] {
  switch (journey) {
    case 'browse':
      return planBrowsing(random);
    case 'checkout':
      return planCheckout(load, random);
    case 'history':
      return [listOrders(drawFront(random), drawCustomer(random))];
  }
}

function listOrders(front: Front, customer: string): PlannedRequest {
  return {
    operation: 'list orders',
    method: 'GET',
    ...ordersOf(front, customer),
    customer,
    offsetMs: 0,
  };
}

function planBrowsing(random: Random): PlannedRequest[] {
  const front = drawFront(random);
  const listsFirst = random.next() < LISTS_FIRST;
  const page = viewProduct(front, drawSku(random), listsFirst ? THINK_MS : 0);
  if (!listsFirst) return [page];
  const path = productsPath(front);
  return [{ operation: 'list products', method: 'GET', path, offsetMs: 0 }, page];
}

function planCheckout(load: Load, random: Random): PlannedRequest[] {
  const front = drawFront(random);
  const customerId = drawCustomer(random);
  const lines = Array.from({ length: 1 + Math.floor(random.next() * MOST_LINES) }, () => ({
    sku: drawSku(random),
    quantity: 1 + Math.floor(random.next() * MOST_UNITS),
  }));
  const overLimit = random.next() < load.declineRatio;
  const [first] = lines;
  const sku = first?.sku ?? drawSku(random);
  const items = overLimit ? [{ sku, quantity: UNITS_OVER_LIMIT }] : lines;
  return [
    { ...viewProduct(front, sku, 0), customer: customerId },
    {
      operation: 'place order',
      method: 'POST',
      ...placing(front, customerId, items),
      customer: customerId,
      offsetMs: THINK_MS,
    },
  ];
}

function viewProduct(front: Front, sku: string, offsetMs: number): PlannedRequest {
  return { operation: 'view product', method: 'GET', path: productPath(front, sku), offsetMs };
}

function drawSku(random: Random): string {
  return `P-${String(1 + Math.floor(random.next() * PRODUCTS)).padStart(4, '0')}`;
}

function drawCustomer(random: Random): string {
  return `customer-${String(1 + Math.floor(random.next() * CUSTOMERS)).padStart(3, '0')}`;
}
