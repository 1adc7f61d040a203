import type { Clock } from '@faultline/chassis/core';
import type { CollectorStats } from '../contract/index.ts';
import type { InstanceBook } from '../derive/instances.ts';
import type { Live } from '../live.ts';
import type { Scraper } from '../receive/scrape.ts';
import type { Store } from '../store/store.ts';

/** What the routes answer from. */
export interface ApiContext {
  clock: Clock;
  live: Live;
  store: Store;
  instances: InstanceBook;
  scraper: Scraper;
  stats: () => CollectorStats;
  /** Host names beside the loopback ones that lead here, and that may be scraped. */
  allowedHosts: readonly string[];
}
