import type { ProbeSpec } from '../document/model.ts';
import type { ProbeUnit } from '../probes/model.ts';
import { createProbeRegistry, type ProbeRegistry } from '../probes/registry.ts';

/** What the engine needs to know of probes beyond their readings; the registry of probes knows it. */
export interface ProbeWords {
  /** For people: `p95 of gateway POST /v1/orders over 10 s`. */
  describe(probe: ProbeSpec): string;
  unit(probe: ProbeSpec): ProbeUnit;
  /** Window of a reading outside of an observation, milliseconds; null: it is of this moment. */
  windowMs(probe: ProbeSpec): number | null;
  /** Readings with fewer samples say nothing. */
  minimumSamples(probe: ProbeSpec): number;
}

/** The words of the probes in a registry; all that there are unless told otherwise. */
export function createProbeWords(registry: ProbeRegistry = createProbeRegistry()): ProbeWords {
  function kindOf(probe: ProbeSpec) {
    const kind = registry.kind(probe.probe);
    if (!kind) throw new TypeError(`no probe is called ${probe.probe}`);
    return kind;
  }
  return {
    describe: (probe) => kindOf(probe).describe(probe),
    unit: (probe) => registry.unitOf(probe),
    windowMs: (probe) => kindOf(probe).windowMs(probe),
    minimumSamples: (probe) => kindOf(probe).minimumSamples,
  };
}
